// The files that the program carries inside itself.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace attnscope {

/// The bytes of a file that assets/CMakeLists.txt embeds, by its path from the project's root. An unknown path is a
/// broken invariant.
std::string_view embedded(std::string_view path);
/// The paths that begin so, in alphabetical order.
std::vector<std::string_view> embedded_paths(std::string_view prefix);

/// The same as text for shaders; a debug build reads the file on disk when it is there, so that an edit shows at once.
std::string embedded_or_newer(std::string_view path);
/// Changes when the file on disk does, in a debug build; always 0 otherwise.
std::int64_t embedded_stamp(std::string_view path);

namespace detail {
struct EmbeddedFile {
    const char* path;
    const char* begin;
    const char* end;
};
extern const EmbeddedFile embedded_files[];  // ends with a null path
}  // namespace detail

}  // namespace attnscope
