// The program ffmpeg, which makes a film of pictures that are handed to it one by one.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "app/draw/geometry.hpp"
#include "core/base/progress.hpp"
#include "core/base/result.hpp"

namespace attnscope {

/// Where it is, by the PATH; empty: nowhere.
std::filesystem::path find_ffmpeg();

struct FilmFormat {
    enum class Kind { gif, mp4 } kind = Kind::gif;
    double frames_per_second = 25;
    /// One palette for the whole GIF: a smaller file, but ffmpeg then holds all pictures in memory.
    bool one_palette = true;
    Color edge;  // of the line that is added where an MP4 needs an even number of pixels
};

/// One running ffmpeg. It writes beside the target and is renamed when everything is there; an object that goes before
/// finish() has succeeded ends the program and leaves nothing.
class Ffmpeg {
public:
    /// Errors: it cannot be started; the target cannot be written.
    static Result<std::unique_ptr<Ffmpeg>> start(const std::filesystem::path& program, const FilmFormat& format,
                                                 const std::filesystem::path& out);
    ~Ffmpeg();
    Ffmpeg(const Ffmpeg&) = delete;
    Ffmpeg& operator=(const Ffmpeg&) = delete;

    /// The next picture, a PNG file. Errors: cancelled; the program has ended, with what it said.
    Result<void> add(std::string_view png, const Progress& progress);
    /// Waits for the program and puts the film in its place. Errors: cancelled; the program's; the system's.
    Result<void> finish(const Progress& progress);

private:
    class Descriptor {
    public:
        explicit Descriptor(int fd = -1) : fd_(fd) {}
        ~Descriptor() { close(); }
        Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
        Descriptor& operator=(Descriptor&& other) noexcept {
            std::swap(fd_, other.fd_);
            return *this;
        }
        Descriptor(const Descriptor&) = delete;
        Descriptor& operator=(const Descriptor&) = delete;
        int get() const { return fd_; }
        void close();

    private:
        int fd_;
    };

    explicit Ffmpeg(std::filesystem::path out) : out_(std::move(out)) {}
    Result<void> open_temporary();
    Result<void> spawn(const std::filesystem::path& program, const FilmFormat& format);
    Result<int> wait_for_end(const Progress& progress);
    Error failure(int status);
    Error cannot_write(std::string_view why) const;
    std::string said() const;

    std::filesystem::path out_, temporary_;
    Descriptor pictures_;  // to the program's standard input
    Descriptor output_;    // what it says: a file in memory, so that nobody has to read meanwhile
    pid_t child_ = -1;
};

}  // namespace attnscope
