// How approximate attention breaks: each failure measured, on inputs where it shows. Nothing here is a formula that
// stands in for a measurement, but where a member is called theory. The same bits for any number of threads, well below
// a second at the defaults; where there is a Progress, the only error is cancelled, or what features_of() says of
// vectors beyond the range of float.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "core/base/progress.hpp"
#include "core/base/result.hpp"
#include "core/features/feature_draw.hpp"

namespace attnscope {

enum class FailureMode { explosion, negative, normaliser, epsilon, overflow, leak, sign };
inline constexpr std::array<std::string_view, 7> failure_mode_names{"explosion", "negative", "normaliser", "epsilon",
                                                                    "overflow",  "leak",     "sign"};

/// The relative variance of one feature, at the norms that entries from N(0, sigma^2) give: x . y = 0,
/// |x|^2 = |y|^2 = sigma^2 sqrt d.
struct ExplosionPoint {
    Index dim = 1;
    double trig = 0, positive = 0, hyperbolic = 0, oprf = 0;  // theory: Var / SM^2 of one feature, iid
    // Of positive: the variance of explosion_samples features, w . z drawn from its own law N(0, |z|^2), z = x + y.
    // Misses the tail when it is heavy: 84 in place of 8.9e6 at sigma = 1, d = 64, seed 1.
    double sampled = 0;
};
inline constexpr Index explosion_samples = 20000;
/// For d = 1, 2, 4 .. 256.
Result<std::vector<ExplosionPoint>> measure_explosion(double sigma, std::uint64_t seed, const Progress& progress = {});

/// Trigonometric features, orthogonal, at one sigma; q, k from N(0, sigma^2), v from N(0, 1), L x d. At the defaults,
/// sigma = .5, 1 and 1.5: negative .0004, .34 and .49; bad 0, .034 and .49; largest output .11, 218 and 1676 of values
/// up to 3.8. It varies much with the seed.
struct SignPoint {
    double sigma = 0;
    double negative_share = 0;       // of the L x L products phi . phi, before the normaliser divides them
    double bad_share = 0;            // of the rows: normaliser <= 0
    double smallest_normalizer = 0;  // of all rows, in parts of the median of their |normalisers|
    double largest_output = 0, largest_value = 0;  // max |out|, max |V|
};
struct SignSetting {
    Index length = 1024, dim = 16, features = 64;
    std::uint64_t seed = 1;
};
/// One point for each sigma: the same draws, scaled. L^2 (2 m + d) multiplications for each.
Result<std::vector<SignPoint>> measure_signs(const SignSetting& setting, const std::vector<double>& sigmas,
                                             const Progress& progress = {});

/// Positive features, orthogonal, with the published epsilon; inputs as above. At the defaults, sigma = .5, 1 and 2:
/// share .17, .998 and 1.000 (L = 256: .047, .966, 1.000: it grows with the largest of L m projections). From sigma = 1
/// on the output is that of equal weights, whose error (.0033 and .30) is below that without epsilon (.063 and .65):
/// the estimate is so noisy.
struct EpsilonPoint {
    double sigma = 0;
    double share = 0;          // mean over the rows of the part of the normaliser that epsilon brings
    double output_error = 0;   // mean squared, against exact softmax
    double error_without = 0;  // the same with epsilon = 0
    double uniform_error = 0;  // of uniform attention, which is what epsilon alone would give
};
struct EpsilonSetting {
    Index length = 512, dim = 64, features = 256;
    double epsilon = 1e-4;
    std::uint64_t seed = 1;
};
Result<std::vector<EpsilonPoint>> measure_epsilon(const EpsilonSetting& setting, const std::vector<double>& sigmas,
                                                  const Progress& progress = {});

/// One feature in float, as written on paper and fused, for w . x = 5 |x| (a w of length 5 along x).
struct OverflowPoint {
    double norm = 0;        // |x|
    float unfused = 0;      // exp(w . x) * exp(-|x|^2 / 2): 0 from 14.5 on, infinity times 0, NaN, from 17.75 on
    float fused = 0;        // exp(w . x - |x|^2 / 2)
    float trig = 0;         // exp(|x|^2 / 2), the factor of trigonometric features: infinite from 13.5 on
    double log10_true = 0;  // of the feature, in double
};
/// For |x| = 0, 0.25 .. 25. Computed in float, for real.
std::vector<OverflowPoint> measure_overflow();

/// How much the outputs of earlier rows change when the last key alone is changed, causal attention, positive
/// orthogonal features, inputs as above. At the defaults 1.2 with epsilon (seeds 1 to 5: 1.2 to 2) and 3e-15 without.
struct LeakSetting {
    Index length = 64, dim = 16, features = 64;
    double sigma = 1;
    double longer = 4;  // the last key becomes so many times as long
    double epsilon = 1e-4;
    std::uint64_t seed = 1;
};
struct Leak {
    std::vector<double> with_epsilon, without;  // per row but the last: the largest |change| of an entry
    double largest_with = 0, largest_without = 0;
};
Result<Leak> measure_leak(const LeakSetting& setting, const Progress& progress = {});

/// Orthogonal positive features with and without the signs of R's diagonal: the mean of the estimate over SM, for
/// x = y along (1 .. 1), |x + y| = 1, m = d. Without: .814, .855, .927 for d = 4, 16, 64 after many draws.
struct QrSignPoint {
    Index dim = 1, draws = 0;
    double with = 0, with_error = 0;  // the mean, and its standard error
    double without = 0, without_error = 0;
};
/// For d = 4, 16 and 64.
Result<std::vector<QrSignPoint>> measure_qr_sign(std::uint64_t seed, const Progress& progress = {});

}  // namespace attnscope
