// How pictures are saved: the settings of the Export menu, and of `render --paper`.
#pragma once

#include "app/state/params.hpp"

namespace attnscope {

enum class ExportStyle { screen, paper };

struct ExportSettings {
    ExportStyle style = ExportStyle::screen;
    double width_cm = 14;
    double font_pt = 8;

    void describe(Describe& d) {
        const auto on_paper = [this] { return style == ExportStyle::paper; };
        d.choice("style", style, {"screen", "paper"},
                 {.label = "style", .help = "As on the screen, or black on white in a chosen size."});
        d.real("width_cm", width_cm,
               {.label = "width",
                .min = 4,
                .max = 30,
                .lowest = 1,
                .highest = 100,
                .unit = "cm",
                .help = "How wide the figure is on paper; a PNG has 300 pixels an inch.",
                .visible = on_paper});
        d.real("font_pt", font_pt,
               {.label = "text",
                .min = 5,
                .max = 14,
                .lowest = 3,
                .highest = 40,
                .unit = "pt",
                .help = "How large ordinary text is in the figure.",
                .visible = on_paper});
    }
};

}  // namespace attnscope
