// The attention panel's parameters.
#pragma once

#include <string>

#include "app/draw/cells.hpp"
#include "app/state/params.hpp"
#include "core/attention/mask.hpp"
#include "core/attention/projection.hpp"
#include "core/text/tokenizer.hpp"

namespace attnscope::attention_panel {

enum class Source { text, random };
enum class Show { weights, scores };

constexpr Index most_tokens = 4096;

struct Params {
    Source source = Source::text;
    std::string text = "the king and the queen ate bread and drank water in the month of march";
    Tokenizer tokenizer = Tokenizer::words;
    std::string vectors;  // a file; empty: the built-in ones
    int length = 64;
    int seed = 1;
    int heads = 8;
    int head = 1;  // 1 .. heads; 0 = the average of all
    int dim = 32;
    ProjectionKind projection = ProjectionKind::identity;
    double temperature = 1;
    MaskKind mask = MaskKind::none;
    int window = 3;
    Show show = Show::weights;
    ColorMap color = ColorMap::viridis;
    ColorScale scale = ColorScale::square_root;
    int pin_query = 4;  // -1: nothing is pinned
    int pin_key = 1;

    void describe(Describe& d);
};

}  // namespace attnscope::attention_panel
