#include "assets/embedded.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace attnscope {

std::string_view embedded(std::string_view path) {
    for (const detail::EmbeddedFile* file = detail::embedded_files; file->path != nullptr; ++file)
        if (path == file->path) return {file->begin, static_cast<std::size_t>(file->end - file->begin)};
    std::fprintf(stderr, "attnscope: broken invariant: no embedded file %.*s\n", static_cast<int>(path.size()),
                 path.data());
    std::abort();
}

std::vector<std::string_view> embedded_paths(std::string_view prefix) {
    std::vector<std::string_view> paths;
    for (const detail::EmbeddedFile* file = detail::embedded_files; file->path != nullptr; ++file)
        if (std::string_view(file->path).starts_with(prefix)) paths.emplace_back(file->path);
    std::sort(paths.begin(), paths.end());
    return paths;
}

namespace {

constexpr std::uintmax_t largest_newer = 1U << 20U;

std::filesystem::path newer_file(std::string_view path) {
    if (const char* const folder = std::getenv("ATTNSCOPE_ASSETS"); folder != nullptr && *folder != '\0')
        return std::filesystem::path(folder) / path;
#ifdef ATTNSCOPE_RELOAD_FROM
    return std::filesystem::path(ATTNSCOPE_RELOAD_FROM) / path;
#else
    return {};
#endif
}

}  // namespace

std::string embedded_or_newer(std::string_view path) {
    const std::filesystem::path file = newer_file(path);
    std::error_code missing;
    if (!file.empty() && std::filesystem::is_regular_file(file, missing) &&
        std::filesystem::file_size(file, missing) <= largest_newer) {
        std::ifstream stream(file, std::ios::binary);
        if (stream) return {std::istreambuf_iterator<char>(stream), {}};
    }
    return std::string(embedded(path));
}

std::int64_t embedded_stamp(std::string_view path) {
    const std::filesystem::path file = newer_file(path);
    if (file.empty()) return 0;
    std::error_code missing;
    const auto time = std::filesystem::last_write_time(file, missing);
    return missing ? 0 : static_cast<std::int64_t>(time.time_since_epoch().count());
}

}  // namespace attnscope
