// The plane of x and y, whose tips the mouse moves, and what the angle between them does to both errors.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/picture_parts.hpp"
#include "app/panels/random_features/random_features_panel.hpp"
#include "app/panels/random_features/variance_plots.hpp"

namespace attnscope::random_features_panel {
namespace {

// The half plane above x: y never lies below it.
struct Plane {
    Vec2 origin;
    float radius = 1;
    double reach = 1;  // the length that `radius` stands for

    float scale() const { return radius / static_cast<float>(reach); }
    Vec2 at(double right, double up) const {
        return origin + Vec2{static_cast<float>(right), -static_cast<float>(up)} * scale();
    }
};

constexpr float plane_below = 52;  // numbers and the angle under the axis
constexpr double shortest_dragged = 0.05, longest_dragged = 3, least_ratio = 0.01, most_ratio = 100;

// In coarse steps, so that the plane does not shrink and grow with every step of a slider.
double plane_reach_for(double longest) {
    double reach = 1.6;
    while (reach < longest * 1.08 && reach < 1e6) reach *= 2;
    return reach;
}

void draw_plane_arrow(Canvas& canvas, Vec2 from, Vec2 to, Color color, float width = 3.5F) {
    constexpr float head = 13, half = 5.5F;
    const Vec2 way = to - from;
    const float length = std::hypot(way.x, way.y);
    if (length < 1) {
        canvas.fill_circle(to, 5, color);
        return;
    }
    const Vec2 along = way * (1 / length), across{-along.y, along.x};
    const float tip = std::min(head, length);
    const Vec2 neck = to - along * tip;
    canvas.line(from, neck + along * 2, color, width);
    const std::array corners{to, neck + across * half, neck - across * half};
    canvas.fill_polygon(corners, color);
}

void draw_plane_dashes(Canvas& canvas, Vec2 from, Vec2 to, Color color) {
    constexpr float on = 6, off = 5;
    const Vec2 way = to - from;
    const float length = std::hypot(way.x, way.y);
    for (float at = 0; at < length; at += on + off)
        canvas.line(from + way * (at / length), from + way * (std::min(at + on, length) / length), color, 1.5F);
}

void draw_plane_arc(Canvas& canvas, Vec2 center, float radius, double to, Color color, float width) {
    constexpr int parts = 64;
    std::array<Vec2, parts + 1> arc;
    for (std::size_t k = 0; k < arc.size(); ++k) {
        const double turn = to * static_cast<double>(k) / parts;
        arc[k] = center + Vec2{static_cast<float>(std::cos(turn)), -static_cast<float>(std::sin(turn))} * radius;
    }
    canvas.polyline(arc, color, width);
}

void draw_plane_ground(Canvas& canvas, const Plane& plane) {
    const Theme& t = canvas.theme();
    const float r = plane.radius;
    canvas.line(plane.origin - Vec2{r, 0}, plane.origin + Vec2{r, 0}, mix(t.line, t.quiet, 0.5F), 1);
    canvas.line(plane.origin, plane.origin - Vec2{0, r}, t.line, 1);
    const std::vector<Tick> rings = linear_ticks(0, plane.reach, 4);
    for (const Tick& ring : rings) {
        if (ring.value <= 0) continue;
        const auto length = static_cast<float>(ring.value) * plane.scale();
        draw_plane_arc(canvas, plane.origin, length, std::numbers::pi, t.line, 1);
        // On the left alone: on the right x has its name.
        canvas.text(plane.origin + Vec2{-length, 16}, ring.label,
                    {.color = t.quiet, .size = 12, .align = Align::center});
    }
}

// A name at a place, pushed back into the area where it would stand out.
void draw_plane_name(Canvas& canvas, const Rect& area, Vec2 at, std::string_view name, const TextStyle& style) {
    const std::string fitting = canvas.shaper().fit(name, area.width(), style);
    const float half = canvas.shaper().width(fitting, style) / 2;
    at.x = std::clamp(at.x, area.min.x + half, std::max(area.max.x - half, area.min.x + half));
    at.y = std::max(at.y, area.min.y + style.size / 2);
    canvas.text_middle(at, fitting, style);
}

struct PlaneVectors {
    double x = 0, y = 0, y_right = 0, y_up = 0;
};

void draw_plane_vectors(Canvas& canvas, const Rect& area, const Plane& plane, const PlaneVectors& v, double angle) {
    const Theme& t = canvas.theme();
    const Vec2 x = plane.at(v.x, 0), y = plane.at(v.y_right, v.y_up), sum = plane.at(v.x + v.y_right, v.y_up);
    TextStyle style{.color = t.quiet, .size = 13, .align = Align::center};
    const auto away = [&](Vec2 tip, float by) {
        const Vec2 way = tip - plane.origin;
        const float length = std::hypot(way.x, way.y);
        return length > 1 ? tip + way * (by / length) : tip - Vec2{0, by};
    };
    draw_plane_dashes(canvas, plane.origin, sum, t.quiet);
    draw_plane_dashes(canvas, x, y, t.quiet);
    const float least = 46;
    const Vec2 from_y = x - y, to_sum = sum - plane.origin;
    // Neither among the lines near the axis, where y points back, nor on y's name.
    const bool free = (-to_sum.y > 30 || angle < 1) && std::hypot(sum.x - y.x, sum.y - y.y) > 34;
    const bool on_axis = -to_sum.y < 14;  // whose line would strike the name through
    if (free && std::hypot(to_sum.x, to_sum.y) > least)
        draw_plane_name(canvas, area, on_axis ? sum - Vec2{0, 16} : away(sum, 24), "x + y", style);
    // Beside the line from y to x, where that does not lie on the axis.
    const float apart = std::hypot(from_y.x, from_y.y);
    if (apart > 2 * least && std::abs(from_y.y) > 30) {
        const Vec2 across{from_y.y / apart, -from_y.x / apart};
        draw_plane_name(canvas, area, x - from_y * 0.28F + across * 32, "x − y", style);
    }
    draw_plane_arc(canvas, plane.origin, std::min(plane.radius * 0.2F, 44.0F), angle, t.text, 2);
    // Where y lies upon x both are seen: x stands out on either side.
    const bool upon = std::abs(y.y - plane.origin.y) < 5 && y.x > plane.origin.x;
    draw_plane_arrow(canvas, plane.origin, x, t.query, upon ? 9.0F : 3.5F);
    draw_plane_arrow(canvas, plane.origin, y, t.key);
    style.size = 16;
    style.bold = true;
    style.color = t.query;
    canvas.text_middle(x + Vec2{0, 14}, "x", style);
    style.color = t.key;
    // Near the axis above it, where neither an arrow nor x's name is.
    const bool low = plane.origin.y - y.y < 26;
    draw_plane_name(canvas, area, low ? Vec2{y.x, std::min(y.y, plane.origin.y) - 18} : away(y, 15) - Vec2{0, 4}, "y",
                    style);
    const TextStyle below{.color = t.text, .size = 13.5F, .align = Align::center};
    draw_plane_name(canvas, area, plane.origin + Vec2{0, 38},
                    fmt::format("φ = {} rad ({:.0f}°),  |x| = {},  |y| = {}", short_number(angle, 3),
                                angle * 180 / std::numbers::pi, short_number(v.x, 3), short_number(v.y, 3)),
                    below);
}

// Which tip the mouse has: the nearer one, of two at the same place y, which can go anywhere.
std::optional<int> plane_tip(Vec2 mouse, Vec2 x, Vec2 y) {
    constexpr float near = 26;
    const float to_x = std::hypot(mouse.x - x.x, mouse.y - x.y), to_y = std::hypot(mouse.x - y.x, mouse.y - y.y);
    if (std::min(to_x, to_y) > near) return std::nullopt;
    return to_x < to_y - 2 ? 0 : 1;
}

// Which of the two errs less, in words, and how much.
std::string plane_verdict(const KernelPoint& p, Index features, Index dim) {
    const auto deviation = [&](FeatureMethod method) {
        return kernel_deviation({.method = method, .features = features, .dim = dim}, p).value_or(0);
    };
    const double trig = deviation(FeatureMethod::trig), positive = deviation(FeatureMethod::positive);
    if (std::isinf(trig) && std::isinf(positive)) return tr("Both err by more than a double can hold.");
    const std::string of_trig = short_number(trig, 3), of_positive = short_number(positive, 3);
    if (trig < positive)
        return tr("Trig errs less here: standard deviation of trig {}, of positive {} (in theory, m = {}).", of_trig,
                  of_positive, features);
    if (positive < trig)
        return tr("Positive features err less here: standard deviation of trig {}, of positive {} (in theory, m = {}).",
                  of_trig, of_positive, features);
    return tr("Both err alike here: standard deviation of trig {}, of positive {} (in theory, m = {}).", of_trig,
              of_positive, features);
}

// How far both are off while y turns with the lengths kept.
Plot turning_plot(const Theme& t, double x_norm, double y_norm, double angle, Index features, Index dim) {
    constexpr int steps = 240;
    Plot plot;
    plot.title = tr("The same while y turns");
    plot.legend = false;  // would hide the lines of so low a plot
    plot.note = tr("theory, Lemma 2: m = {}, independent; vertical: φ now", features);
    plot.x = {.name = "φ / π", .range = ViewWindow{0, 1}};
    plot.y = {.name = tr("std. deviation"), .log = true};
    double low = 1e300, high = 0;
    for (const FeatureMethod method : {FeatureMethod::trig, FeatureMethod::positive}) {
        Series line{.name = std::string(name_of(method)),
                    .color = color_of(method, t),
                    .x = {},
                    .y = {},
                    .y_high = {},
                    .marker = Marker::none};
        for (int k = 1; k < steps; ++k) {
            const double part = static_cast<double>(k) / steps;
            const double off = kernel_deviation({.method = method, .features = features, .dim = dim},
                                                at_angle(x_norm, y_norm, part * std::numbers::pi))
                                   .value_or(0);
            line.x.push_back(part);
            line.y.push_back(off);
            if (!std::isfinite(off) || off <= 0 || part < 0.06 || part > 0.94) continue;
            low = std::min(low, off);
            high = std::max(high, off);
        }
        plot.series.push_back(std::move(line));
    }
    if (low >= high) return plot;
    plot.y.range = ViewWindow{low / 2, high * 2};
    plot.series.push_back({.name = {},
                           .color = t.text,
                           .x = {angle / std::numbers::pi, angle / std::numbers::pi},
                           .y = {low / 2, high * 2},
                           .y_high = {},
                           .width = 1.5F,
                           .dash = Dash::dashed,
                           .marker = Marker::none});
    return plot;
}

void draw_plane_facts(Canvas& canvas, Rect area, const KernelPoint& p, Index features, Index dim) {
    const Theme& t = canvas.theme();
    const std::array left{Fact{tr("SM = exp(x·y), what is estimated"), short_number(softmax_kernel(p), 4), true},
                          Fact{"x·y", short_number(p.product, 4)}};
    const std::array right{Fact{tr("|x + y|^2, bad for positive features"), short_number(p.sum_square(), 4)},
                           Fact{tr("|x − y|^2, bad for trig"), short_number(p.difference_square(), 4)}};
    Rect row = area.cut_top(100);
    draw_facts(canvas, row.cut_left(row.width() * 0.5F - 8), left);
    row.cut_left(16);
    draw_facts(canvas, row, right);
    draw_paragraph(canvas, area, plane_verdict(p, features, dim), {.color = t.text, .size = 14});
}

}  // namespace

void RandomFeaturesPanel::draw_plane(Canvas& canvas, Interaction& interaction, const Rect& area) {
    constexpr float above = 14, facts_height = 146, least_radius = 90, least_plot = 178, least_beside_plot = 110;
    const Theme& t = canvas.theme();
    Rect rest = area;
    const auto radius_in = [&](float height) { return std::min(rest.width() / 2 - 16, height - plane_below - above); };
    const bool with_facts = radius_in(rest.height() - facts_height) >= least_radius;
    const bool with_plot = radius_in(rest.height() - facts_height - least_plot) >= least_beside_plot;
    const float radius = radius_in(rest.height() - (with_facts ? facts_height : 0) - (with_plot ? least_plot : 0));
    if (radius < 30) return;
    const Rect place = rest.cut_top(above + radius + plane_below);
    const double x_norm = params_.norm, y_norm = x_norm * params_.ratio;
    const KernelPoint p = at_angle(x_norm, y_norm, params_.angle);
    if (!dragged_ || plane_reach_ <= 0)
        plane_reach_ = plane_reach_for(std::max({x_norm, y_norm, std::sqrt(std::max(p.sum_square(), 0.0))}));
    const Plane plane{{place.center().x, place.min.y + above + radius}, radius, plane_reach_};
    const PlaneVectors v{x_norm, y_norm, y_norm * std::cos(params_.angle), y_norm * std::sin(params_.angle)};
    const Pointer pointer = interaction.picture_area("plane", place);
    {
        const Clip clip(canvas, place);
        draw_plane_ground(canvas, plane);
        draw_plane_vectors(canvas, place, plane, v, params_.angle);
    }
    if (pointer.hovered && !pointer.held && interaction.live())
        interaction.tooltip(tr("Drag the tip of y anywhere, that of x along its own direction."));
    if (pointer.pressed) dragged_ = plane_tip(pointer.at, plane.at(v.x, 0), plane.at(v.y_right, v.y_up));
    if (!pointer.pressed && !pointer.held) dragged_.reset();
    if (dragged_ && !(pointer.drag == Vec2{})) {
        const Vec2 mouse = (pointer.at - plane.origin) * (1 / plane.scale());
        const auto right = static_cast<double>(mouse.x), up = std::max(-static_cast<double>(mouse.y), 0.0);
        if (*dragged_ == 0) {  // y keeps its length
            params_.norm = std::clamp(right, shortest_dragged, std::min(longest_dragged, plane_reach_));
            params_.ratio = std::clamp(y_norm / params_.norm, least_ratio, most_ratio);
        } else if (x_norm > 0) {
            const double length = std::min(std::hypot(right, up), plane_reach_);
            params_.ratio = std::clamp(length / x_norm, least_ratio, most_ratio);
            params_.angle = std::atan2(up, right);
        }
    }
    if (!with_facts) return;
    draw_plane_facts(canvas, rest.cut_top(facts_height), p, params_.features, params_.dim);
    if (!with_plot) return;
    rest.cut_top(8);
    const Plot plot = turning_plot(t, x_norm, y_norm, params_.angle, params_.features, params_.dim);
    if (!plot.y.range) return;  // all beyond what a double can hold, or below
    draw_plot(canvas, rest, plot, kernel_plots_[2], interaction.picture_area("turning", rest));
    draw_keys_beside_title(canvas, rest, plot);
}

}  // namespace attnscope::random_features_panel
