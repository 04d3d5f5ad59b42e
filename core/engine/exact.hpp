// Exact softmax attention at the machine's limit: the map is never held, only a tile of it at a time.
#pragma once

#include <optional>
#include <span>

#include "core/base/progress.hpp"
#include "core/base/result.hpp"
#include "core/engine/heads_view.hpp"
#include "core/masks/mask.hpp"

namespace attnscope {

struct ExactOptions {
    double temperature = 1.0;                    // T > 0: scores are divided by it
    std::optional<double> scale = std::nullopt;  // finite, any sign; 1/sqrt(d) when not given
    MaskSpec mask = {};                          // the same for every head
    std::span<const double> distance_slopes;     // of each head, >= 0 and finite (ALiBi); empty: none
};

/// Every head h by itself, i a query and j a key that it sees (mask.hpp):
///     s_ij = (scale q_i . k_j - m_h |i - j|) / T;   lse_i = ln sum_j exp(s_ij);   out_i = sum_j exp(s_ij - lse_i) v_j.
/// q: heads x Lq x d, k: heads x Lk x d, v: heads x Lk x dv, out: heads x Lq x dv; `log_sum_exp`: heads x Lq,
/// contiguous, or nothing. (Vaswani et al., "Attention is all you need", 2017, equation 1; the running maximum and sum:
/// Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018; tiles: Dao et al., "FlashAttention",
/// 2022.)
///
/// A query that sees no key has output 0 and lse -infinity. NaN and infinity in the input give what reference_exact()
/// gives, bit for bit: such input is computed by it, slowly. A score beyond the range of float makes its row NaN.
///
/// The same bits for any number of threads. A row's results are the same bits whatever stands in rows of q, k and v
/// that it does not see, and however many there are; they differ between instruction sets by rounding.
///
/// Accuracy: for entries from N(0, 1) and up to 65,536 keys, |out - exact| <= 1e-6 max |exact| over 20 rows of 64
/// entries, <= 1e-6 sum_j w_ij |v_j| for each entry, and |lse - exact| <= 1e-6 max(1, |exact|) (tested). In general a
/// score is rounded to about 1.2e-7 of the largest |s| (distance included), and its weight is off by that part of
/// itself. Cost: 2 d + 2 dv additions and multiplications and one exponential for each cell that is seen, and those in
/// the same tile. Memory for d = 64: about 100 kB a thread, 500 kB where keys and values are more than 16 MB; nothing
/// that grows with Lq or Lk.
///
/// Errors (invalid_input): shapes that do not fit, empty input, a temperature that is not positive and finite, a scale
/// that is not finite, slopes of the wrong number, negative or not finite, a mask's size out of range, more than 2^30
/// queries or keys. Cancelled when `progress` is stopped.
Result<void> exact_attention(const HeadsView& q, const HeadsView& k, const HeadsView& v, const ExactOptions& options,
                             const HeadsSpan& out, std::span<float> log_sum_exp = {}, const Progress& progress = {});

}  // namespace attnscope
