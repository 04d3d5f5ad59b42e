#include "app/panels/attention/params.hpp"

namespace attnscope::attention_panel {
namespace {

constexpr std::size_t longest_path = 4096;

}  // namespace

void Params::describe(Describe& d) {
    describe_data(d);
    describe_heads(d);
    describe_score(d);
    describe_mask(d);
    describe_selection(d);
    describe_show(d);
}

void Params::describe_data(Describe& d) {
    const auto from_text = [this] { return source == Source::text; };
    const auto from_random = [this] { return source == Source::random; };
    const auto file = [&](const char* key, std::string& field, const char* label, Source of, const char* help) {
        d.text(key, field, {.label = label, .max_bytes = longest_path, .help = help, .visible = [this, of] {
                                return source == of;
                            }});
    };
    d.group("Data");
    d.choice("source", source, {"text", "random", "qkv", "weights"},
             {.label = "source",
              .help = "What attends: words with vectors, random vectors from N(0, 1), your own Q, K, V, or finished "
                      "attention weights of your own. Files can be dropped on the window."});
    d.text("text", text,
           {.label = "text", .max_bytes = 1U << 20U, .help = "The text whose tokens are the queries.", .visible = [] {
                return false;
            }});
    d.choice(
        "keys", keys, {"same", "second"},
        {.label = "keys from",
         .help = "Self-attention: keys and values come from the same tokens as the queries. Cross-attention: from a "
                 "second text.",
         .visible = [this] { return from_tokens(); }});
    d.text("key_text", key_text,
           {.label = "second text",
            .max_bytes = 1U << 20U,
            .help = "The text whose tokens are the keys and values.",
            .visible = [this] { return source == Source::text && keys == Keys::second; }});
    d.choice("tokenizer", tokenizer, {"words", "characters"},
             {.label = "tokens", .help = "How the text is cut into tokens.", .visible = from_text});
    d.toggle("merge_words", merge_words,
             {.label = "as words",
              .help = "Shows characters merged into their words: weights to a word's characters are added, rows of a "
                      "word's characters are averaged.",
              .visible = [this] { return source == Source::text && tokenizer == Tokenizer::characters; }});
    d.text("vectors", vectors,
           {.label = "vectors",
            .max_bytes = longest_path,
            .help = "A file of your own word vectors (GloVe or fastText text format); empty: the built-in ones.",
            .visible = from_text});
    d.integer("length", length,
              {.label = "length L",
               .min = 1,
               .max = 65536,
               .highest = most_tokens,
               .log = true,
               .help = "How many random tokens, up to 1000000. Beyond 4096 the map is too large to hold or to write as "
                       "data: its overview is computed first, exactly up to 65536 tokens, and what you zoom into when "
                       "you look at it.",
               .visible = from_random});
    d.integer("key_length", key_length,
              {.label = "keys",
               .min = 1,
               .max = 65536,
               .highest = most_tokens,
               .log = true,
               .help = "How many random keys in cross-attention, up to 1000000.",
               .visible = [this] { return source == Source::random && keys == Keys::second; }});
    file("q_file", q_file, "Q", Source::qkv,
         "Queries, [L, d] or [heads, L, d], L up to 1000000: F.npy or F.safetensors:NAME.");
    file("k_file", k_file, "K", Source::qkv, "Keys: F.npy or F.safetensors:NAME.");
    file("v_file", v_file, "V", Source::qkv, "Values: F.npy or F.safetensors:NAME.");
    file("weights_file", weights_file, "weights", Source::weights,
         "Finished attention, [L, L], [heads, L, L] or [layers, heads, L, L], L up to 4096: F.npy or "
         "F.safetensors:NAME.");
    d.text("tokens_file", tokens_file,
           {.label = "tokens",
            .max_bytes = longest_path,
            .help = "The tokens of your arrays, one a line, or a JSON list of strings; empty: numbers.",
            .visible = [this] { return !from_tokens(); }});
    d.integer("seed", seed,
              {.label = "seed",
               .min = 0,
               .max = 99,
               .highest = 2147483647,
               .help = "Which random numbers: the same seed gives the same picture.",
               .visible = [this] { return uses_seed(); }});
    d.integer("shuffle", shuffle,
              {.label = "shuffle",
               .min = 0,
               .max = 99,
               .highest = 2147483647,
               .help = "Shuffles the tokens; 0 is the order as written. Without positions the weights only move along.",
               .visible = [this] { return from_tokens(); }});
}

void Params::describe_heads(Describe& d) {
    const auto tokens = [this] { return from_tokens(); };
    d.group("Heads");
    d.choice("view", view, {"map", "heads", "output"},
             {.label = "picture",
              .help = "map: one head's weights. heads: two heads and their difference, entropy and distance of all. "
                      "output: every matrix of multi-head attention with its shape, up to the output projection W_O."});
    d.integer("heads", heads,
              {.label = "heads h",
               .min = 1,
               .max = 16,
               .help = "How many heads look at the same tokens.",
               .visible = tokens});
    d.integer("head", head,
              {.label = "head shown",
               .min = 0,
               .max = 16,
               .highest = 1024,
               .help = "Which head is shown, from 1; 0 shows the average of all heads."});
    d.integer("other_head", other_head,
              {.label = "compared to",
               .min = 0,
               .max = 16,
               .highest = 1024,
               .help = "The other head of the comparison, from 1; 0 is the average of all heads.",
               .visible = [this] { return view == View::heads; }});
    d.integer("layer", layer,
              {.label = "layer",
               .min = 1,
               .max = 48,
               .highest = 1024,
               .help = "Which layer of your weights is shown, from 1.",
               .visible = [this] { return source == Source::weights; }});
    d.integer("dim", dim,
              {.label = "width d",
               .min = 1,
               .max = 128,
               .highest = 1024,
               .log = true,
               .help = "The length of each head's queries, keys and values.",
               .visible = tokens});
    d.integer("key_dim", key_dim,
              {.label = "key width",
               .min = 0,
               .max = 128,
               .highest = 1024,
               .help = "The length of the keys where the score allows one of their own; 0: the same as the queries.",
               .visible = [this] { return from_tokens() && widths_may_differ(); }});
    d.choice("projection", projection, {"identity", "random", "shared"},
             {.label = "projection",
              .help = "How a token becomes query, key and value. identity: each head takes d of the token's own "
                      "coordinates; random: W_Q, W_K, W_V from N(0, 1/D); shared: the same, with W_Q = W_K.",
              .visible = tokens});
    d.group("Positions");
    d.choice("position", position, {position_names.begin(), position_names.end()},
             {.label = "code",
              .help = "How attention learns the order. Added to the tokens: sinusoidal, linear i/(n−1), integer i, "
                      "binary digits, a learned table (random here). RoPE turns q and k; ALiBi lowers the scores of "
                      "distant keys.",
              .visible = [this] { return has_inputs(); }});
    d.real("position_base", position_base,
           {.label = "base",
            .min = 2,
            .max = 1e6,
            .lowest = 1e-6,
            .highest = 1e12,
            .log = true,
            .help = "Pair j turns by base^(−2j/d) radians per position.",
            .visible = [this] { return has_inputs() && has_base(); }});
    d.integer("position_rows", position_rows,
              {.label = "table rows",
               .min = 2,
               .max = 8192,
               .highest = most_tokens,
               .log = true,
               .help = "Where the table of a learned code ends: a longer text has no codes.",
               .visible = [this] { return has_inputs() && position == PositionKind::learned; }});
    d.real("position_amount", position_amount,
           {.label = "amount",
            .min = 0,
            .max = 2,
            .lowest = -1e3,
            .highest = 1e3,
            .unit = "×",
            .help = "How strongly position codes are added to the tokens (to your own Q and K themselves).",
            .visible = [this] {
                return has_inputs() && position != PositionKind::none && position != PositionKind::rope &&
                       position != PositionKind::alibi;
            }});
}

void Params::describe_score(Describe& d) {
    const auto inputs = [this] { return has_inputs(); };
    const auto weighted = [this] { return has_inputs() && has_score_weights(); };
    d.group("Score");
    d.choice("score", score, {score_names.begin(), score_names.end()},
             {.label = "function",
              .help = "scaled dot q·k/√d; dot q·k; general qᵀWk; additive w·tanh(W_q q + W_k k); concat "
                      "w·tanh(W[q;k]), the same function with W = [W_q W_k]; cosine; sum 1ᵀ(q + k), whose weights do "
                      "not depend on the query.",
              .visible = inputs});
    d.real("score_scale", score_scale,
           {.label = "scale of W",
            .min = 0.05,
            .max = 5,
            .lowest = 0,
            .highest = 1e3,
            .log = true,
            .unit = "×",
            .help = "How large the score's random weights are.",
            .visible = weighted});
    d.integer(
        "score_hidden", score_hidden,
        {.label = "hidden units",
         .min = 1,
         .max = 128,
         .highest = 1024,
         .log = true,
         .help = "The rows of W in additive and concat scores.",
         .visible = [this] { return has_inputs() && (score == ScoreKind::additive || score == ScoreKind::concat); }});
    d.real("temperature", temperature,
           {.label = "temperature",
            .min = 0.05,
            .max = 20,
            .lowest = 1e-6,
            .highest = 1e6,
            .log = true,
            .help = "Scores are divided by it before softmax: low is sharp, high is even.",
            .visible = inputs});
}

void Params::describe_mask(Describe& d) {
    const auto kind = [this](MaskKind wanted) { return [this, wanted] { return has_inputs() && mask == wanted; }; };
    const auto size = [&](const char* key, int& field, MaskKind of, const char* help) {
        d.integer(key, field,
                  {.label = key,
                   .min = of == MaskKind::block ? 1 : 0,
                   .max = 64,
                   .highest = most_tokens,
                   .unit = "tokens",
                   .help = help,
                   .visible = kind(of)});
    };
    d.group("Mask");
    d.choice("mask", mask, {"none", "causal", "padding", "window", "prefix", "block"},
             {.label = "mask",
              .help = "Which keys a query may see: all, those up to itself, the real ones before the padding, those at "
                      "most `window` away, a prefix and those up to itself, or its own block.",
              .visible = [this] { return has_inputs(); }});
    size("padding", padding, MaskKind::padding, "So many keys are real; the rest is padding that nobody sees.");
    size("window", window, MaskKind::window, "A query sees the keys at most this many tokens away.");
    size("prefix", prefix, MaskKind::prefix, "So many first keys are seen by all; the others causally.");
    size("block", block, MaskKind::block, "A query sees the keys of its own block of so many tokens.");
    d.toggle("paint", paint,
             {.label = "paint",
              .help = "Hide cells by drawing on the map with the mouse; drawing on hidden cells shows them again.",
              .visible = [this] { return has_inputs() && one_map() && !huge; }});
    d.text("painted", painted,
           {.label = "hidden cells",
            .max_bytes = 1U << 20U,
            .help = "Cells hidden besides the mask, rows and columns from 0: 0:3-5,7;4:0.",
            .visible = [this] { return has_inputs() && (paint || !painted.empty()); }});
}

void Params::describe_selection(Describe& d) {
    const auto inputs = [this] { return has_inputs(); };
    const auto approximate = [this] { return has_inputs() && method != Method::exact && method != Method::elu; };
    d.group("Selection");
    d.choice(
        "select", select, {"soft", "hard", "argmax", "local"},
        {.label = "attention",
         .help = "soft: the weighted mean of all values; hard: one key, drawn by the weights; argmax: the heaviest "
                 "key; local: a Gaussian window about a predicted position.",
         .visible = inputs});
    d.integer("samples", samples,
              {.label = "samples",
               .min = 1,
               .max = 4096,
               .highest = 100000,
               .log = true,
               .help = "How many keys are drawn per query; their shares approach the soft weights.",
               .visible = [this] { return has_inputs() && select == Select::hard; }});
    d.real("half_width", half_width,
           {.label = "half width D",
            .min = 0.5,
            .max = 32,
            .lowest = 0.01,
            .highest = static_cast<double>(MapLimits{}.held),
            .log = true,
            .unit = "tokens",
            .help = "Keys farther than D from the predicted position are not seen; σ = D / 2.",
            .visible = [this] { return has_inputs() && select == Select::local; }});
    std::vector<std::string> methods{"exact"};
    methods.insert(methods.end(), estimator_names.begin(), estimator_names.end());
    d.choice("method", method, methods,
             {.label = "kernel",
              .help = "exact softmax, or beside it an approximation that is linear in L: random features (trig, "
                      "positive, hyperbolic), or elu + 1.",
              .visible = [this] { return has_inputs() && method_possible() && (!huge || method != Method::exact); }});
    d.integer("features", features,
              {.label = "features m",
               .min = 1,
               .max = 1024,
               .highest = 16384,
               .log = true,
               .help = "How many random directions are drawn.",
               .visible = approximate});
    d.toggle("orthogonal", orthogonal,
             {.label = "orthogonal",
              .help = "Directions orthogonal in blocks of d: the same mean, less variance.",
              .visible = approximate});
}

void Params::describe_show(Describe& d) {
    // What does nothing in the present picture is not shown: see one_map().
    const auto of_weights = [this] { return shows_weights() && view != View::output && !huge; };
    const auto of_one_map = [this] { return shows_weights() && one_map() && !huge; };
    const auto of_huge = [this] { return huge; };
    d.group("Show");
    d.choice("show", show, {"weights", "scores"},
             {.label = "values", .help = "The weights after softmax, or the scores before it.", .visible = [this] {
                  return has_inputs() && one_map() && !huge;
              }});
    d.choice("reduce", reduce, {"average", "maximum"},
             {.label = "per pixel",
              .help = "What a pixel shows that stands for many cells of a map too large to hold: the average of their "
                      "weights, or the largest.",
              .visible = of_huge});
    d.choice("color", color, {"viridis", "cividis", "magma", "diverging"},
             {.label = "colours", .help = "The colour map; diverging is made for signed scores.", .visible = [this] {
                  return view != View::output;
              }});
    d.choice("scale", scale, {"linear", "sqrt", "log"},
             {.label = "scale",
              .help = "How weights are spread over the colours: sqrt and log show the small ones.",
              .visible = of_weights});
    d.choice(
        "huge_scale", huge_scale, {"linear", "sqrt", "log"},
        {.label = "scale",
         .help = "How the weights in sight are spread over the colours in maps of more than 4096 tokens; log begins "
                 "at the smallest of them, the others at 0.",
         .visible = of_huge});
    d.real("threshold", threshold,
           {.label = "threshold",
            .min = 0,
            .max = 0.5,
            .lowest = 0,
            .highest = 1,
            .help = "Weights below it are not drawn.",
            .visible = of_one_map});
    d.integer("top", top,
              {.label = "top k",
               .min = 0,
               .max = 5,
               .highest = 9,
               .help = "Writes the rank of each row's heaviest keys into their cells.",
               .visible = of_one_map});
    d.toggle("exclude_first", exclude_first,
             {.label = "no first key",
              .help = "Leaves out the first key, where attention often sinks, and renormalises each row.",
              .visible = of_weights});
    d.toggle("sort_dims", sort_dims,
             {.label = "sort dims",
              .help = "Sorts the dimensions of the breakdown by what they add to the score.",
              .visible = [this] { return has_inputs() && view != View::output; }});
    d.integer("pin_query", pin_query,
              {.label = "pinned query",
               .min = -1,
               .max = most_tokens - 1,
               .help = "The pinned cell's row, from 0; -1: nothing is pinned.",
               .visible = [] { return false; }});
    d.integer("pin_key", pin_key,
              {.label = "pinned key",
               .min = -1,
               .max = most_tokens - 1,
               .help = "The pinned cell's column, from 0.",
               .visible = [] { return false; }});
}

}  // namespace attnscope::attention_panel
