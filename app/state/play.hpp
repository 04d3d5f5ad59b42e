// A parameter that runs by itself between two values: in the window, in a lesson, in a recording.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/state/params.hpp"
#include "core/base/result.hpp"

namespace attnscope {

inline constexpr double play_seconds_min = 0.1, play_seconds_max = 600;

struct Play {
    std::string key;
    double from = 0, to = 1;
    double seconds = 5;          // from one end to the other, in [play_seconds_min, play_seconds_max]
    bool there_and_back = true;  // or from the start again

    bool operator==(const Play&) const = default;
};

/// Where the parameter stands after so many seconds: linear in time, of a logarithmic parameter with positive ends
/// linear in its logarithm; whole numbers are rounded. At 0 it is `from`, after `seconds` it is `to`.
double play_value(const Param& param, const Play& play, double elapsed);
/// Sets the parameter to that value, which is legal where both ends are.
void put_played(const Param& param, const Play& play, double elapsed);
/// Errors: there is no such parameter, it is no number, an end is illegal, seconds out of range.
Result<void> check_play(const ParamList& params, const Play& play);
/// From the command line: "temperature=0.1..5". The ends are not checked.
Result<Play> parse_play(std::string_view text);

}  // namespace attnscope
