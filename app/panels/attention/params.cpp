#include "app/panels/attention/params.hpp"

namespace attnscope::attention_panel {

void Params::describe(Describe& d) {
    const auto from_text = [this] { return source == Source::text; };
    const auto from_random = [this] { return source == Source::random; };
    const auto never = [] { return false; };

    d.group("Data");
    d.choice("source", source, {"text", "random"},
             {.label = "source", .help = "What the tokens are: words with vectors, or random vectors from N(0, 1)."});
    d.text("text", text,
           {.label = "text",
            .max_bytes = 1U << 20U,
            .help = "The text whose tokens attend to each other.",
            .visible = never});
    d.choice("tokenizer", tokenizer, {"words", "characters"},
             {.label = "tokens", .help = "How the text is cut into tokens.", .visible = from_text});
    d.text("vectors", vectors,
           {.label = "vectors",
            .max_bytes = 4096,
            .help = "A file of your own word vectors (GloVe or fastText text format); empty: the built-in ones.",
            .visible = from_text});
    d.integer("length", length,
              {.label = "length L",
               .min = 1,
               .max = 512,
               .highest = most_tokens,
               .log = true,
               .unit = "",
               .help = "How many random tokens.",
               .visible = from_random});
    d.integer("seed", seed,
              {.label = "seed",
               .min = 0,
               .max = 99,
               .highest = 2147483647,
               .help = "Which random numbers: the same seed gives the same picture."});
    d.group("Heads");
    d.integer("heads", heads,
              {.label = "heads h", .min = 1, .max = 16, .help = "How many heads look at the same tokens."});
    d.integer("head", head,
              {.label = "head shown",
               .min = 0,
               .max = 16,
               .help = "Which head is shown, from 1; 0 shows the average of all heads."});
    d.integer("dim", dim,
              {.label = "width d",
               .min = 1,
               .max = 128,
               .highest = 256,
               .log = true,
               .help = "The length of each head's queries, keys and values."});
    d.choice("projection", projection, {"identity", "random", "shared"},
             {.label = "projection",
              .help = "How a token becomes query, key and value. identity: each head takes d of the token's own "
                      "coordinates; random: W_Q, W_K, W_V from N(0, 1/D); shared: the same, with W_Q = W_K."});
    d.group("Score");
    d.real("temperature", temperature,
           {.label = "temperature",
            .min = 0.05,
            .max = 20,
            .lowest = 1e-6,
            .highest = 1e6,
            .log = true,
            .help = "Scores are divided by it before softmax: low is sharp, high is even."});
    d.choice("mask", mask, {"none", "causal", "window"},
             {.label = "mask",
              .help = "Which keys a query may see: all, those up to itself, or those at most `window` away."});
    d.integer("window", window,
              {.label = "window w",
               .min = 0,
               .max = 64,
               .highest = most_tokens,
               .unit = "",
               .help = "A query sees the keys at most this many tokens away.",
               .visible = [this] { return mask == MaskKind::window; }});
    d.group("Show");
    d.choice("show", show, {"weights", "scores"},
             {.label = "values", .help = "The weights after softmax, or the scores q·k / √d / T before it."});
    d.choice("color", color, {"viridis", "cividis", "magma", "diverging"},
             {.label = "colours", .help = "The colour map; diverging is made for signed scores."});
    d.choice("scale", scale, {"linear", "sqrt", "log"},
             {.label = "scale",
              .help = "How weights are spread over the colours: sqrt and log show the small ones.",
              .visible = [this] { return show == Show::weights; }});
    d.integer("pin_query", pin_query,
              {.label = "pinned query",
               .min = -1,
               .max = most_tokens - 1,
               .help = "The pinned cell's row, from 0; -1: nothing is pinned.",
               .visible = never});
    d.integer("pin_key", pin_key,
              {.label = "pinned key",
               .min = -1,
               .max = most_tokens - 1,
               .help = "The pinned cell's column, from 0.",
               .visible = never});
}

}  // namespace attnscope::attention_panel
