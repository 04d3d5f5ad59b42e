// The middle of the window: the active panel, or its A beside its B; and files that fall on it.
#include <fmt/format.h>

#include "app/shell/app.hpp"
#include "app/shell/comparison.hpp"
#include "core/io/file.hpp"

namespace attnscope {
namespace {

constexpr float bar_height = 44;

}  // namespace

void App::compare_or_close() {
    const std::size_t index = workspace_->active_index();
    comparisons_.erase(workspace_->active().info.name);
    if (workspace_->active().a)
        workspace_->close_a(index);
    else
        workspace_->pin_a(index);
}

void App::pictures(Ui& ui, const Rect& area) {
    const Workspace::Entry& entry = workspace_->active();
    const Ui::Straight straight(ui);
    const Clip clip(ui.canvas(), area);
    Rect rest = area;
    if (entry.a) comparison_bar(ui, rest.cut_top(bar_height));
    if (!entry.a) {  // perhaps closed by the bar just now
        entry.panel->draw(ui.canvas(), ui, area);
        return;
    }
    const std::optional<Cell> clicked = draw_compared(ui.canvas(), ui, rest, entry, comparisons_[entry.info.name]);
    if (clicked) entry.panel->comparison_clicked(*clicked);
}

void App::comparison_bar(Ui& ui, const Rect& area) {
    const Theme& t = ui.theme();
    const std::size_t index = workspace_->active_index();
    ui.canvas().fill_rect(area, t.surface);
    Rect rest{{area.min.x + 22, area.min.y + 7}, {area.max.x - 14, area.max.y - 7}};
    const auto place = [&](float width) {
        const Rect rect = rest.cut_right(width);
        rest.cut_right(8);
        return rect;
    };
    const Rect close = place(58), again = place(84), swap = place(58);
    const std::optional<Error> error = workspace_->active().a->panel->status().error;
    const TextStyle style{.color = error ? t.warning : t.quiet, .size = 13};
    ui.canvas().text_middle(
        {rest.min.x, rest.center().y},
        ui.canvas().shaper().fit(error ? "⚠ A: " + error->what : tr("A is put aside; the controls change B."),
                                 rest.width(), style),
        style);
    if (ui.button("swap", swap, tr("Swap"), tr("A becomes B and B becomes A."))) workspace_->swap_a(index);
    if (ui.button("pin again", again, tr("Pin again"),
                  tr("Puts the present settings aside as A, in place of the old ones.")))
        workspace_->pin_a(index);
    if (ui.button("close comparison", close, tr("Close"), tr("Ends the comparison; B stays (B)."))) compare_or_close();
}

void App::take_dropped(Ui& ui, const std::string& path) {
    const std::filesystem::path file = path;
    if (file.extension() == ".toml") {
        open_dropped_state(ui, path);
        return;
    }
    const Workspace::Entry& entry = workspace_->active();
    const std::string name = printable(file.filename().string());
    if (entry.panel->drop_file(path)) {
        ui.say(tr("Opened {}.", name), false);
        return;
    }
    const std::string understood = entry.panel->drop_help();
    const std::string title = tr_in("panel", entry.info.title);
    ui.say(understood.empty() ? tr("{}: {} does not take this file; it understands a saved state (.toml).", name, title)
                              : tr("{}: {} does not take this file; it understands {} and a saved state (.toml).", name,
                                   title, understood),
           true);
}

void App::open_dropped_state(Ui& ui, const std::string& path) {
    const Result<StateFile> state = read_state(path);
    if (!state) {
        ui.say(state.error().what, true);
        return;
    }
    ui.end_edit();
    const auto applied = workspace_->open_state(*state);
    if (!applied) {
        ui.say(printable(path) + ": " + applied.error().what, true);
        return;
    }
    comparisons_.clear();
    std::string message = tr("Opened {}.", printable(std::filesystem::path(path).filename().string()));
    for (const std::string& warning : *applied) message += "  " + warning;
    ui.say(message, !applied->empty());
}

}  // namespace attnscope
