// The positions panel's parameters.
#pragma once

#include <string>

#include "app/draw/cells.hpp"
#include "app/state/params.hpp"
#include "core/positions/criteria.hpp"
#include "core/positions/positions.hpp"
#include "core/text/tokenizer.hpp"

namespace attnscope::positions_panel {

enum class View { code, rivals, rotation, similarity, rope, alibi, sum };
enum class Encoding { sinusoidal, linear, integer, binary, learned };  // as in rival_codes
enum class Content { pair, sentence };

constexpr int longest = 8192, widest = 1024;

inline PositionKind kind_of(Encoding encoding) {
    return rival_codes[static_cast<std::size_t>(encoding)];
}

struct Params {
    View view = View::code;
    Encoding encoding = Encoding::sinusoidal;
    int length = 64;
    int dim = 32;
    double base = default_base;
    int table = 48;
    int seed = 1;

    int position = 12;
    int offset = 7;
    int second_offset = 5;
    bool opposite = false;
    int pair = 3;
    int waves = 5;

    int key_position = 5;
    Content content = Content::pair;
    int heads = 8, head = 3;

    std::string text = "the king and the queen ate bread and drank water in the month of march";
    Tokenizer tokenizer = Tokenizer::words;
    std::string vectors;  // a file; empty: the built-in ones
    double amount = 1;

    ColorMap color = ColorMap::diverging;
    int pin_row = -1, pin_column = -1;  // in the picture of the view; -1: nothing is pinned

    void describe(Describe& d);

    /// What still has its default and does not fit a shorter text, a smaller width or fewer heads comes along: only
    /// what was chosen can be wrong.
    void follow_length();

    /// Whether the view shows the code that `encoding` chooses.
    bool shows_encoding() const { return view == View::code || view == View::similarity || view == View::sum; }
    /// RoPE on one q and k, the same everywhere.
    bool one_pair() const { return view == View::rope && content == Content::pair; }
    /// Whether words are looked at.
    bool uses_text() const { return view == View::sum || (view == View::rope && content == Content::sentence); }
    bool uses_seed() const {
        return view == View::rivals || view == View::rope || (shows_encoding() && encoding == Encoding::learned);
    }
};

}  // namespace attnscope::positions_panel
