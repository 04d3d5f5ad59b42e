// The words of a step as they stand beside its picture: on the projector, in `render`, in the handout.
#pragma once

#include <optional>
#include <vector>

#include "app/draw/canvas.hpp"
#include "app/draw/interaction.hpp"
#include "app/lessons/lesson.hpp"
#include "app/lessons/markup.hpp"

namespace attnscope {

struct StepWords {
    const LessonStep* step = nullptr;
    bool answer = false;  // shown, or only said to be there
    bool live = true;     // somebody can press the key that shows it
};

/// Title, text, try, mistake, question and answer below each other, in the current language, laid out in a width.
class StepText {
public:
    /// `size`: of the text in points; the title is larger. Cost: that of shaping the text.
    StepText(TextShaper& shaper, const Theme& theme, const StepWords& words, float width, float size);
    /// With the largest size, of those from `smallest` to `largest` in steps of half a point, with which it is at most
    /// as high as the room; `smallest` where none is.
    static StepText fitted(TextShaper& shaper, const Theme& theme, const StepWords& words, Vec2 room, float smallest,
                           float largest);

    float width() const { return width_; }
    float height() const { return height_; }
    float size() const { return size_; }

    /// Draws it with its upper left corner at `at`. The link that the mouse is on, where there is one.
    std::optional<Link> draw(Canvas& canvas, Interaction& interaction, Vec2 at) const;

private:
    struct Block {
        TextLayout text;
        Vec2 at;                                 // of the text
        std::vector<std::optional<Link>> links;  // by the layout's spans
        Rect box;
        std::optional<Color> fill, edge;  // of the box
    };
    struct Part {
        std::string label;
        Color color;
        const std::string* text = nullptr;
        bool boxed = false;
    };
    void add(TextShaper& shaper, const Theme& theme, const Part& part);
    std::vector<TextSpan> spans_of(const Theme& theme, const MarkupParagraph& paragraph, Block& block) const;

    float width_, size_, height_ = 0;
    std::vector<Block> blocks_;
};

}  // namespace attnscope
