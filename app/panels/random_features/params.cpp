#include "app/panels/random_features/params.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/panels/word_params.hpp"
#include "app/state/name_list.hpp"

namespace attnscope::random_features_panel {
namespace {

std::vector<std::string> method_names() {
    return {feature_method_names.begin(), feature_method_names.end()};
}

}  // namespace

void Params::describe(Describe& d) {
    const auto in = [this](auto... wanted) { return [this, wanted...] { return ((view == wanted) || ...); }; };
    d.group("Picture");
    d.choice(
        "view", view, {"curves", "variance", "kernel", "matrices", "failures", "factoring"},
        {.label = "picture",
         .help = "curves: error over the number of features. variance: where trig or positive features err less. "
                 "kernel: one kernel value and its estimates. matrices: exact and approximate attention. failures: "
                 "seven ways to break it. factoring: why softmax cannot be factored."});
    d.choice("failure", failure, {failure_mode_names.begin(), failure_mode_names.end()},
             {.label = "failure",
              .help = "explosion: variance at large norms. negative: negative weights. normaliser: near zero. epsilon: "
                      "it swamps the normaliser. overflow: of the unfused form. leak: of later keys, causal. sign: the "
                      "QR's sign.",
              .visible = in(View::failures)});
    d.choice(
        "metric", metric, {error_metric_names.begin(), error_metric_names.end()},
        {.label = "error",
         .help = "output: mean squared error of the outputs. frobenius: |A′ − A| / |A| of the weights. kernel: mean "
                 "squared error of one kernel value at the angle and norm below.",
         .visible = in(View::curves)});
    const auto whole = [this] {
        return view == View::matrices || (view == View::curves && metric != ErrorMetric::kernel);
    };
    const auto drawn_input = [this, whole] { return whole() && source == Source::random; };
    d.group("Input");
    d.choice("source", source, {"random", "text"},
             {.label = "input",
              .help = "random: entries of Q and K from N(0, σ²), of V from N(0, 1). text: Q = K = V are the words' "
                      "vectors.",
              .visible = whole});
    d.integer("length", length,
              {.label = "length L",
               .min = 2,
               .max = 4096,
               .highest = longest,
               .log = true,
               .unit = "tokens",
               .help = "How many queries and keys there are.",
               .visible = [this, drawn_input] { return drawn_input() || view == View::factoring; }});
    d.integer("dim", dim,
              {.label = "width d",
               .min = 2,
               .max = 128,
               .highest = widest,
               .log = true,
               .help = "How many entries a query and a key have.",
               .visible = [this, drawn_input] {
                   return drawn_input() || view == View::factoring || view == View::kernel || view == View::variance ||
                          (view == View::curves && metric == ErrorMetric::kernel);
               }});
    d.real(
        "sigma", sigma,
        {.label = "scale σ",
         .min = 0.05,
         .max = 2,
         .lowest = 0,
         .highest = 10,
         .help = "The standard deviation of the entries of Q and K: the larger, the sharper attention and the harder "
                 "to approximate.",
         .visible = [this, drawn_input] { return drawn_input() || view == View::factoring; }});
    d.real("failure_sigma", failure_sigma,
           {.label = "scale σ",
            .min = 0.05,
            .max = 2,
            .lowest = 0,
            .highest = 10,
            .help = "The standard deviation of the entries of Q and K in the failures: at 1 they all fail.",
            .visible = [this] {
                return view == View::failures && failure != FailureMode::overflow && failure != FailureMode::sign;
            }});
    d.toggle("causal", causal, {.label = "causal", .help = "A query sees no later key.", .visible = whole});
    const auto words = [this] { return uses_text(); };
    describe_words(d, text, tokenizer, vectors, "The sentence whose words attend.", words);
    d.group("Features");
    d.text("estimators", estimators,
           {.label = "compared",
            .max_bytes = 200,
            .help = "Which are compared, a list of trig, positive, hyperbolic (Performer), smreg (on the sphere), oprf "
                    "(FAVOR++), sderf (FAVOR#), elu, relu.",
            .visible = in(View::curves, View::kernel)});
    d.choice("estimator", estimator, method_names(),
             {.label = "estimator",
              .help = "trig, positive, hyperbolic: Performer's random features. smreg: on the sphere. oprf: FAVOR++. "
                      "sderf: FAVOR#. elu, relu: other kernels.",
              .visible = in(View::matrices, View::kernel)});
    d.choice(
        "orthogonal", orthogonal, {"both", "true", "false"},
        {.label = "orthogonal",
         .help = "Random directions in orthogonal blocks of d (true), independent (false), or both, where two can be "
                 "shown: the matrices then take orthogonal, the histograms independent ones.",
         .visible = in(View::curves, View::kernel, View::matrices, View::variance)});
    d.integer("features", features,
              {.label = "features m",
               .min = 1,
               .max = 1024,
               .highest = most_features,
               .log = true,
               .help = "How many random directions are drawn; the curves are computed nearest to it first.",
               .visible = in(View::curves, View::kernel, View::matrices, View::variance, View::factoring)});
    d.integer("features_from", features_from,
              {.label = "m from",
               .min = 1,
               .max = 1024,
               .highest = most_features,
               .log = true,
               .help = "Where the curves begin; they go on by factors of two.",
               .visible = in(View::curves)});
    d.integer("features_to", features_to,
              {.label = "m to",
               .min = 1,
               .max = 4096,
               .highest = most_features,
               .log = true,
               .help = "Where the curves end.",
               .visible = in(View::curves)});
    d.real("epsilon", epsilon,
           {.label = "epsilon",
            .min = 1e-8,
            .max = 1e-2,
            .lowest = 0,
            .highest = 1,
            .log = true,
            .help = "What published code adds to each exponential feature; 0: nothing, which is exact.",
            .visible = whole});
    d.real("failure_epsilon", failure_epsilon,
           {.label = "epsilon",
            .min = 1e-8,
            .max = 1e-2,
            .lowest = 1e-12,
            .highest = 1,
            .log = true,
            .help = "The epsilon of the failures: published code has 1e-6 and 1e-4.",
            .visible = [this] {
                return view == View::failures && (failure == FailureMode::epsilon || failure == FailureMode::leak);
            }});
    d.integer("seed", seed,
              {.label = "seed",
               .min = 0,
               .max = 99,
               .highest = 2147483647,
               .help = "Which random numbers: R draws new ones."});
    d.integer("seeds", seeds,
              {.label = "samples S",
               .min = 1,
               .max = 50,
               .highest = 1000,
               .help = "How many inputs and draws each point of a curve is the median of.",
               .visible = in(View::curves)});
    d.toggle("mean", mean,
             {.label = "means",
              .help = "Draws the means too: heavy tails pull them far above the medians.",
              .visible = in(View::curves)});
    const auto one_value = [this] {
        return view == View::kernel || view == View::variance ||
               (view == View::curves && metric == ErrorMetric::kernel);
    };
    d.group("Kernel value");
    d.real("angle", angle,
           {.label = "angle φ",
            .min = 0,
            .max = std::numbers::pi,
            .unit = "rad",
            .help = "The angle between x and y.",
            .visible = one_value});
    d.real("norm", norm,
           {.label = "norm l",
            .min = 0.05,
            .max = 3,
            .lowest = 0,
            .highest = 8,
            .help = "The length of x = q / d^(1/4), and of y.",
            .visible = one_value});
    d.real("ratio", ratio,
           {.label = "|y| / |x|",
            .min = 0.1,
            .max = 10,
            .lowest = 0.01,
            .highest = 100,
            .log = true,
            .help = "How many times as long as x the vector y is.",
            .visible = in(View::kernel)});
    d.integer("pin_row", pin_row,
              {.label = "pinned row",
               .min = -1,
               .max = longest - 1,
               .help = "The pinned weight's query, from 0; -1: none.",
               .visible = [] { return false; }});
    d.integer("pin_column", pin_column,
              {.label = "pinned column",
               .min = -1,
               .max = longest - 1,
               .help = "The pinned weight's key, from 0.",
               .visible = [] { return false; }});
}

Result<std::vector<FeatureMethod>> methods_in(const std::string& list) {
    return read_enums<FeatureMethod>("estimators", list, feature_method_names);
}

std::vector<Index> feature_counts(int from, int to) {
    std::vector<Index> counts;
    for (Index m = std::min(from, to); m < std::max(from, to); m *= 2) counts.push_back(m);
    counts.push_back(std::max(from, to));
    return counts;
}

}  // namespace attnscope::random_features_panel
