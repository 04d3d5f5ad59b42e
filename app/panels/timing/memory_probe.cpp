#include "app/panels/timing/memory_probe.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

extern char** environ;  // NOLINT(readability-redundant-declaration): not every system declares it

namespace attnscope::timing_panel {
namespace {

constexpr int patience_ms = 20;  // how often a stop is looked for

// What the pipe says until it is closed; nothing when stopped before.
std::optional<std::string> read_all(int pipe, const Progress& progress) {
    std::string text;
    std::array<char, 256> part{};
    for (;;) {
        if (progress.stopped()) return std::nullopt;
        pollfd wait{.fd = pipe, .events = POLLIN, .revents = 0};
        if (poll(&wait, 1, patience_ms) <= 0) continue;
        const ssize_t count = read(pipe, part.data(), part.size());
        if (count <= 0) return text;
        text.append(part.data(), static_cast<std::size_t>(count));
    }
}

// The program's answer; nothing when it could not be started, was stopped, or failed.
std::optional<std::string> answer_of(const std::string& program, std::vector<std::string> arguments,
                                     const Progress& progress) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_t child = 0;
    const bool started = posix_spawn(&child, program.c_str(), &actions, nullptr, argv.data(), environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    const std::optional<std::string> text = started ? read_all(ends[0], progress) : std::nullopt;
    close(ends[0]);
    if (!started) return std::nullopt;
    if (!text) kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    return text && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? text : std::nullopt;
}

}  // namespace

std::optional<std::int64_t> bytes_in_own_process(TimedMethod method, const MethodShape& shape, int threads,
                                                 const Progress& progress) {
    std::error_code error;
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error || program.filename() != "attnscope") return std::nullopt;
    std::vector<std::string> arguments{program.string(),
                                       "measure-memory",
                                       std::string(timed_method_names[static_cast<std::size_t>(method)]),
                                       fmt::format("--length={}", shape.length),
                                       fmt::format("--dim={}", shape.dim),
                                       fmt::format("--heads={}", shape.heads),
                                       fmt::format("--features={}", shape.features),
                                       fmt::format("--threads={}", threads)};
    if (shape.causal) arguments.emplace_back("--causal");
    const std::optional<std::string> text = answer_of(program.string(), std::move(arguments), progress);
    if (!text) return std::nullopt;
    std::int64_t bytes = -1;
    std::from_chars(text->data(), text->data() + text->size(), bytes);
    return bytes >= 0 ? std::optional(bytes) : std::nullopt;
}

}  // namespace attnscope::timing_panel
