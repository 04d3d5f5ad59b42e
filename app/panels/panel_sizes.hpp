// For tests: a panel draws at every size, and inside its area.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "app/draw/recording_canvas.hpp"

namespace attnscope {

/// What was drawn is finite, every clip is undone, every text lies inside of the area.
inline void expect_inside(const Recorder& canvas, const Rect& area, const std::string& what) {
    EXPECT_TRUE(canvas.sound) << what;
    EXPECT_EQ(canvas.clips, 0) << what;
    for (const TextBox& text : canvas.outside(area))
        ADD_FAILURE() << what << ", " << area.width() << " x " << area.height() << ": '" << text.text << "'";
}

/// Calls draw(canvas, area) for areas from a screen's to none, and expects what it draws inside; a large area has
/// words.
template <class Draw>
void expect_inside_at_every_size(const std::string& what, const Draw& draw) {
    static TextShaper shaper;
    for (const auto& [width, height] : {std::pair(1600.0F, 900.0F),
                                        {1000.0F, 700.0F},
                                        {640.0F, 400.0F},
                                        {300.0F, 300.0F},
                                        {200.0F, 54.0F},
                                        {0.0F, 0.0F}}) {
        const Rect area = Rect::sized({100, 50}, width, height);
        Recorder canvas(shaper);
        draw(canvas, area);
        expect_inside(canvas, area, what);
        EXPECT_GE(canvas.texts.size(), width > 900 ? 10U : 0U) << what;
    }
}

}  // namespace attnscope
