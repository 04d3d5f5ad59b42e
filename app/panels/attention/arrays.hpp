// The user's own arrays: queries, keys and values, or finished attention weights, with their tokens.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/panels/attention/params.hpp"
#include "app/panels/attention/said.hpp"
#include "core/base/progress.hpp"
#include "core/base/result.hpp"
#include "core/io/tensor.hpp"

namespace attnscope::attention_panel {

struct ArraysRequest {
    Source source = Source::qkv;
    std::string q, k, v;  // of Source::qkv; file names as load_array() takes them
    std::string weights;  // of Source::weights
    std::string tokens;   // empty: no names
    friend bool operator==(const ArraysRequest&, const ArraysRequest&) = default;
};

/// What the parameters name.
ArraysRequest arrays_request(const Params& params);

/// One array seen as layers x heads x rows x columns; dimensions that it lacks are 1.
struct Stack {
    Tensor tensor;
    Index layers = 1, heads = 1, rows = 0, columns = 0;

    /// layer and head from 0.
    Eigen::Map<const Matrix> slice(Index layer, Index head) const {
        return {tensor.values.data() + (layer * heads + head) * rows * columns, rows, columns};
    }
};

/// A row of finished weights that is no distribution.
struct OddRow {
    Index layer = 1, head = 1;  // from 1
    Index row = 0;
    float sum = 0;
    bool negative = false;  // has negative entries
};

struct Arrays {
    Stack q, k, v;                    // of Source::qkv
    Stack weights;                    // of Source::weights
    std::vector<std::string> tokens;  // as many as there are keys; empty without a file
    std::optional<OddRow> odd_row;    // the first in weights, if any

    Index layers() const { return weights.tensor.size() > 0 ? weights.layers : 1; }
    Index heads() const { return weights.tensor.size() > 0 ? weights.heads : q.heads; }
    Index queries() const { return weights.tensor.size() > 0 ? weights.rows : q.rows; }
    Index keys() const { return weights.tensor.size() > 0 ? weights.columns : k.rows; }
};

/// Errors: a file that is not named yet (which one is wanted), those of load_array() and parse_token_list(), a number
/// of dimensions or shapes that do not fit, more than `most_tokens` queries or keys (weights: MapLimits::held), NaN or
/// infinity, a number of tokens that is neither the keys' nor the queries'.
Result<Arrays> load_arrays(const ArraysRequest& request, const Progress& progress);

/// Something about the arrays the user should know; mostly nothing.
std::string note_of(const Arrays& arrays, Reader reader);

/// The source that a dropped file belongs to, and the field of the request it fills: by what is in it, and, for a
/// single array, by the file's name (q, k, v).
enum class DroppedAs { nothing, q, k, v, qkv_of_one_file, weights, tokens };
struct Dropped {
    DroppedAs as = DroppedAs::nothing;
    std::string weights_name;  // the array in a .safetensors file
    std::string q, k, v;       // the arrays' names in it
};
Result<Dropped> look_at_dropped(const std::string& path);

}  // namespace attnscope::attention_panel
