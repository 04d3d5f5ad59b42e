// A named state of one panel, with a small picture of it, that the user kept to come back to.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "app/state/params.hpp"

namespace attnscope {

inline constexpr std::size_t snapshots_max = 36;
inline constexpr std::size_t snapshot_name_max = 60;      // characters (code points)
inline constexpr std::size_t snapshot_explain_max = 420;  // characters: what a lesson's text may have
inline constexpr std::size_t snapshot_thumbnail_max = std::size_t{32} << 10U;
inline constexpr int snapshot_thumbnail_side_max = 1024;                   // pixels
inline constexpr std::size_t snapshot_values_max = std::size_t{2} << 20U;  // bytes of all snapshots' texts

struct Snapshot {
    std::string name;       // one line, 1 to snapshot_name_max characters
    std::string panel;      // its name
    ParamValues values;     // all that are missing have their defaults
    std::string explain;    // one line: what the Explain strip said; may be empty
    std::string thumbnail;  // a PNG file's bytes; may be empty

    bool operator==(const Snapshot&) const = default;
};

/// The text as one line without control characters, without white space at its ends, cut to `most` characters. UTF-8.
std::string one_line(std::string_view text, std::size_t most);
/// Whether one_line() would leave the text as it is.
bool is_one_line(std::string_view text, std::size_t most);

/// Bytes of its name and its values, as far as they are texts: what snapshot_values_max limits.
std::size_t text_bytes(const Snapshot& snapshot);

/// Whether the bytes begin as a PNG file does whose picture has at most snapshot_thumbnail_side_max pixels a side, and
/// are not too many. (What lies behind is checked when it is drawn.)
bool is_thumbnail(std::string_view bytes);

/// RFC 4648, section 4, in one line.
std::string to_base64(std::string_view bytes);
/// Nothing for what to_base64() would not write.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace attnscope
