// The parameters of a sentence: in every panel that looks at one they have the same keys, so that it goes along from
// panel to panel (Workspace::switch_to()).
#pragma once

#include <functional>
#include <string>

#include "app/state/params.hpp"
#include "core/text/tokenizer.hpp"

namespace attnscope {

/// `what`: what the text is for, a sentence.
inline void describe_words(Describe& d, std::string& text, Tokenizer& tokenizer, std::string& vectors,
                           const std::string& what, const std::function<bool()>& visible) {
    d.text("text", text, {.label = "text", .max_bytes = 1U << 16U, .help = what, .visible = visible});
    d.choice("tokenizer", tokenizer, {"words", "characters"},
             {.label = "tokens", .help = "Whether a token is a word or a character.", .visible = visible});
    d.text("vectors", vectors,
           {.label = "vectors",
            .max_bytes = 4096,
            .help = "Your own word vectors, a text file as of GloVe or fastText; empty: the built-in ones.",
            .visible = visible});
}

}  // namespace attnscope
