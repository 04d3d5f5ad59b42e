// attnscope compute attention: the engine on the user's own arrays.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/result.hpp"

namespace attnscope {

/// The options as they stand on the command line. Arrays: F.npy, F.safetensors:NAME, or F.safetensors with one array.
struct ComputeArguments {
    std::string q, k, v;        // [Lq, d], [Lk, d], [Lk, dv], or each with the heads in front: [H, L, d]
    std::string out;            // F.npy, or "-" for standard output
    std::string weights = {};   // F.npy or "-": the weights go there too; empty: nowhere
    std::string mask = "none";  // none, causal, window:W, padding:N, prefix:P, block:B
    double temperature = 1;     // > 0
    std::optional<double> scale = std::nullopt;  // 1/sqrt(d) when not given (1 for scores other than scaled_dot)
    std::string score = "scaled_dot";            // as the panel's parameter
    std::string score_weights = {};              // F.safetensors; empty: random by the seed
    std::string position = "none";               // as the panel's parameter; codes are added to q and k
    std::string method = "exact";                // exact, reference, trig, positive, hyperbolic, elu
    std::int64_t features = 64;                  // of the random-feature methods
    bool orthogonal = false;
    std::uint64_t seed = 1;
};

/// Loads q, k and v, runs attention() (or reference_attention() or kernel_attention()) on each head, and writes the
/// output ([Lq, dv] or [H, Lq, dv], of the rank of q) and the weights when asked ([Lq, Lk] or [H, Lq, Lk]) as float32
/// .npy. Returns a note for the user, or nothing: "2 of 8 rows see no key: their weights and outputs are 0", "score
/// weights: random, seed 1".
///
/// What is guaranteed about the files: each is written whole or not at all, nothing is written before everything is
/// computed, and the output comes last: a new output means that its weights are there. When the output cannot be
/// written, the weights already are.
///
/// Errors: an option or file name that is not understood (usage); the readers' errors; an array that is not finite,
/// empty or of another rank; shapes that do not fit each other, naming both files and shapes; what attention() refuses,
/// with the head; a target that cannot be written; not enough memory. Memory: the arrays and results, and one head's
/// weights.
Result<std::string> run_compute_attention(const ComputeArguments& arguments);

}  // namespace attnscope
