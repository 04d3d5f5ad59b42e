// The code as a heatmap, its entries as waves, and a binary counter.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/positions/parts.hpp"
#include "app/panels/positions/positions_panel.hpp"

namespace attnscope::positions_panel {
namespace {

constexpr float gap = 26;
constexpr int counted = 16;          // positions of the counter
constexpr Index drawn_finely = 512;  // positions between which a wave is drawn too

}  // namespace

void PositionsPanel::draw_code(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Shown& shown = *shown_;
    Rect rest = area;
    Heatmap map = code_map(canvas.theme(), shown.picture, shown.largest, 0);
    if (!map.pinned && here() < map.rows) map.lit = Cell{here(), followed_entry()};
    const bool wide = area.width() >= 620;
    Rect left = wide ? rest.cut_left(rest.width() * 0.5F) : rest;
    take_click(draw_heatmap(canvas, interaction, left, map, views_[0]), 0);
    if (!wide) return;
    rest.cut_left(gap);
    const Rect below = rest.cut_bottom(std::clamp(rest.height() * 0.42F, 150.0F, 420.0F));
    rest.cut_bottom(8);
    draw_waves(canvas, interaction, rest);
    draw_counter(canvas, interaction, below);
}

std::vector<int> PositionsPanel::lanes() const {
    const bool sinusoidal = shown_->request.code.kind == PositionKind::sinusoidal;
    const auto dim = static_cast<int>(shown_->request.code.dim);
    const int step = sinusoidal ? 2 : 1;
    int units = dim / step;
    // Higher digits are all 0.
    if (shown_->request.code.kind == PositionKind::binary)
        units = std::min(units, static_cast<int>(std::bit_width(static_cast<std::uint64_t>(shown_->positions() - 1))));
    std::vector<int> entries;
    for (int k = 0; k < params_.waves; ++k) {
        const int unit = params_.waves > 1 ? k * (units - 1) / std::max(params_.waves - 1, 1) : 0;
        entries.push_back(unit * step);
    }
    entries.push_back(followed_entry());
    if (hovered_ && hovered_->column < dim) entries.push_back(static_cast<int>(hovered_->column));
    std::sort(entries.begin(), entries.end(), std::greater<>());  // the fastest on top
    entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
    return entries;
}

// Entries over the positions, one above the other, as channels of an oscilloscope.
void PositionsPanel::draw_waves(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const Shown& shown = *shown_;
    const Request& r = shown.request;
    const bool sinusoidal = r.code.kind == PositionKind::sinusoidal;
    Plot plot;
    plot.title = sinusoidal ? tr("Each entry is a wave over the positions") : tr("Each entry over the positions");
    const double last = static_cast<double>(r.length - 1);
    plot.x = {.name = tr("position i"), .range = ViewWindow{-0.02 * last, 1.02 * last}, .integers = true};
    plot.legend = false;
    const std::vector<int> entries = lanes();
    const int lit = hovered_ ? static_cast<int>(hovered_->column) : followed_entry();
    plot.y.categories.resize(entries.size());
    for (std::size_t lane = entries.size(); lane-- > 0;) {  // from the top: so the readout names them
        const int entry = entries[lane];
        const double w = sinusoidal ? position_frequency(entry / 2, r.code.dim, r.code.base) : 0;
        plot.y.categories[lane] = sinusoidal ? fmt::format("{} {}  λ {}", entry, entry % 2 == 0 ? "sin" : "cos",
                                                           short_number(2 * std::numbers::pi / w, 3))
                                             : tr("entry {}", entry);
        const bool strong = entry == lit;
        Series wave{.name = plot.y.categories[lane],
                    .color = strong ? t.query : mix(t.ground, t.text, 0.55F),
                    .x = {},
                    .y = {},
                    .y_high = {},
                    .width = strong ? 2.5F : 1.5F,
                    .marker = Marker::none};
        const auto put = [&](double x, double value) {
            wave.x.push_back(x);
            wave.y.push_back(static_cast<double>(lane) + 0.42 * value / shown.largest);
            wave.said.push_back(value);
        };
        const int fine = sinusoidal && r.length <= drawn_finely ? 12 : 1;  // between the positions it is a wave as well
        for (Index i = 0; i < shown.codes.rows(); ++i)
            for (int part = 0; part < (i + 1 < shown.codes.rows() ? fine : 1); ++part) {
                const double x = static_cast<double>(i) + static_cast<double>(part) / fine;
                put(x, fine == 1 ? shown.codes(i, entry) : entry % 2 == 0 ? std::sin(x * w) : std::cos(x * w));
            }
        if (r.code.kind == PositionKind::binary) wave.kind = Series::steps;
        plot.series.push_back(std::move(wave));
        if (here() < shown.codes.rows())
            plot.series.push_back({.name = {},
                                   .color = t.key,
                                   .kind = Series::points,
                                   .x = {static_cast<double>(here())},
                                   .y = {static_cast<double>(lane) + 0.42 * shown.codes(here(), entry) / shown.largest},
                                   .y_high = {},
                                   .width = 3.2F,
                                   .marker = Marker::circle});
    }
    const auto top = static_cast<double>(entries.size());
    plot.y.range = ViewWindow{-0.6, top - 0.4};
    plot.series.push_back({.name = {},
                           .color = t.key.alpha(0.6F),
                           .x = {static_cast<double>(here()), static_cast<double>(here())},
                           .y = {-0.6, top - 0.4},
                           .y_high = {},
                           .width = 1.5F,
                           .marker = Marker::none});
    plot.note = here() < shown.codes.rows() ? tr("λ: wavelength in positions; dots: position {}", here())
                                            : tr("the table ends before position {}", here());
    draw_plot(canvas, area, plot, waves_view_, interaction.picture_area("wave plot", area));
}

// The digits of a few positions around the one that is looked at.
void PositionsPanel::draw_counter(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const int first = here() / counted * counted;
    int bits = 4;
    while (bits < 13 && (1 << bits) < params_.length) ++bits;
    if (!counter_ || counter_of_ != std::pair(first, bits)) {
        counter_of_ = {first, bits};
        const MatrixD digits =
            position_codes({.kind = PositionKind::binary, .dim = bits}, first + counted).bottomRows(counted);
        counter_ = std::make_shared<const Matrix>(digits.cast<float>());
        ++counter_generation_;
    }
    Rect inside = area;
    const TextStyle title{.color = t.text, .size = 13, .bold = true};
    draw_line(canvas, inside, inside.min.y + 14, tr("Binary counter: low bits flip fast, high bits slowly"), title);
    inside.cut_top(22);
    Heatmap map = map_of(t, counter_, 0, 1, 1);
    map.picture.generation = counter_generation_;
    map.picture.map = ColorMap::cividis;
    std::vector<std::string> rows, columns;
    for (int i = 0; i < counted; ++i) rows.push_back(fmt::format("{}", first + i));
    for (int k = 0; k < bits; ++k) columns.push_back(tr("bit {}", k));
    map.row_labels = rows;
    map.column_labels = columns;
    map.row_title = "← i";
    map.column_title = tr("bits of i, the lowest first →");
    map.color_bar = false;
    map.fill = true;
    // The highest bit that has just changed.
    const int changed = here() == 0 ? 0 : std::countr_zero(static_cast<unsigned>(here()));
    map.lit = Cell{here() - first, std::min(changed, bits - 1)};
    PrefixedInteraction own(interaction, "counter ");
    const HeatmapEvents events = draw_heatmap(canvas, own, inside, map, views_[1]);
    if (events.clicked) params_.position = std::min(first + static_cast<int>(events.clicked->row), params_.length - 1);
}

}  // namespace attnscope::positions_panel
