// The positions panel's pictures: where each stands, the code, its waves, and the counter beside it.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "app/draw/ticks.hpp"
#include "app/panels/positions/parts.hpp"
#include "app/panels/positions/positions_panel.hpp"

namespace attnscope::positions_panel {
namespace {

constexpr float padding = 22, title_height = 52, gap = 26;
constexpr int counted = 16;
constexpr Index drawn_finely = 512;

std::string title_of(const Request& r) {
    switch (r.view) {
        case View::code:
            switch (r.code.kind) {
                case PositionKind::linear:
                    return "Linear code: i / (n−1)";
                case PositionKind::integer:
                    return "Integer code: i";
                case PositionKind::binary:
                    return "Binary code: the digits of i";
                case PositionKind::learned:
                    return "Learned code: a table";
                default:
                    return "Sinusoidal code: a row of clocks";
            }
        case View::rivals:
            return "Five ways to number positions";
        case View::rotation:
            return "One matrix moves every position";
        case View::similarity:
            return "How alike two positions are";
        case View::rope:
            return "RoPE: queries and keys turn with their positions";
        case View::alibi:
            return "ALiBi: distance costs";
        case View::sum:
            return "Tokens and their positions, added";
    }
    return {};
}

std::string formula_of(const Request& r, const std::string& base) {
    const bool sinusoidal = r.code.kind == PositionKind::sinusoidal;
    switch (r.view) {
        case View::code:
            return sinusoidal
                       ? fmt::format(
                             "p_{{i,2j}} = sin(i·w_j)    p_{{i,2j+1}} = cos(i·w_j)    w_j = {}^{{−2j/d}}    {} × {}",
                             base, r.length, r.code.dim)
                       : fmt::format("{} positions × {} entries", r.length, r.code.dim);
        case View::rivals:
            return fmt::format("n = {}, d = {}{}; each mark is a measurement, made now", r.length, r.code.dim,
                               r.code.dim > most_rival_entries
                                   ? fmt::format(" (the first {} entries are drawn)", most_rival_entries)
                                   : "");
        case View::rotation:
            return "p_{i+δ} = M_δ · p_i, and M_δ does not know i";
        case View::similarity:
            return sinusoidal ? "p_i · p_j = Σ cos((i−j)·w_j): it depends on the distance alone" : "p_i · p_j";
        case View::rope:
            return "(R_m q) · (R_n k) = q · R_{n−m} k: the score depends on m − n alone";
        case View::alibi:
            return "score − m_h·|i − j|    m_h = 2^{−8h/H},  h = 1 … H";
        case View::sum:
            return "X + P, and what that does to softmax(X·Xᵀ/√D)";
    }
    return {};
}

}  // namespace

void PositionsPanel::draw_icon(Canvas& canvas, const Rect& rect, Color color) const {
    std::vector<Vec2> wave;
    for (int k = 0; k <= 24; ++k) {
        const float part = static_cast<float>(k) / 24;
        wave.push_back({rect.min.x + part * rect.width(),
                        rect.center().y - rect.height() * 0.3F * std::sin(part * 2 * std::numbers::pi_v<float>)});
    }
    canvas.polyline(wave, color, 2);
    for (int k = 0; k <= 4; ++k)
        canvas.fill_circle({rect.min.x + rect.width() * static_cast<float>(k) / 4, rect.max.y - 1}, 1.5F,
                           color.alpha(0.6F));
}

void PositionsPanel::draw(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    Rect inside = area.inset(padding);
    if (inside.width() < 120 || inside.height() < 90) return;
    if (!shown_) {
        const std::string text = error_ ? error_->what : "computing …";
        canvas.text_middle(inside.center(), canvas.shaper().fit(text, inside.width(), {.size = 16}),
                           {.color = error_ ? t.warning : t.quiet, .size = 16, .align = Align::center});
        return;
    }
    draw_title(canvas, interaction, inside.cut_top(title_height));
    switch (shown_->request.view) {
        case View::code:
            return draw_code(canvas, interaction, inside);
        case View::rivals:
            return draw_rivals(canvas, interaction, inside);
        case View::rotation:
            return draw_rotation(canvas, interaction, inside);
        case View::similarity:
            return draw_similarity(canvas, interaction, inside);
        case View::rope:
            return draw_rope(canvas, interaction, inside);
        case View::alibi:
            return draw_alibi(canvas, interaction, inside);
        case View::sum:
            return draw_sum(canvas, interaction, inside);
    }
}

void PositionsPanel::draw_title(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    Rect rest = area;
    if (interaction.live()) {
        const TextStyle style{.color = t.query, .size = 13, .align = Align::center};
        const char* const label = "Send to attention";
        const float width = canvas.shaper().width(label, style) + 22;
        const Rect box = Rect::sized({rest.max.x - width, rest.min.y}, width, 28);
        rest.cut_right(width + 12);
        const Pointer pointer = interaction.area("send", box);
        canvas.fill_rect(box, pointer.hovered ? mix(t.field, t.query, 0.25F) : t.field, 7);
        canvas.text_middle(box.center(), label, style);
        if (pointer.hovered) interaction.tooltip("The attention panel uses these positions (T).");
        if (pointer.clicked) send();
    }
    const TextStyle title{.color = t.text, .size = 20, .bold = true}, formula{.color = t.quiet, .size = 14};
    const Request& r = shown_->request;
    canvas.text({rest.min.x, rest.min.y + 20}, canvas.shaper().fit(title_of(r), rest.width(), title), title);
    draw_formula(canvas, {rest.min.x, rest.min.y + 43}, rest.width(), formula_of(r, short_number(r.code.base)),
                 formula);
}

Heatmap PositionsPanel::map_of(const Theme& t, Picture picture, double low, double high, int slot) const {
    Heatmap map;
    map.rows = picture->rows();
    map.columns = picture->cols();
    map.picture.values = std::move(picture);
    map.picture.generation = generation_ * slots + static_cast<std::uint64_t>(slot);
    map.picture.range = {low, high > low ? high : low + 1, ColorScale::linear};
    map.picture.map = params_.color;
    map.picture.masked = mix(t.ground, t.line, 0.55F);
    map.picture.dark = t.name == ThemeName::dark;
    map.row_labels = AxisLabels::numbers(map.rows);
    map.column_labels = AxisLabels::numbers(map.columns);
    map.number_thinned = true;
    return map;
}

Heatmap PositionsPanel::code_map(const Theme& t, Picture picture, double largest, int slot) const {
    const bool signless = params_.color != ColorMap::diverging && picture->size() > 0 &&
                          picture->array().isNaN().select(0.0F, picture->array()).minCoeff() >= 0;
    Heatmap map = map_of(t, std::move(picture), signless ? 0 : -largest, largest, slot);
    map.fill = true;
    map.row_title = "← position i";
    map.column_title = "entries →";
    map.value_title = "entry";
    if (params_.pin_row >= 0 && params_.pin_row < map.rows && params_.pin_column >= 0 &&
        params_.pin_column < map.columns)
        map.pinned = Cell{params_.pin_row, params_.pin_column};
    return map;
}

// A click pins the cell and makes its row the position that is looked at.
void PositionsPanel::take_click(const HeatmapEvents& events, int slot) {
    if (slot == 0) hovered_ = events.hovered;
    if (!events.clicked) return;
    const auto row = static_cast<int>(events.clicked->row), column = static_cast<int>(events.clicked->column);
    const bool again = params_.pin_row == row && params_.pin_column == column;
    params_.pin_row = again ? -1 : row;
    params_.pin_column = again ? -1 : column;
    if (shown_->request.view != View::code) return;
    params_.position = std::min(row, params_.length - 1);
    params_.pair = std::min(column / 2, params_.dim / 2 - 1);
}

void PositionsPanel::draw_code(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Shown& shown = *shown_;
    Rect rest = area;
    Heatmap map = code_map(canvas.theme(), shown.picture, shown.largest, 0);
    if (!map.pinned && params_.position < map.rows)
        map.lit = Cell{params_.position, std::min<Index>(2 * params_.pair, map.columns - 1)};
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
    if (sinusoidal && params_.pair < dim / 2) entries.push_back(2 * params_.pair);
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
    plot.title = sinusoidal ? "Each entry is a wave over the positions" : "Each entry over the positions";
    plot.x = {.name = "position i", .integers = true};
    plot.legend = false;
    const std::vector<int> entries = lanes();
    const int lit = hovered_ ? static_cast<int>(hovered_->column) : 2 * params_.pair;
    for (std::size_t lane = 0; lane < entries.size(); ++lane) {
        const int entry = entries[lane];
        const double w = sinusoidal ? position_frequency(entry / 2, r.code.dim, r.code.base) : 0;
        plot.y.categories.push_back(sinusoidal ? fmt::format("{} {}  λ {}", entry % 2 == 0 ? "sin" : "cos", entry / 2,
                                                             short_number(2 * std::numbers::pi / w, 3))
                                               : fmt::format("entry {}", entry));
        const bool strong = entry == lit;
        Series wave{.name = {},
                    .color = strong ? t.query : mix(t.ground, t.text, 0.55F),
                    .x = {},
                    .y = {},
                    .y_high = {},
                    .width = strong ? 2.5F : 1.5F,
                    .marker = Marker::none};
        const auto put = [&](double x, double value) {
            wave.x.push_back(x);
            wave.y.push_back(static_cast<double>(lane) + 0.42 * value / shown.largest);
        };
        const int fine = sinusoidal && r.length <= drawn_finely ? 12 : 1;  // between the positions it is a wave as well
        for (Index i = 0; i < shown.codes.rows(); ++i)
            for (int part = 0; part < (i + 1 < shown.codes.rows() ? fine : 1); ++part) {
                const double x = static_cast<double>(i) + static_cast<double>(part) / fine;
                put(x, fine == 1 ? shown.codes(i, entry) : entry % 2 == 0 ? std::sin(x * w) : std::cos(x * w));
            }
        if (r.code.kind == PositionKind::binary) wave.kind = Series::steps;
        plot.series.push_back(std::move(wave));
        if (params_.position < shown.codes.rows())
            plot.series.push_back(
                {.name = {},
                 .color = t.key,
                 .kind = Series::points,
                 .x = {static_cast<double>(params_.position)},
                 .y = {static_cast<double>(lane) + 0.42 * shown.codes(params_.position, entry) / shown.largest},
                 .y_high = {},
                 .width = 3.2F,
                 .marker = Marker::circle});
    }
    const auto top = static_cast<double>(entries.size());
    plot.y.range = ViewWindow{-0.6, top - 0.4};
    plot.series.push_back({.name = {},
                           .color = t.key.alpha(0.6F),
                           .x = {static_cast<double>(params_.position), static_cast<double>(params_.position)},
                           .y = {-0.6, top - 0.4},
                           .y_high = {},
                           .width = 1.5F,
                           .marker = Marker::none});
    plot.note = fmt::format("dots: position {}", params_.position);
    draw_plot(canvas, area, plot, waves_view_, interaction.area("waves", area));
}

// The digits of a few positions around the one that is looked at.
void PositionsPanel::draw_counter(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const int first = params_.position / counted * counted;
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
    canvas.text({inside.min.x, inside.min.y + 14},
                canvas.shaper().fit("Binary counter: low bits flip fast, high bits slowly", inside.width(), title),
                title);
    inside.cut_top(22);
    Heatmap map = map_of(t, counter_, 0, 1, 1);
    map.picture.generation = counter_generation_;
    map.picture.map = ColorMap::cividis;
    std::vector<std::string> rows, columns;
    for (int i = 0; i < counted; ++i) rows.push_back(fmt::format("{}", first + i));
    for (int k = 0; k < bits; ++k) columns.push_back(fmt::format("bit {}", k));
    map.row_labels = rows;
    map.column_labels = columns;
    map.row_title = "← i";
    map.column_title = "bits of i, the lowest first →";
    map.color_bar = false;
    map.fill = true;
    // The highest bit that has just changed.
    const int changed = params_.position == 0 ? 0 : std::countr_zero(static_cast<unsigned>(params_.position));
    map.lit = Cell{params_.position - first, std::min(changed, bits - 1)};
    PrefixedInteraction own(interaction, "counter ");
    const HeatmapEvents events = draw_heatmap(canvas, own, inside, map, views_[1]);
    if (events.clicked) params_.position = std::min(first + static_cast<int>(events.clicked->row), params_.length - 1);
}

void PositionsPanel::draw_rivals(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    Rect rest = area;
    Rect row = rest.cut_top(rest.height() * 0.47F);
    rest.cut_top(14);
    const float width = row.width() / static_cast<float>(shown_->rivals.size());
    for (std::size_t k = 0; k < shown_->rivals.size(); ++k) {
        const RivalPicture& rival = shown_->rivals[k];
        Rect place = row.cut_left(width);
        place.cut_right(k + 1 < shown_->rivals.size() ? 14 : 0);
        const Rect title = place.cut_top(22);
        const bool chosen = kind_of(params_.encoding) == rival.kind;
        const std::string name(position_names[static_cast<std::size_t>(rival.kind)]);
        const Pointer pointer = interaction.area("rival " + name, title);
        if (pointer.clicked) params_.encoding = static_cast<Encoding>(k);
        if (pointer.hovered) interaction.tooltip("Chooses this code for the other pictures.");
        const TextStyle style{.color = chosen ? t.query : t.text, .size = 15, .bold = true};
        canvas.text({title.min.x + 30, title.min.y + 15}, canvas.shaper().fit(name, title.width() - 30, style), style);
        Heatmap map = code_map(t, rival.codes, rival.largest, static_cast<int>(k));
        map.pinned.reset();
        map.column_title = k == 0 ? "entry →" : "";
        map.row_title = k == 0 ? "← position" : "";
        map.value_title = "";
        map.color_bar = false;
        if (k > 0) map.row_labels = AxisLabels();
        PrefixedInteraction own(interaction, name + " ");
        draw_heatmap(canvas, own, place, map, views_[k]);
    }
    draw_criteria(canvas, rest);
}

// A row for each code, a column for each criterion: whether it holds, and the number that says so.
void PositionsPanel::draw_criteria(Canvas& canvas, const Rect& area) {
    const Theme& t = canvas.theme();
    static constexpr std::array<const char*, criterion_names.size()> titles{"unique", "equal steps", "defined beyond n",
                                                                            "bounded", "deterministic"};
    constexpr float head = 58;
    Rect rest = area;
    const Rect note = rest.cut_bottom(44);
    const Rect names = rest.cut_left(112);
    const float width = rest.width() / static_cast<float>(titles.size());
    const float height = std::min(52.0F, (rest.height() - head) / static_cast<float>(rival_codes.size()));
    if (height < 22 || shown_->judgements.size() != titles.size() * rival_codes.size()) return;
    const TextStyle title{.color = t.text, .size = 14, .bold = true}, small{.color = t.quiet, .size = 11.5F};
    for (std::size_t c = 0; c < titles.size(); ++c) {
        const float x = rest.min.x + width * static_cast<float>(c);
        canvas.text({x, rest.min.y + 14}, canvas.shaper().fit(titles[c], width - 8, title), title);
        draw_paragraph(canvas, {{x, rest.min.y + 20}, {x + width - 14, rest.min.y + head - 2}},
                       shown_->judgements[c].measure, small);
    }
    for (std::size_t k = 0; k < shown_->judgements.size(); ++k) {
        const Judgement& j = shown_->judgements[k];
        const std::size_t line = k / titles.size();
        const float y = rest.min.y + head + height * static_cast<float>(line);
        const float x = rest.min.x + width * static_cast<float>(k % titles.size());
        const float middle = y + height / 2;
        if (k % titles.size() == 0) {
            canvas.fill_rect({{names.min.x, y - 0.5F}, {rest.max.x, y + 0.5F}}, t.line);
            canvas.text_middle({names.min.x, middle}, position_names[static_cast<std::size_t>(j.encoding)], title);
        }
        canvas.text_middle({x, middle}, j.holds ? "✓" : "✗",
                           {.color = j.holds ? t.query : t.key, .size = 16, .bold = true});
        // What was measured is said above; only what differs from that stands here.
        const std::string& usual = shown_->judgements[k % titles.size()].measure;
        const bool other = j.measure != usual && height >= 34;
        const TextStyle number{.color = t.text, .size = 14, .font = Font::mono};
        canvas.text_middle({x + 22, middle - (other ? 8.0F : 0.0F)},
                           canvas.shaper().fit(short_number(j.value, 4), width - 30, number), number);
        const std::string text =
            other && j.measure.starts_with(usual + ", ") ? j.measure.substr(usual.size() + 2) : j.measure;
        if (other) canvas.text({x + 22, middle + 14}, canvas.shaper().fit(text, width - 30, small), small);
    }
    draw_paragraph(canvas, note,
                   "“Defined beyond n” says only that longer texts get codes of the same size. Models trained with "
                   "sinusoidal codes on n positions still do poorly beyond them (Press, Smith, Lewis 2022).",
                   {.color = t.quiet, .size = 12.5F});
}

}  // namespace attnscope::positions_panel
