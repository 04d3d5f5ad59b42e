// The colours of the program, once for each theme. Queries are always the accent, keys always amber.
#pragma once

#include "app/draw/geometry.hpp"

namespace attnscope {

enum class ThemeName { dark, light };

struct Theme {
    ThemeName name;
    Color ground;   // behind the pictures
    Color surface;  // rail, strips, controls
    Color line;     // separators, borders
    Color text;
    Color quiet;      // secondary text
    Color query;      // queries, and the accent of the interface
    Color key;        // keys
    Color field;      // inside text fields, unselected segments
    Color on_accent;  // text on the accent
    Color warning;
};

constexpr Theme dark_theme{ThemeName::dark,      Color::hex(0x12151a), Color::hex(0x191d24), Color::hex(0x2a303a),
                           Color::hex(0xe8ebf0), Color::hex(0x98a2b1), Color::hex(0x5ac8fa), Color::hex(0xffb45a),
                           Color::hex(0x222833), Color::hex(0x0b1620), Color::hex(0xffd166)};
constexpr Theme light_theme{ThemeName::light,     Color::hex(0xf5f6f8), Color::hex(0xffffff), Color::hex(0xd9dde4),
                            Color::hex(0x1a1e26), Color::hex(0x5b6573), Color::hex(0x0a6dba), Color::hex(0xa45605),
                            Color::hex(0xeceff4), Color::hex(0xffffff), Color::hex(0x8a5a00)};

/// For figures in print: black on white, colours that stay dark enough on paper.
constexpr Theme paper_theme{ThemeName::light,     Color::hex(0xffffff), Color::hex(0xffffff), Color::hex(0xb8bcc4),
                            Color::hex(0x000000), Color::hex(0x3c424c), Color::hex(0x08559a), Color::hex(0x8a4500),
                            Color::hex(0xe8ebef), Color::hex(0xffffff), Color::hex(0x6e4700)};

/// Grounds between those of a theme, and what is written on them: under the mouse (text);
constexpr Color ground_under_mouse(const Theme& theme) {
    return mix(theme.field, theme.text, 0.12F);
}
/// the bar behind a number (text);
constexpr Color ground_of_bar(const Theme& theme) {
    return mix(theme.field, theme.query, 0.4F);
}
/// what is chosen, `amount` 0 .. 0.25, where the accent itself would be too loud (text, and the accent by
/// readable());
constexpr Color ground_of_chosen(const Theme& theme, float amount) {
    return mix(theme.field, theme.query, amount);
}
/// how wrong something is, 0 .. 1 (text).
constexpr Color ground_of_wrong(const Theme& theme, float amount) {
    return mix(theme.field, theme.warning, 0.36F * amount);
}

constexpr const Theme& theme_of(ThemeName name) {
    return name == ThemeName::dark ? dark_theme : light_theme;
}

}  // namespace attnscope
