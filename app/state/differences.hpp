// What two settings of a panel differ in, for people: A beside B.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/state/params.hpp"

namespace attnscope {

/// A parameter that two lists of the same panel set differently, as a person reads it; the unit stands behind `b`.
struct ParamDifference {
    std::string label, a, b;
};
/// In the order of the lists. Parameters without a control in either state do not count, but for the one with the key
/// `always`.
std::vector<ParamDifference> differences(const ParamList& a, const ParamList& b, std::string_view always = {});

}  // namespace attnscope
