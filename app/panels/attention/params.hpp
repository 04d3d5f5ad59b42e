// The attention panel's parameters.
#pragma once

#include <string>

#include "app/draw/cells.hpp"
#include "app/state/params.hpp"
#include "core/attention/projection.hpp"
#include "core/attention/score.hpp"
#include "core/engine/map.hpp"
#include "core/features/random_features.hpp"
#include "core/masks/mask.hpp"
#include "core/positions/positions.hpp"
#include "core/text/tokenizer.hpp"

namespace attnscope::attention_panel {

enum class Source { text, random, qkv, weights };
enum class Keys { same, second };
enum class Select { soft, hard, argmax, local };
enum class Method { exact, trig, positive, hyperbolic, elu };
enum class View { map, heads, output };
enum class Show { weights, scores };

constexpr Index most_tokens = 1'000'000;

/// Up to how many queries and keys what is done with a map. Constants; tests make them smaller.
struct MapLimits {
    Index held = 4096;    // the whole map is held, with all that can be shown of it
    Index exact = 65536;  // the overview is exact; beyond, samples are taken of what is visible
    friend bool operator==(const MapLimits&, const MapLimits&) = default;
};

struct Params {
    Source source = Source::text;
    std::string text = "the king and the queen ate bread and drank water in the month of march";
    Keys keys = Keys::same;
    std::string key_text = "he gave them bread and wine";
    Tokenizer tokenizer = Tokenizer::words;
    bool merge_words = false;
    std::string vectors;  // a file; empty: the built-in ones
    int length = 64;
    int key_length = 32;
    std::string q_file, k_file, v_file, weights_file, tokens_file;
    int seed = 1;
    int shuffle = 0;  // 0: the order as written

    View view = View::map;
    int heads = 8;
    int head = 1;        // 1 .. heads; 0 = the average of all
    int other_head = 2;  // compared with in View::heads
    int layer = 1;       // of Source::weights
    int dim = 32;
    int key_dim = 0;  // 0: the same as dim
    ProjectionKind projection = ProjectionKind::identity;

    PositionKind position = PositionKind::none;
    double position_amount = 1, position_base = default_base;
    int position_rows = 512;  // of a learned table

    ScoreKind score = ScoreKind::scaled_dot;
    double score_scale = 1;
    int score_hidden = 32;
    double temperature = 1;

    MaskKind mask = MaskKind::none;
    int padding = 8, window = 3, prefix = 4, block = 4;
    bool paint = false;
    std::string painted;  // CellSet::to_text()

    Select select = Select::soft;
    int samples = 20;
    double half_width = 2;
    Method method = Method::exact;
    int features = 64;
    bool orthogonal = true;

    Show show = Show::weights;
    ColorMap color = ColorMap::viridis;
    ColorScale scale = ColorScale::square_root;
    ColorScale huge_scale = ColorScale::logarithmic;  // of maps too large to hold
    Reduce reduce = Reduce::average;
    double threshold = 0;
    int top = 0;
    bool exclude_first = false;
    bool sort_dims = false;
    int pin_query = 4;  // -1: nothing is pinned
    int pin_key = 1;

    // Not settings of the user's:
    MapLimits limits;
    bool huge = false;  // whether the shown map is too large to hold; the panel says so

    void describe(Describe& d);

    bool from_tokens() const { return source == Source::text || source == Source::random; }
    bool has_inputs() const { return source != Source::weights; }
    /// Scores that queries and keys of different width can have.
    bool widths_may_differ() const {
        return score == ScoreKind::general || score == ScoreKind::additive || score == ScoreKind::concat ||
               score == ScoreKind::sum;
    }
    /// Whether softmax(q k) can be approximated by features as the settings are.
    bool method_possible() const {
        return (score == ScoreKind::scaled_dot || score == ScoreKind::dot) && position != PositionKind::alibi &&
               select == Select::soft;
    }
    /// Whether one map is shown, and not two with their difference, or every matrix.
    bool one_map() const {
        return view == View::map && method == Method::exact && select != Select::hard && select != Select::argmax;
    }
    bool shows_weights() const { return show == Show::weights || !has_inputs() || !one_map(); }
    /// Whether anything that is shown is random.
    bool uses_seed() const {
        const bool projected = from_tokens() && (source == Source::random || projection != ProjectionKind::identity);
        const bool drawn = has_score_weights() || select == Select::hard || select == Select::local ||
                           (method != Method::exact && method != Method::elu) || view == View::output ||
                           position == PositionKind::learned;
        return projected || (has_inputs() && drawn);
    }
    bool has_base() const { return position == PositionKind::sinusoidal || position == PositionKind::rope; }
    bool has_score_weights() const {
        return score == ScoreKind::general || score == ScoreKind::additive || score == ScoreKind::concat;
    }

private:
    void describe_data(Describe& d);
    void describe_heads(Describe& d);
    void describe_score(Describe& d);
    void describe_mask(Describe& d);
    void describe_selection(Describe& d);
    void describe_show(Describe& d);
};

}  // namespace attnscope::attention_panel
