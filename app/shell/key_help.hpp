// The keys and what they do: for the list that F1 shows, and for the manual.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace attnscope {

using KeyHelp = std::vector<std::pair<std::string, std::string>>;

/// Those of the whole window; a panel adds its own (Panel::key_help()).
KeyHelp general_keys();
/// Those of a lesson on the screen.
KeyHelp lecture_keys();

}  // namespace attnscope
