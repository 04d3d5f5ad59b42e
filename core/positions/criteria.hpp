// What a position code should be, and what is measured to judge it.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/progress.hpp"
#include "core/positions/positions.hpp"

namespace attnscope {

enum class Criterion {
    unique,         // no two positions share a code
    equal_steps,    // a step is as long in a short text as in a long one
    generalises,    // positions beyond the length have a code, of the size that was seen before: no more than that
    bounded,        // entries stay within what they are at this length, however long the text
    deterministic,  // nothing about it is drawn or trained
};

/// By the enumerators' values.
inline constexpr std::array<std::string_view, 5> criterion_names{"unique", "equal_steps", "generalises", "bounded",
                                                                 "deterministic"};

/// The codes that are compared, in the order of their pictures.
inline constexpr std::array<PositionKind, 5> rival_codes{
    PositionKind::sinusoidal, PositionKind::linear, PositionKind::integer, PositionKind::binary, PositionKind::learned};

struct Judgement {
    PositionKind encoding = PositionKind::sinusoidal;
    Criterion criterion = Criterion::unique;
    bool holds = false;
    double value = 0;     // infinity: there is no code to measure
    std::string measure;  // what the value is
};

/// Each of rival_codes judged by each criterion, for texts of n >= 2 positions, d, base, table and seed as in
/// `code` (whose kind does not matter; d even). Codes are made and measured:
///   unique: the smallest distance of two codes; holds when > 0. Over all offsets (sinusoidal: |p_i - p_j| depends on
///     i - j alone), neighbours (linear, integer: entries grow with i), all pairs (learned, of the first 512).
///     binary: 1, or 0 when n > 2^d.
///   equal_steps: |p_1 - p_0| at length 2n over that at length n; holds when it is 1.
///   generalises: the largest |entry| at 128 positions of a text of 2n over that of one of n; infinite when one of
///   them has no
///     code (a table that ends, bits that run out). Holds when it is 1 (to 1e-9): it says that codes are defined and of
///     known size, not that a model trained on n positions is any good at 2n. (Press et al. 2022 show that it is not.)
///   bounded: the largest |entry| at 128 positions spread over a text of 10^6 (learned: over its table); holds when
///   it
///     is no larger than 1 or than the largest at 0 .. n-1.
///   deterministic: the largest difference of two seeds' codes of the first 128 positions; holds when 0.
/// O(n d + 512^2 d).
/// `sinusoids`: the n codes of kind sinusoidal, which the caller has (n rows, d columns).
std::vector<Judgement> judge_codes(const PositionCode& code, const MatrixD& sinusoids, const Progress& progress = {});

}  // namespace attnscope
