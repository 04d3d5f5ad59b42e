// What a process leaves behind that is killed while it saves: the old file or the new one, never half of one.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "core/io/file.hpp"
#include "core/io/temp_folder.hpp"

namespace attnscope {
namespace killed_test {

TEST(WriteFile, AProcessKilledWhileItSavesLeavesAWholeFile) {
    const TempFolder folder;
    // As long as a state file and as an exported picture.
    for (const std::size_t size : {std::size_t{3000}, std::size_t{2'000'000}}) {
        const std::string contents[] = {std::string(size, 'a'), std::string(size + 1000, 'b')};
        const std::filesystem::path path = folder / std::to_string(size);
        ASSERT_TRUE(write_file_atomically(path, contents[0]));
        std::mt19937 random(static_cast<unsigned>(size));
        int seen[2] = {};
        for (int kill_number = 0; kill_number < 200; ++kill_number) {
            const pid_t child = ::fork();
            ASSERT_GE(child, 0);
            if (child == 0)
                for (unsigned i = 1;; ++i) static_cast<void>(write_file_atomically(path, contents[i % 2]).has_value());
            ::usleep(static_cast<useconds_t>(random() % 8000));
            ASSERT_EQ(::kill(child, SIGKILL), 0);
            int status = 0;
            ASSERT_EQ(::waitpid(child, &status, 0), child);
            ASSERT_TRUE(WIFSIGNALED(status)) << "it ended by itself";
            const std::string left = content_of(path);
            ASSERT_TRUE(left == contents[0] || left == contents[1]) << left.size() << " bytes, kill " << kill_number;
            ++seen[left == contents[1] ? 1 : 0];
        }
        // Else nothing was ever saved, or nobody was killed in between.
        EXPECT_GT(seen[0], 10);
        EXPECT_GT(seen[1], 10);
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        const std::string name = entry.path().filename().string();
        EXPECT_TRUE(name.starts_with(".attnscope-") || name == "3000" || name == "2000000") << name;
    }
    EXPECT_TRUE(write_file_atomically(folder / "3000", "new")) << "what is left behind is in nobody's way";
}

}  // namespace killed_test
}  // namespace attnscope
