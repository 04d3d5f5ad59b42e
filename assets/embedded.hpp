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

/// The same, of shaders and lessons: that in the folder named by the environment variable ATTNSCOPE_ASSETS when it is
/// there and of at most 1 MB, so that an edit shows at once. A debug build takes the project's folder if none is named.
std::string embedded_or_newer(std::string_view path);
/// Changes when that file does; 0 where there is none.
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
