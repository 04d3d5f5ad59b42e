// For tests: runs the command line in this process and catches what it prints.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "app/cli/command_line.hpp"
#include "core/io/temp_folder.hpp"

namespace attnscope::testing_cli {

struct Outcome {
    int code = -1;
    std::string out, err;
};

inline Outcome run(const std::vector<std::string>& arguments) {
    std::vector<const char*> argv{"attnscope"};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    Outcome outcome;
    outcome.code = run_command_line(static_cast<int>(argv.size()), argv.data());
    outcome.out = testing::internal::GetCapturedStdout();
    outcome.err = testing::internal::GetCapturedStderr();
    return outcome;
}

inline void expect_failure(const std::vector<std::string>& arguments, int code,
                           const testing::Matcher<std::string>& message) {
    const Outcome outcome = run(arguments);
    const std::string command = testing::PrintToString(arguments).substr(0, 300);
    EXPECT_EQ(outcome.code, code) << command;
    EXPECT_EQ(outcome.out, "") << command;
    EXPECT_THAT(outcome.err, testing::StartsWith("attnscope: error: ")) << command;
    EXPECT_THAT(outcome.err, testing::EndsWith("\n")) << command;
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << "one line: " << command;
    EXPECT_THAT(outcome.err, message) << command;
}

class CommandLineTest : public testing::Test {
protected:
    TempFolder folder_;

    std::string path(const std::string& name) const { return (folder_ / name).string(); }

    std::string written(std::vector<std::string> arguments, const std::string& name) const {
        arguments.insert(arguments.end(), {"--out", path(name)});
        const Outcome outcome = run(arguments);
        EXPECT_EQ(outcome.code, 0) << outcome.err;
        EXPECT_EQ(outcome.out, "");
        EXPECT_EQ(outcome.err, "");
        return content_of(folder_ / name);
    }
    /// A run that must fail and write nothing.
    void expect_nothing_written(const std::vector<std::string>& arguments, int code,
                                const testing::Matcher<std::string>& message) const {
        const int before = folder_.files();
        expect_failure(arguments, code, message);
        EXPECT_EQ(folder_.files(), before);
    }
};

}  // namespace attnscope::testing_cli
