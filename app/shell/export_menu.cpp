// The Export menu: what of the picture, how, into which kind of file; and what goes to the clipboard.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/draw/rich_text.hpp"
#include "app/shell/app.hpp"
#include "app/shell/export.hpp"
#include "app/shell/overlay.hpp"
#include "app/shell/record.hpp"
#include "core/io/file.hpp"

namespace attnscope {
namespace {

constexpr float menu_width = 286;
constexpr float item_height = 29;

struct Item {
    const char* id;  // a file's extension, or what is copied
    const char* kind;
    const char* what;
};
constexpr Item items[] = {{"png", "PNG", translatable("picture")},
                          {"svg", "SVG", translatable("picture, text as text")},
                          {"pdf", "PDF", translatable("picture for print")},
                          {"json", "JSON", translatable("all numbers")},
                          {"csv", "CSV", translatable("one row per cell")},
                          {"npy", "NPY", translatable("the weights")},
                          {"copy numbers", translatable("Copy"), translatable("the numbers as text")},
                          {"copy explain", translatable("Copy"), translatable("the Explain line")}};

void group_title(Ui& ui, Vec2 at, std::string_view title) {
    ui.canvas().text(at, title, {.color = ui.theme().quiet, .size = 12});
}

// x.png: x-0001.png, the first picture of a recording.
std::filesystem::path first_numbered(const std::filesystem::path& out) {
    return out.parent_path() / (out.stem().string() + "-0001" + out.extension().string());
}

bool menu_row(Ui& ui, const Rect& row, const Item& item) {
    const Theme& t = ui.theme();
    const Pointer pointer = ui.press_area(item.id, row);
    if (pointer.hovered) ui.canvas().fill_rect(row, ground_under_mouse(t), 6);
    ui.canvas().text_middle({row.min.x + 10, row.center().y}, tr(item.kind),
                            {.color = t.text, .size = 13, .font = Font::mono});
    const TextStyle style{.color = t.text, .size = 13};
    ui.canvas().text_middle({row.min.x + 62, row.center().y},
                            ui.canvas().shaper().fit(tr(item.what), row.width() - 68, style), style);
    return pointer.clicked;
}

}  // namespace

void App::export_list(Ui& ui, const Rect& screen) {
    const Theme& t = ui.theme();
    const float top = std::clamp(screen.max.y - export_height_ - 6, 4.0F, 58.0F);
    const Rect box = Rect::sized({std::max(4.0F, screen.max.x - menu_width - 60), top}, menu_width, export_height_);
    ImDrawList* before = begin_overlay(ui, "export", box, screen);
    ui.canvas().fill_rect(box, mix(t.surface, t.text, 0.05F), 8);
    ui.canvas().stroke_rect(box, t.line, 1, 8);
    float y = box.min.y + 14;
    y += export_choices(ui, {box.min.x + 16, y}, menu_width - 32);
    for (const Item& item : items) {
        if (menu_row(ui, Rect::sized({box.min.x + 6, y}, menu_width - 12, item_height - 1), item)) {
            const std::string_view id = item.id;
            if (id == "copy numbers")
                copy_numbers(ui);
            else if (id == "copy explain")
                copy_explain(ui);
            else
                export_to(ui, id);
            show_export_ = false;
        }
        y += item_height;
    }
    y += record_rows(ui, {box.min.x + 16, y}, menu_width - 32);
    const TextStyle quiet{.color = t.quiet, .size = 12};
    const std::string folder = std::filesystem::absolute(export_folder_).lexically_normal().string();
    ui.canvas().text({box.min.x + 16, y + 14}, ui.canvas().shaper().fit(tr("into {}", folder), menu_width - 32, quiet),
                     quiet);
    export_height_ = y + 26 - box.min.y;
    if (end_overlay(ui, before)) show_export_ = false;
}

// Which part of the picture, and how it is drawn. Returns the height it took.
float App::export_choices(Ui& ui, Vec2 at, float width) {
    const float first = at.y;
    std::vector<std::string> parts = workspace_->active().panel->parts();
    if (std::ranges::find(parts, export_part_) == parts.end()) export_part_.clear();
    if (!parts.empty()) {
        group_title(ui, {at.x, at.y + 10}, tr("picture"));
        at.y += 18;
        parts.insert(parts.begin(), "");
        float x = at.x;
        for (const std::string& part : parts) {
            const std::string label = part.empty() ? tr_in("part", "whole") : tr_in("part", part);
            const float wide = ui.canvas().shaper().width(label, {.size = 13}) + 24;
            if (x > at.x && x + wide > at.x + width) {
                x = at.x;
                at.y += 32;
            }
            if (ui.button("part " + part, Rect::sized({x, at.y}, wide, 26), label,
                          tr("What of the picture is saved as PNG, SVG or PDF."), true, part == export_part_))
                export_part_ = part;
            x += wide + 6;
        }
        at.y += 36;
    }
    for (const Param& param : export_params_)
        if (!param.visible || param.visible()) at.y += ui.control(param, at, width) + 3;
    return at.y - first + 6;
}

// The slider that runs, or ran last, as numbered pictures or a film: once there and back.
float App::record_rows(Ui& ui, Vec2 at, float width) {
    const Param* const param = played_ && play_panel_ == workspace_->active().info.name
                                   ? find(workspace_->active().params, played_->key)
                                   : nullptr;
    if (param == nullptr) return 0;
    const TextStyle quiet{.color = ui.theme().quiet, .size = 12};
    const std::string title =
        tr("{} from {:.4g} to {:.4g}, recorded", tr_in("label", param->label), played_->from, played_->to);
    draw_line(ui.canvas(), Rect::sized({at.x, at.y}, width, 18), at.y + 14, title, quiet);
    constexpr std::array<std::string_view, 3> kinds{"png", "gif", "mp4"};
    const float wide = (width - 12) / 3;
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        const Rect box = Rect::sized({at.x + static_cast<float>(i) * (wide + 6), at.y + 22}, wide, 26);
        const bool possible = kinds[i] == "png" || have_ffmpeg();
        std::string name(kinds[i]);
        std::transform(name.begin(), name.end(), name.begin(),
                       [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
        if (ui.button("record " + std::string(kinds[i]), box, name,
                      possible
                          ? played_->there_and_back ? tr("Saves the picture while the slider runs once there and back.")
                                                    : tr("Saves the picture while the slider runs once.")
                          : tr("This needs the program ffmpeg, which is not installed; PNG makes numbered pictures."),
                      possible, false)) {
            record_to(ui, kinds[i]);
            show_export_ = false;
        }
    }
    return 58;
}

void App::record_to(Ui& ui, std::string_view extension) {
    if (exports_.stale()) {
        ui.say(tr("The file before is still being written (Esc cancels it)."), true);
        return;
    }
    const Workspace::Entry& entry = workspace_->active();
    RecordRequest wanted{.factory = entry.factory,
                         .values = capture(entry.params),
                         .play = *played_,
                         .seconds = std::clamp(played_->seconds * (played_->there_and_back ? 2 : 1), record_seconds_min,
                                               record_seconds_max),
                         .part = export_part_,
                         .theme = &theme_of(workspace_->theme),
                         .out = {}};
    const std::string stem = "attnscope-" + entry.info.name + "-" + played_->key;
    wanted.out = unused_path(export_folder_, stem, extension);
    // Numbered pictures have names of their own: those of an earlier recording stay.
    std::error_code ignored;
    for (int run = 2; std::filesystem::exists(first_numbered(wanted.out), ignored); ++run)
        wanted.out = export_folder_ / fmt::format("{}-{}.{}", stem, run, extension);
    ExportRequest request;
    request.number = ++export_number_;
    request.path = wanted.out;
    request.writes_itself = true;
    request.job = [wanted](const Progress& progress) { return record(wanted, progress); };
    exports_.submit(std::move(request));
}

// The picture is recorded here, by the thread that owns the panel; the file is the worker's.
Result<Panel::DataJob> App::picture_job(FileFormat format) {
    const Workspace::Entry& entry = workspace_->active();
    Shot shot;
    shot.part = export_part_;
    shot.theme = &theme_of(workspace_->theme);
    shot.comparison = comparisons_[entry.info.name];
    if (workspace_->export_settings.style == ExportStyle::paper) {
        const Result<FigureSize> size = paper_size(workspace_->export_settings, std::nullopt);
        if (!size) return size.error();
        shot.size = *size;
        shot.theme = &paper_theme;
    }
    const auto drawing = record_panel(entry, shot, shaper_);
    if (!drawing) return drawing.error();
    return Panel::DataJob([drawn = *drawing, format, size = shot.size](const Progress& progress) {
        return drawing_to_bytes(*drawn, format, size, progress);
    });
}

void App::export_to(Ui& ui, std::string_view extension) {
    const Workspace::Entry& entry = workspace_->active();
    if (exports_.stale()) {
        ui.say(tr("The file before is still being written (Esc cancels it)."), true);
        return;
    }
    ExportRequest request;
    std::string name = "attnscope-" + entry.info.name;
    if (const Result<FileFormat> format = format_of("x." + std::string(extension))) {
        Result<Panel::DataJob> job = picture_job(*format);
        if (!job) {
            ui.say(job.error().what, true);
            return;
        }
        request.job = std::move(*job);
        if (!export_part_.empty()) name += "-" + export_part_;
    } else {
        request.job = entry.panel->data_job(extension == "csv"   ? DataFormat::csv
                                            : extension == "npy" ? DataFormat::npy
                                                                 : DataFormat::json);
    }
    request.number = ++export_number_;
    request.path = unused_path(export_folder_, name, extension);
    exports_.submit(std::move(request));
}

void App::poll_exports(Ui& ui) {
    if (!exports_.stale()) return;
    if (const std::optional<float> part = exports_.progress())
        ui.say(tr("Saving … {:.0f} %   (Esc cancels)", 100 * static_cast<double>(*part)), false);
    const auto& ended = exports_.poll();
    if (exports_.stale()) return;
    // It may have been too late to stop: only how the job ended says whether there is a file.
    const bool stopped = std::exchange(export_stopped_, false);
    if (ended.generation != export_seen_) {
        export_seen_ = ended.generation;
        ui.say(tr("Saved {}", *ended.value), false);
    } else if (stopped || !ended.error) {
        ui.say(tr("The export is cancelled; no file was written."), false);
    } else {
        ui.say(ended.error->what, true);
    }
}

void App::copy_numbers(Ui& ui) {
    const std::string text = workspace_->active().panel->copy_text();
    if (text.empty()) {
        ui.say(tr("There are no numbers to copy yet."), false);
        return;
    }
    clipboard_.put(text);
    const auto lines = std::ranges::count(text, '\n') + (text.ends_with('\n') ? 0 : 1);
    ui.say(tr("Copied the numbers; lines: {}.", lines), false);
}

void App::copy_explain(Ui& ui) {
    const std::string text = workspace_->active().panel->explain_text();
    if (text.empty()) {
        ui.say(tr("There is nothing to copy: click a cell first."), false);
        return;
    }
    clipboard_.put(text);
    ui.say(tr("Copied: {}", text), false);
}

Result<std::string> run_export(const ExportRequest& request, const Progress& progress) {
    Result<std::string> bytes = request.job(progress);
    if (request.writes_itself) return bytes;
    if (!bytes) return bytes.error();
    if (progress.stopped()) return cancelled();
    if (const Result<void> written = write_file_atomically(request.path, *bytes); !written) return written.error();
    return std::filesystem::absolute(request.path).lexically_normal().string();
}

}  // namespace attnscope
