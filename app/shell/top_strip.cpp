// The strip on top: what is looked at, where its data come from, and the buttons of the whole window.
#include <algorithm>
#include <array>

#include "app/shell/app.hpp"

namespace attnscope {

void App::top_strip(Ui& ui, const Rect& area) {
    const Theme& t = ui.theme();
    Rect rest{{area.min.x + 14, area.min.y + 9}, {area.max.x - 14, area.max.y - 9}};
    const auto place = [&](float width) {
        const Rect rect = rest.cut_right(width);
        rest.cut_right(8);
        return rect;
    };
    if (ui.button("key list", place(34), "?", tr("The keys of this program (F1)."), true, show_keys_))
        toggle_overlay(show_keys_);
    if (ui.button("theme", place(34), "◐", tr("Dark or light (Ctrl T)."), true, false))
        workspace_->theme = workspace_->theme == ThemeName::dark ? ThemeName::light : ThemeName::dark;
    constexpr std::array<const char*, language_codes.size()> short_names{"EN", "فا", "עב"};
    if (ui.button("language", place(34), short_names[static_cast<std::size_t>(workspace_->language)],
                  tr("The language of the interface: English, Persian, Hebrew (F6)."), true, false))
        next_language();
    if (ui.button("export", place(70), tr("Export"), tr("Save this picture or its numbers as a file (Ctrl S)."), true,
                  show_export_))
        toggle_overlay(show_export_);
    const float wide = ui.canvas().shaper().width(tr("Lessons"), {.size = 13}) + 26;
    if (ui.button("lessons", place(wide), tr("Lessons"), tr("Lessons for a lecture hall, in full screen (F5)."), true,
                  show_lessons_))
        toggle_overlay(show_lessons_);
    const bool comparing = workspace_->active().a.has_value();
    if (ui.button("compare", place(56), "A | B",
                  comparing ? tr("Ends the comparison (B).")
                            : tr("Puts the present settings aside as A; what you change then is B (B)."),
                  true, comparing))
        compare_or_close();
    if (ui.button("redo", place(34), "↷", tr("Redo (Ctrl Shift Z)."), workspace_->can_redo(), false))
        workspace_->redo();
    if (ui.button("undo", place(34), "↶", tr("Undo (Ctrl Z)."), workspace_->can_undo(), false)) workspace_->undo();

    const std::string badge = workspace_->active().panel->status().provenance;
    const TextStyle style{.color = t.query, .size = 12.5F, .align = Align::center};
    const std::string fitted = ui.canvas().shaper().fit(badge, std::max(60.0F, rest.width() * 0.45F), style);
    const Rect pill = place(ui.canvas().shaper().width(fitted, style) + 26);
    const Rect outline{{pill.min.x, pill.min.y + 4}, {pill.max.x, pill.max.y - 4}};
    ui.canvas().stroke_rect(outline, t.query, 1, outline.height() / 2);
    ui.canvas().text_middle(outline.center(), fitted, style);
    ui.help("badge", ui.area("badge", pill), tr("Where the data shown come from: {}.", badge));
    source_field(ui, rest);
}

void App::edit_text(Ui& ui) {
    const std::string key = workspace_->active().panel->source_key();
    if (const Param* param = find(workspace_->active().params, key)) ui.begin_edit("top text", to_text(*param));
}

void App::source_field(Ui& ui, const Rect& area) {
    const Theme& t = ui.theme();
    Panel& panel = *workspace_->active().panel;
    const TextStyle style{.color = t.text, .size = 16};
    const Param* param = find(workspace_->active().params, panel.source_key());
    if (param == nullptr) {
        ui.canvas().text_middle({area.min.x + 10, area.center().y},
                                ui.canvas().shaper().fit(panel.source_text(), area.width() - 20, style),
                                {.color = t.quiet, .size = 15});
        return;
    }
    const std::string before = to_text(*param), hint = tr("type a sentence …");
    ui.text_field(area, {.id = "top text", .text = before, .hint = hint, .style = style},
                  [&](const std::string& typed) {
                      if (const Result<void> done = set(*param, Value(typed)); !done)
                          ui.say(done.error().what, true);
                      else
                          panel.source_edited(before);
                  });
}

}  // namespace attnscope
