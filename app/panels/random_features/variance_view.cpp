// Where trigonometric and where positive features err less: the map of their ratio. Beside it: variance_plots.hpp.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/picture_parts.hpp"
#include "app/panels/random_features/failure_pictures.hpp"
#include "app/panels/random_features/random_features_panel.hpp"
#include "app/panels/random_features/variance_plots.hpp"

namespace attnscope::random_features_panel {
namespace {

constexpr double pi = std::numbers::pi;
constexpr float variance_margin = 44, ratio_bar_space = 78;

std::string map_caption() {
    return tr(
        "Theory: Lemma 2. r is even in φ and in l: the other quadrants of Figure 2 in Choromanski et al. (2021) mirror "
        "this one.");
}

TextStyle map_caption_style(const Theme& t) {
    return {.color = t.quiet, .size = 12};
}

// 0, 0.2π, π.
std::string angle_label(const Tick& tick) {
    if (tick.value == 0) return "0";
    return std::abs(tick.value - 1) < 1e-9 ? "π" : tick.label + "π";
}

// From an angle and a norm to the place in the map, whatever part of it is shown.
struct VariancePlace {
    Rect cells;
    View2D view;
    double rows = 1, columns = 1;

    float x(double angle) const {
        const double part = view_position(view.x, angle / pi * columns, false);
        return cells.min.x + cells.width() * static_cast<float>(part);
    }
    float y(double norm) const {
        const double part = view_position(view.y, rows * (1 - norm / map_norm), false);
        return cells.min.y + cells.height() * static_cast<float>(part);
    }
    Vec2 at(double angle, double norm) const { return {x(angle), y(norm)}; }
    double norm_at_top() const { return map_norm * (1 - view.y.low / rows); }
    double norm_at_bottom() const { return map_norm * (1 - view.y.high / rows); }
};

struct VariancePoint {
    double angle = 0, norm = 0;
};

// Where r has this value. Closer together at small norms, where the curve is flat.
std::vector<VariancePoint> variance_contour(double level) {
    constexpr int count = 240;
    std::vector<VariancePoint> points;
    points.reserve(count);
    for (int k = 1; k <= count; ++k) {
        const double part = static_cast<double>(k) / count, norm = map_norm * part * part;
        points.push_back({angle_of_ratio(norm, level), norm});
    }
    return points;
}

void draw_contour(Canvas& canvas, const VariancePlace& place, const std::vector<VariancePoint>& contour, bool dashed,
                  Color color) {
    constexpr float on = 7, off = 5;
    std::vector<Vec2> line;
    float length = 0;
    bool drawing = true;
    const auto flush = [&] {
        if (drawing && line.size() > 1) canvas.polyline(line, color, 2);
    };
    for (const VariancePoint& p : contour) {
        const Vec2 at = place.at(p.angle, p.norm);
        if (!line.empty()) length += std::hypot(at.x - line.back().x, at.y - line.back().y);
        line.push_back(at);
        if (!dashed || length < (drawing ? on : off)) continue;
        flush();
        line.assign(1, at);
        drawing = !drawing;
        length = 0;
    }
    flush();
}

// On a ground of its own, so that it is read on any colour.
void draw_map_label(Canvas& canvas, const Rect& cells, Vec2 at, std::string_view text, Align align, bool bold = false) {
    const Theme& t = canvas.theme();
    const TextStyle style{.color = t.text, .size = 12.5F, .bold = bold, .align = align};
    const float width = canvas.shaper().width(text, style);
    const float left = align == Align::left ? at.x : align == Align::right ? at.x - width : at.x - width / 2;
    const Rect box = Rect::sized({left - 6, at.y - 10}, width + 12, 20);
    if (box.min.x < cells.min.x || box.max.x > cells.max.x || box.min.y < cells.min.y || box.max.y > cells.max.y)
        return;
    canvas.fill_rect(box, t.ground.alpha(0.82F), 5);
    canvas.text_middle(at, text, style);
}

void draw_map_axes(Canvas& canvas, const VariancePlace& place, const Rect& area) {
    const Theme& t = canvas.theme();
    const TextStyle label{.color = t.text, .size = 12.5F, .align = Align::center};
    TextStyle beside = label;
    beside.align = Align::right;
    const Rect& cells = place.cells;
    for (const Tick& tick : linear_ticks(place.view.x.low / place.columns, place.view.x.high / place.columns,
                                         static_cast<int>(cells.width() / 60))) {
        const float x = place.x(tick.value * pi);
        canvas.line({x, cells.min.y - 5}, {x, cells.min.y}, t.quiet);
        canvas.text({x, cells.min.y - 9}, angle_label(tick), label);
    }
    for (const Tick& tick :
         linear_ticks(place.norm_at_bottom(), place.norm_at_top(), static_cast<int>(cells.height() / 60))) {
        const float y = place.y(tick.value);
        canvas.line({cells.min.x - 5, y}, {cells.min.x, y}, t.quiet);
        canvas.text_middle({cells.min.x - 9, y}, tick.label, beside);
    }
    // Not in the heatmap's own titles, whose colours mean queries and keys.
    TextStyle title{.color = t.quiet, .size = 12, .align = Align::center};
    canvas.text({cells.center().x, area.min.y + 11}, tr("angle φ between x and y →"), title);
    title.angle = 90;
    canvas.text({area.min.x + 11, cells.center().y}, tr("norm l = |x| = |y| →"), title);
    draw_paragraph(canvas, {{cells.min.x, cells.max.y + 6}, {cells.max.x, area.max.y + 6}}, map_caption(),
                   map_caption_style(t));
}

// The map holds -log10 r, so that each side has the colour of the method that errs less there.
std::shared_ptr<const Matrix> negated_ratio() {
    static const auto values = std::make_shared<const Matrix>(-*variance_map().log_ratio);
    return values;
}

void draw_ratio_bar(Canvas& canvas, const Rect& bar, const CellPicture& picture) {
    static const auto ramp = std::make_shared<const Matrix>(
        Vector::LinSpaced(256, static_cast<float>(-variance_limit), static_cast<float>(variance_limit)));
    const Theme& t = canvas.theme();
    CellPicture gradient = picture;
    gradient.values = ramp;
    gradient.view = {{0, 0}, {1, 256}};
    canvas.cells(bar, gradient);
    constexpr auto most = static_cast<int>(variance_limit);
    for (int power = -most; power <= most; power += 2) {
        const float part = static_cast<float>(most - power) / static_cast<float>(2 * most);
        const float y = bar.min.y + bar.height() * part;
        const char* beyond = power == most ? "≥ " : power == -most ? "≤ " : "";
        canvas.fill_rect({{bar.max.x, y - 0.5F}, {bar.max.x + 4, y + 0.5F}}, t.quiet);
        canvas.text_middle({bar.max.x + 7, y}, beyond + (power == 0 ? std::string("1") : power_of_ten(power)),
                           {.color = t.quiet, .size = 12});
    }
    canvas.text({bar.min.x, bar.max.y + 16}, "r", {.color = t.quiet, .size = 12});
}

void draw_chosen(Canvas& canvas, const VariancePlace& place, double angle, double norm) {
    const Theme& t = canvas.theme();
    if (norm > map_norm) {
        draw_map_label(canvas, place.cells, {place.cells.center().x, place.cells.min.y + 16},
                       tr("the chosen l = {} lies above this map", short_number(norm, 3)), Align::center);
        return;
    }
    const Vec2 at = place.at(angle, norm);
    canvas.line({place.cells.min.x, at.y}, {place.cells.max.x, at.y}, t.text.alpha(0.75F), 1);
    // Rings as outlines of circles: dark and light, to be seen on any colour.
    std::array<Vec2, 49> ring;
    for (const auto& [radius, width, color] :
         {std::tuple{8.0F, 5.0F, Color::hex(0x0b0d10)}, std::tuple{8.0F, 2.5F, Color::hex(0xffffff)}}) {
        for (std::size_t k = 0; k < ring.size(); ++k) {
            const float turn = static_cast<float>(2 * pi) * static_cast<float>(k) / static_cast<float>(ring.size() - 1);
            ring[k] = at + Vec2{radius * std::cos(turn), radius * std::sin(turn)};
        }
        canvas.polyline(ring, color, width);
    }
}

void draw_over_map(Canvas& canvas, const VariancePlace& place, double angle, double norm) {
    static const std::vector<VariancePoint> equal = variance_contour(1), fair = variance_contour(0.5);
    const Theme& t = canvas.theme();
    const Clip clip(canvas, place.cells);
    draw_contour(canvas, place, equal, false, t.text);
    draw_contour(canvas, place, fair, true, t.text);
    draw_chosen(canvas, place, angle, norm);
    constexpr double high = 2.5, upper = 1.75, lower = 1.4;
    const bool roomy = place.cells.width() >= 370, roomier = place.cells.width() >= 450;
    draw_map_label(canvas, place.cells, place.at(0.24 * pi, high), roomy ? tr("trig errs less") : tr("trig better"),
                   Align::center, true);
    draw_map_label(canvas, place.cells, place.at(0.77 * pi, high),
                   roomy ? tr("positive features err less") : tr("positive better"), Align::center, true);
    draw_map_label(canvas, place.cells, place.at(angle_of_ratio(upper, 1), upper) + Vec2{13, 0}, "r = 1", Align::left);
    draw_map_label(canvas, place.cells, place.at(angle_of_ratio(lower, 0.5), lower) - Vec2{13, 0},
                   roomier ? tr("r = ½ (fair: trig has 2m features)") : tr("r = ½ (fair)"), Align::right);
}

}  // namespace

void RandomFeaturesPanel::draw_variance(Canvas& canvas, Interaction& interaction, const Rect& area) {
    constexpr float gap = 24, least_plot = 165;  // lower ones have no room for what they say
    const Theme& t = canvas.theme();
    const VarianceMap& facts = variance_map();
    if (area.width() < 160 || area.height() < 120) return;
    Rect rest = area;
    const bool wide = area.width() >= 660, tall = area.height() >= 560;
    const Rect left = wide ? rest.cut_left(rest.width() * 0.5F) : tall ? rest.cut_top(rest.height() * 0.5F) : rest;
    if (wide) rest.cut_left(gap);
    if (!wide && tall) rest.cut_top(gap / 2);

    Heatmap map;
    map.rows = facts.log_ratio->rows();
    map.columns = facts.log_ratio->cols();
    map.picture.values = negated_ratio();
    map.picture.generation = 1;  // never another
    map.picture.range = {-variance_limit, variance_limit, ColorScale::linear};
    map.picture.map = ColorMap::diverging;
    map.picture.dark = t.name == ThemeName::dark;
    // Numbers at round values stand where those lie, not where cells do: the map's own labels stay empty.
    map.column_labels = AxisLabels(std::vector<std::string>(static_cast<std::size_t>(map.columns)));
    map.color_bar = false;  // ours says r
    map.fill = true;
    Rect place = left;
    place.cut_left(variance_margin);
    place.cut_right(ratio_bar_space);
    const float caption = paragraph_height(canvas, place.width(), map_caption(), map_caption_style(t)) - 12;
    if (place.height() - caption >= 150) place.cut_bottom(caption);
    const HeatmapEvents events = draw_heatmap(canvas, interaction, place, map, variance_view_);
    hovered_ = events.hovered;
    if (events.clicked) {
        params_.angle = facts.angles[static_cast<std::size_t>(events.clicked->column)];
        params_.norm = facts.norms[static_cast<std::size_t>(events.clicked->row)];
    }
    if (events.cells.width() > 0) {
        const VariancePlace over{events.cells, variance_view_.view, static_cast<double>(map.rows),
                                 static_cast<double>(map.columns)};
        draw_over_map(canvas, over, params_.angle, params_.norm);
        draw_map_axes(canvas, over, left);
        draw_ratio_bar(canvas, Rect::sized({over.cells.max.x + 18, over.cells.min.y}, 12, over.cells.height()),
                       map.picture);
    }
    if (events.hovered) {
        const double angle = facts.angles[static_cast<std::size_t>(events.hovered->column)];
        const double norm = facts.norms[static_cast<std::size_t>(events.hovered->row)];
        interaction.tooltip(tr("φ = {}, l = {}: r = {}. Click: look at this point", variance_angle(angle),
                               short_number(norm, 3),
                               short_number(std::pow(10.0, log10_variance_ratio(angle, norm)), 3)));
    }
    if (!wide && !tall) return;

    const ViewWindow range = histogram_range(*shown_->variance);
    const float for_plots = rest.height() - variance_table_height;
    const int plots = std::clamp(static_cast<int>(for_plots / least_plot), 1, 3);
    const float height = for_plots / static_cast<float>(plots);
    const auto draw_one = [&](std::size_t k, const char* name, const Plot& plot) {
        Rect row = rest.cut_top(height);
        row.cut_bottom(10);
        draw_plot(canvas, row, plot, variance_plots_[k], interaction.picture_area(name, row));
        if (!plot.legend) draw_keys_beside_title(canvas, row, plot);
    };
    if (plots >= 2) draw_one(0, "slice", slice_plot(t, params_.angle, params_.norm));
    if (plots >= 3) draw_one(1, "errors", errors_plot(t, params_.angle, params_.norm, shown_->request.dim));
    draw_one(2, "estimates", histogram_plot(t, *shown_->variance, shown_->request, range));
    draw_estimates_table(canvas, rest, *shown_->variance, range);
}

}  // namespace attnscope::random_features_panel
