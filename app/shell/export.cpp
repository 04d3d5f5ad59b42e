#include "app/shell/export.hpp"

#include <fmt/format.h>

namespace attnscope {

Result<std::string> draw_panel_to_bytes(Panel& panel, FileFormat format, const FigureSize& size, TextShaper& shaper,
                                        const Theme& theme) {
    const PanelStatus status = panel.status();
    if (status.error) return *status.error;
    return draw_to_bytes(format, size, shaper, theme, [&](Canvas& canvas) {
        Rect area{{0, 0}, {static_cast<float>(size.width), static_cast<float>(size.height)}};
        Interaction nobody;
        const Rect strip = area.cut_bottom(96);
        panel.draw(canvas, nobody, area);
        canvas.fill_rect(strip, theme.surface);
        canvas.fill_rect({strip.min, {strip.max.x, strip.min.y + 1}}, theme.line);
        panel.draw_explain(canvas, {{22, strip.min.y}, {strip.max.x - 22, strip.max.y}});
        std::string footer = status.provenance;
        if (!status.note.empty()) footer += "   " + status.note;
        const TextStyle style{.color = theme.quiet, .size = 12};
        canvas.text({22, strip.max.y - 12}, shaper.fit(footer, strip.width() - 44, style), style);
    });
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
