#include "app/panels/positions/params.hpp"

#include <algorithm>
#include <cstdlib>

#include "app/panels/word_params.hpp"

namespace attnscope::positions_panel {

void Params::describe(Describe& d) {
    const auto in = [this](View wanted) { return [this, wanted] { return view == wanted; }; };
    const auto not_in = [this](View other) { return [this, other] { return view != other; }; };
    d.group("Picture");
    d.choice("view", view, {"code", "rivals", "rotation", "similarity", "rope", "alibi", "sum"},
             {.label = "picture",
              .help = "code: the code, its waves, and a binary counter. rivals: five codes and how they are judged. "
                      "rotation: the one matrix that moves every position. similarity: p_i · p_j. rope: rotated "
                      "queries and keys. alibi: slopes. sum: tokens with their positions."});
    d.group("Code");
    d.choice("encoding", encoding, {"sinusoidal", "linear", "integer", "binary", "learned"},
             {.label = "code",
              .help = "sinusoidal sin, cos(i·w_j); linear i/(n−1); integer i; binary digits of i; learned: a table, "
                      "random here since nothing is trained.",
              .visible = [this] { return shows_encoding(); }});
    d.integer("length", length,
              {.label = "length n",
               .min = 2,
               .max = longest,
               .log = true,
               .unit = "positions",
               .help = "How many positions there are.",
               .visible = not_in(View::sum)});
    d.integer("dim", dim,
              {.label = "width d",
               .min = 2,
               .max = widest,
               .log = true,
               .help = "How many entries a code has: an even number up to 1024, since each sine has its cosine.",
               .visible = [this] { return view != View::sum && view != View::alibi; }});
    d.real("base", base,
           {.label = "base",
            .min = 2,
            .max = 1e6,
            .lowest = 1e-6,
            .highest = 1e12,
            .log = true,
            .help = "w_j = base^(−2j/d): the slowest wave is nearly 2π·base positions long. A number greater than 0.",
            .visible = [this] {
                return view == View::rivals || view == View::rotation || view == View::rope ||
                       (shows_encoding() && encoding == Encoding::sinusoidal);
            }});
    d.integer(
        "table", table,
        {.label = "table rows",
         .min = 2,
         .max = 512,
         .highest = longest,
         .log = true,
         .unit = "positions",
         .help = "Where the table of a learned code ends: beyond it there is no code.",
         .visible = [this] { return view == View::rivals || (shows_encoding() && encoding == Encoding::learned); }});
    d.integer("seed", seed,
              {.label = "seed",
               .min = 0,
               .max = 99,
               .highest = 2147483647,
               .help = "Which random numbers: of the learned table, of q and k.",
               .visible = [this] { return uses_seed(); }});
    d.group("Look at");
    d.integer(
        "position", position,
        {.label = "position i",
         .min = 0,
         .max = longest - 1,
         .help = "The position that is looked at (RoPE: the query's, m), from 0. Until it is chosen it follows a "
                 "shorter text.",
         .visible =
             [this] { return view == View::code || view == View::rotation || view == View::similarity || one_pair(); },
         .ends = [this] { return std::pair(0.0, length - 1.0); }});
    d.integer("offset", offset,
              {.label = "offset δ",
               .min = -128,
               .max = 128,
               .lowest = 1 - longest,
               .highest = longest - 1,
               .help = "How far the rotation carries a position: from i to i + δ, which must lie in 0 … n−1.",
               .visible = [this] { return view == View::rotation || view == View::similarity; },
               .ends = [this] { return std::pair(-std::min(128.0, length - 1.0), std::min(128.0, length - 1.0)); }});
    d.integer("second_offset", second_offset,
              {.label = "then by",
               .min = -32,
               .max = 32,
               .lowest = 1 - longest,
               .highest = longest - 1,
               .help = "A second offset b, of any size: M_b M_δ is compared with M_(δ+b).",
               .visible = in(View::rotation)});
    d.toggle("opposite", opposite,
             {.label = "other sign",
              .help = "Turns the signs of the sines round: the same matrix then goes back, to i − δ.",
              .visible = in(View::rotation)});
    d.integer("key_position", key_position,
              {.label = "key at n",
               .min = 0,
               .max = longest - 1,
               .help = "The key's position, from 0; the query's is position i.",
               .visible = [this] { return one_pair(); },
               .ends = [this] { return std::pair(0.0, length - 1.0); }});
    d.choice("content", content, {"pair", "sentence"},
             {.label = "content",
              .help = "pair: the same random q and k at every position, so that all that differs is where they stand; "
                      "sentence: the words' own vectors.",
              .visible = in(View::rope)});
    d.integer("pair", pair,
              {.label = "pair j",
               .min = 0,
               .max = widest / 2 - 1,
               .help = "The pair of entries 2j, 2j+1 that is followed, from 0 (the fastest).",
               .visible =
                   [this] {
                       return view == View::rotation || one_pair() ||
                              (view == View::code && encoding == Encoding::sinusoidal);
                   },
               .ends =
                   [this] {
                       const int pairs = dim / 2;
                       return std::pair(0.0, pairs - 1.0);
                   }});
    d.integer("waves", waves,
              {.label = "waves",
               .min = 1,
               .max = 8,
               .help = "How many entries are drawn as waves, spread over the width.",
               .visible = in(View::code)});
    d.integer("heads", heads,
              {.label = "heads h",
               .min = 1,
               .max = 16,
               .highest = 64,
               .help = "How many heads share the slopes 2^(−8h/H), h = 1 … H.",
               .visible = in(View::alibi)});
    d.integer("head", head,
              {.label = "head shown",
               .min = 1,
               .max = 64,
               .help = "Whose bias is shown, from 1 (the steepest).",
               .visible = in(View::alibi),
               .ends = [this] { return std::pair(1.0, static_cast<double>(heads)); }});
    const auto words = [this] { return uses_text(); };
    describe_words(d, text, tokenizer, vectors, "The sentence whose tokens get positions.", words);
    d.real("amount", amount,
           {.label = "amount",
            .min = 0,
            .max = 2,
            .lowest = -1e3,
            .highest = 1e3,
            .unit = "×",
            .help = "How strongly the code is added to the tokens.",
            .visible = in(View::sum)});
    d.choice("color", color, {"viridis", "cividis", "magma", "diverging"},
             {.label = "colours",
              .help = "The colour map; diverging has 0 in the middle, and pictures without a change of sign take "
                      "viridis for it."});
    d.integer("pin_row", pin_row,
              {.label = "pinned row",
               .min = -1,
               .max = longest - 1,
               .help = "The pinned cell's row, from 0; -1: none.",
               .visible = [] { return false; }});
    d.integer("pin_column", pin_column,
              {.label = "pinned column",
               .min = -1,
               .max = longest - 1,
               .help = "The pinned cell's column, from 0.",
               .visible = [] { return false; }});
}

void Params::follow_length() {
    const Params usual;
    const auto follow = [](int& value, int default_value, int last) {
        if (value == default_value) value = std::clamp(value, 0, std::max(last, 0));
    };
    const int last = length - 1;
    follow(pair, usual.pair, dim / 2 - 1);
    follow(head, usual.head, heads);
    follow(key_position, usual.key_position, last);
    const bool back = opposite && view != View::similarity;
    follow(offset, usual.offset, position == usual.position ? last : back ? position : last - position);
    const int by = back ? -offset : offset;
    if (position == usual.position && std::abs(by) <= last)
        position = std::clamp(position, std::max(0, -by), std::min(last, last - by));
}

}  // namespace attnscope::positions_panel
