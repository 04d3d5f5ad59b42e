#include "core/io/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>

#include "core/base/tr.hpp"

namespace attnscope {
namespace {

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }
    bool open() const { return fd_ >= 0; }
    /// Some file systems report a full disk only here. The error number, or 0.
    int close() {
        const int fd = std::exchange(fd_, -1);
        return ::close(fd) == 0 || errno == EINTR ? 0 : errno;  // on Linux an interrupted close has closed
    }

private:
    int fd_;
};

std::string quoted(const std::filesystem::path& path) {
    return '\'' + printable(path.native(), 1000) + '\'';
}

std::string reason(int error) {
    switch (error) {
        case ENOENT:
            return tr("it does not exist");
        case EACCES:
        case EPERM:
            return tr("permission denied");
        case ENOSPC:
            return tr("no space left on the disk");
        case EROFS:
            return tr("the disk can only be read");
        case ENAMETOOLONG:
            return tr("the name is too long");
        case ENOTDIR:
            return tr("a part of the path is a file, not a folder");
        case EISDIR:
            return tr("it is a folder, not a file");
        default:
            return std::generic_category().message(error);  // the system's own words
    }
}

Error cannot_read(const std::filesystem::path& path, std::string_view why) {
    return io_error(tr("cannot read {}: {}", quoted(path), why));
}

Error cannot_write(const std::filesystem::path& path, std::string_view why) {
    return io_error(tr("cannot write {}: {}", quoted(path), why));
}

/// Opens for reading and looks what it is; folders are refused here.
Result<struct stat> inspect(const Descriptor& file, const std::filesystem::path& path) {
    if (!file.open()) return cannot_read(path, reason(errno));
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return cannot_read(path, reason(errno));
    if (S_ISDIR(status.st_mode)) return cannot_read(path, tr("it is a folder, not a file"));
    return status;
}

int open_to_read(const std::filesystem::path& path) {
    return ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
}

/// Appends up to `most` bytes to `content`, until the end of the file. The error number, or 0.
int read_up_to(int fd, std::uint64_t most, std::string& content) {
    while (most > 0) {
        const std::size_t old = content.size();
        // What is reserved first, then doubling; not all of `most` at once: it may be far more than the file has.
        const std::size_t room = content.capacity() - old;
        const std::uint64_t step = std::min<std::uint64_t>(most, room > 0 ? room : std::max(old, std::size_t{1} << 16));
        content.resize(old + static_cast<std::size_t>(step));
        const ssize_t got = ::read(fd, content.data() + old, static_cast<std::size_t>(step));
        const int error = got < 0 ? errno : 0;
        content.resize(old + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (error != 0 && error != EINTR) return error;
        if (got == 0) return 0;
        if (got > 0) most -= static_cast<std::uint64_t>(got);
    }
    return 0;
}

/// All of it, however often the system takes only a part. The error number, or 0.
int write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        if (written == 0) return EIO;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

/// Where a chain of symbolic links ends, be there a file or not.
Result<std::filesystem::path> follow_links(const std::filesystem::path& path) {
    std::filesystem::path end = path;
    std::error_code error;
    for (int links = 0; std::filesystem::is_symlink(std::filesystem::symlink_status(end, error)); ++links) {
        if (links == 40) return cannot_write(path, reason(ELOOP));
        const std::filesystem::path next = std::filesystem::read_symlink(end, error);
        if (error) return cannot_write(path, reason(error.value()));
        end = next.is_absolute() ? next : end.parent_path() / next;
    }
    return end;
}

/// A new file that nobody else has, in `folder`; its name does not grow with the target's, which may be as long as
/// names can be. On failure the descriptor is negative and errno says why.
int open_temporary(const std::filesystem::path& folder, mode_t mode, std::filesystem::path& name) {
    static std::atomic<unsigned> counter{0};
    for (int attempt = 0; attempt < 100; ++attempt) {
        name = folder / fmt::format(".attnscope-{}-{}.tmp", ::getpid(), counter.fetch_add(1));
        const int fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (fd >= 0 || errno != EEXIST) return fd;  // EEXIST: left behind by a process that was killed
    }
    return -1;
}

/// Content, permissions and a place on the disk. The error number, or 0.
int fill_temporary(Descriptor& file, std::string_view bytes, const struct stat* replaced) {
    if (const int error = write_all(file.get(), bytes)) return error;
    if (replaced != nullptr) {
        // The owner is kept where that is allowed (a run as root); where it is not, the file is ours, as after a copy.
        [[maybe_unused]] const int ignored = ::fchown(file.get(), replaced->st_uid, replaced->st_gid);
        if (::fchmod(file.get(), replaced->st_mode & 07777) != 0) return errno;
    }
    // EINVAL: a file system that has nothing to flush.
    if (::fsync(file.get()) != 0 && errno != EINVAL) return errno;
    return file.close();
}

Result<void> write_directly(const std::filesystem::path& path, std::string_view bytes) {
    Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file.open()) return cannot_write(path, reason(errno));
    int error = write_all(file.get(), bytes);
    if (error == 0) error = file.close();
    if (error != 0) return cannot_write(path, reason(error));
    return {};
}

Result<void> replace_file(const std::filesystem::path& path, std::string_view bytes, const struct stat* replaced) {
    const Result<std::filesystem::path> target = follow_links(path);
    if (!target) return target.error();
    if (!target->has_filename()) return cannot_write(path, tr("the path ends in '/', a file name is needed"));
    const std::filesystem::path folder = target->has_parent_path() ? target->parent_path() : ".";
    std::filesystem::path temporary;
    // A replaced file may be private: the temporary is too, until it gets the permissions of the old one.
    Descriptor file(open_temporary(folder, replaced != nullptr ? 0600 : 0666, temporary));
    if (!file.open()) {
        if (errno == ENOENT) return cannot_write(path, tr("the folder {} does not exist", quoted(folder)));
        return cannot_write(path, reason(errno));
    }
    int error = fill_temporary(file, bytes, replaced);
    if (error == 0 && ::rename(temporary.c_str(), target->c_str()) != 0) error = errno;
    if (error == 0) return {};
    ::unlink(temporary.c_str());
    return cannot_write(path, reason(error));
}

}  // namespace

std::string printable(std::string_view text, std::size_t most) {
    const bool cut = text.size() > most;
    std::size_t end = std::min(text.size(), most);
    while (cut && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    std::string line;
    for (const char c : text.substr(0, end)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F)
            line += fmt::format("\\x{:02x}", byte);
        else
            line += c;
    }
    return cut ? line + "..." : line;
}

Result<std::uint64_t> size_of_file(const std::filesystem::path& path) {
    const Descriptor file(open_to_read(path));
    const Result<struct stat> status = inspect(file, path);
    if (!status) return status.error();
    if (!S_ISREG(status->st_mode)) return cannot_read(path, tr("it is a device or a pipe, an ordinary file is needed"));
    return static_cast<std::uint64_t>(status->st_size);
}

Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
    const Descriptor file(open_to_read(path));
    const Result<struct stat> status = inspect(file, path);
    if (!status) return status.error();
    std::string content;
    max_bytes = std::min<std::uint64_t>(max_bytes, content.max_size() / 2);
    const auto size = static_cast<std::uint64_t>(status->st_size);
    if (size > max_bytes) return cannot_read(path, tr("it has {} bytes, the limit is {} bytes", size, max_bytes));
    content.reserve(static_cast<std::size_t>(size) + 1);
    // One byte more than is allowed: the file may grow meanwhile, and of a pipe the size is not known before.
    if (const int error = read_up_to(file.get(), max_bytes + 1, content)) return cannot_read(path, reason(error));
    if (content.size() > max_bytes)
        return cannot_read(path, tr("it has more than {} bytes, the limit is {} bytes", max_bytes, max_bytes));
    return content;
}

Result<std::string> read_file_part(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t size) {
    const Descriptor file(open_to_read(path));
    const Result<struct stat> status = inspect(file, path);
    if (!status) return status.error();
    if (!S_ISREG(status->st_mode)) return cannot_read(path, tr("it is a device or a pipe, an ordinary file is needed"));
    const auto length = static_cast<std::uint64_t>(status->st_size);
    const auto ends_early = [&](std::uint64_t end) {
        return cannot_read(path, tr("{} bytes from byte {} on are needed, it ends at byte {}", size, offset, end));
    };
    if (offset > length || size > length - offset) return ends_early(length);
    if (::lseek(file.get(), static_cast<off_t>(offset), SEEK_SET) < 0) return cannot_read(path, reason(errno));
    std::string content;
    content.reserve(static_cast<std::size_t>(size));
    if (const int error = read_up_to(file.get(), size, content)) return cannot_read(path, reason(error));
    if (content.size() < size) return ends_early(offset + content.size());
    return content;
}

Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view bytes) {
    if (path.empty()) return cannot_write(path, tr("the file name is empty"));
    struct stat old {};
    if (::stat(path.c_str(), &old) != 0) {
        if (errno != ENOENT) return cannot_write(path, reason(errno));
        return replace_file(path, bytes, nullptr);
    }
    if (S_ISDIR(old.st_mode)) return cannot_write(path, tr("it is a folder, a file name is needed"));
    if (!S_ISREG(old.st_mode)) return write_directly(path, bytes);
    // A rename asks only the folder: without this, a file protected against writing would be replaced all the same.
    if (::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0) return cannot_write(path, reason(errno));
    return replace_file(path, bytes, &old);
}

Result<void> write_output(std::string_view path_or_dash, std::string_view bytes) {
    if (path_or_dash != "-") return write_file_atomically(std::filesystem::path(path_or_dash), bytes);
    if (const int error = write_all(STDOUT_FILENO, bytes))
        return io_error(tr("cannot write to standard output: {}", reason(error)));
    return {};
}

}  // namespace attnscope
