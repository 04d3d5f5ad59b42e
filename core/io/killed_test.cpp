// What a process leaves behind that is killed while it saves: the old file or the new one, never half of one.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <random>
#include <thread>

#include "core/io/file.hpp"
#include "core/io/temp_folder.hpp"

namespace attnscope {
namespace killed_test {

// The child: both contents in turn.
[[noreturn]] void save_for_ever(const std::filesystem::path& path, const std::string (&contents)[2], unsigned first,
                                int saved) {
    for (unsigned i = first;; ++i) {
        if (!write_file_atomically(path, contents[i % 2])) ::_exit(1);
        if (::write(saved, "", 1) != 1) ::_exit(1);
    }
}

TEST(WriteFile, AProcessKilledWhileItSavesLeavesAWholeFile) {
    const TempFolder folder;
    // As long as a state file and as an exported picture.
    for (const std::size_t size : {std::size_t{3000}, std::size_t{2'000'000}}) {
        const std::string contents[] = {std::string(size, 'a'), std::string(size + 1000, 'b')};
        const std::filesystem::path path = folder / std::to_string(size);
        ASSERT_TRUE(write_file_atomically(path, contents[0]));
        std::mt19937 random(static_cast<unsigned>(size));
        int seen[2] = {};
        for (unsigned kill_number = 0; kill_number < 200; ++kill_number) {
            int saved[2];  // a byte after every save: the time of one differs a hundredfold between machines
            ASSERT_EQ(::pipe(saved), 0);
            const pid_t child = ::fork();
            ASSERT_GE(child, 0);
            if (child == 0) save_for_ever(path, contents, kill_number, saved[1]);
            ::close(saved[1]);
            const auto begin = std::chrono::steady_clock::now();
            const auto saves = static_cast<unsigned>(1 + random() % 3);
            for (unsigned i = 0; i < saves; ++i) {
                char byte = 0;
                ASSERT_EQ(::read(saved[0], &byte, 1), 1) << "it ended by itself";
            }
            // Somewhere in the next one.
            const auto one = (std::chrono::steady_clock::now() - begin) / saves;
            std::this_thread::sleep_for(one * static_cast<int>(random() % 100) / 100);
            ASSERT_EQ(::kill(child, SIGKILL), 0);
            ::close(saved[0]);
            int status = 0;
            ASSERT_EQ(::waitpid(child, &status, 0), child);
            ASSERT_TRUE(WIFSIGNALED(status)) << "it ended by itself";
            const std::string left = content_of(path);
            ASSERT_TRUE(left == contents[0] || left == contents[1]) << left.size() << " bytes, kill " << kill_number;
            ++seen[left == contents[1] ? 1 : 0];
        }
        // Else nothing was saved between two kills.
        EXPECT_GT(seen[0], 10);
        EXPECT_GT(seen[1], 10);
    }
    int unfinished = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        const std::string name = entry.path().filename().string();
        unfinished += name.starts_with(".attnscope-") ? 1 : 0;
        EXPECT_TRUE(name.starts_with(".attnscope-") || name == "3000" || name == "2000000") << name;
    }
    EXPECT_GT(unfinished, 0) << "nobody was killed while it saved";
    EXPECT_TRUE(write_file_atomically(folder / "3000", "new")) << "what is left behind is in nobody's way";
}

}  // namespace killed_test
}  // namespace attnscope
