#include "app/shell/text_edit.hpp"

#include <GLFW/glfw3.h>
#include <pango/pango.h>

#include <vector>

namespace attnscope {
namespace {

// Where a caret may stand (between graphemes) and where words begin and end, as byte offsets.
struct Stops {
    std::vector<std::size_t> bytes;
    std::vector<PangoLogAttr> attributes;
};

Stops stops_of(const std::string& text) {
    Stops stops;
    const long count = g_utf8_strlen(text.data(), static_cast<gssize>(text.size()));
    stops.attributes.resize(static_cast<std::size_t>(count) + 1);
    pango_get_log_attrs(text.data(), static_cast<int>(text.size()), -1, pango_language_get_default(),
                        stops.attributes.data(), static_cast<int>(stops.attributes.size()));
    const char* c = text.c_str();
    for (long i = 0; i <= count; ++i) {
        stops.bytes.push_back(static_cast<std::size_t>(c - text.c_str()));
        if (i < count) c = g_utf8_next_char(c);
    }
    return stops;
}

// The direction of the first letter decides, as in Pango's own automatic direction.
bool right_to_left(const std::string& text) {
    for (const char* c = text.c_str(); *c != '\0'; c = g_utf8_next_char(c)) {
        const gunichar code_point = g_utf8_get_char(c);
        if (g_unichar_isalpha(code_point) == 0) continue;
        const GUnicodeScript script = g_unichar_get_script(code_point);
        return script == G_UNICODE_SCRIPT_HEBREW || script == G_UNICODE_SCRIPT_ARABIC ||
               script == G_UNICODE_SCRIPT_SYRIAC || script == G_UNICODE_SCRIPT_THAANA || script == G_UNICODE_SCRIPT_NKO;
    }
    return false;
}

}  // namespace

TextEdit::TextEdit(std::string text) : text_(std::move(text)), caret_(text_.size()) {}

TextEdit::Outcome TextEdit::handle(const KeyEvent& event, const Clipboard& clipboard) {
    if (const auto* typed = std::get_if<Typed>(&event)) {
        insert(typed->text);
        return Outcome::changed;
    }
    return press(std::get<KeyPress>(event), clipboard);
}

TextEdit::Outcome TextEdit::press(const KeyPress& press, const Clipboard& clipboard) {
    const bool has_selection = caret_ != anchor_;
    switch (press.key) {
        case GLFW_KEY_LEFT:
        case GLFW_KEY_RIGHT: {
            // The arrow points where it says: in right-to-left text, left is onward.
            const bool forward = (press.key == GLFW_KEY_RIGHT) != right_to_left(text_);
            if (has_selection && !press.shift)
                place_caret(forward ? selection_end() : selection_begin(), false);
            else
                place_caret(step(caret_, forward, press.control), press.shift);
            return Outcome::moved;
        }
        case GLFW_KEY_HOME:
            place_caret(0, press.shift);
            return Outcome::moved;
        case GLFW_KEY_END:
            place_caret(text_.size(), press.shift);
            return Outcome::moved;
        case GLFW_KEY_BACKSPACE:
            if (!has_selection) place_caret(step(caret_, false, press.control), true);
            erase_selection();
            return Outcome::changed;
        case GLFW_KEY_DELETE:
            if (!has_selection) place_caret(step(caret_, true, press.control), true);
            erase_selection();
            return Outcome::changed;
        case GLFW_KEY_ENTER:
        case GLFW_KEY_KP_ENTER:
            return Outcome::accepted;
        case GLFW_KEY_ESCAPE:
            return Outcome::abandoned;
        default:
            return press.control ? command(press, clipboard) : Outcome::ignored;
    }
}

TextEdit::Outcome TextEdit::command(const KeyPress& press, const Clipboard& clipboard) {
    const std::string selected = text_.substr(selection_begin(), selection_end() - selection_begin());
    switch (press.key) {
        case GLFW_KEY_A:
            select_all();
            return Outcome::moved;
        case GLFW_KEY_C:
            if (!selected.empty()) clipboard.put(selected);
            return Outcome::moved;
        case GLFW_KEY_X:
            if (selected.empty()) return Outcome::moved;
            clipboard.put(selected);
            erase_selection();
            return Outcome::changed;
        case GLFW_KEY_V: {
            std::string pasted = clipboard.get();
            for (char& c : pasted)
                if (c == '\n' || c == '\r' || c == '\t') c = ' ';
            insert(pasted);
            return Outcome::changed;
        }
        default:
            return Outcome::ignored;
    }
}

void TextEdit::insert(std::string_view inserted) {
    const std::size_t begin = selection_begin();
    text_.replace(begin, selection_end() - begin, inserted);
    caret_ = anchor_ = begin + inserted.size();
}

std::size_t TextEdit::step(std::size_t from, bool forward, bool by_word) const {
    const Stops stops = stops_of(text_);
    std::size_t i = 0;
    while (i + 1 < stops.bytes.size() && stops.bytes[i] < from) ++i;
    const std::size_t last = stops.bytes.size() - 1;
    while (forward ? i < last : i > 0) {
        i = forward ? i + 1 : i - 1;
        const PangoLogAttr& attribute = stops.attributes[i];
        const bool stop =
            by_word ? (forward ? attribute.is_word_end : attribute.is_word_start) : attribute.is_cursor_position;
        if (stop != 0U) break;
    }
    return stops.bytes[i];
}

void TextEdit::replace(std::string text) {
    if (text == text_) return;
    text_ = std::move(text);
    caret_ = anchor_ = std::min(caret_, text_.size());
    while (caret_ > 0 && caret_ < text_.size() && (static_cast<unsigned char>(text_[caret_]) & 0xC0U) == 0x80U)
        --caret_;
    anchor_ = caret_;
}

void TextEdit::place_caret(std::size_t byte, bool select) {
    caret_ = std::min(byte, text_.size());
    if (!select) anchor_ = caret_;
}

void TextEdit::select_word_at(std::size_t byte) {
    anchor_ = byte < text_.size() ? step(step(byte, true, false), false, true) : step(byte, false, true);
    caret_ = step(anchor_, true, true);
}

void TextEdit::select_all() {
    anchor_ = 0;
    caret_ = text_.size();
}

}  // namespace attnscope
