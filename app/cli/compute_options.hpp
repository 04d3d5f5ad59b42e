// The options of `compute attention`, from the words on the command line to what the engine takes.
#pragma once

#include <string>
#include <string_view>

#include "app/cli/compute.hpp"
#include "core/attention/attention.hpp"
#include "core/features/random_features.hpp"
#include "core/positions/positions.hpp"

namespace attnscope {

enum class ComputeMethod { exact, reference, features };

struct ComputeOptions {
    AttentionOptions attention;  // without score weights, which belong to a head
    PositionKind position = PositionKind::none;
    ComputeMethod method = ComputeMethod::exact;
    FeatureSpec features;
};

/// Errors (usage): a name that is not known, listing those that are; options that exclude each other.
Result<ComputeOptions> parse_options(const ComputeArguments& arguments);

/// The score weights of every head, or the same for all: for general `w` (d_q x d_k), for additive `w_q` (h x d_q),
/// `w_k` (h x d_k), `w_v` (h), for concat `w` (h x (d_q + d_k)) and `w_v`; each may have the heads in front. Without a
/// file they are random by the seed. Empty for scores without weights.
/// Errors: those of load_safetensors(); shapes that do not fit, with what is needed.
struct ScoreWeightsRequest {
    ScoreKind kind = ScoreKind::scaled_dot;
    std::string file;
    Index heads = 1, query_dim = 1, key_dim = 1;
    std::uint64_t seed = 1;
};
Result<std::vector<std::shared_ptr<const ScoreWeights>>> score_weights(const ScoreWeightsRequest& request);

}  // namespace attnscope
