// One kernel value, live: the estimates of exp(x . y) as clouds, beside x and y in their plane (plane_view.cpp).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <vector>

#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/random_features/failure_pictures.hpp"
#include "app/panels/random_features/random_features_panel.hpp"
#include "core/base/statistics.hpp"

namespace attnscope::random_features_panel {
namespace {

// Where the estimates of all clouds lie but for their rarest ones, and the truth.
ViewWindow cloud_range(const std::vector<Cloud>& clouds, double truth) {
    constexpr double tail = 0.03;
    double low = truth, high = truth;
    if (!std::isfinite(truth)) low = std::numeric_limits<double>::infinity(), high = -low;
    for (const Cloud& cloud : clouds) {
        std::vector<double> values;
        std::copy_if(cloud.estimates.begin(), cloud.estimates.end(), std::back_inserter(values),
                     [](double e) { return std::isfinite(e); });
        if (values.empty()) continue;
        std::sort(values.begin(), values.end());
        low = std::min(low, quantile(values, tail));
        high = std::max(high, quantile(values, 1 - tail));
    }
    if (!(low <= high)) return {0, 1};  // nothing that a double can hold
    const double margin = 0.12 * std::max(high - low, std::max(std::max(std::abs(low), std::abs(high)) * 1e-3, 1e-12));
    return {low - margin, high + margin};
}

// A bar that reaches beyond what is drawn, or to infinity, ends where no zoom goes: the plot's own numbers stay small.
double clipped_to(const ViewWindow& range, double value) {
    constexpr double beyond = 6;  // heights of the range
    const double height = range.high - range.low;
    return std::clamp(value, range.low - beyond * height, range.high + beyond * height);
}

struct CloudPlace {
    double center = 0, width = 0;
    Color color;
    float opacity = 0.55F;
};

// What a cloud consists of: estimates beside each other in an order that leaves no pattern, the theory's mean and
// standard deviation as a bar, the measured mean as a dot.
void add_cloud(Plot& plot, const Cloud& cloud, const CloudPlace& place, const ViewWindow& range, Series& means) {
    constexpr double golden = 0.6180339887498949;
    Series dots{.name = {},
                .color = place.color.alpha(place.opacity),
                .kind = Series::points,
                .x = {},
                .y = {},
                .y_high = {},
                .width = 1.1F,
                .marker = Marker::circle};
    double part = 0.5;
    for (const double e : cloud.estimates) {
        part += golden;
        part -= std::floor(part);
        if (!(e >= range.low && e <= range.high)) continue;
        dots.x.push_back(place.center + (part - 0.6) * place.width);
        dots.y.push_back(e);
    }
    const bool none =
        std::none_of(cloud.estimates.begin(), cloud.estimates.end(), [](double e) { return std::isfinite(e); });
    plot.series.push_back(std::move(dots));
    const double at = place.center + 0.52 * place.width;
    if (cloud.theory && cloud.expected && std::isfinite(*cloud.expected) && !std::isnan(*cloud.theory))
        plot.series.push_back({.name = {},
                               .color = place.color,
                               .x = {at, at},
                               .y = {clipped_to(range, *cloud.expected - *cloud.theory),
                                     clipped_to(range, *cloud.expected + *cloud.theory)},
                               .y_high = {},
                               .width = 2.2F,
                               .marker = Marker::none});
    if (none) return;  // nothing to be the mean of
    means.x.push_back(at);
    means.y.push_back(cloud.mean);
    means.colors.push_back(place.color);
}

Index cloud_outside(const std::vector<Cloud>& clouds, const ViewWindow& range) {
    Index count = 0;
    for (const Cloud& cloud : clouds)
        count += std::count_if(cloud.estimates.begin(), cloud.estimates.end(),
                               [&](double e) { return !(e >= range.low && e <= range.high); });
    return count;
}

// Where rare huge draws make up most of the variance, so few draws show less of it than there is.
bool heavy_tails(const std::vector<Cloud>& clouds) {
    const auto heavy = std::count_if(clouds.begin(), clouds.end(),
                                     [](const Cloud& c) { return c.theory && c.deviation < 0.3 * *c.theory; });
    return 2 * heavy >= std::ssize(clouds);
}

std::string cloud_note(const std::vector<Cloud>& clouds, const ViewWindow& range, int seed) {
    // Where a draw is large there are fewer of them.
    const auto [least, most] = std::minmax_element(clouds.begin(), clouds.end(), [](const Cloud& a, const Cloud& b) {
        return a.estimates.size() < b.estimates.size();
    });
    const std::size_t from = least->estimates.size(), to = most->estimates.size();
    const std::string note =
        from == to ? tr("dots: {} draws (seed {}), large: their mean; bar: theory ± std. dev.", to, seed)
                   : tr("dots: {} to {} draws (seed {}), large: their mean; bar: theory ± std. dev.", from, to, seed);
    const Index outside = cloud_outside(clouds, range);
    return outside > 0 ? note + "; " + tr("{} unseen", outside) : note;
}

Plot cloud_plot(const Theme& t, const std::vector<Cloud>& clouds, double truth, double categories, int seed) {
    Plot plot;
    const ViewWindow range = cloud_range(clouds, truth);
    plot.note = cloud_note(clouds, range, seed);
    plot.y = {.name = tr_in("axis", "estimate"), .range = range};
    plot.x.range = ViewWindow{-0.6, categories - 0.4};
    plot.legend = false;
    plot.series.push_back({.name = "exp(x·y)",
                           .color = t.text,
                           .x = {-0.6, categories - 0.4},
                           .y = {truth, truth},
                           .y_high = {},
                           .width = 1.5F,
                           .marker = Marker::none});
    return plot;
}

Series cloud_means(const Theme& t) {
    return {.name = tr("measured mean"),
            .color = t.text,
            .kind = Series::points,
            .x = {},
            .y = {},
            .y_high = {},
            .width = 2.4F,
            .marker = Marker::circle};
}

// Short enough to stand side by side where they can.
std::string category_name(const Cloud& cloud, bool brief) {
    std::string name(name_of(cloud.method));
    if (!is_random(cloud.method)) return name;
    const bool cut = brief && (cloud.method == FeatureMethod::positive || cloud.method == FeatureMethod::hyperbolic);
    if (cut) name = name.substr(0, 3) + ".";
    return cloud.orthogonal ? tr("{} ort.", name) : tr("{} iid", name);
}

Plot methods_plot(const Theme& t, const KernelFacts& facts, const Request& request, float width) {
    Plot plot = cloud_plot(t, facts.methods, facts.truth, static_cast<double>(facts.methods.size()), request.seed);
    plot.title =
        tr("Estimates of exp(x·y) = {}, the line, with m = {}", short_number(facts.truth, 3), request.features);
    const bool brief = width < 130 * static_cast<float>(facts.methods.size());
    Series means = cloud_means(t);
    for (std::size_t k = 0; k < facts.methods.size(); ++k) {
        const Cloud& cloud = facts.methods[k];
        plot.x.categories.push_back(category_name(cloud, brief));
        add_cloud(plot, cloud, {static_cast<double>(k), 0.6, color_of(cloud.method, t)}, *plot.y.range, means);
    }
    plot.series.push_back(std::move(means));
    return plot;
}

Plot counts_plot(const Theme& t, const KernelFacts& facts, FeatureMethod method, int seed) {
    std::vector<Index> counts;
    for (const Cloud& cloud : facts.counts)
        if (std::find(counts.begin(), counts.end(), cloud.features) == counts.end()) counts.push_back(cloud.features);
    Plot plot = cloud_plot(t, facts.counts, facts.truth, static_cast<double>(counts.size()), seed);
    const bool both = facts.counts.size() > counts.size();
    const std::string_view name = name_of(method);
    plot.title = heavy_tails(facts.counts) ? tr("{}: heavy tails, most draws too low, rare ones huge", name)
                 : both                    ? tr("{}: clouds shrink as 1/√m, orthogonal (right) faster", name)
                                           : tr("{}: clouds shrink as 1/√m", name);
    plot.x.name = tr("features m");
    for (const Index count : counts) plot.x.categories.push_back(fmt::format("{}", count));
    const Color full = color_of(method, t), pale = mix(full, t.ground, 0.35F);
    Series means = cloud_means(t);
    for (const Cloud& cloud : facts.counts) {
        const auto category = std::find(counts.begin(), counts.end(), cloud.features) - counts.begin();
        const double shift = !both ? 0 : cloud.orthogonal ? 0.23 : -0.23;
        const double center = static_cast<double>(category) + shift, width = both ? 0.38 : 0.6;
        const CloudPlace place{center, width, both && !cloud.orthogonal ? pale : full, both ? 0.5F : 0.55F};
        if (cloud.theory && std::isfinite(*cloud.theory))
            for (const double side : {-1.0, 1.0})
                plot.series.push_back(
                    {.name = {},
                     .color = t.quiet,
                     .x = {center - 0.58 * width, center + 0.58 * width},
                     .y = std::vector<double>(2, clipped_to(*plot.y.range, facts.truth + side * *cloud.theory)),
                     .y_high = {},
                     .width = 1.5F,
                     .dash = Dash::dashed,
                     .marker = Marker::none});
        add_cloud(plot, cloud, place, *plot.y.range, means);
    }
    plot.series.push_back(std::move(means));
    return plot;
}

// In the place of a picture that there is nothing to draw for: why.
void draw_no_cloud(Canvas& canvas, const Rect& area, const std::string& why) {
    const Theme& t = canvas.theme();
    const TextStyle style{.color = t.quiet, .size = 14};
    canvas.fill_rect(area, t.field.alpha(0.5F), 6);
    const Rect inside = area.inset(18);
    if (inside.width() < 60) return;
    const float height = std::min(paragraph_height(canvas, inside.width(), why, style), inside.height());
    const float top = inside.center().y - height / 2;
    draw_paragraph(canvas, {{inside.min.x, top}, {inside.max.x, top + height + 6}}, why, style);
}

}  // namespace

void RandomFeaturesPanel::draw_kernel(Canvas& canvas, Interaction& interaction, const Rect& area) {
    constexpr float gap = 24, least_plot = 170;
    const Theme& t = canvas.theme();
    const KernelFacts& facts = *shown_->kernel;
    const Request& r = shown_->request;
    if (area.width() < 160 || area.height() < 120) return;
    Rect rest = area;
    const bool wide = area.width() >= 660, tall = area.height() >= 640;
    draw_plane(canvas, interaction,
               wide   ? rest.cut_left(rest.width() * 0.42F)
               : tall ? rest.cut_top(rest.height() * 0.5F)
                      : rest);
    if (!wide && !tall) return;
    rest.cut_left(wide ? gap : 0);
    const auto draw_clouds = [&](const Rect& where, std::size_t k, const char* name, const Plot& plot) {
        draw_plot(canvas, where, plot, kernel_plots_[k], interaction.picture_area(name, where));
    };
    const auto draw_methods = [&](const Rect& where) {
        if (facts.methods.empty())
            return draw_no_cloud(canvas, where,
                                 tr("elu and relu are kernels of their own and estimate no exp(x·y): choose another "
                                    "estimator to compare, such as trig or positive."));
        draw_clouds(where, 0, "methods", methods_plot(t, facts, r, where.width()));
    };
    const auto draw_counts = [&](const Rect& where) {
        if (facts.counts.empty())
            return draw_no_cloud(canvas, where,
                                 tr("{} is a kernel of its own and estimates no exp(x·y): choose another "
                                    "estimator to see its clouds shrink.",
                                    name_of(r.estimator)));
        draw_clouds(where, 1, "counts", counts_plot(t, facts, r.estimator, r.seed));
    };
    const bool two = rest.height() >= 2 * least_plot;
    if (!two) return facts.methods.empty() && !facts.counts.empty() ? draw_counts(rest) : draw_methods(rest);
    draw_methods(rest.cut_top(rest.height() / 2 - 6));
    rest.cut_top(12);
    draw_counts(rest);
}

}  // namespace attnscope::random_features_panel
