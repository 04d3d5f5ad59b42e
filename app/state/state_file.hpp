// The state file: what the window looked like and every panel's parameters, as TOML that people may read and edit.
//
//     version = 1
//     panel = "attention"
//     theme = "dark"
//     language = "en"
//     scale = 1.0
//
//     [window]
//     width = 1600
//     height = 1000
//
//     [panels.attention]
//     temperature = 0.5
//
//     [compare.attention]
//     temperature = 1.0
//
//     [export]
//     style = "paper"
//
//     [[snapshot]]  (snapshot_toml.hpp)
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/state/params.hpp"
#include "app/state/snapshot.hpp"
#include "core/base/result.hpp"

namespace attnscope {

inline constexpr int state_version = 1;
inline constexpr double state_scale_min = 0.25, state_scale_max = 8;
inline constexpr int state_window_min = 200, state_window_max = 32768;  // each side, in screen units
inline constexpr std::size_t state_file_max_bytes = std::size_t{16} << 20U;

struct StateFile {
    int version = state_version;
    std::string panel;           // the panel in view; empty: the program's choice
    std::string theme = "dark";  // or "light"
    std::string language;        // one of language_codes; empty: the program's choice
    double scale = 1;            // the projector scale, in [state_scale_min, state_scale_max]
    std::optional<int> window_width, window_height;
    std::map<std::string, ParamValues> panels;    // by the panel's name
    std::map<std::string, ParamValues> compared;  // of the panels whose settings A and B are compared: those of A
    ParamValues exported;                         // how pictures are saved
    std::vector<Snapshot> snapshots;              // at most snapshots_max
    std::vector<std::string> warnings;            // what parse_state() did not know; never written

    bool operator==(const StateFile&) const = default;
};

/// The state as TOML; parse_state() restores it exactly, bit for bit in the numbers and in the order of the parameters.
/// All texts must be UTF-8, as set() sees to.
std::string format_state(const StateFile& state);

/// `name` stands for the file in errors: "name:line:column: ..." for broken syntax; "name:line: ..." for a version that
/// is missing or newer than state_version, a value of a wrong type or out of range. Keys that mean nothing here become
/// warnings, and so do broken snapshots, which are left out. Panels and their parameters are not known here: apply()
/// and restore() check those. Cost O(bytes).
Result<StateFile> parse_state(std::string_view text, std::string_view name);

/// For a state the user asked for: an unknown key is a warning, an illegal value an error with the legal values, and
/// then nothing has changed. (At start-up, restore() takes what it can instead.)
Result<void> apply(const ParamList& params, const ParamValues& values, std::vector<std::string>& warnings);

/// Where the last state is kept: $XDG_STATE_HOME/attnscope, or ~/.local/state/attnscope (XDG Base Directory 0.8; paths
/// that are not absolute do not count). Empty when neither variable says where.
std::filesystem::path state_folder();

/// Writes the file whole or not at all and makes its folder, readable by the user only, where it is missing.
Result<void> save_state(const std::filesystem::path& path, const StateFile& state);

/// Reads and parses a file that the user named.
Result<StateFile> read_state(const std::filesystem::path& path);

struct LoadedState {
    StateFile state;      // the defaults where nothing could be read
    std::string message;  // one line for the user; empty when all went well
};

/// For start-up, where nothing may stand in the way. A missing file gives the defaults. One that cannot be understood
/// is renamed to NAME.damaged (NAME.damaged.2, ...), so that the next save does not overwrite it, and the message says
/// so.
LoadedState load_or_set_aside(const std::filesystem::path& path);

}  // namespace attnscope
