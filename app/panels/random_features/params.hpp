// The random-features panel's parameters.
#pragma once

#include <numbers>
#include <string>
#include <vector>

#include "app/state/params.hpp"
#include "core/base/result.hpp"
#include "core/features/approximation.hpp"
#include "core/features/failure_modes.hpp"
#include "core/text/tokenizer.hpp"

namespace attnscope::random_features_panel {

enum class View { curves, variance, kernel, matrices, failures, factoring };
enum class Source { random, text };
enum class Drawing { both, orthogonal, independent };  // named both, true, false

constexpr int longest = 16384, widest = 256, most_features = 16384;

struct Params {
    View view = View::curves;

    Source source = Source::random;
    int length = 1024;
    int dim = 16;
    double sigma = 0.5;
    bool causal = false;
    std::string text = "the king and the queen ate bread and drank water in the month of march";
    Tokenizer tokenizer = Tokenizer::words;
    std::string vectors;  // a file; empty: the built-in ones

    std::string estimators = "trig,positive,hyperbolic";  // of the curves and of the kernel's clouds
    Drawing orthogonal = Drawing::both;
    FeatureMethod estimator = FeatureMethod::positive;  // of what shows a single one
    int features = 64;
    int features_from = 16, features_to = 256;  // of the curves
    double epsilon = 0;
    int seed = 1;

    ErrorMetric metric = ErrorMetric::output;
    int seeds = 10;
    bool mean = false;

    double angle = 2 * std::numbers::pi / 3;
    double norm = 1;
    double ratio = 1;  // |y| / |x|, of the kernel's picture

    FailureMode failure = FailureMode::explosion;
    double failure_sigma = 1, failure_epsilon = 1e-4;  // of the failures: where they fail
    int pin_row = -1, pin_column = -1;                 // of the matrices; -1: nothing is pinned

    void describe(Describe& d);

    bool uses_text() const {
        return source == Source::text && (view == View::curves || view == View::matrices) &&
               metric_of_view() != ErrorMetric::kernel;
    }
    /// The curves' metric; of other views the output's.
    ErrorMetric metric_of_view() const { return view == View::curves ? metric : ErrorMetric::output; }
    /// Of pictures that show one draw.
    bool one_orthogonal() const { return orthogonal != Drawing::independent; }
};

/// The methods in the list "trig,positive". Errors: those of read_names().
Result<std::vector<FeatureMethod>> methods_in(const std::string& list);

/// 16, 32, 64, 128, 256: from one to the other by factors of two, the end always among them.
std::vector<Index> feature_counts(int from, int to);

/// The seed of a sample: of sample 0 the user's own.
inline std::uint64_t sample_seed(int seed, Index sample) {
    return static_cast<std::uint64_t>(seed) + (static_cast<std::uint64_t>(sample) << 32U);
}

}  // namespace attnscope::random_features_panel
