// A folder of a test's own, gone when the test is.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "core/io/file.hpp"

namespace attnscope {

class TempFolder {
public:
    TempFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "attnscope-test-XXXXXX").string();
        check(::mkdtemp(name.data()) != nullptr, "no temporary folder can be made");
        path_ = name;
    }
    ~TempFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;

    std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
    const std::filesystem::path& path() const { return path_; }

    /// The path of a new file with this content, as the command line would give it.
    std::string file(std::string_view name, std::string_view bytes) const {
        const Result<void> written = write_file_atomically(path_ / name, bytes);
        EXPECT_TRUE(written) << (written ? "" : written.error().what);
        return (path_ / name).string();
    }
    /// How many files there are: a temporary that was left behind shows here.
    int files() const {
        int count = 0;
        for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path_)) ++count;
        return count;
    }

private:
    std::filesystem::path path_;
};

/// The whole file; the test fails when it cannot be read.
inline std::string content_of(const std::filesystem::path& path) {
    const Result<std::string> bytes = read_file(path, 1U << 30U);
    EXPECT_TRUE(bytes) << (bytes ? "" : bytes.error().what);
    return bytes ? *bytes : std::string{};
}

/// The sentence of the error, or "" for a value.
template <class T>
std::string error_of(const Result<T>& result) {
    return result ? std::string{} : result.error().what;
}

}  // namespace attnscope
