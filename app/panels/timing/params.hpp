// The timing panel's parameters.
#pragma once

#include <string>
#include <vector>

#include "app/state/params.hpp"
#include "core/base/result.hpp"
#include "core/timing/sweep.hpp"

namespace attnscope::timing_panel {

enum class View { time, memory, operations, layers, paths };
enum class SweepKind { quick, full };

constexpr int longest = 1 << 20, most_path_tokens = 4096;

struct Params {
    View view = View::time;

    std::string methods = "exact,materialised,positive,elu";
    int length = 1024;  // what is measured at once: the live point
    SweepKind sweep = SweepKind::quick;
    int max_length = 262144;
    double budget_seconds = 60;  // of a full sweep
    int dim = 64, heads = 1, features = 256;
    bool causal = false;
    int threads = 0;  // 0: all there are

    int layer_length = 512, layer_dim = 64;  // n, d
    int kernel = 3, window = 129;            // k, r
    bool core = false;                       // attention without its projections
    int path_tokens = 16;                    // n of the paths
    int step = 0;                            // of the animation

    void describe(Describe& d);

    bool measures_sweep() const { return view == View::time || view == View::memory || view == View::operations; }
    LayerShape layer_shape() const { return {layer_length, layer_dim, kernel, window}; }
    LayerShape path_shape() const { return {path_tokens, layer_dim, kernel, window}; }
};

/// The methods in the list "exact,positive". Errors: those of read_names().
Result<std::vector<TimedMethod>> methods_in(const std::string& list);

/// What to measure. Errors (invalid_input): a list of methods that is none.
Result<SweepRequest> make_sweep(const Params& params);

}  // namespace attnscope::timing_panel
