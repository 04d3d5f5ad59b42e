#include "app/shell/ffmpeg.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <system_error>
#include <thread>
#include <vector>

#include "app/language/language.hpp"
#include "core/io/file.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): not every system declares it

namespace attnscope {
namespace {

namespace fs = std::filesystem;

constexpr int patience_of_pipe_ms = 20;  // how often a stop is looked for
constexpr std::size_t most_said = 400;   // bytes: the first complaint is the cause, the rest follows from it

class SpawnActions {
public:
    SpawnActions() { posix_spawn_file_actions_init(&actions_); }
    ~SpawnActions() { posix_spawn_file_actions_destroy(&actions_); }
    SpawnActions(const SpawnActions&) = delete;
    SpawnActions& operator=(const SpawnActions&) = delete;
    void put(int fd, int as) { posix_spawn_file_actions_adddup2(&actions_, fd, as); }
    const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_{};
};

std::string system_says(int error) {
    return std::generic_category().message(error);
}

std::string gif_filter(const FilmFormat& format) {
    // Cells of a map are flat: dithering would only make noise of them.
    return fmt::format("split[a][b];[a]palettegen=stats_mode={}[p];[b][p]paletteuse=dither=none:{}",
                       format.one_palette ? "full" : "single", format.one_palette ? "diff_mode=rectangle" : "new=1");
}

std::string mp4_filter(const FilmFormat& format) {
    // Players take an untagged film for BT.709 or BT.601 as they like, and the colours of a map would shift.
    return fmt::format(
        "pad=ceil(iw/2)*2:ceil(ih/2)*2:0:0:color=0x{:02x}{:02x}{:02x},"
        "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p",
        format.edge.r, format.edge.g, format.edge.b);
}

std::vector<std::string> arguments_of(const fs::path& program, const FilmFormat& format, const fs::path& target) {
    std::vector<std::string> arguments{program.string(),
                                       "-hide_banner",
                                       "-nostdin",
                                       "-loglevel",
                                       "error",
                                       "-y",
                                       "-f",
                                       "image2pipe",
                                       "-c:v",
                                       "png",
                                       "-framerate",
                                       fmt::format("{}", format.frames_per_second),
                                       "-i",
                                       "-",
                                       "-vf"};
    if (format.kind == FilmFormat::Kind::gif)
        arguments.insert(arguments.end(), {gif_filter(format), "-f", "gif"});
    else
        arguments.insert(arguments.end(), {mp4_filter(format), "-c:v", "libx264", "-crf", "18", "-colorspace", "bt709",
                                           "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
                                           "-movflags", "+faststart", "-f", "mp4"});
    arguments.push_back(target.string());
    return arguments;
}

}  // namespace

fs::path find_ffmpeg() {
    const char* const variable = std::getenv("PATH");
    std::string_view rest = variable != nullptr ? variable : "/usr/local/bin:/usr/bin:/bin";
    while (!rest.empty()) {
        const std::size_t colon = std::min(rest.find(':'), rest.size());
        const fs::path folder = rest.substr(0, colon);
        rest.remove_prefix(std::min(colon + 1, rest.size()));
        if (!folder.is_absolute()) continue;  // nobody wants to run what lies in the folder where he happens to be
        fs::path program = folder / "ffmpeg";
        std::error_code ignored;
        if (fs::is_regular_file(program, ignored) && ::access(program.c_str(), X_OK) == 0) return program;
    }
    return {};
}

void Ffmpeg::Descriptor::close() {
    if (const int fd = std::exchange(fd_, -1); fd >= 0) ::close(fd);
}

Result<std::unique_ptr<Ffmpeg>> Ffmpeg::start(const fs::path& program, const FilmFormat& format, const fs::path& out) {
    std::error_code error;
    // An absolute path: ffmpeg takes "a:b" for a protocol and "-a" for an option. A link stays, its file is replaced.
    const fs::path target = fs::weakly_canonical(fs::absolute(out, error), error);
    std::unique_ptr<Ffmpeg> film(new Ffmpeg(error ? out : target));
    if (error) return film->cannot_write(system_says(error.value()));
    if (const auto opened = film->open_temporary(); !opened) return opened.error();
    if (const auto spawned = film->spawn(program, format); !spawned) return spawned.error();
    return film;
}

Ffmpeg::~Ffmpeg() {
    pictures_.close();
    if (child_ > 0) {
        ::kill(child_, SIGKILL);
        while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<void> Ffmpeg::open_temporary() {
    static std::atomic<unsigned> counter{0};
    std::error_code error;
    const fs::file_status there = fs::status(out_, error);
    const bool exists = fs::exists(there);
    if (fs::is_directory(there)) return cannot_write(tr("it is a folder, a file name is needed"));
    if (exists && !fs::is_regular_file(there))
        return cannot_write(tr("it is a device or a pipe, a film needs an ordinary file"));
    // A rename asks only the folder: without this, a file protected against writing would be replaced all the same.
    if (exists && ::faccessat(AT_FDCWD, out_.c_str(), W_OK, AT_EACCESS) != 0) return cannot_write(system_says(errno));
    for (int attempt = 0; attempt < 100; ++attempt) {
        fs::path name = out_.parent_path() / fmt::format(".attnscope-{}-film-{}.tmp", ::getpid(), counter.fetch_add(1));
        const Descriptor file(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
        const int problem = file.get() < 0 ? errno : 0;
        if (problem == 0) {
            temporary_ = std::move(name);
            if (exists) fs::permissions(temporary_, there.permissions(), error);
            return {};
        }
        if (problem == ENOENT)
            return cannot_write(tr("the folder '{}' does not exist", printable(out_.parent_path().native())));
        if (problem != EEXIST) return cannot_write(system_says(problem));  // EEXIST: of a process that was killed
    }
    return cannot_write(system_says(EEXIST));
}

Result<void> Ffmpeg::spawn(const fs::path& program, const FilmFormat& format) {
    const auto failed = [&](int error) {
        return io_error(tr("'{}' cannot be started: {}", printable(program.native()), system_says(error)));
    };
    // A socket instead of a pipe: a write to a program that has ended then is an error and no signal.
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return failed(errno);
    pictures_ = Descriptor(ends[0]);
    const Descriptor input(ends[1]);
    output_ = Descriptor(::memfd_create("attnscope-ffmpeg", MFD_CLOEXEC));
    if (output_.get() < 0) return failed(errno);
    SpawnActions actions;
    actions.put(input.get(), STDIN_FILENO);
    actions.put(output_.get(), STDOUT_FILENO);
    actions.put(output_.get(), STDERR_FILENO);
    std::vector<std::string> arguments = arguments_of(program, format, temporary_);
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_t child = -1;
    const int error = ::posix_spawnp(&child, program.c_str(), actions.get(), nullptr, argv.data(), environ);
    if (error != 0) return failed(error);
    child_ = child;
    return {};
}

Result<void> Ffmpeg::add(std::string_view png, const Progress& progress) {
    while (!png.empty()) {
        if (progress.stopped()) return cancelled();
        pollfd wait{.fd = pictures_.get(), .events = POLLOUT, .revents = 0};
        if (::poll(&wait, 1, patience_of_pipe_ms) <= 0) continue;
        const ssize_t sent = ::send(pictures_.get(), png.data(), png.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            png.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno != EAGAIN && errno != EINTR) {
            const Result<int> status = wait_for_end(progress);
            return status ? failure(*status) : status.error();
        }
    }
    return {};
}

Result<void> Ffmpeg::finish(const Progress& progress) {
    const Result<int> status = wait_for_end(progress);
    if (!status) return status.error();
    std::error_code error;
    if (*status != 0 || fs::file_size(temporary_, error) == 0 || error) return failure(*status);
    const Descriptor file(::open(temporary_.c_str(), O_RDONLY | O_CLOEXEC));
    // EINVAL: a file system that has nothing to flush.
    if (file.get() < 0 || (::fsync(file.get()) != 0 && errno != EINVAL)) return cannot_write(system_says(errno));
    if (::rename(temporary_.c_str(), out_.c_str()) != 0) return cannot_write(system_says(errno));
    temporary_.clear();
    return {};
}

// Its status as waitpid() gives it. The program is told that there are no more pictures.
Result<int> Ffmpeg::wait_for_end(const Progress& progress) {
    pictures_.close();
    for (;;) {
        int status = 0;
        const pid_t ended = ::waitpid(child_, &status, WNOHANG);
        if (ended == child_ || (ended < 0 && errno != EINTR)) {
            child_ = -1;
            return ended < 0 ? -1 : status;
        }
        if (progress.stopped()) return cancelled();
        std::this_thread::sleep_for(std::chrono::milliseconds(patience_of_pipe_ms / 4));
    }
}

Error Ffmpeg::failure(int status) {
    const std::string name = printable(out_.native()), complaint = said();
    if (!complaint.empty()) return io_error(tr("ffmpeg could not make '{}': {}", name, complaint));
    if (status == 0) return io_error(tr("ffmpeg ended before it had made '{}' and did not say why", name));
    // As a shell counts: a signal is 128 and its number.
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return io_error(tr("ffmpeg could not make '{}' and did not say why (it ended with {})", name, code));
}

Error Ffmpeg::cannot_write(std::string_view why) const {
    return io_error(tr("cannot write '{}': {}", printable(out_.native()), why));
}

std::string Ffmpeg::said() const {
    std::array<char, 2 * most_said> bytes{};
    const ssize_t count = ::pread(output_.get(), bytes.data(), bytes.size(), 0);
    std::string_view rest(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    std::string text;
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find_first_of("\r\n"));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        if (!line.empty()) text.append(text.empty() ? "" : "; ").append(line);
    }
    return printable(text, most_said);
}

}  // namespace attnscope
