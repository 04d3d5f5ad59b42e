// For tests of the shell: a panel whose pictures are known, whatever the real ones look like.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <memory>
#include <tuple>

#include "app/panels/panel.hpp"

namespace attnscope {

/// An n x n matrix level / (1 + |i - j|), the upper triangle masked on demand.
class ToyPanel final : public Panel {
public:
    PanelInfo info() const override { return {.name = "toy", .title = "Toy", .help = "For tests.", .order = 1}; }
    void draw_icon(Canvas& canvas, const Rect& rect, Color color) const override { canvas.fill_rect(rect, color, 4); }
    void describe(Describe& d) override {
        d.group("Toy");
        d.real("level", level, {.label = "level", .min = 0, .max = 1, .help = "How large the values are."});
        d.integer("size", size, {.label = "size", .min = 1, .max = 12, .highest = 2048, .help = "How many words."});
        d.choice("mask", mask, {"none", "causal"}, {.label = "mask", .help = "Which cells are masked."});
        d.toggle("matrix", matrix, {.label = "matrix", .help = "Whether there is a matrix to compare."});
        d.text("words", words, {.label = "words", .help = "A text.", .visible = [] { return false; }});
        d.integer("pin", pin, {.label = "pin", .min = -1, .max = 2048, .help = "x", .visible = [] { return false; }});
    }
    std::string source_key() const override { return "words"; }
    void update() override { ++updates; }
    void wait() override { update(); }
    void cancel() override {}
    PanelStatus status() const override { return {.error = error, .provenance = "toy data"}; }
    void draw(Canvas& canvas, Interaction& interaction, const Rect& area) override {
        Heatmap map = heatmap(canvas.theme());
        if (draw_heatmap(canvas, interaction, area.inset(20), map, view_).clicked) pin = 0;
    }
    void draw_explain(Canvas& canvas, const Rect& area) override {
        canvas.text_middle({area.min.x, area.center().y}, fmt::format("level = {}", level),
                           {.color = canvas.theme().text});
    }
    std::string explain_text() const override { return pin < 0 ? std::string() : fmt::format("toy pinned at {}", pin); }
    std::string copy_text() const override { return "1\t2\n3\t4\n"; }
    std::optional<Heatmap> comparable(const Theme& theme) const override {
        return matrix ? std::optional(heatmap(theme)) : std::nullopt;
    }
    void comparison_clicked(const Cell& cell) override { pin = static_cast<int>(cell.row); }
    std::vector<std::string> parts() const override { return {"map", "words"}; }
    void draw_part(std::string_view part, Canvas& canvas, Interaction& interaction, const Rect& area) override {
        if (part == "map")
            draw(canvas, interaction, area);
        else
            canvas.text(area.center(), words, {.color = canvas.theme().text, .align = Align::center});
    }
    bool drop_file(const std::string& path) override {
        if (!path.ends_with(".toy")) return false;
        words = path;
        return true;
    }
    std::string drop_help() const override { return "toys (.toy)"; }
    DataJob data_job(DataFormat /*format*/) const override { return data; }

    double level = 0.5;
    int size = 5, pin = -1, updates = 0;
    enum class Mask { none, causal } mask = Mask::none;
    bool matrix = true;
    std::string words = "one two";
    std::optional<Error> error;
    DataJob data = [](const Progress&) -> Result<std::string> { return std::string("{}"); };

private:
    Heatmap heatmap(const Theme& theme) const {
        // Made anew only when a parameter changes, as a real panel's result is.
        const auto key = std::make_tuple(level, size, mask);
        if (!values_ || key != of_) {
            auto made = std::make_shared<Matrix>(size, size);
            for (Index i = 0; i < size; ++i)
                for (Index j = 0; j < size; ++j)
                    (*made)(i, j) = mask == Mask::causal && j > i
                                        ? std::numeric_limits<float>::quiet_NaN()
                                        : static_cast<float>(level / (1 + std::abs(static_cast<double>(i - j))));
            values_ = made;
            of_ = key;
            ++generation_;
        }
        Heatmap map;
        map.picture = {.values = values_, .generation = generation_};
        map.picture.range = {0, std::max(level, 0.01), ColorScale::linear};
        map.picture.dark = theme.name == ThemeName::dark;
        map.picture.masked = theme.field;
        for (int i = 0; i < size; ++i) {
            map.row_labels.push_back(fmt::format("q{}", i + 1));
            map.column_labels.push_back(fmt::format("k{}", i + 1));
        }
        map.row_title = "← queries";
        map.column_title = "keys →";
        map.value_title = "value";
        if (pin >= 0 && pin < size) map.pinned = Cell{pin, pin};
        return map;
    }

    HeatmapView view_;
    mutable std::shared_ptr<const Matrix> values_;
    mutable std::tuple<double, int, Mask> of_;
    mutable std::uint64_t generation_ = 0;
};

}  // namespace attnscope
