// Where an axis is labelled and how numbers are written for people. All of it is independent of the locale; the minus
// sign is U+2212, powers of ten carry Unicode superscripts.
#pragma once

#include <string>
#include <vector>

namespace attnscope {

struct Tick {
    double value = 0;
    std::string label;  // empty: a line without a number
    bool major = true;
};

/// Ticks at whole multiples of a step of 1, 2 or 5 times a power of ten, all within [low, high] and nowhere leaving a
/// whole step of it out. Of the possible steps the one whose number of ticks is nearest to `about` (taken
/// within 1..1000) is used. Labels have just the decimals the step needs, all ticks of an axis the same (but zero is
/// "0"); where the largest number is at least 1e6 or below 1e-3 and it is shorter, they share one power of
/// ten: 1.5·10⁶. Ends in the wrong order are exchanged; equal ends (or so near that doubles cannot divide them) give
/// one tick; ends that are not finite give none. Cost: O(about).
std::vector<Tick> linear_ticks(double low, double high, int about);

/// The same with a step of at least 1: for counts and indices.
std::vector<Tick> integer_ticks(double low, double high, int about);

/// Ticks for a logarithmic axis: the decades; 2 and 5 are labelled too where there are few decades, decades are thinned
/// evenly where there are many. 2..9 times a decade are given as minor ticks without label where there is room. Less
/// than a factor of 10 is divided as by linear_ticks. Labels are plain (0.001 .. 10000) or all powers: 10⁻³,
/// 2·10⁻³. Needs 0 < low and finite ends; otherwise no ticks.
std::vector<Tick> log_ticks(double low, double high, int about);

/// A number for people: whole numbers below 1e7 as they are, others with `digits` (within 1..15) significant digits,
/// trailing zeros kept since they tell the precision. Below 1e-3 and from 1e6 on a power of ten with one digit less, as
/// it needs the room: short_number(1e-7) is 1.00·10⁻⁷. No "-0"; NaN and the infinities are written NaN, ∞, −∞.
std::string short_number(double value, int digits = 4);

/// 10 with a superscript: 10⁻³.
std::string power_of_ten(int exponent);

}  // namespace attnscope
