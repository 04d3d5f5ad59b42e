#include "core/io/file.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <thread>

#include "core/io/temp_folder.hpp"

namespace attnscope {
namespace file_test {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
namespace fs = std::filesystem;

mode_t mode_of(const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return status.st_mode & 07777U;
}

TEST(ReadFile, GivesBackEveryByteThatWasWritten) {
    const TempFolder folder;
    std::string bytes(300000, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7 + i / 256);
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{65536}, bytes.size()}) {
        folder.file("x", std::string_view(bytes).substr(0, size));
        const Result<std::string> read = read_file(folder / "x", bytes.size());
        ASSERT_TRUE(read) << error_of(read);
        EXPECT_EQ(*read, bytes.substr(0, size));
    }
}

TEST(ReadFile, SaysThatAFileDoesNotExist) {
    const TempFolder folder;
    const auto read = read_file(folder / "missing.npy", 10);
    EXPECT_THAT(error_of(read),
                AllOf(StartsWith("cannot read '"), HasSubstr("missing.npy'"), EndsWith("does not exist")));
    EXPECT_EQ(read.error().code, ErrorCode::io);
}

TEST(ReadFile, SaysThatAFolderIsAFolder) {
    const TempFolder folder;
    EXPECT_THAT(error_of(read_file(folder.path(), 10)), HasSubstr("it is a folder"));
    EXPECT_THAT(error_of(size_of_file(folder.path())), HasSubstr("it is a folder"));
    EXPECT_THAT(error_of(read_file_part(folder.path(), 0, 1)), HasSubstr("it is a folder"));
}

TEST(ReadFile, SaysBothSizesOfAFileThatIsTooLarge) {
    const TempFolder folder;
    folder.file("x", "12345");
    EXPECT_TRUE(read_file(folder / "x", 5));
    EXPECT_THAT(error_of(read_file(folder / "x", 4)), HasSubstr("has 5 bytes, the limit is 4 bytes"));
}

TEST(ReadFile, StopsAtTheLimitInAnEndlessDevice) {
    EXPECT_THAT(error_of(read_file("/dev/zero", 100000)), HasSubstr("more than 100000 bytes"));
    EXPECT_THAT(error_of(size_of_file("/dev/zero")), HasSubstr("an ordinary file is needed"));
    EXPECT_THAT(error_of(read_file_part("/dev/zero", 0, 1)), HasSubstr("an ordinary file is needed"));
}

TEST(ReadFile, SaysThatAPathGoesThroughAFile) {
    const TempFolder folder;
    folder.file("x", "1");
    EXPECT_THAT(error_of(read_file(folder / "x/y", 10)), EndsWith("a part of the path is a file, not a folder"));
}

TEST(ReadFile, SaysWhatTheSystemSaysOfAnUnreadableFile) {
    // Reading one's own memory from address 0 fails, for root too.
    EXPECT_THAT(error_of(read_file("/proc/self/mem", 10)), EndsWith("Input/output error"));
}

TEST(ReadFilePart, GivesTheBytesAskedForAndRefusesThoseBeyondTheEnd) {
    const TempFolder folder;
    folder.file("x", "0123456789");
    const auto part = read_file_part(folder / "x", 3, 4);
    ASSERT_TRUE(part) << error_of(part);
    EXPECT_EQ(*part, "3456");
    EXPECT_EQ(*read_file_part(folder / "x", 10, 0), "");
    EXPECT_EQ(*size_of_file(folder / "x"), 10U);
    EXPECT_THAT(error_of(read_file_part(folder / "x", 3, 8)),
                HasSubstr("8 bytes from byte 3 on are needed, it ends at byte 10"));
    EXPECT_THAT(error_of(read_file_part(folder / "x", 11, 0)), HasSubstr("it ends at byte 10"));
    EXPECT_THAT(error_of(read_file_part(folder / "x", 1, ~std::uint64_t{0})), HasSubstr("it ends at byte 10"));
    EXPECT_THAT(error_of(read_file_part(folder / "y", 0, 1)), HasSubstr("does not exist"));
    EXPECT_THAT(error_of(size_of_file(folder / "y")), HasSubstr("does not exist"));
}

TEST(WriteFile, ReplacesTheContentAndLeavesNothingBeside) {
    const TempFolder folder;
    folder.file("x", "a long old content");
    ASSERT_TRUE(write_file_atomically(folder / "x", "new"));
    EXPECT_EQ(content_of(folder / "x"), "new");
    EXPECT_EQ(folder.files(), 1);
}

TEST(WriteFile, KeepsThePermissionsOfAnExistingFile) {
    const TempFolder folder;
    folder.file("x", "old");
    for (const mode_t mode : {0600U, 0640U, 0755U}) {
        ASSERT_EQ(::chmod((folder / "x").c_str(), mode), 0);
        ASSERT_TRUE(write_file_atomically(folder / "x", "new"));
        EXPECT_EQ(mode_of(folder / "x"), mode);
    }
}

TEST(WriteFile, GivesANewFileWhatTheUmaskLeaves) {
    const TempFolder folder;
    const mode_t old = ::umask(027);
    const auto written = write_file_atomically(folder / "x", "new");
    ::umask(old);
    ASSERT_TRUE(written) << error_of(written);
    EXPECT_EQ(mode_of(folder / "x"), 0640U);
}

TEST(WriteFile, FollowsSymbolicLinksAndLeavesThemLinks) {
    const TempFolder folder;
    fs::create_directory(folder / "inner");
    folder.file("inner/x", "old");
    fs::create_symlink("inner/x", folder / "link");
    fs::create_symlink("link", folder / "link to link");
    fs::create_symlink("inner/new", folder / "dangling");
    ASSERT_TRUE(write_file_atomically(folder / "link to link", "new"));
    ASSERT_TRUE(write_file_atomically(folder / "dangling", "fresh"));
    EXPECT_TRUE(fs::is_symlink(folder / "link") && fs::is_symlink(folder / "link to link") &&
                fs::is_symlink(folder / "dangling"));
    EXPECT_EQ(content_of(folder / "inner/x"), "new");
    EXPECT_EQ(content_of(folder / "inner/new"), "fresh");
    EXPECT_EQ(folder.files(), 4);
}

TEST(WriteFile, RefusesALinkThatLeadsToItself) {
    const TempFolder folder;
    fs::create_symlink("loop", folder / "loop");
    EXPECT_THAT(error_of(write_file_atomically(folder / "loop", "x")), EndsWith("Too many levels of symbolic links"));
    EXPECT_EQ(folder.files(), 1);
}

TEST(WriteFile, WritesToANameAsLongAsNamesCanBe) {
    const TempFolder folder;
    const std::string name(255, 'n');
    ASSERT_TRUE(write_file_atomically(folder / name, "x"));
    EXPECT_EQ(content_of(folder / name), "x");
    EXPECT_THAT(error_of(write_file_atomically(folder / (name + 'n'), "x")), HasSubstr("the name is too long"));
    EXPECT_EQ(folder.files(), 1);
}

TEST(WriteFile, TakesANameWithoutAFolder) {
    const TempFolder folder;
    const fs::path before = fs::current_path();
    fs::current_path(folder.path());
    const auto written = write_file_atomically("plain", "x");
    fs::current_path(before);
    ASSERT_TRUE(written) << error_of(written);
    EXPECT_EQ(content_of(folder / "plain"), "x");
}

TEST(WriteFile, SaysThatTheFolderDoesNotExist) {
    const TempFolder folder;
    EXPECT_THAT(
        error_of(write_file_atomically(folder / "none/x.png", "x")),
        AllOf(StartsWith("cannot write '"), HasSubstr("none/x.png': the folder '"), EndsWith("none' does not exist")));
    EXPECT_THAT(error_of(write_file_atomically("", "x")), HasSubstr("the file name is empty"));
    EXPECT_EQ(folder.files(), 0);
}

TEST(WriteFile, RefusesAFolderAndAPathThroughAFile) {
    const TempFolder folder;
    folder.file("x", "old");
    EXPECT_THAT(error_of(write_file_atomically(folder.path(), "x")), HasSubstr("it is a folder"));
    EXPECT_THAT(error_of(write_file_atomically(folder / "new/", "x")), HasSubstr("a file name is needed"));
    EXPECT_THAT(error_of(write_file_atomically(folder / "x/y", "x")),
                EndsWith("a part of the path is a file, not a folder"));
    EXPECT_EQ(content_of(folder / "x"), "old");
    EXPECT_EQ(folder.files(), 1);
}

TEST(WriteFile, RefusesAFileProtectedAgainstWriting) {
    if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
    const TempFolder folder;
    folder.file("x", "old");
    ASSERT_EQ(::chmod((folder / "x").c_str(), 0444), 0);
    EXPECT_THAT(error_of(write_file_atomically(folder / "x", "new")), EndsWith("permission denied"));
    EXPECT_EQ(content_of(folder / "x"), "old");
}

TEST(WriteFile, NeverReplacesADevice) {
    EXPECT_TRUE(write_file_atomically("/dev/null", "x"));
    EXPECT_TRUE(fs::is_character_file("/dev/null"));
    EXPECT_EQ(error_of(write_file_atomically("/dev/full", "x")), "cannot write '/dev/full': no space left on the disk");
    EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

/// Runs body in a child process, whose limits and signals are its own; what it returns is the exit code.
template <class Body>
int in_child(const Body& body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body());
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(WriteFile, KeepsTheOldContentWhenTheSpaceEnds) {
    const TempFolder folder;
    const std::string old(1000, 'o'), bytes(100000, 'n');
    folder.file("x", old);
    for (const char* const name : {"x", "y"}) {
        const int code = in_child([&] {
            ::signal(SIGXFSZ, SIG_IGN);
            const rlimit limit{50000, 50000};  // the first part goes in, the rest does not
            if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 2;
            const std::string expected = "cannot write '" + (folder / name).string() + "': File too large";
            return error_of(write_file_atomically(folder / name, bytes)) == expected ? 0 : 1;
        });
        EXPECT_EQ(code, 0);
    }
    EXPECT_EQ(content_of(folder / "x"), old);
    EXPECT_EQ(folder.files(), 1);
}

TEST(WriteFile, WritersAtTheSameTimeLeaveOneOfTheirContentsWhole) {
    const TempFolder folder;
    const auto write = [&](char c) {
        for (int i = 0; i < 20; ++i) EXPECT_TRUE(write_file_atomically(folder / "x", std::string(5000, c)));
    };
    { const std::jthread a(write, 'a'), b(write, 'b'); }
    const std::string content = content_of(folder / "x");
    EXPECT_EQ(content, std::string(5000, content.at(0)));
    EXPECT_EQ(folder.files(), 1);
}

TEST(WriteOutput, DashIsStandardOutput) {
    testing::internal::CaptureStdout();
    EXPECT_TRUE(write_output("-", "to the pipe"));
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "to the pipe");
    const TempFolder folder;
    ASSERT_TRUE(write_output((folder / "x").string(), "to the file"));
    EXPECT_EQ(content_of(folder / "x"), "to the file");
}

TEST(WriteOutput, SaysThatStandardOutputIsFull) {
    const int code = in_child([] {
        const int full = ::open("/dev/full", O_WRONLY);
        if (::dup2(full, STDOUT_FILENO) < 0) return 2;
        return error_of(write_output("-", "x")) == "cannot write to standard output: no space left on the disk" ? 0 : 1;
    });
    EXPECT_EQ(code, 0);
}

TEST(Printable, KeepsOneLineAndWholeCharacters) {
    EXPECT_EQ(printable("a\nb\x1b[0m\x7f"), "a\\x0ab\\x1b[0m\\x7f");
    EXPECT_EQ(printable("caf\u00e9", 10), "caf\u00e9");
    EXPECT_EQ(printable("caf\u00e9s", 4), "caf...");
    EXPECT_EQ(printable("abcdef", 3), "abc...");
}

}  // namespace file_test
}  // namespace attnscope
