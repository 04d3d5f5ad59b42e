// The words of every shipped step, laid out as lecture mode does it: they fit, they stand on the right side, they can
// be pointed at.
#include "app/lessons/step_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "app/draw/rich_text.hpp"
#include "app/language/scoped_language.hpp"

namespace attnscope {
namespace step_text_test {

constexpr std::array languages{Language::english, Language::persian, Language::hebrew};
constexpr float smallest_size = 6, largest_size = 20;
constexpr float slack = 1;  // points: a text alone is not exactly as wide as within its line

/// Notes the pieces of text with their styles, and the boxes.
class Page final : public Canvas {
public:
    explicit Page(TextShaper& shaper) : Canvas(shaper, dark_theme) {}

    struct Piece {
        Vec2 at;
        float width = 0;
        std::string text;
        TextStyle style;
    };
    std::vector<Piece> pieces;
    std::vector<Rect> boxes;

    void fill_rect(const Rect& rect, Color, float) override { boxes.push_back(rect); }
    void stroke_rect(const Rect&, Color, float, float) override {}
    void polyline(std::span<const Vec2>, Color, float) override {}
    void fill_polygon(std::span<const Vec2>, Color) override {}
    void fill_circle(Vec2, float, Color) override {}
    void cells(const Rect&, const CellPicture&) override {}
    void push_clip(const Rect&) override {}
    void pop_clip() override {}

protected:
    void draw_text(Vec2 at, std::string_view text, const ShapedText& shaped, const TextStyle& style) override {
        pieces.push_back({at, shaped.width, std::string(text), style});
    }
};

/// Notes the areas; the mouse is on one of them.
class Mouse final : public Interaction {
public:
    explicit Mouse(std::string over = {}) : over_(std::move(over)) {}
    Pointer area(std::string_view id, const Rect& rect) override {
        areas.emplace_back(id, rect);
        return {.hovered = id == over_};
    }
    bool live() const override { return true; }
    std::vector<std::pair<std::string, Rect>> areas;

private:
    std::string over_;
};

struct Shown {
    std::string where;
    LessonStep step;
    std::size_t controls = 0;  // that are seen
};

const std::vector<Shown>& shown_steps() {
    static const std::vector<Shown> all = [] {
        Workspace workspace;
        std::vector<Shown> shown;
        for (const ReadLesson& read : shipped_lessons(workspace))
            for (const LessonStep& step : read.lesson.steps) {
                show_step(workspace, step);
                std::size_t controls = 0;
                for (const std::string& key : step.controls) {
                    const Param* const param = find(workspace.active().params, key);
                    controls += !param->visible || param->visible() ? 1 : 0;
                }
                shown.push_back({read.lesson.name + ": " + step.title.in(Language::english), step, controls});
            }
        return shown;
    }();
    return all;
}

TextShaper& the_shaper() {
    static TextShaper shaper;
    return shaper;
}

/// The room for the words in a window of so many pixels, as app/shell/lecture_view.cpp divides it.
Vec2 room_of(const Shown& shown, Vec2 pixels, float users_scale) {
    const float scale = std::min(pixels.x / 1180, pixels.y / 664) * users_scale;
    Rect rest{{0, 0}, {pixels.x / scale, pixels.y / scale}};
    rest.cut_bottom(34);
    const bool beside = rest.width() > 1.1F * rest.height();
    const Rect words = beside ? rest.cut_right(rest.width() * 0.36F) : rest.cut_bottom(rest.height() * 0.45F);
    Vec2 room{words.width() - 40 / users_scale, words.height() - 26 / users_scale};
    room.y -= std::min(34 * static_cast<float>(shown.controls), std::max(room.y * 0.5F, 0.0F)) + 8 / users_scale;
    return room;
}

/// With the answer, so as high as it gets.
StepText fitted(const Shown& shown, Vec2 room, float users_scale = 1) {
    return StepText::fitted(the_shaper(), dark_theme, {.step = &shown.step, .answer = true}, room,
                            smallest_size / users_scale, largest_size);
}

StepText in_a_window(const Shown& shown) {
    return fitted(shown, room_of(shown, {1180, 664}, 1));
}

/// Between which x a line of text at this height stands.
std::pair<float, float> ends_of(const Page& page, const StepText& text, float y) {
    for (const Rect& box : page.boxes)
        if (y > box.min.y && y < box.max.y) return {box.min.x + 0.7F * text.size(), box.max.x - 0.7F * text.size()};
    return {0, text.width()};
}

using Line = std::vector<Page::Piece>;

/// From the top down, and from left to right. Subscripts and superscripts belong to their line.
std::vector<Line> lines_of(const Page& page, const StepText& text) {
    std::vector<Page::Piece> pieces = page.pieces;
    std::stable_sort(pieces.begin(), pieces.end(), [](const auto& a, const auto& b) { return a.at.y < b.at.y; });
    std::vector<Line> lines;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        if (i == 0 || pieces[i].at.y - pieces[i - 1].at.y > 0.5F * text.size()) lines.emplace_back();
        lines.back().push_back(pieces[i]);
    }
    for (Line& line : lines)
        std::stable_sort(line.begin(), line.end(), [](const auto& a, const auto& b) { return a.at.x < b.at.x; });
    return lines;
}

std::string without(std::string text, std::initializer_list<std::string_view> marks) {
    for (const std::string_view mark : marks)
        for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at))
            text.erase(at, mark.size());
    return text;
}

/// Isolation is not seen; the mark of a run that goes from right to left stays.
std::string visible(const std::string& text) {
    return without(text, {" ", "\u2066", "\u2067", "\u2068", "\u2069"});
}

/// What is the same in every language's digits.
std::string letters(const std::string& text) {
    std::string plain = without(visible(text), {"\u200E", "\u200F", ".", "٫"});
    for (char digit = 0; digit < 10; ++digit) {
        const std::string persian{'\xDB', static_cast<char>(0xB0 + digit)};
        for (std::size_t at = plain.find(persian); at != std::string::npos; at = plain.find(persian, at))
            plain.replace(at, persian.size(), 1, static_cast<char>('0' + digit));
    }
    return plain;
}

std::vector<MarkupSpan> spans_shown(const LessonStep& step) {
    std::vector<MarkupSpan> spans;
    for (const LessonText* text : {&step.text, &step.attempt, &step.mistake, &step.question, &step.answer}) {
        const auto paragraphs = parse_markup(text->in(current_language()));
        for (const MarkupParagraph& paragraph : *paragraphs)
            spans.insert(spans.end(), paragraph.begin(), paragraph.end());
    }
    return spans;
}

/// A text that goes from left to right, in lines from the given one on. Where it is broken, what is left of it begins
/// the next line, on the side where that begins.
bool continues(const std::vector<std::string>& lines, std::size_t line, std::string_view text) {
    if (line >= lines.size()) return false;
    const std::string& here = lines[line];
    if (right_to_left() ? here.ends_with(text) : here.starts_with(text)) return true;
    return text.starts_with(here) && !here.empty() && continues(lines, line + 1, text.substr(here.size()));
}

bool stands_in_order(const std::vector<std::string>& lines, std::string_view text) {
    for (std::size_t line = 0; line < lines.size(); ++line) {
        if (lines[line].find(text) != std::string::npos) return true;
        for (std::size_t cut = 1; cut < text.size(); ++cut) {
            const std::string_view head = text.substr(0, cut);
            const bool broken = right_to_left() ? lines[line].starts_with(head) : lines[line].ends_with(head);
            if (broken && continues(lines, line + 1, text.substr(cut))) return true;
        }
    }
    return false;
}

/// Calls `look(shown)` with each step, in each of the languages.
template <class Look>
void in_every_language(Look look) {
    for (const Language language : languages) {
        const ScopedLanguage in(language);
        for (const Shown& shown : shown_steps()) {
            SCOPED_TRACE(std::string(code_of(language)) + ", " + shown.where);
            look(shown);
        }
    }
}

void expect_inside(const StepText& text) {
    Page page(the_shaper());
    Mouse mouse;
    text.draw(page, mouse, {0, 0});
    for (const Page::Piece& piece : page.pieces) {
        const auto ends = ends_of(page, text, piece.at.y);
        EXPECT_GE(piece.at.x, ends.first - slack) << piece.text;
        EXPECT_LE(piece.at.x + piece.width, ends.second + slack) << piece.text;
    }
}

TEST(StepText, FitsInEveryWindow) {
    constexpr std::array<Vec2, 4> windows{Vec2{320, 200}, {640, 480}, {1180, 664}, {1920, 1080}};
    in_every_language([&](const Shown& shown) {
        for (const Vec2 window : windows) {
            SCOPED_TRACE(testing::Message() << window.x << " x " << window.y);
            const Vec2 room = room_of(shown, window, 1);
            const StepText text = fitted(shown, room);
            EXPECT_LE(text.height(), room.y);
            EXPECT_EQ(text.width(), room.x);
            expect_inside(text);
        }
    });
}

TEST(StepText, IsInsideItsColumnOnEveryProjector) {
    in_every_language([&](const Shown& shown) {
        for (const float scale : {2.0F, 3.0F}) {
            SCOPED_TRACE(testing::Message() << "scale " << scale);
            for (const Vec2 window : {Vec2{320, 200}, Vec2{640, 480}, Vec2{1920, 1080}}) {
                const Vec2 room = room_of(shown, window, scale);
                const StepText text = fitted(shown, room, scale);
                EXPECT_LE(text.height(), room.y) << window.x << " x " << window.y;
                expect_inside(text);
            }
        }
    });
}

TEST(StepText, LinesBeginAtTheRightScopedLanguagesFromRightToLeft) {
    in_every_language([&](const Shown& shown) {
        const StepText text = in_a_window(shown);
        Page page(the_shaper());
        Mouse mouse;
        text.draw(page, mouse, {0, 0});
        for (const Line& line : lines_of(page, text)) {
            const auto ends = ends_of(page, text, line.front().at.y);
            const float left = line.front().at.x;
            float right = 0;
            std::string words;
            for (const Page::Piece& piece : line) {
                right = std::max(right, piece.at.x + piece.width);
                words += piece.text + "|";
            }
            EXPECT_NEAR(right_to_left() ? right : left, right_to_left() ? ends.second : ends.first, slack) << words;
        }
    });
}

TEST(StepText, FormulasGoFromLeftToRight) {
    in_every_language([&](const Shown& shown) {
        const StepText text = in_a_window(shown);
        Page page(the_shaper());
        Mouse mouse;
        text.draw(page, mouse, {0, 0});
        std::vector<std::string> lines;
        for (const Line& line : lines_of(page, text)) {
            lines.emplace_back();
            for (const Page::Piece& piece : line)
                if (!without(visible(piece.text), {"\u200F"}).empty()) lines.back() += visible(piece.text);
        }
        for (const MarkupSpan& span : spans_shown(shown.step)) {
            if (!span.formula) continue;
            std::string formula;
            for (const TextSpan& part : formula_spans(span.text, {})) formula += visible(part.text);
            EXPECT_TRUE(stands_in_order(lines, formula)) << formula << " in\n" << testing::PrintToString(lines);
        }
    });
}

/// With the mouse on one of the areas: the link, if the words there are its own.
std::optional<Link> point_at(const StepText& text, const std::vector<MarkupSpan>& spans,
                             const std::pair<std::string, Rect>& area) {
    Page page(the_shaper());
    Mouse mouse(area.first);
    const std::optional<Link> link = text.draw(page, mouse, {0, 0});
    EXPECT_TRUE(link) << area.first;
    if (!link) return link;
    std::string all;
    for (const MarkupSpan& span : spans)
        if (span.link && place_of(*span.link) == link)
            all += letters(span.formula ? plain_formula(span.text) : span.text) + "|";
    const Rect& box = area.second;
    if (box.width() == 0) return link;  // a mark of direction
    for (const Page::Piece& piece : page.pieces) {
        if (piece.at.x != box.min.x || piece.at.y < box.min.y || piece.at.y > box.max.y) continue;
        const std::string words = letters(piece.text);
        if (words.empty()) continue;
        EXPECT_NE(all.find(words), std::string::npos) << words << " is none of " << all;
    }
    return link;
}

TEST(StepText, LinksArePointedAtAndNumbersAreBold) {
    in_every_language([&](const Shown& shown) {
        const StepText text = in_a_window(shown);
        const std::vector<MarkupSpan> spans = spans_shown(shown.step);
        Page page(the_shaper());
        Mouse nowhere;
        EXPECT_FALSE(text.draw(page, nowhere, {0, 0}));
        std::vector<Link> pointed;
        for (const auto& area : nowhere.areas)
            if (const std::optional<Link> link = point_at(text, spans, area)) pointed.push_back(*link);
        for (const MarkupSpan& span : spans) {
            const std::optional<Link> place = span.link ? place_of(*span.link) : std::nullopt;
            EXPECT_TRUE(!place || std::find(pointed.begin(), pointed.end(), *place) != pointed.end()) << span.text;
        }
        for (const MarkupSpan& span : spans) {
            if (!span.link || !std::holds_alternative<NumberLink>(*span.link) || span.formula) continue;
            EXPECT_TRUE(std::ranges::any_of(page.pieces, [&](const Page::Piece& piece) {
                return piece.style.bold && !letters(piece.text).empty() &&
                       letters(span.text).find(letters(piece.text)) != std::string::npos;
            })) << span.text;
        }
    });
}

class StepTextParts : public testing::Test {
protected:
    StepTextParts() {
        step_.title.by_language[0] = "Title";
        step_.text.by_language[0] = "Prose";
        step_.question.by_language[0] = "Why";
        step_.answer.by_language[0] = "Because";
    }

    std::string drawn(bool answer, bool live) {
        Page page(the_shaper());
        Mouse mouse;
        StepText(the_shaper(), dark_theme, {&step_, answer, live}, 400, 12).draw(page, mouse, {0, 0});
        std::string all;
        for (const Page::Piece& piece : page.pieces) all += piece.text + "|";
        return all;
    }

    LessonStep step_;
};

TEST_F(StepTextParts, TheAnswerIsHiddenUntilItIsShown) {
    EXPECT_EQ(drawn(false, true), "Title|Prose|Question|Why|Enter shows the answer.|");
    EXPECT_EQ(drawn(true, true), "Title|Prose|Question|Why|Answer|Because|");
    EXPECT_EQ(drawn(false, false), "Title|Prose|Question|Why|") << "on paper there is no Enter";
}

TEST_F(StepTextParts, WhatIsNotWrittenTakesNoRoom) {
    const StepText with(the_shaper(), dark_theme, {.step = &step_}, 400, 12);
    step_.question = step_.answer = {};
    const StepText without_question(the_shaper(), dark_theme, {.step = &step_}, 400, 12);
    EXPECT_LT(without_question.height(), with.height());
    EXPECT_EQ(drawn(true, true), "Title|Prose|");
}

}  // namespace step_text_test
}  // namespace attnscope
