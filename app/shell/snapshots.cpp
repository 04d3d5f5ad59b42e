#include "app/shell/snapshots.hpp"

#include <GLFW/glfw3.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/shell/export.hpp"
#include "app/shell/overlay.hpp"
#include "app/shell/scrolled.hpp"

namespace attnscope {
namespace {

constexpr float grid_margin = 22, grid_gap = 14;
constexpr float title_height = 56, foot_height = 54;
constexpr float name_height = 26, buttons_height = 24;
constexpr float widest_tile = 200, narrowest_tile = 70;
constexpr float picture_aspect = 0.6F;

/// Tiles of one size in rows, as large as the screen allows.
struct Grid {
    float tile = widest_tile;
    std::size_t columns = 1, rows = 1;

    float tile_height() const { return tile * picture_aspect + name_height + buttons_height; }
    float width() const { return static_cast<float>(columns) * (tile + grid_gap) - grid_gap; }
    float height() const { return static_cast<float>(rows) * (tile_height() + grid_gap) - grid_gap; }
    Rect place(Vec2 from, std::size_t index) const {
        const std::size_t column = index % columns, row = index / columns;
        return Rect::sized({from.x + static_cast<float>(column) * (tile + grid_gap),
                            from.y + static_cast<float>(row) * (tile_height() + grid_gap)},
                           tile, tile_height());
    }
};

Grid grid_for(std::size_t tiles, float width, float height) {
    Grid grid;
    for (;; grid.tile -= 5) {
        const float fitting = std::floor((width + grid_gap) / (grid.tile + grid_gap));
        grid.columns = std::clamp<std::size_t>(static_cast<std::size_t>(std::max(fitting, 1.0F)), 1, tiles);
        grid.rows = (tiles + grid.columns - 1) / grid.columns;
        if (grid.height() <= height || grid.tile <= narrowest_tile) return grid;
    }
}

void recall_and_say(Ui& ui, Workspace& workspace, std::size_t index) {
    const std::string name = workspace.snapshots[index].name;
    const std::vector<std::string> messages = workspace.recall(workspace.snapshots[index]);
    std::string said = tr("Snapshot {}: {}", index + 1, isolate(name));
    for (const std::string& message : messages) said += "  " + message;
    ui.say(said, !messages.empty());
}

}  // namespace

std::string new_snapshot_name(const Workspace& workspace) {
    const std::string title = tr_in("panel", workspace.active().info.title);
    for (std::size_t number = 1;; ++number) {
        std::string name = one_line(fmt::format("{} {}", title, number), snapshot_name_max);
        if (std::ranges::find(workspace.snapshots, name, &Snapshot::name) == workspace.snapshots.end()) return name;
    }
}

std::string make_thumbnail(const Workspace& workspace, const CompareView& comparison, TextShaper& shaper) {
    FigureSize size{.width = 800, .height = 500};  // with less the panels have no room for their pictures
    const Shot shot{.part = {}, .size = size, .theme = &theme_of(workspace.theme), .comparison = comparison};
    const auto drawing = record_panel(workspace.active(), shot, shaper);
    if (!drawing) return {};
    for (const double scale : {0.5, 0.25}) {
        size.scale = scale;
        Result<std::string> png = drawing_to_bytes(**drawing, FileFormat::png, size, Progress());
        if (png && is_thumbnail(*png)) return *std::move(png);
    }
    return {};
}

void SnapshotGrid::close() {
    renaming_.reset();
    deleted_.clear();
    pictures_.clear();
    open_ = false;
}

bool SnapshotGrid::key(const KeyPress& press, Ui& ui, Workspace& workspace) {
    if (!press.alt || press.control || press.key < GLFW_KEY_1 || press.key > GLFW_KEY_9) return false;
    const auto index = static_cast<std::size_t>(press.key - GLFW_KEY_1);
    if (index < workspace.snapshots.size())
        recall_and_say(ui, workspace, index);
    else
        ui.say(tr("There is no snapshot {}; Ctrl D shows those there are.", index + 1), false);
    return true;
}

bool SnapshotGrid::draw(Ui& ui, const Rect& screen, const SnapshotDesk& desk) {
    const Theme& t = ui.theme();
    const std::size_t kept = desk.workspace.snapshots.size();
    const Grid grid = grid_for(1 + kept + deleted_.size(), screen.width() - 2 * grid_margin - 20,
                               screen.height() - title_height - foot_height - 20);
    const float width = std::min(std::max(grid.width() + 2 * grid_margin, 560.0F), screen.width() - 20);
    const float height = std::min(grid.height() + title_height + foot_height, screen.height() - 16);
    const Rect box = Rect::sized({screen.center().x - width / 2, screen.center().y - height / 2}, width, height);
    ImDrawList* before = begin_overlay(ui, "snapshots", box, screen);
    ui.canvas().fill_rect(box, t.surface, 10);
    ui.canvas().stroke_rect(box, t.line, 1.5F, 10);
    ui.canvas().text({box.min.x + grid_margin, box.min.y + 36}, tr("Snapshots"),
                     {.color = t.text, .size = 18, .bold = true});
    ui.canvas().text({box.max.x - grid_margin, box.min.y + 36}, tr("Ctrl D or Esc closes"),
                     {.color = t.quiet, .size = 12.5F, .align = Align::right});
    if (renaming_ && desk.memory.editing != fmt::format("snapshot name {}", *renaming_ + 1)) renaming_.reset();

    Rect tiles = box;
    tiles.cut_top(title_height);
    tiles.cut_bottom(foot_height);
    Scrolled scrolled(ui, "snapshot tiles", tiles);
    const Vec2 from{box.min.x + grid_margin, tiles.min.y - scrolled.offset()};
    Choice choice = add_tile(ui, grid.place(from, 0), desk.workspace);
    const auto take = [&choice](const Choice& made) {
        if (made.act != Act::none) choice = made;
    };
    for (std::size_t i = 0; i < kept; ++i) take(tile(ui, grid.place(from, 1 + i), i, desk));
    for (std::size_t i = 0; i < deleted_.size(); ++i) take(deleted_tile(ui, grid.place(from, 1 + kept + i), i));
    scrolled.end(grid.height());
    Rect foot = box;
    const bool wrote = lesson_buttons(ui, foot.cut_bottom(foot_height), desk);
    const bool elsewhere = end_overlay(ui, before);
    apply(ui, choice, desk);
    if (elsewhere || choice.act == Act::recall) close();
    return wrote || choice.act != Act::none;
}

std::shared_ptr<const Image> SnapshotGrid::picture(const std::string& png) {
    if (png.empty()) return nullptr;
    const auto found = pictures_.find(png);
    if (found != pictures_.end()) return found->second;
    std::shared_ptr<const Image> image;
    if (Result<Image> decoded = decode_png(png, "snapshot")) image = std::make_shared<Image>(*std::move(decoded));
    return pictures_.emplace(png, std::move(image)).first->second;
}

void SnapshotGrid::thumbnail(Ui& ui, const Rect& rect, const std::string& png) {
    const Theme& t = ui.theme();
    ui.canvas().fill_rect(rect, t.ground);
    if (const std::shared_ptr<const Image> image = picture(png)) {
        const auto aspect = static_cast<float>(image->height) / static_cast<float>(image->width);
        const float width = std::min(rect.width(), rect.height() / aspect);
        const Vec2 half{width / 2, width * aspect / 2};
        ui.screen().image(ui.on_screen({rect.center() - half, rect.center() + half}), image);
    } else {
        ui.canvas().text_middle(rect.center(), tr("no picture"),
                                {.color = t.quiet, .size = 12, .align = Align::center});
    }
}

void SnapshotGrid::name_row(Ui& ui, const Rect& row, std::size_t index, const SnapshotDesk& desk) {
    const Theme& t = ui.theme();
    Snapshot& snapshot = desk.workspace.snapshots[index];
    const std::string id = fmt::format("snapshot name {}", index + 1);
    const TextStyle style{.color = t.text, .size = 13};
    if (renaming_ == index) {
        ui.text_field(row, {.id = id, .text = snapshot.name, .hint = {}, .style = style, .apply_on_enter = true},
                      [&snapshot](const std::string& typed) {
                          if (std::string name = one_line(typed, snapshot_name_max); !name.empty())
                              snapshot.name = std::move(name);
                      });
        return;
    }
    const Pointer pointer = ui.press_area(id, row);
    if (pointer.hovered) ui.canvas().fill_rect(row, ground_under_mouse(t), 6);
    ui.canvas().text_middle({row.min.x + 4, row.center().y},
                            ui.canvas().shaper().fit(snapshot.name, row.width() - 8, style), style);
    ui.help(id, pointer, tr("Double-click renames this snapshot (or Enter, where Tab has reached it)."));
    if (pointer.double_clicked || (pointer.clicked && ui.clicked_by_key())) {
        ui.begin_edit(id, snapshot.name);
        renaming_ = index;
        ui.change_after(0);
    }
}

SnapshotGrid::Choice SnapshotGrid::tile(Ui& ui, const Rect& rect, std::size_t index, const SnapshotDesk& desk) {
    const Theme& t = ui.theme();
    const std::size_t number = index + 1, count = desk.workspace.snapshots.size();
    Choice choice{.act = Act::none, .index = index};
    Rect rest = rect;
    Rect foot = rest.cut_bottom(buttons_height);
    name_row(ui, rest.cut_bottom(name_height), index, desk);
    const std::string id = fmt::format("snapshot {}", number);
    const Pointer pointer = ui.press_area(id, rest);
    thumbnail(ui, rest, desk.workspace.snapshots[index].thumbnail);
    ui.canvas().stroke_rect(rest, pointer.hovered ? t.query : t.line, pointer.hovered ? 2.0F : 1.0F);
    ui.help(id, pointer,
            number <= 9 ? tr("Goes back to this state (Alt {}).", number) : tr("Goes back to this state."));
    if (pointer.clicked) choice.act = Act::recall;

    ui.canvas().text_middle({foot.min.x + 4, foot.center().y}, fmt::format("{}", number),
                            {.color = t.quiet, .size = 12, .font = Font::mono});
    const auto button = [&](const char* what, const char* label, const std::string& help, bool enabled, Act act) {
        Rect place = foot.cut_right(24);
        foot.cut_right(3);
        place.min.y += 2;
        if (ui.button(fmt::format("snapshot {} {}", what, number), place, label, help, enabled, false))
            choice.act = act;
    };
    const bool mirrored = right_to_left();
    button("delete", "×", tr("Deletes this snapshot; until this list closes it can be restored."), true, Act::erase);
    button("later", mirrored ? "◂" : "▸", tr("Moves this snapshot one place on."), number < count, Act::later);
    button("earlier", mirrored ? "▸" : "◂", tr("Moves this snapshot one place back."), index > 0, Act::earlier);
    return choice;
}

SnapshotGrid::Choice SnapshotGrid::add_tile(Ui& ui, const Rect& rect, const Workspace& workspace) {
    const Theme& t = ui.theme();
    Rect rest = rect;
    rest.cut_bottom(buttons_height);
    const Rect label = rest.cut_bottom(name_height);
    const Pointer pointer = ui.press_area("snapshot add", rest);
    ui.canvas().fill_rect(rest, pointer.hovered ? ground_under_mouse(t) : t.field, 6);
    ui.canvas().text_middle(rest.center(), "+", {.color = t.query, .size = 34, .align = Align::center});
    const TextStyle style{.color = t.text, .size = 13, .align = Align::center};
    ui.canvas().text_middle(label.center(), ui.canvas().shaper().fit(tr("add the present state"), label.width(), style),
                            style);
    ui.help("snapshot add", pointer, tr("Keeps the settings of {} as a snapshot.", workspace.active().info.name));
    return {.act = pointer.clicked ? Act::add : Act::none, .index = 0};
}

SnapshotGrid::Choice SnapshotGrid::deleted_tile(Ui& ui, const Rect& rect, std::size_t index) {
    const Theme& t = ui.theme();
    Rect rest = rect;
    rest.cut_bottom(buttons_height);
    const Rect label = rest.cut_bottom(name_height);
    const Pointer pointer = ui.press_area(fmt::format("snapshot restore {}", index + 1), rest);
    thumbnail(ui, rest, deleted_[index].snapshot.thumbnail);
    ui.canvas().fill_rect(rest, t.surface.alpha(pointer.hovered ? 0.55F : 0.75F));
    ui.canvas().text_middle(rest.center(), tr("restore"), {.color = t.text, .size = 14, .align = Align::center});
    const TextStyle style{.color = t.quiet, .size = 13};
    ui.canvas().text_middle({label.min.x + 4, label.center().y},
                            ui.canvas().shaper().fit(deleted_[index].snapshot.name, label.width() - 8, style), style);
    return {.act = pointer.clicked ? Act::put_back : Act::none, .index = index};
}

void SnapshotGrid::apply(Ui& ui, const Choice& choice, const SnapshotDesk& desk) {
    std::vector<Snapshot>& snapshots = desk.workspace.snapshots;
    switch (choice.act) {
        case Act::none:
            return;
        case Act::add:
            return add(ui, desk);
        case Act::recall:
            return recall_and_say(ui, desk.workspace, choice.index);
        case Act::erase:
            return erase(snapshots, choice.index);
        case Act::earlier:
            return std::swap(snapshots[choice.index], snapshots[choice.index - 1]);
        case Act::later:
            return std::swap(snapshots[choice.index], snapshots[choice.index + 1]);
        case Act::put_back:
            return put_back(ui, desk.workspace, choice.index);
    }
}

void SnapshotGrid::add(Ui& ui, const SnapshotDesk& desk) {
    Snapshot snapshot = desk.workspace.make_snapshot(new_snapshot_name(desk.workspace));
    snapshot.thumbnail = make_thumbnail(desk.workspace, desk.comparison, ui.canvas().shaper());
    if (const std::optional<std::string> refused = desk.workspace.add_snapshot(std::move(snapshot)))
        ui.say(*refused, true);
}

void SnapshotGrid::erase(std::vector<Snapshot>& snapshots, std::size_t index) {
    const auto place = snapshots.begin() + static_cast<std::ptrdiff_t>(index);
    deleted_.push_back({std::move(*place), index});
    snapshots.erase(place);
}

void SnapshotGrid::put_back(Ui& ui, Workspace& workspace, std::size_t index) {
    const Deleted& deleted = deleted_[index];
    if (const std::optional<std::string> refused = workspace.add_snapshot(deleted.snapshot)) {
        ui.say(*refused, true);
        return;
    }
    std::vector<Snapshot>& snapshots = workspace.snapshots;
    const auto place = static_cast<std::ptrdiff_t>(std::min(deleted.index, snapshots.size() - 1));
    std::rotate(snapshots.begin() + place, snapshots.end() - 1, snapshots.end());
    deleted_.erase(deleted_.begin() + static_cast<std::ptrdiff_t>(index));
}

}  // namespace attnscope
