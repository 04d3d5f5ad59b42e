#include "app/lessons/lesson_page.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/draw/drawing.hpp"
#include "app/draw/rich_text.hpp"
#include "app/lessons/step_text.hpp"

namespace attnscope {
namespace {

// A4 in units of the layout: ordinary text of 13 units has 8.4 points.
constexpr double a4_width = 595.28, a4_height = 841.89, points_per_unit = 0.65;
constexpr float sheet_margin = 56;
constexpr float footer_height = 30, sheet_gap = 24, sheet_text = 20;

std::string page_number(std::size_t page, std::size_t count) {
    return prose_digits(fmt::format("{} / {}", page, count), current_language());
}

void draw_footer(Canvas& canvas, const Rect& area, const Lesson& lesson, std::size_t index) {
    const Theme& t = canvas.theme();
    const TextStyle style{.color = t.quiet, .size = 13};
    const bool mirrored = right_to_left();
    const std::string number = page_number(index + 1, lesson.steps.size());
    const float baseline = area.center().y + 5;
    canvas.text({mirrored ? area.min.x : area.max.x, baseline}, number,
                {.color = t.quiet, .size = 13, .align = mirrored ? Align::left : Align::right});
    Rect title = area;
    constexpr float number_width = 80;
    mirrored ? title.cut_left(number_width) : title.cut_right(number_width);
    draw_line(canvas, title, baseline, laid_out_right_to_left(lesson.title.plain(current_language())), style);
}

// As much as the words leave, so that a sheet is full but the picture not drawn out.
float picture_height(TextShaper& shaper, const LessonStep& step, float width, const HandoutOptions& options) {
    constexpr float flattest = 0.5F, highest = 0.72F;  // of the width
    const StepText words(shaper, paper_theme, {.step = &step, .answer = options.answers, .live = false}, width,
                         sheet_text);
    const float room = static_cast<float>(a4_height / points_per_unit) - 2 * sheet_margin - footer_height - sheet_gap;
    return std::clamp(room - words.height(), flattest * width, highest * width);
}

void draw_missing_picture(Canvas& canvas, const Rect& place, const std::string& why) {
    const Theme& t = canvas.theme();
    canvas.stroke_rect(place, t.line, 1);
    const std::vector<TextSpan> spans{{.text = why, .style = {.color = t.warning, .size = sheet_text}}};
    const Rect inside = place.inset(24);
    draw_layout(canvas, inside.min, canvas.shaper().lay_out(spans, inside.width()));
}

void draw_sheet(Canvas& canvas, const Drawing& picture, float height, const Lesson& lesson, std::size_t index,
                const HandoutOptions& options) {
    Rect area{{sheet_margin, sheet_margin},
              {static_cast<float>(a4_width / points_per_unit) - sheet_margin,
               static_cast<float>(a4_height / points_per_unit) - sheet_margin}};
    draw_footer(canvas, area.cut_bottom(footer_height), lesson, index);
    static_cast<void>(picture.replay(canvas, {}));  // nobody stops it
    area.cut_top(height + sheet_gap);
    const StepWords words{.step = &lesson.steps[index], .answer = options.answers, .live = false};
    constexpr float smallest = 9;
    const StepText text =
        StepText::fitted(canvas.shaper(), canvas.theme(), words, {area.width(), area.height()}, smallest, sheet_text);
    Interaction nobody;
    text.draw(canvas, nobody, area.min);
}

}  // namespace

void draw_step_picture(Canvas& canvas, Interaction& interaction, const Workspace& workspace, const LessonStep& step,
                       const Rect& area) {
    const Clip clip(canvas, area);
    Panel& panel = *workspace.active().panel;
    const std::vector<std::string> parts = panel.parts();
    if (!step.part.empty() && std::ranges::find(parts, step.part) != parts.end())
        panel.draw_part(step.part, canvas, interaction, area.inset(18));
    else
        panel.draw(canvas, interaction, area);
}

void draw_lesson_page(Canvas& canvas, const Workspace& workspace, const Lesson& lesson, std::size_t index,
                      const Rect& area) {
    constexpr float words_share = 0.36F, margin = 20, bar = 34, smallest = 6, largest = 20;
    const Theme& t = canvas.theme();
    const LessonStep& step = lesson.steps[index];
    Rect rest = area;
    const Rect footer = rest.cut_bottom(bar);
    canvas.fill_rect(footer, t.surface);
    draw_footer(canvas, {{footer.min.x + margin, footer.min.y}, {footer.max.x - margin, footer.max.y}}, lesson, index);
    const Rect words =
        right_to_left() ? rest.cut_left(rest.width() * words_share) : rest.cut_right(rest.width() * words_share);
    canvas.fill_rect(words, t.surface);
    Interaction nobody;
    draw_step_picture(canvas, nobody, workspace, step, rest);
    const Rect inside = words.inset(margin);
    const Clip clip(canvas, inside);
    StepText::fitted(canvas.shaper(), t, {.step = &step, .live = false}, {inside.width(), inside.height()}, smallest,
                     largest)
        .draw(canvas, nobody, inside.min);
}

Result<Handout> make_handout(Workspace& workspace, const Lesson& lesson, const HandoutOptions& options,
                             const Progress& progress) {
    TextShaper shaper;
    const FigureSize size{.width = a4_width / points_per_unit,
                          .height = a4_height / points_per_unit,
                          .scale = 1,
                          .points_per_unit = points_per_unit};
    const float width = static_cast<float>(size.width) - 2 * sheet_margin;
    Handout made;
    std::vector<std::function<void(Canvas&)>> pages;
    pages.reserve(lesson.steps.size());
    for (std::size_t i = 0; i < lesson.steps.size(); ++i) {
        if (progress.stopped()) return cancelled();
        show_step(workspace, lesson.steps[i]);
        workspace.wait();
        const std::optional<Error> error = workspace.active().panel->status().error;
        const float height = picture_height(shaper, lesson.steps[i], width, options);
        const auto picture = std::make_shared<Drawing>(shaper, paper_theme);
        const Rect place = Rect::sized({sheet_margin, sheet_margin}, width, height);
        if (error) {
            made.problems.push_back(tr("step {}: {}", i + 1, error->what));
            draw_missing_picture(*picture, place, error->what);
        } else {
            Interaction nobody;
            draw_step_picture(*picture, nobody, workspace, lesson.steps[i], place);
        }
        pages.emplace_back([picture, height, &lesson, i, &options](Canvas& canvas) {
            draw_sheet(canvas, *picture, height, lesson, i, options);
        });
        progress.report(static_cast<float>(i + 1) / static_cast<float>(lesson.steps.size()));
    }
    Result<std::string> pdf = pages_to_pdf(size, shaper, paper_theme, pages);
    if (!pdf) return pdf.error();
    made.pdf = *std::move(pdf);
    return made;
}

}  // namespace attnscope
