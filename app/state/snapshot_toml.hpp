// Snapshots in the state file:
//
//     [[snapshot]]
//     name = "Attention 1"
//     panel = "attention"
//     explain = "..."
//     thumbnail = "iVBORw0KGgo..."
//
//     [snapshot.values]
//     temperature = 0.5
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/state/snapshot.hpp"
#include "app/state/toml_read.hpp"

namespace attnscope {

/// Appends the snapshots as TOML that read_snapshots() restores exactly; they are as snapshot.hpp says.
void append_snapshots(std::string& out, std::span<const Snapshot> snapshots);

/// The snapshots of a state file, `file` in the warnings. One that is not right is left out with a warning and does no
/// harm to the others; a thumbnail that is none is left out alone. Nothing is decoded that is too long. Cost O(bytes).
std::vector<Snapshot> read_snapshots(const toml::node& node, std::string_view file, std::vector<std::string>& warnings);

}  // namespace attnscope
