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
    generalises,    // positions beyond the length have a code: no more than that
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
    double value = 0;
    std::string measure;  // what the value is
};

/// Each of rival_codes judged by each criterion, for texts of n >= 2 positions, d, base, table and seed as in
/// `code` (whose kind does not matter; d even). Codes are made and measured:
///   unique: the smallest distance of two codes; holds when > 0. Over all offsets (sinusoidal: |p_i - p_j| depends on
///     i - j alone), neighbours (linear, integer: entries grow with i), all pairs (learned, of the first 512).
///     binary: 1, or 0 when n > 2^d.
///   equal_steps: |p_1 - p_0| at length 2n over that at length n; holds when it is 1.
///   generalises: which part of the positions n .. 2n-1 has a code of its own (a table ends, bits run out); holds when
///   all
///     have. It says no more than that: not that a model trained on n positions is any good at 2n, which with
///     sinusoidal codes it is not (Press et al. 2022).
///   bounded: the largest |entry| of a text of 10^6 positions (learned: of its whole table); holds when it is no larger
///     than 1 or than the largest of a text of n. A table has a largest entry and always holds.
///   deterministic: the largest difference of two seeds' codes of the first 128 positions; holds when 0.
/// O(n d + 512^2 d).
/// `sinusoids`: the n codes of kind sinusoidal, which the caller has (n rows, d columns).
std::vector<Judgement> judge_codes(const PositionCode& code, const MatrixD& sinusoids, const Progress& progress = {});

}  // namespace attnscope
