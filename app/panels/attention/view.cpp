// The attention panel's pictures: where each stands, the map, and what the map is compared with.
#include <fmt/format.h>

#include <cmath>

#include "app/draw/reading_order.hpp"
#include "app/draw/rich_text.hpp"
#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/attention/attention_panel.hpp"
#include "app/panels/attention/output_view.hpp"
#include "app/panels/picture_parts.hpp"
#include "core/attention/explain.hpp"
#include "core/attention/summary.hpp"

namespace attnscope::attention_panel {
namespace {

constexpr float padding = 22;
constexpr float title_height = 40;
constexpr float row_strip = 100;    // the heads as one row
constexpr float strip_column = 84;  // the least width of the heads when they stand beside the map
constexpr float strip_needs = 460;
constexpr float wide_needs = 700;       // below this width there is room for the map alone
constexpr float breakdown_needs = 430;  // of height; more where three maps stand above it
constexpr float least_maps = 230;
constexpr float breakdown_beside_maps_needs = 560;
constexpr Index most_marked = 512;  // marks on a larger map would be a veil

ColorRange score_range(const Params& params, const Shown& shown) {
    double low = shown.lowest_score, high = shown.highest_score;
    if (params.color == ColorMap::diverging) {  // zero in the middle
        high = std::max(std::abs(low), std::abs(high));
        low = -high;
    }
    return {low, high > low ? high : low + 1, ColorScale::linear};
}

std::string heading_of(const Shown& shown, bool cross) {
    const bool average = shown.head == 0;
    if (cross)  // of tokens, which have one layer
        return average ? tr("Cross-attention, average of {} heads", shown.heads)
                       : tr("Cross-attention, head {} of {}", shown.head, shown.heads);
    if (shown.layers > 1)
        return average
                   ? tr("Self-attention, layer {} of {}, average of {} heads", shown.layer, shown.layers, shown.heads)
                   : tr("Self-attention, layer {} of {}, head {} of {}", shown.layer, shown.layers, shown.head,
                        shown.heads);
    return average ? tr("Self-attention, average of {} heads", shown.heads)
                   : tr("Self-attention, head {} of {}", shown.head, shown.heads);
}

std::vector<CellMark> ranks(const Matrix& weights, Index top) {
    std::vector<CellMark> marks;
    if (top <= 0 || weights.rows() > most_marked) return marks;
    for (Index i = 0; i < weights.rows(); ++i) {
        int rank = 0;
        for (const Index j : top_keys(weights.row(i), top)) marks.push_back({{i, j}, fmt::format("{}", ++rank)});
    }
    return marks;
}

// Where local attention expects each query's keys.
std::vector<CellMark> centres(const LocalWindow& local, Index keys) {
    std::vector<CellMark> marks;
    if (local.centers.size() > most_marked) return marks;
    for (Index i = 0; i < local.centers.size(); ++i)
        marks.push_back({{i, std::clamp<Index>(std::lround(local.centers(i)), 0, keys - 1)}, "p"});
    return marks;
}

std::vector<CellMark> negatives(const Matrix& weights) {
    std::vector<CellMark> marks;
    if (weights.rows() > most_marked || weights.cols() > most_marked) return marks;
    for (Index i = 0; i < weights.rows(); ++i)
        for (Index j = 0; j < weights.cols(); ++j)
            if (weights(i, j) < 0) marks.push_back({{i, j}, "−"});
    return marks;
}

}  // namespace

ColorRange weight_range(const Params& params, double largest) {
    const double high = largest > 0 ? largest : 1;
    if (params.color == ColorMap::diverging) return {-high, high, ColorScale::linear};  // zero in the middle
    return {0, high, params.scale};
}

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
    if (!shown_) {
        const PanelStatus now = status();
        const std::string text = now.error ? now.error->what : tr("computing …");
        canvas.text_middle(inside.center(), canvas.shaper().fit(text, inside.width(), {.size = 16}),
                           {.color = now.error ? t.warning : t.quiet, .size = 16, .align = Align::center});
        return;
    }
    draw_title(canvas, interaction, inside.cut_top(title_height));
    const bool wide = inside.width() >= wide_needs;
    if (huge_) {
        draw_huge(canvas, interaction, inside);
        return;
    }
    if (params_.view == View::output && shown_->multi_head) {
        draw_output_view(canvas, inside, *shown_);
        return;
    }
    if (params_.view == View::output && !params_.has_inputs()) {
        const std::string why =
            tr("Finished weights come without queries, keys and values: there is nothing to multiply.");
        const TextStyle quiet{.color = t.quiet, .size = 16, .align = Align::center};
        canvas.text_middle(inside.center(), canvas.shaper().fit(why, inside.width(), quiet), quiet);
        return;
    }
    Rect below = inside;
    const bool has_breakdown =
        wide && inside.height() >= (shown_->second ? breakdown_beside_maps_needs : breakdown_needs);
    if (has_breakdown) {
        const float height = std::clamp(inside.height() * (shown_->second ? 0.27F : 0.31F), 160.0F, 320.0F);
        below = inside.cut_bottom(height);
        inside.cut_bottom(12);
    }
    draw_pictures(canvas, interaction, inside, wide);  // first: it says which cell is hovered
    if (has_breakdown) draw_breakdown_strip(canvas, interaction, below);
}

void AttentionPanel::draw_title(Canvas& canvas, Interaction& interaction, const Rect& area) {
    Rect rest = area;
    if (interaction.live()) draw_buttons(canvas, interaction, rest);
    draw_heading(canvas, rest);
}

// Cuts the buttons' place off the end of `rest`.
void AttentionPanel::draw_buttons(Canvas& canvas, Interaction& interaction, Rect& rest) {
    const auto button = [&](const std::string& label, const std::string& help, bool on = false) {
        constexpr float heading = 320;  // is worth more
        return rest.width() >= button_width(canvas, label) + heading &&
               draw_button(canvas, interaction, rest, label, help, on);
    };
    if (params_.from_tokens()) {
        if (params_.shuffle != 0 && button(tr("As written"), tr("The tokens in their own order (Shift S).")))
            params_.shuffle = 0;
        if (button(tr("Shuffle"), tr("Puts the tokens into another order (S)."), params_.shuffle != 0)) shuffle();
    }
    if (params_.has_inputs()) {
        if (!params_.painted.empty() && button(tr("Unhide all"), tr("Shows every painted cell again.")))
            params_.painted.clear();
        if (params_.paint && params_.one_map() &&
            button(tr("Stop painting"), tr("The mouse moves the picture again (P)."), true))
            params_.paint = false;
        if (params_.select == Select::hard) {
            if (button("× 10", tr("Ten times as many samples.")))
                params_.samples = std::min(params_.samples * 10, 100000);
            if (button(tr("Sample"), tr("One more key is drawn for every query.")))
                params_.samples = std::min(params_.samples + 1, 100000);
        }
    }
}

void AttentionPanel::draw_heading(Canvas& canvas, const Rect& rest) {
    const Theme& t = canvas.theme();
    const Shown& shown = *shown_;
    const TextStyle title{.color = t.text, .size = 20, .bold = true};
    const float baseline = rest.min.y + 20;
    const bool cross = params_.from_tokens() && params_.keys == Keys::second;
    const std::string name = canvas.shaper().fit(heading_of(shown, cross), rest.width(), title);
    const TextStyle style{.color = t.quiet, .size = 14};
    const auto put = [&](float from, float width, const std::string& text, const TextStyle& in) {
        const Rect place = in_reading_order({{from, rest.min.y}, {from + width, rest.max.y}}, rest);
        canvas.text({place.min.x, baseline}, text, in);
    };
    const float width = canvas.shaper().width(name, title);
    put(rest.min.x, width, name, title);
    float x = rest.min.x + width + 18;
    for (const std::string& piece : heading_pieces()) {  // whole or not at all: half a number would be another one
        const float needs = canvas.shaper().width(piece, style);
        if (x + needs > rest.max.x) break;
        put(x, needs, piece, style);
        x += needs + 16;
    }
}

// What is computed, of which shapes, and what can be said about the row.
std::vector<std::string> AttentionPanel::heading_pieces() const {
    if (huge_) return huge_->heading_pieces();
    const Shown& shown = *shown_;
    std::vector<std::string> pieces;
    if (!shown.inputs.empty()) {
        const AttentionOptions& options = shown.inputs.front().options;
        std::string score = term_names(options.score).formula;
        if (options.distance_slope != 0) score += " − m|i−j|";
        if (options.temperature != 1)
            score = options.distance_slope != 0 ? fmt::format("({}) / T", score) : score + " / T";
        const bool scores = params_.show == Show::scores && shown.scores && !shown.second;
        const std::string softmax = fmt::format("softmax({})", score);
        pieces.push_back(scores ? score : options.local ? tr("{} × Gaussian", softmax) : softmax);
    }
    std::string shape = fmt::format("{} × {}", shown.weights->rows(), shown.weights->cols());
    if (!shown.inputs.empty()) {
        const HeadInput& in = shown.inputs.front();
        shape += in.q.cols() == in.k.cols() ? fmt::format(", d = {}", in.q.cols())
                                            : fmt::format(", d_q = {}, d_k = {}", in.q.cols(), in.k.cols());
        if (in.v.cols() != in.q.cols()) shape += fmt::format(", d_v = {}", in.v.cols());
    }
    pieces.push_back(std::move(shape));
    const std::optional<Cell> cell = pointed();
    if (!cell) return pieces;
    const std::string& label = row_labels_[static_cast<std::size_t>(cell->row)];
    const double entropy = shown.entropy_bits(cell->row);
    // The distance between places in two texts means nothing.
    if (params_.from_tokens() && params_.keys == Keys::second)
        pieces.push_back(tr("row “{}”: entropy {:.2f} bits", label, entropy));
    else
        pieces.push_back(
            tr("row “{}”: entropy {:.2f} bits, {:.1f} tokens away", label, entropy, shown.distance(cell->row)));
    return pieces;
}

void AttentionPanel::draw_pictures(Canvas& canvas, Interaction& interaction, const Rect& area, bool wide) {
    Rect inside = area;
    const bool many = strip_ != nullptr && strip_->value && strip_->value->maps.size() > 1;
    if (shown_->second && wide) {
        // The maps come first: what stands below them has to leave them room.
        const float left = inside.height() - least_maps;
        if (params_.view == View::heads) {
            const float wanted = std::clamp(inside.height() * 0.32F, 110.0F, 200.0F);
            if (left >= 110) draw_head_numbers(canvas, interaction, inside.cut_bottom(std::min(left, wanted)));
        } else {
            const bool gradient = params_.select == Select::hard && pointed() && shown_->inputs.size() == 1 &&
                                  shown_->weights->cols() <= most_marked && left >= 110;
            const bool heads = many && left >= (gradient ? 110 : row_strip);
            const float wanted = gradient ? std::max(130.0F, inside.height() * 0.3F) : row_strip;
            Rect row = inside.cut_bottom(gradient || heads ? std::min(left, wanted) : 0);
            if (gradient) draw_gradient(canvas, interaction, heads ? row.cut_right(row.width() * 0.6F) : row);
            if (heads) draw_strip(canvas, interaction, row);
        }
        draw_second(canvas, interaction, inside);
        return;
    }
    if (shown_->second && inside.width() >= strip_needs) {
        draw_second(canvas, interaction, inside);
        return;
    }
    const Heatmap map = make_map(canvas.theme());
    // The map takes what its height lets it use; what stands beside it gets the rest.
    const float used = heatmap_width(canvas, map, inside.height());
    if (wide) {
        Rect side = inside.cut_right(std::max(inside.width() * 0.27F, inside.width() - used));
        side.cut_left(24);
        draw_map(canvas, interaction, inside, map);
        draw_side(canvas, interaction, side);
        return;
    }
    if (many && inside.width() >= strip_needs)
        draw_strip(canvas, interaction, inside.cut_right(std::max(strip_column, inside.width() - used)));
    draw_map(canvas, interaction, inside, map);
}

Heatmap AttentionPanel::map_of(const Theme& t, std::shared_ptr<const Matrix> values) const {
    const Shown& shown = *shown_;
    Heatmap map;
    map.picture.values = std::move(values);
    map.picture.generation = generation_;
    map.picture.range = weight_range(params_, shown.largest_weight);
    map.picture.map = params_.color;
    map.picture.masked = mix(t.ground, t.line, 0.55F);
    map.picture.dark = t.name == ThemeName::dark;
    map.row_labels = row_labels_;
    map.column_labels = column_labels_;
    map.row_title = tr("← queries");
    map.column_title = tr("keys →");
    map.value_title = tr("weight");
    map.pinned = pinned();
    map.painting = params_.paint && params_.has_inputs() && params_.one_map() && !shown.merged;
    return map;
}

Heatmap AttentionPanel::make_map(const Theme& t) const {
    const Shown& shown = *shown_;
    const bool scores = params_.show == Show::scores && shown.scores;
    Heatmap map = map_of(t, scores ? shown.scores : above_threshold_ ? above_threshold_ : shown.weights);
    if (scores) {
        map.picture.range = score_range(params_, shown);
        map.value_title = tr("score");
    } else {
        map.marks = ranks(*shown.weights, params_.top);
        if (shown.inputs.size() == 1 && shown.inputs.front().options.local && params_.top == 0)
            map.marks = centres(*shown.inputs.front().options.local, shown.weights->cols());
    }
    map.bars.title = tr("H (bits)");
    map.bars.values = std::make_shared<const std::vector<double>>(shown.entropy_bits.begin(), shown.entropy_bits.end());
    map.bars.most = std::log2(std::max(2.0, static_cast<double>(shown.weights->cols())));
    return map;
}

std::optional<Heatmap> AttentionPanel::comparable(const Theme& theme) const {
    if (!shown_ || huge_) return std::nullopt;
    // What the settings yield: the approximation, the samples; not the exact weights that they stand beside.
    const bool second = shown_->second && params_.view != View::heads;
    Heatmap map = second ? map_of(theme, shown_->second->weights) : make_map(theme);
    if (second) map.picture.range = weight_range(params_, shown_->second->largest);
    map.bars = {};
    map.painting = false;
    return map;
}

void AttentionPanel::draw_map(Canvas& canvas, Interaction& interaction, const Rect& area, const Heatmap& map) {
    const HeatmapEvents events = draw_heatmap(canvas, interaction, area, map, view_);
    hovered_ = events.hovered;
    if (map.painting) {
        paint(events.painted);
    } else if (events.clicked) {
        pin(*events.clicked);
    }
    if (!hovered_) return;
    const float value = (*map.picture.values)(hovered_->row, hovered_->column);
    interaction.tooltip(fmt::format("{} → {}: {}", row_labels_[static_cast<std::size_t>(hovered_->row)],
                                    column_labels_[static_cast<std::size_t>(hovered_->column)],
                                    !std::isnan(value) ? short_number(static_cast<double>(value))
                                    : shown_->masked(hovered_->row, hovered_->column) ? tr("masked")
                                                                                      : tr("below the threshold")));
}

void AttentionPanel::draw_second(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Shown& shown = *shown_;
    ComparedMaps maps;
    maps.a = map_of(canvas.theme(), shown.second->first ? shown.second->first : shown.weights);
    maps.b = map_of(canvas.theme(), shown.second->weights);
    maps.b.picture.range = weight_range(params_, shown.second->largest);  // the wider of both is used
    if (shown.second->negative > 0) maps.b.marks = negatives(*shown.second->weights);
    maps.a_title = title_of(shown.second->first_name, Reader::window);
    maps.b_title = title_of(shown.second->name, Reader::window);
    const CompareEvents events = draw_comparison(canvas, interaction, area, maps, compare_view_);
    hovered_ = events.hovered;
    if (events.clicked) pin(*events.clicked);
}

void AttentionPanel::draw_side(Canvas& canvas, Interaction& interaction, const Rect& area) {
    Rect rest = area;
    const bool many = strip_ != nullptr && strip_->value && strip_->value->maps.size() > 1;
    if (area.height() < 140) {
        if (many) draw_strip(canvas, interaction, area);
        return;
    }
    draw_received(canvas, interaction, rest.cut_top(many ? area.height() * 0.47F : area.height()));
    if (many) draw_strip(canvas, interaction, rest);
}

std::vector<std::string> AttentionPanel::parts() const {
    if (huge_) return {"map", "breakdown", "received"};
    return {"map", "breakdown", "heads", "received"};
}

void AttentionPanel::draw_part(std::string_view part, Canvas& canvas, Interaction& interaction, const Rect& area) {
    if (!shown_) return;
    const Rect inside = area.inset(8);
    if (huge_) {
        if (part == "map") draw_huge_map(canvas, interaction, inside);
        if (part == "breakdown") huge_->draw_row(canvas, interaction, inside, params_);
        if (part == "received") huge_->draw_received(canvas, interaction, inside);
        return;
    }
    if (part == "map") {
        if (shown_->second)
            draw_second(canvas, interaction, inside);
        else
            draw_map(canvas, interaction, inside, make_map(canvas.theme()));
    }
    if (part == "breakdown") draw_breakdown_strip(canvas, interaction, inside);
    if (part == "heads" && strip_ != nullptr && strip_->value && !strip_->value->maps.empty())
        draw_strip(canvas, interaction, inside);
    if (part == "received") draw_received(canvas, interaction, inside);
}

}  // namespace attnscope::attention_panel
