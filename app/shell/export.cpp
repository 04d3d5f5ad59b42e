#include "app/shell/export.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "app/shell/comparison.hpp"
#include "core/base/tr.hpp"

namespace attnscope {
namespace {

constexpr double points_per_cm = 72 / 2.54;
constexpr double ordinary_text = 13;  // units
constexpr double usual_aspect = 0.625;
constexpr double least_width = 200;  // units: below there is no room for anything
constexpr double paper_dots_per_inch = 300;
constexpr float strip_height = 96;

void draw_whole(Canvas& canvas, const Workspace::Entry& entry, const Rect& figure, CompareView& comparison) {
    const Theme& theme = canvas.theme();
    Rect area = figure;
    Interaction nobody;
    const Rect strip = area.cut_bottom(strip_height);
    if (entry.a)
        draw_compared(canvas, nobody, area, entry, comparison);
    else
        entry.panel->draw(canvas, nobody, area);
    canvas.fill_rect(strip, theme.surface);
    canvas.fill_rect({strip.min, {strip.max.x, strip.min.y + 1}}, theme.line);
    entry.panel->draw_explain(canvas, {{22, strip.min.y}, {strip.max.x - 22, strip.max.y}});
    const PanelStatus status = entry.panel->status();
    std::string footer = status.provenance;
    if (!status.note.empty()) footer += "   " + status.note;
    const TextStyle style{.color = theme.quiet, .size = 12};
    canvas.text({22, strip.max.y - 12}, canvas.shaper().fit(footer, strip.width() - 44, style), style);
}

Result<void> check_part(const Workspace::Entry& entry, const std::string& part) {
    if (part.empty()) return {};
    const std::vector<std::string> parts = entry.panel->parts();
    if (std::ranges::find(parts, part) != parts.end()) return {};
    if (parts.empty())
        return usage_error(tr("the panel '{}' has no part '{}'; its picture is saved whole", entry.info.name, part));
    return usage_error(
        tr("the panel '{}' has no part '{}'; its parts are: {}", entry.info.name, part, fmt::join(parts, ", ")));
}

}  // namespace

Result<FigureSize> paper_size(const ExportSettings& settings, std::optional<double> aspect) {
    FigureSize size;
    size.points_per_unit = settings.font_pt / ordinary_text;
    size.width = settings.width_cm * points_per_cm / size.points_per_unit;
    // Wide figures have the screen's ratio; narrow ones are higher, since the Explain line takes its height anyway.
    size.height = size.width * aspect.value_or(std::clamp(520 / size.width, usual_aspect, 1.2));
    size.scale = paper_dots_per_inch / 72 * size.points_per_unit;
    if (size.width < least_width)
        return invalid_input(
            tr("a figure {} cm wide has no room for text of {} pt; make it at least {:.1f} cm wide, or the "
               "text smaller",
               settings.width_cm, settings.font_pt,
               std::ceil(10 * least_width * size.points_per_unit / points_per_cm) / 10));
    return size;
}

Result<std::shared_ptr<const Drawing>> record_panel(const Workspace::Entry& entry, const Shot& shot,
                                                    TextShaper& shaper) {
    const PanelStatus status = entry.panel->status();
    if (status.error) return *status.error;
    if (entry.a && entry.a->panel->status().error) {
        Error error = *entry.a->panel->status().error;
        error.what = "A: " + error.what;
        return error;
    }
    if (const Result<void> known = check_part(entry, shot.part); !known) return known.error();
    auto drawing = std::make_shared<Drawing>(shaper, *shot.theme);
    const Rect figure{{0, 0}, {static_cast<float>(shot.size.width), static_cast<float>(shot.size.height)}};
    if (shot.part.empty()) {
        CompareView comparison = shot.comparison;
        comparison.hovered.reset();
        draw_whole(*drawing, entry, figure, comparison);
    } else {
        Interaction nobody;
        entry.panel->draw_part(shot.part, *drawing, nobody, figure);
    }
    return std::shared_ptr<const Drawing>(std::move(drawing));
}

Result<std::string> drawing_to_bytes(const Drawing& drawing, FileFormat format, const FigureSize& size,
                                     const Progress& progress) {
    TextShaper shaper;
    Result<void> replayed;
    Result<std::string> bytes = draw_to_bytes(format, size, shaper, drawing.theme(),
                                              [&](Canvas& canvas) { replayed = drawing.replay(canvas, progress); });
    if (!replayed) return replayed.error();
    return bytes;
}

std::filesystem::path unused_path(const std::filesystem::path& folder, std::string_view stem,
                                  std::string_view extension) {
    std::filesystem::path path = folder / fmt::format("{}.{}", stem, extension);
    std::error_code ignored;
    for (int number = 2; std::filesystem::exists(path, ignored); ++number)
        path = folder / fmt::format("{}-{}.{}", stem, number, extension);
    return path;
}

}  // namespace attnscope
