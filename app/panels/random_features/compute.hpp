// What the random-features panel computes, off the window's thread: everything but the curves (curves.hpp).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/panels/random_features/params.hpp"
#include "core/features/rank.hpp"
#include "core/features/theory.hpp"
#include "core/text/word_vectors.hpp"

namespace attnscope::random_features_panel {

using Picture = std::shared_ptr<const Matrix>;

/// The matrices are those of the first so many tokens, the ranks likewise: more than fit a screen, or the patience.
constexpr Index most_matrix_tokens = 1024, most_rank_tokens = 256;
/// Estimates per cloud and histogram; fewer where a draw is large.
constexpr Index cloud_draws = 150, histogram_draws = 4000;

/// Where queries, keys and values come from.
struct Input {
    Source source = Source::random;
    Index length = 0, dim = 0;  // random
    double sigma = 0;
    std::string text;  // text
    Tokenizer tokenizer = Tokenizer::words;
    std::shared_ptr<const WordVectors> vectors;  // null: the built-in ones
    bool causal = false;

    friend bool operator==(const Input&, const Input&) = default;
};
Input input_of(const Params& params);

struct InputTask {
    ApproximationTask task;
    std::vector<std::string> tokens;  // of a text
};
/// Errors: no token, too many of them; those of make_task().
Result<InputTask> make_input(const Input& input, std::uint64_t seed, const Progress& progress);

/// The parameters that results depend on; what the view does not use keeps its default.
struct Request {
    View view = View::variance;
    Input input;
    std::vector<FeatureMethod> methods;
    FeatureMethod estimator = FeatureMethod::positive;
    Drawing drawing = Drawing::both;
    Index dim = 0, features = 0;
    double epsilon = 0, sigma = 0;
    Index length = 0;
    int seed = 0;
    double angle = 0, norm = 0, ratio = 1;
    FailureMode failure = FailureMode::explosion;

    friend bool operator==(const Request&, const Request&) = default;
};
/// Errors (invalid_input): a list of estimators that is none.
Result<Request> make_request(const Params& params);
std::string in_words(const Request& request);

/// Estimates of one kernel value by many draws.
struct Cloud {
    FeatureMethod method = FeatureMethod::positive;
    bool orthogonal = false;
    Index features = 0;
    std::vector<double> estimates;
    double mean = 0, deviation = 0;  // of these estimates
    std::optional<double> expected;  // the mean in theory
    std::optional<double> theory;    // the standard deviation in theory; may be infinite
};
Result<Cloud> make_cloud(FeatureMethod method, bool orthogonal, Index features, Index dim, double angle, double norm,
                         double ratio, int seed, Index draws, const Progress& progress);

struct VarianceFacts {
    Cloud trig, positive;  // at the chosen point
    double truth = 0;      // exp(x . y)
};

/// log10 r(phi, l) in the middles of cells: rows are norms from the top (the largest) down, columns angles.
struct VarianceMap {
    Picture log_ratio;
    std::vector<double> angles, norms;  // of columns; of rows
};
const VarianceMap& variance_map();
constexpr double map_norm = 3;  // angles go from 0 to pi, norms from 0 to this

struct KernelFacts {
    KernelPoint at;
    double truth = 0;
    std::vector<Cloud> methods;  // at the chosen m: each method, iid and orthogonal as wanted
    std::vector<Cloud> counts;   // of the chosen estimator: m = 4, 16, 64, 256, 1024
};

struct MatrixFacts {
    Index tokens = 0;
    std::vector<std::string> names;          // of a text's tokens
    Picture exact, approximate, difference;  // unseen cells NaN
    double color_end = 1;                    // where the colours end: nearly all exact weights are below
    double largest_difference = 0;
    std::vector<double> sampled_exact, sampled_approximate;  // the same weights of both
    Index negative = 0, cells = 0;                           // of the approximation's seen weights
    std::vector<Index> broken;                               // rows whose normaliser is not positive
    double output_error = 0, matrix_error = 0, uniform_output = 0, uniform_matrix = 0;
    double largest_output = 0, largest_value = 0;  // |entry| of the approximate output and of V
};

struct FailureFacts {  // of the chosen mode
    std::vector<ExplosionPoint> explosion;
    std::vector<SignPoint> signs;  // negative, normaliser: over sigma, the chosen one among them
    SignSetting sign_setting;
    std::vector<EpsilonPoint> epsilon;  // over sigma likewise
    EpsilonSetting epsilon_setting;
    std::vector<OverflowPoint> overflow;
    std::optional<Leak> leak;
    LeakSetting leak_setting;
    std::vector<QrSignPoint> qr;
};

struct FactoringFacts {
    Index tokens = 0;  // of the decomposed matrices
    RankFacts ranks;   // at the chosen width
    std::vector<RankPoint> widths;
    struct Length {
        Index length = 1, score_rank = 0, exp_rank = 0;
    };
    std::vector<Length> lengths;  // at the chosen width: the first so many tokens
};

struct Shown {
    Request request;
    std::optional<VarianceFacts> variance;
    std::optional<KernelFacts> kernel;
    std::optional<MatrixFacts> matrices;
    std::optional<FailureFacts> failures;
    std::optional<FactoringFacts> factoring;
};

Result<Shown> compute_shown(const Request& request, const Progress& progress);

}  // namespace attnscope::random_features_panel
