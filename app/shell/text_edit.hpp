// A line of text being edited: caret, selection and what each key does to them. No drawing.
#pragma once

#include <functional>
#include <string>

#include "app/shell/input.hpp"

namespace attnscope {

struct Clipboard {
    std::function<std::string()> get;
    std::function<void(const std::string&)> put;
};

class TextEdit {
public:
    TextEdit() = default;
    /// Begins with everything selected.
    explicit TextEdit(std::string text);

    enum class Outcome { ignored, moved, changed, accepted, abandoned };
    /// Arrow keys (with Control by words, with Shift selecting), Home, End, Backspace, Delete, Control A C X V, Enter
    /// (accepted), Escape (abandoned), typed text. Line breaks that are pasted become spaces.
    Outcome handle(const KeyEvent& event, const Clipboard& clipboard);

    /// The text was changed from outside (undo, a file): the caret stays inside.
    void replace(std::string text);
    void place_caret(std::size_t byte, bool select);
    void select_word_at(std::size_t byte);
    void select_all();

    const std::string& text() const { return text_; }
    std::size_t caret() const { return caret_; }
    std::size_t selection_begin() const { return std::min(caret_, anchor_); }
    std::size_t selection_end() const { return std::max(caret_, anchor_); }

private:
    Outcome press(const KeyPress& press, const Clipboard& clipboard);
    Outcome command(const KeyPress& press, const Clipboard& clipboard);
    void insert(std::string_view inserted);
    void erase_selection() { insert({}); }
    std::size_t step(std::size_t from, bool forward, bool by_word) const;

    std::string text_;
    std::size_t caret_ = 0, anchor_ = 0;
};

}  // namespace attnscope
