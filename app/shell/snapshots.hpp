// The snapshots over the window: a grid of small pictures to recall, add, name, order and delete, and to make a lesson
// of.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/draw/compare.hpp"
#include "app/draw/png.hpp"
#include "app/panels/workspace.hpp"
#include "app/shell/ui.hpp"

namespace attnscope {

/// What the grid needs of the program.
struct SnapshotDesk {
    Workspace& workspace;
    const std::filesystem::path& folder;  // where lessons go
    const UiMemory& memory;
    CompareView comparison;  // of the active panel, for its picture
};

class SnapshotGrid {
public:
    bool is_open() const { return open_; }
    void open() { open_ = true; }
    void close();
    /// True when something has changed, so that another frame is needed.
    bool draw(Ui& ui, const Rect& screen, const SnapshotDesk& desk);
    /// Alt 1 to 9. True when the key was one of them.
    static bool key(const KeyPress& press, Ui& ui, Workspace& workspace);

private:
    struct Deleted {
        Snapshot snapshot;
        std::size_t index = 0;  // where it stood
    };
    enum class Act { none, add, recall, erase, earlier, later, put_back };
    struct Choice {
        Act act = Act::none;
        std::size_t index = 0;
    };

    std::shared_ptr<const Image> picture(const std::string& png);
    void thumbnail(Ui& ui, const Rect& rect, const std::string& png);
    void name_row(Ui& ui, const Rect& row, std::size_t index, const SnapshotDesk& desk);
    Choice tile(Ui& ui, const Rect& rect, std::size_t index, const SnapshotDesk& desk);
    Choice add_tile(Ui& ui, const Rect& rect, const Workspace& workspace);
    Choice deleted_tile(Ui& ui, const Rect& rect, std::size_t index);
    void apply(Ui& ui, const Choice& choice, const SnapshotDesk& desk);
    void add(Ui& ui, const SnapshotDesk& desk);
    void erase(std::vector<Snapshot>& snapshots, std::size_t index);
    void put_back(Ui& ui, Workspace& workspace, std::size_t index);
    bool lesson_buttons(Ui& ui, const Rect& row, const SnapshotDesk& desk);
    void save_lesson(Ui& ui, const SnapshotDesk& desk);
    void add_to_lesson(Ui& ui, const SnapshotDesk& desk);

    bool open_ = false;
    std::optional<std::size_t> renaming_;
    std::vector<Deleted> deleted_;                                  // since the grid was opened
    std::map<std::string, std::shared_ptr<const Image>> pictures_;  // by the PNG files' bytes; null: damaged
    std::filesystem::path lesson_;                                  // that was written last in this run
};

/// "Attention 2": the panel's title with the first number that no snapshot has.
std::string new_snapshot_name(const Workspace& workspace);
/// The active panel's picture as a small PNG file; empty when there is none.
std::string make_thumbnail(const Workspace& workspace, const CompareView& comparison, TextShaper& shaper);

}  // namespace attnscope
