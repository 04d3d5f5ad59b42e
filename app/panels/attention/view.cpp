// The attention panel's pictures.
#include <fmt/format.h>

#include <cmath>

#include "app/draw/rich_text.hpp"
#include "app/draw/ticks.hpp"
#include "app/panels/attention/attention_panel.hpp"
#include "core/attention/explain.hpp"

namespace attnscope::attention_panel {
namespace {

constexpr float padding = 22;
constexpr float title_height = 40;
constexpr float strip_height = 118;
constexpr float strip_column = 84;   // the least width of the strip when it stands beside the map
constexpr float side_share = 0.38F;  // of the width, for the breakdown and the row
constexpr float strip_needs = 460;
constexpr float side_needs = 700;  // below this width there is no room for it
constexpr float breakdown_share = 0.58F;

ColorRange weight_range(const Params& params, double largest) {
    const double high = largest > 0 ? largest : 1;
    if (params.color == ColorMap::diverging) return {-high, high, ColorScale::linear};  // zero in the middle
    return {0, high, params.scale};
}

ColorRange score_range(const Params& params, const Shown& shown) {
    double low = shown.lowest_score, high = shown.highest_score;
    if (params.color == ColorMap::diverging) {  // zero in the middle
        high = std::max(std::abs(low), std::abs(high));
        low = -high;
    }
    return {low, high > low ? high : low + 1, ColorScale::linear};
}

// A column of numbers as coloured stripes, zero in the neutral middle of the diverging map.
void draw_stripes(Canvas& canvas, const Rect& area, const Eigen::Ref<const VectorD>& values) {
    const double most = std::max(values.cwiseAbs().maxCoeff(), 1e-30);
    const ColorTable& table = color_table(ColorMap::diverging, canvas.theme().name == ThemeName::dark);
    const float height = area.height() / static_cast<float>(values.size());
    const float gap = height > 4 ? 1.0F : 0.0F;
    for (Index c = 0; c < values.size(); ++c) {
        const float top = area.min.y + height * static_cast<float>(c);
        const auto index = static_cast<std::size_t>((values(c) / most * 0.5 + 0.5) * 255 + 0.5);
        canvas.fill_rect({{area.min.x, top}, {area.max.x, top + height - gap}}, table[index]);
    }
}

void draw_running_sum(Canvas& canvas, const Rect& area, const VectorD& running) {
    const Theme& t = canvas.theme();
    const double low = std::min(0.0, running.minCoeff()), high = std::max(0.0, running.maxCoeff());
    const double span = std::max(high - low, 1e-30);
    const auto x_of = [&](double value) {
        return area.min.x + area.width() * static_cast<float>((value - low) / span);
    };
    const float zero = x_of(0), height = area.height() / static_cast<float>(running.size());
    const float gap = height > 4 ? 1.0F : 0.0F;
    for (Index c = 0; c < running.size(); ++c) {
        const float x = x_of(running(c)), top = area.min.y + height * static_cast<float>(c);
        canvas.fill_rect({{std::min(zero, x), top}, {std::max(zero, x), top + height - gap}},
                         running(c) >= 0 ? t.query : t.key);
    }
    canvas.line({zero, area.min.y}, {zero, area.max.y}, t.quiet, 1);
}

std::string head_name(const Shown& shown) {
    return shown.head == 0 ? fmt::format("average of {} heads", shown.heads)
                           : fmt::format("head {} of {}", shown.head, shown.heads);
}

}  // namespace

void AttentionPanel::draw_icon(Canvas& canvas, const Rect& rect, Color color) const {
    const float step = rect.width() / 3, size = step - 1.5F;
    const float strength[3][3] = {{1, 0.35F, 0.2F}, {0.4F, 1, 0.3F}, {0.2F, 0.6F, 1}};
    for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 3; ++j)
            canvas.fill_rect(
                Rect::sized({rect.min.x + step * static_cast<float>(j), rect.min.y + step * static_cast<float>(i)},
                            size, size),
                color.alpha(strength[i][j]), 1.5F);
}

void AttentionPanel::draw(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    Rect inside = area.inset(padding);
    if (inside.width() < 40 || inside.height() < 30) return;
    if (map_ == nullptr || !map_->value) {
        const PanelStatus now = status();
        const std::string text = now.error ? now.error->what : "computing …";
        canvas.text_middle(inside.center(), canvas.shaper().fit(text, inside.width(), {.size = 16}),
                           {.color = now.error ? t.warning : t.quiet, .size = 16, .align = Align::center});
        return;
    }
    draw_title(canvas, inside.cut_top(title_height));
    const bool wide = inside.width() >= side_needs;
    const bool strip = heads_ != nullptr && heads_->value && params_.heads > 1;
    if (strip && wide && inside.height() > 360) draw_strip(canvas, interaction, inside.cut_bottom(strip_height));
    // The map takes what its height lets it use; what stands beside it gets the rest.
    const Heatmap map = make_map(canvas.theme());
    const float used = heatmap_width(canvas, map, inside.height());
    if (wide) {
        Rect side = inside.cut_right(std::max(inside.width() * side_share, inside.width() - used));
        side.cut_left(24);
        draw_map(canvas, interaction, inside, map);  // first: it says which cell is hovered
        Rect row = side;
        const Rect breakdown = row.cut_top(side.height() * breakdown_share);
        draw_breakdown(canvas, breakdown);
        draw_row(canvas, interaction, {{row.min.x, row.min.y + 8}, row.max});
    } else {
        if (strip && inside.width() >= strip_needs)
            draw_strip(canvas, interaction, inside.cut_right(std::max(strip_column, inside.width() - used)));
        draw_map(canvas, interaction, inside, map);
    }
}

void AttentionPanel::draw_title(Canvas& canvas, const Rect& area) {
    const Theme& t = canvas.theme();
    const Shown& shown = *map_->value;
    const TextStyle title{.color = t.text, .size = 20, .bold = true};
    const float baseline = area.min.y + 20;
    const std::string name = canvas.shaper().fit("Self-attention, " + head_name(shown), area.width(), title);
    const float width = canvas.text({area.min.x, baseline}, name, title);
    std::string about = params_.show == Show::weights ? "softmax(QKᵀ / √d / T)" : "QKᵀ / √d / T";
    about += fmt::format("   {} × {}, d = {}", shown.weights->rows(), shown.weights->cols(), params_.dim);
    const std::optional<Cell> cell = hovered_ ? hovered_ : pinned();
    if (cell)
        about += fmt::format(", entropy {:.2f} bits in row “{}”", shown.entropy_bits(cell->row),
                             labels_[static_cast<std::size_t>(cell->row)]);
    const TextStyle style{.color = t.quiet, .size = 14};
    const float left = area.min.x + width + 18;
    canvas.text({left, baseline}, canvas.shaper().fit(about, area.max.x - left, style), style);
}

Heatmap AttentionPanel::make_map(const Theme& t) const {
    const Shown& shown = *map_->value;
    const bool scores = params_.show == Show::scores && shown.scores;
    Heatmap map;
    map.picture.values = scores ? shown.scores : shown.weights;
    map.picture.generation = map_->generation;
    map.picture.range = scores ? score_range(params_, shown) : weight_range(params_, shown.largest_weight);
    map.picture.map = params_.color;
    map.picture.masked = mix(t.ground, t.line, 0.55F);
    map.picture.dark = t.name == ThemeName::dark;
    map.row_labels = map.column_labels = labels_;
    map.row_title = "← queries";
    map.column_title = "keys →";
    map.value_title = scores ? "score" : "weight";
    map.pinned = pinned();
    map.bars.title = "H (bits)";
    map.bars.values.assign(shown.entropy_bits.begin(), shown.entropy_bits.end());
    map.bars.most = std::log2(std::max(2.0, static_cast<double>(shown.weights->cols())));
    return map;
}

void AttentionPanel::draw_map(Canvas& canvas, Interaction& interaction, const Rect& area, const Heatmap& map) {
    const HeatmapEvents events = draw_heatmap(canvas, interaction, area, map, view_);
    hovered_ = events.hovered;
    if (events.clicked) pin(*events.clicked);
    if (!hovered_) return;
    const float value = (*map.picture.values)(hovered_->row, hovered_->column);
    interaction.tooltip(fmt::format("{} → {}: {}", labels_[static_cast<std::size_t>(hovered_->row)],
                                    labels_[static_cast<std::size_t>(hovered_->column)],
                                    std::isnan(value) ? "masked" : short_number(static_cast<double>(value))));
}

void AttentionPanel::draw_strip(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const Strip& strip = *heads_->value;
    const std::size_t count = strip.maps.size();
    constexpr float least_space = 12, most_space = 36, name_height = 24, top = 10;
    // As many columns as make the squares largest.
    std::size_t columns = 1;
    float size = 0;
    for (std::size_t c = 1; c <= count; ++c) {
        const std::size_t rows = (count + c - 1) / c;
        const auto across = static_cast<float>(c), down = static_cast<float>(rows);
        const float fits =
            std::min((area.width() - least_space * (across - 1)) / across, (area.height() - top) / down - name_height);
        if (fits > size) {
            size = fits;
            columns = c;
        }
    }
    const auto across = static_cast<float>(columns);
    const float space =
        std::clamp((area.width() - size * across) / std::max(across - 1, 1.0F), least_space, most_space);
    for (std::size_t h = 0; h < count; ++h) {
        const std::size_t row = h / columns, column = h % columns;
        const Rect square = Rect::sized({area.min.x + (size + space) * static_cast<float>(column),
                                         area.min.y + top + (size + name_height) * static_cast<float>(row)},
                                        size, size);
        const bool on = params_.head == static_cast<int>(h) + 1;
        const Matrix& values = *strip.maps[h];
        CellPicture picture;
        picture.values = strip.maps[h];
        picture.generation = heads_->generation;
        picture.view = {{0, 0}, {static_cast<float>(values.cols()), static_cast<float>(values.rows())}};
        picture.range = weight_range(params_, strip.largest[h]);
        picture.map = params_.color;
        picture.masked = mix(t.ground, t.line, 0.55F);
        picture.dark = t.name == ThemeName::dark;
        canvas.cells(square, picture);
        const Pointer pointer = interaction.area(fmt::format("head {}", h + 1), square);
        if (on || pointer.hovered) canvas.stroke_rect(square.inset(-3), on ? t.query : t.quiet, 2, 3);
        if (pointer.clicked) params_.head = static_cast<int>(h) + 1;
        if (pointer.hovered)
            interaction.tooltip(fmt::format("head {}: mean entropy {:.2f} bits, largest weight {}", h + 1,
                                            strip.mean_entropy_bits[h], short_number(strip.largest[h], 3)));
        const TextStyle style{.color = on ? t.query : t.quiet, .size = 12, .bold = on};
        canvas.text({square.min.x, square.max.y + 18},
                    canvas.shaper().fit(size < 44 ? fmt::format("{}", h + 1) : fmt::format("head {}", h + 1),
                                        size + space, style),
                    style);
    }
}

void AttentionPanel::draw_breakdown(Canvas& canvas, const Rect& area) {
    const Theme& t = canvas.theme();
    const Shown& shown = *map_->value;
    const std::optional<Cell> cell = hovered_ ? hovered_ : pinned();
    Rect inside = area;
    const float baseline = inside.cut_top(30).min.y + 14;
    if (!cell) {
        canvas.text({inside.min.x, baseline}, "Point at a cell to see why its weight is what it is.",
                    {.color = t.quiet, .size = 13.5F});
        return;
    }
    const std::string query = labels_[static_cast<std::size_t>(cell->row)],
                      key = labels_[static_cast<std::size_t>(cell->column)];
    const TextStyle bold{.color = t.text, .size = 13.5F, .bold = true};
    const TextRun heading[] = {{"why ", t.text, Script::normal, true},
                               {canvas.shaper().fit(query, area.width() * 0.3F, bold), t.query, Script::normal, true},
                               {" attends to ", t.text, Script::normal, true},
                               {canvas.shaper().fit(key, area.width() * 0.3F, bold), t.key, Script::normal, true}};
    draw_runs(canvas, {inside.min.x, baseline}, heading, 13.5F);
    if (shown.head == 0) {
        draw_heads_of_cell(canvas, inside);
        return;
    }
    const HeadInput& in = shown.inputs.front();
    const DotContributions parts = dot_contributions(in.q.row(cell->row), in.k.row(cell->column));
    const Rect titles = inside.cut_top(20);
    inside.cut_bottom(22);
    const float column = inside.width() * 0.16F, space = inside.width() * 0.07F;
    float x = inside.min.x;
    const auto next = [&](float width, std::string_view title, Color color) {
        const Rect rect{{x, inside.min.y}, {x + width, inside.max.y}};
        canvas.text({x, titles.min.y + 12}, title, {.color = color, .size = 12.5F});
        x += width + space;
        return rect;
    };
    draw_stripes(canvas, next(column, "q", t.query), in.q.row(cell->row).cast<double>().transpose());
    draw_stripes(canvas, next(column, "k", t.key), in.k.row(cell->column).cast<double>().transpose());
    draw_stripes(canvas, next(column, "q × k", t.quiet), parts.products);
    const float rest = inside.max.x - x - 2;
    const Rect sum = next(rest, "running sum", t.quiet);
    draw_running_sum(canvas, sum, parts.running);
    canvas.text({sum.max.x, sum.max.y + 17}, "q·k = " + short_number(parts.running(parts.running.size() - 1)),
                {.color = t.text, .size = 12.5F, .font = Font::mono, .align = Align::right});
    canvas.text({inside.min.x, inside.max.y + 17}, fmt::format("dimensions 1 to {}, top to bottom", in.q.cols()),
                {.color = t.quiet, .size = 12});
}

void AttentionPanel::draw_heads_of_cell(Canvas& canvas, const Rect& area) {
    const Shown& shown = *map_->value;
    const Cell cell = hovered_ ? *hovered_ : *pinned();
    Series bars{.name = "weight", .color = canvas.theme().query, .kind = Series::bars};
    Plot plot;
    plot.x.name = "head";
    plot.y.name = "weight";
    for (std::size_t h = 0; h < shown.inputs.size(); ++h) {
        const HeadInput& in = shown.inputs[h];
        bars.y.push_back(explain_cell(in.q.row(cell.row), in.k, shown.options, cell.row, cell.column).weight);
        plot.x.categories.push_back(fmt::format("{}", h + 1));
    }
    plot.series.push_back(std::move(bars));
    PlotView view;
    draw_plot(canvas, area, plot, view, Pointer{});
}

void AttentionPanel::draw_row(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const Shown& shown = *map_->value;
    const std::optional<Cell> cell = hovered_ ? hovered_ : pinned();
    if (!cell || area.height() < 90) return;
    Plot plot;
    Series bars{.name = "weight", .color = t.query, .kind = Series::bars};
    const Index keys = shown.weights->cols();
    double sum = 0;
    for (Index j = 0; j < keys; ++j) {
        bars.y.push_back(shown.weight(cell->row, j));
        sum += bars.y.back();
    }
    bars.colors.assign(static_cast<std::size_t>(keys), t.query);
    bars.colors[static_cast<std::size_t>(cell->column)] = t.key;
    plot.title = fmt::format("row “{}”: weight by key, sum {:.3f}", labels_[static_cast<std::size_t>(cell->row)], sum);
    plot.y.name = "weight";
    if (params_.source == Source::text) {
        plot.x.categories = labels_;
    } else {
        plot.x.name = "key";
        plot.x.integers = true;
    }
    plot.series.push_back(std::move(bars));
    draw_plot(canvas, area, plot, row_view_, interaction.area("row", area));
}

}  // namespace attnscope::attention_panel
