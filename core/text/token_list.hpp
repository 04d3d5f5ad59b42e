// Tokens that the user brings along with arrays: a list of labels.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/matrix.hpp"
#include "core/base/result.hpp"

namespace attnscope {

/// A JSON list of strings where the first visible character is '[', else one token a line (LF or CR LF; the last line
/// may lack its end; an empty line is an empty token). Errors (each begins with file_name): invalid UTF-8, JSON that is
/// no list of strings, no token, more than `most`.
Result<std::vector<std::string>> parse_token_list(std::string_view bytes, std::string_view file_name, Index most);

/// The same from a file of at most 64 MiB.
Result<std::vector<std::string>> load_token_list(const std::filesystem::path& path, Index most);

}  // namespace attnscope
