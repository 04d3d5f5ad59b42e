// Files: read whole or in part with a limit, written whole or not at all. Every error is one line that names the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace attnscope {

/// `text` fit for one line of an error message: control bytes become \xNN, and what is longer than `most` bytes is cut
/// (at a UTF-8 border) and ends in "...". Names that come out of files go through here.
std::string printable(std::string_view text, std::size_t most = 200);

/// The size in bytes of an ordinary file. Errors (io): it does not exist, is a folder, is no ordinary file.
Result<std::uint64_t> size_of_file(const std::filesystem::path& path);

/// The whole content. Pipes and devices are read to their end. Memory: the content, at most max_bytes + 1.
/// Errors (io): it does not exist, is a folder, is larger than max_bytes (says both sizes), cannot be read (says why).
Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t max_bytes);

/// The `size` bytes from `offset` on. Errors (io) as read_file, and when the file ends before offset + size.
/// Nothing is allocated before the real file is known to be long enough.
Result<std::string> read_file_part(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t size);

/// Writes a temporary file beside the target, flushes it to the disk and renames it over the target: a reader sees the
/// old content or the new one, never a part. On any failure the temporary is removed and the target is untouched.
/// A symbolic link stays and the file it leads to is replaced. An existing file keeps its permissions (and, when we
/// may, its owner); one without write permission is refused; a new one gets 0666 & ~umask. A device or a pipe cannot be
/// replaced and is written to directly. Errors (io): "cannot write 'x/y.png': No space left on device".
Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// For every --out option: "-" writes to standard output, anything else is write_file_atomically.
Result<void> write_output(std::string_view path_or_dash, std::string_view bytes);

}  // namespace attnscope
