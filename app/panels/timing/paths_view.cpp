// How information travels from the first token to the last in each kind of layer, step by step.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>
#include <utility>

#include "app/draw/reading_order.hpp"
#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/picture_parts.hpp"
#include "app/panels/timing/layers_table.hpp"
#include "app/panels/timing/timing_panel.hpp"

namespace attnscope::timing_panel {
namespace {

constexpr float paths_gap = 24, paths_header = 22, paths_margin = 12;
constexpr float paths_least_row = 15;                      // for a name alone
constexpr float paths_low_row = 34, paths_roomy_row = 62;  // for name and step; with the formula
constexpr float paths_least_stepper = 92, paths_most_stepper = 122, paths_narrow = 460, paths_words_above = 20;
constexpr float paths_dot_room = 7, paths_arc_room = 5;  // less than this and dots, arcs run into each other

TextStyle paths_style(Color color, float size, bool bold = false, Align align = Align::left) {
    return {.color = color, .size = size, .bold = bold, .align = align};
}

struct PathRow {
    LayerKind kind = LayerKind::attention;
    std::string name;
    std::vector<Index> positions;  // after each step
    int kinds = 1;                 // that go this way

    int steps() const { return static_cast<int>(positions.size()) - 1; }
    int at(int step) const { return std::min(step, steps()); }
    bool arrived(int step) const { return step >= steps(); }
};

/// Where tokens stand in a row, or steps on the line below.
struct PathScale {
    float left = 0, right = 0;
    Index count = 1;

    float x(Index position) const {
        return count > 1 ? left + (right - left) * static_cast<float>(position) / static_cast<float>(count - 1) : left;
    }
    int at(float x) const {
        const double part = static_cast<double>((x - left) / std::max(right - left, 1.0F));
        return static_cast<int>(std::lround(std::clamp(part, 0.0, 1.0) * static_cast<double>(count - 1)));
    }
    float spacing() const { return count > 1 ? (right - left) / static_cast<float>(count - 1) : right - left; }
};

std::vector<PathRow> paths_rows(const LayerShape& shape, bool merged) {
    std::vector<PathRow> rows;
    rows.reserve(layer_names.size());
    for (std::size_t k = 0; k < layer_names.size(); ++k) {
        const auto kind = static_cast<LayerKind>(k);
        // The recurrent ones have the same path.
        if (merged && (kind == LayerKind::gru || kind == LayerKind::lstm)) continue;
        const bool three = merged && kind == LayerKind::rnn;
        rows.push_back({kind, three ? "RNN, GRU, LSTM" : label_of(kind), path_positions(kind, shape), three ? 3 : 1});
    }
    return rows;
}

std::string paths_status(const PathRow& row, int step) {
    if (row.steps() == 0) return tr("✓ already there");
    if (row.arrived(step))
        return row.steps() == 1 ? tr("✓ arrived after 1 step") : tr("✓ arrived after {} steps", row.steps());
    return tr("step {} of {}", row.at(step), row.steps());
}

std::string paths_formula(const PathRow& row) {
    const std::string formula = drawn_path_formula(row.kind);
    const bool number = formula.find_first_not_of("0123456789") == std::string::npos;
    const bool recurrent = row.kind == LayerKind::rnn || row.kind == LayerKind::gru || row.kind == LayerKind::lstm;
    const bool one = row.steps() == 1;
    const std::string count = recurrent ? (one ? tr("1 token") : tr("{} tokens", row.steps()))
                                        : (one ? tr("1 layer") : tr("{} layers", row.steps()));
    return number ? count : formula + " = " + in_formula(count);
}

std::string paths_help(LayerKind kind) {
    switch (kind) {
        case LayerKind::attention:
            return tr("Every token sees every other one: a single layer is enough.");
        case LayerKind::restricted:
            return tr("A layer carries information as far as half its window.");
        case LayerKind::rnn:
        case LayerKind::gru:
        case LayerKind::lstm:
            return tr("The state is handed on from token to token, and may be changed at each.");
        case LayerKind::convolution:
            return tr("A layer carries information k − 1 tokens on.");
        case LayerKind::dilated:
            return tr("Each layer's taps are k times as far apart as those of the layer before.");
    }
    return {};
}

// ---- a row

void paths_arc(Canvas& canvas, float from, float to, float y, float height, Color color, float width) {
    // A wide arc turns at its ends alone.
    const int pieces = std::clamp(static_cast<int>((to - from) / 6), 20, 160);
    std::vector<Vec2> points;
    points.reserve(static_cast<std::size_t>(pieces) + 1);
    for (int i = 0; i <= pieces; ++i) {
        const double angle = std::numbers::pi * i / pieces;
        points.push_back({(from + to) / 2 - (to - from) / 2 * static_cast<float>(std::cos(angle)),
                          y - height * static_cast<float>(std::sin(angle))});
    }
    canvas.polyline(points, color, width);
}

void paths_loop(Canvas& canvas, Vec2 foot, float radius, Color color) {
    constexpr int pieces = 24;
    std::vector<Vec2> points;
    points.reserve(pieces + 1);
    for (int i = 0; i <= pieces; ++i) {
        const double angle = 2 * std::numbers::pi * i / pieces;
        points.push_back({foot.x + radius * static_cast<float>(std::sin(angle)),
                          foot.y - radius * static_cast<float>(1 - std::cos(angle))});
    }
    canvas.polyline(points, color, 1.6F);
}

// The path of a row: what has been made is strong, the rest is faint. Where steps are too short for arcs they are a
// bar.
void paths_draw_arcs(Canvas& canvas, const PathRow& row, int step, const PathScale& scale, float y, float room) {
    const Theme& t = canvas.theme();
    const Color color = color_of(row.kind, t), faint = mix(t.ground, t.quiet, 0.35F);
    float loop = 0;
    for (int s = 1; s <= row.steps(); ++s) {
        const auto index = static_cast<std::size_t>(s);
        const float from = scale.x(row.positions[index - 1]), to = scale.x(row.positions[index]);
        const bool made = s <= step;
        // A layer of taps so far apart that none but the first is on the way.
        loop = row.positions[index] == row.positions[index - 1] ? loop + 5 : 0;
        if (loop > 0)
            paths_loop(canvas, {from, y - 5}, std::min({loop + 2, room / 2, paths_margin}), made ? color : faint);
        if (to - from < paths_arc_room) continue;
        const float height = std::min(room, (to - from) * 0.62F);
        paths_arc(canvas, from, to, y - 5, height, made ? color : faint, made ? 2.2F : 1.2F);
        if (!made || to - from < 13) continue;
        const Vec2 tip{to, y - 4};
        const Vec2 head[] = {{tip.x - 4, tip.y - 8}, {tip.x + 4, tip.y - 8}, tip};
        canvas.fill_polygon(head, color);
    }
}

void paths_draw_tokens(Canvas& canvas, const PathScale& scale, float y, float reached, Color path) {
    const Theme& t = canvas.theme();
    const Color color = mix(t.ground, t.quiet, 0.7F);
    if (scale.count > 1) canvas.line({scale.left, y}, {scale.right, y}, mix(t.ground, t.quiet, 0.35F), 1.2F);
    if (reached > scale.left) canvas.line({scale.left, y}, {reached, y}, path, 2.5F);
    // Every token where they have room, else every so many.
    const auto stride =
        std::max<Index>(1, static_cast<Index>(std::ceil(paths_dot_room / std::max(scale.spacing(), 1e-4F))));
    const float radius = std::clamp(scale.spacing() * static_cast<float>(stride) * 0.22F, 1.3F, 3.6F);
    for (Index i = 0; i < scale.count; i += stride) canvas.fill_circle({scale.x(i), y}, radius, color);
    canvas.fill_circle({scale.x(scale.count - 1), y}, radius, color);
}

// The first token and the one that is reached, with its number below it.
void paths_draw_ends(Canvas& canvas, const PathRow& row, int step, const PathScale& scale, float y, bool numbered) {
    const Theme& t = canvas.theme();
    const Index position = row.positions[static_cast<std::size_t>(row.at(step))];
    const float x = scale.x(position);
    canvas.fill_circle({scale.left, y}, 5.5F, t.query);
    if (row.at(step) > 0 || row.steps() == 0) {
        if (row.arrived(step)) canvas.fill_circle({x, y}, 9.5F, t.key.alpha(0.3F));
        canvas.fill_circle({x, y}, row.steps() == 0 ? 3.5F : 6.0F, t.key);
    }
    if (!numbered || position == 0) return;
    const TextStyle style = paths_style(t.key, 12, true, Align::center);
    const std::string number = fmt::format("{}", position + 1);
    const float half = canvas.shaper().width(number, style) / 2;
    canvas.text({std::min(x, scale.right + paths_margin - half), y + 21}, number, style);
}

/// How rows are divided.
struct PathLayout {
    float names = 0, row = 0;  // the names' width, 0: above; a row's height
};

void paths_draw_words(Canvas& canvas, const Rect& words, const PathRow& row, int step, bool wide) {
    const Theme& t = canvas.theme();
    const bool there = row.arrived(step);
    const TextStyle name = paths_style(color_of(row.kind, t), 14, true);
    const TextStyle status = paths_style(there ? t.key : t.text, 13, there);
    const TextStyle formula = paths_style(t.quiet, 13);
    const float middle = words.center().y, width = words.width();
    const std::string state = paths_status(row, step);
    const auto moved = [&](float down) {
        return Rect{{words.min.x, words.min.y + down}, {words.max.x, words.max.y + down}};
    };
    if (words.height() >= paths_roomy_row) {
        draw_entry_middle(canvas, moved(-19), row.name, name);
        draw_entry_middle(canvas, words, state, status);
        draw_entry_formula(canvas, words, middle + 24, paths_formula(row), formula);
        return;
    }
    if (words.height() >= paths_low_row) {
        draw_entry_middle(canvas, moved(-9), row.name, name);
        draw_entry_middle(canvas, moved(9), state, status);
        return;
    }
    const float taken = canvas.shaper().width(row.name, name);
    draw_entry_middle(canvas, words, row.name, name);
    const float state_width = canvas.shaper().width(state, status);
    const auto behind = [&](float gap, float needs) {
        return in_reading_order(Rect::sized({words.min.x + taken + gap, words.min.y}, needs + 1, words.height()),
                                words);
    };
    if (taken + 14 + state_width <= width && wide)
        draw_entry_middle(canvas, behind(14, state_width), state, status);
    else if (there)
        draw_entry_middle(canvas, behind(10, canvas.shaper().width("✓", status)), "✓", status);
}

// As wide as what rows of this height show beside the tokens.
float paths_names_width(Canvas& canvas, std::span<const PathRow> rows, float height) {
    constexpr float check = 28;
    float width = 0;
    for (const PathRow& row : rows) {
        const float name = canvas.shaper().width(row.name, paths_style({}, 14, true));
        width = std::max(width, height < paths_low_row ? name + check : name);
        if (height >= paths_low_row)
            width = std::max(width, canvas.shaper().width(paths_status(row, row.steps()), paths_style({}, 13, true)));
        if (height >= paths_roomy_row)
            width = std::max(width, canvas.shaper().width(plain_formula(paths_formula(row)), paths_style({}, 13)));
    }
    return std::ceil(width) + 4;
}

// Cuts the words' place, and the gap beside it, off a row, at the side where that begins.
Rect paths_cut_words(Rect& row, float width) {
    const Rect words = in_reading_order(Rect::sized(row.min, width, row.height()), row);
    right_to_left() ? row.cut_right(width + paths_gap) : row.cut_left(width + paths_gap);
    return words;
}

void paths_draw_row(Canvas& canvas, const Rect& area, const PathRow& row, int step, const PathLayout& layout,
                    Index tokens) {
    Rect rest = area;
    const bool above = layout.names == 0;
    const Rect words = above ? rest.cut_top(paths_words_above) : paths_cut_words(rest, layout.names);
    paths_draw_words(canvas, words, row, step, above);
    const PathScale scale{rest.min.x + paths_margin, rest.max.x - paths_margin, tokens};
    if (scale.right - scale.left < 30) return;
    const bool numbered = rest.height() >= 58;
    const float low = numbered ? 27.0F : std::min(11.0F, rest.height() / 2);
    const float y = std::min(rest.max.y - low, rest.center().y + 40);
    paths_draw_tokens(canvas, scale, y, scale.x(row.positions[static_cast<std::size_t>(row.at(step))]),
                      color_of(row.kind, canvas.theme()));
    paths_draw_arcs(canvas, row, step, scale, y, std::max(y - rest.min.y - 14, 4.0F));
    paths_draw_ends(canvas, row, step, scale, y, numbered);
}

// ---- the line with all steps

void paths_draw_arrivals(Canvas& canvas, std::span<const PathRow> rows, const PathScale& scale, float y, float room) {
    const Theme& t = canvas.theme();
    struct Arrival {
        Vec2 at;
        LayerKind kind;
    };
    std::vector<Arrival> arrivals;  // y: how many lie below it
    arrivals.reserve(rows.size());
    float most = 0;
    for (const PathRow& row : rows) {
        const float x = scale.x(row.steps());
        const auto below = static_cast<float>(std::count_if(
            arrivals.begin(), arrivals.end(), [&](const Arrival& other) { return std::abs(other.at.x - x) < 9; }));
        most = std::max(most, below);
        arrivals.push_back({{x, below}, row.kind});
    }
    const float step = std::min(10.0F, room / (most + 1));
    for (const auto& [at, kind] : arrivals)
        canvas.fill_circle({at.x, y - 17 - step * at.y}, std::min(4.0F, step * 0.46F), color_of(kind, t));
}

void paths_draw_line(Canvas& canvas, std::span<const PathRow> rows, const PathScale& scale, const Rect& area, float y,
                     int step) {
    const Theme& t = canvas.theme();
    canvas.line({scale.left, y}, {scale.right, y}, t.line, 4);
    canvas.line({scale.left, y}, {scale.x(step), y}, t.query, 4);
    for (const Tick& tick : integer_ticks(0, static_cast<double>(scale.count - 1),
                                          std::max(1, static_cast<int>((scale.right - scale.left) / 80)))) {
        const float x = scale.x(static_cast<Index>(tick.value));
        canvas.line({x, y + 5}, {x, y + 9}, t.quiet, 1.2F);
        canvas.text({x, y + 22}, tick.label, paths_style(t.quiet, 11.5F, false, Align::center));
    }
    paths_draw_arrivals(canvas, rows, scale, y, y - area.min.y - 16);
    canvas.fill_circle({scale.x(step), y}, 9, t.ground);
    canvas.fill_circle({scale.x(step), y}, 7.5F, t.query);
}

// Returns the step the user wants.
int paths_step_line(Canvas& canvas, Interaction& interaction, const Rect& area, std::span<const PathRow> rows,
                    int longest_path, int step) {
    const Theme& t = canvas.theme();
    Rect rest = area, head = rest.cut_top(30);
    int wanted = step;
    // From the right: the last is the leftmost.
    if (draw_button(canvas, interaction, head, tr("Step"), tr("All go one step further (→)."))) ++wanted;
    if (draw_button(canvas, interaction, head, tr("Back"), tr("One step back (←)."))) --wanted;
    if (draw_button(canvas, interaction, head, tr("Start"), tr("Back to the first token."))) wanted = 0;
    int there = 0;
    for (const PathRow& row : rows) there += row.arrived(step) ? row.kinds : 0;
    const std::string count = tr("Step {} of {}", step, longest_path);
    const TextStyle bold = paths_style(t.text, 15, true), quiet = paths_style(t.quiet, 13);
    const float width = canvas.shaper().width(count, bold);
    const std::string arrived = tr("{} of {} have arrived; dots: when each does", there, layer_names.size());
    const Rect line = Rect::sized(head.min, head.width(), 28);
    if (width <= head.width()) draw_entry_middle(canvas, line, count, bold);
    if (width + 18 + canvas.shaper().width(arrived, quiet) <= head.width())
        draw_entry_middle(canvas, in_reading_order({{line.min.x + width + 18, line.min.y}, line.max}, line), arrived,
                          quiet);
    const PathScale scale{rest.min.x + 24, rest.max.x - 24, static_cast<Index>(longest_path) + 1};
    if (rest.height() >= 22 && scale.right > scale.left) {
        const Pointer pointer = interaction.picture_area("path steps", rest);
        if (pointer.pressed || pointer.held) wanted = scale.at(pointer.at.x);
        if (pointer.hovered) interaction.tooltip(tr("Drag: how many steps information has made."));
        paths_draw_line(canvas, rows, scale, rest, rest.max.y - 27, step);
    }
    return std::clamp(wanted, 0, longest_path);
}

}  // namespace

void TimingPanel::draw_paths(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    Rect rest = area;
    const bool stepper = rest.height() > 200;
    Rect below =
        stepper ? rest.cut_bottom(std::clamp(rest.height() * 0.29F, paths_least_stepper, paths_most_stepper)) : Rect();
    const Rect header = rest.cut_top(paths_header);
    const bool narrow = rest.width() < paths_narrow;
    const auto kinds = static_cast<float>(layer_names.size());
    const float roomy = narrow ? paths_words_above + paths_low_row : paths_roomy_row;
    const std::vector<PathRow> rows = paths_rows(params_.path_shape(), rest.height() / kinds < roomy);
    int longest_path = 0;
    for (const PathRow& row : rows) longest_path = std::max(longest_path, row.steps());
    const int step = std::clamp(params_.step, 0, longest_path);

    PathLayout layout{.row = rest.height() / static_cast<float>(rows.size())};
    if (!narrow || layout.row < paths_words_above + 20) layout.names = paths_names_width(canvas, rows, layout.row);
    if (layout.row < paths_least_row) return;
    // Tokens stand in their order, from left to right.
    Rect over_tokens = header;
    if (layout.names > 0) paths_cut_words(over_tokens, layout.names);
    const float left = over_tokens.min.x + 3;
    const std::string first = tr("token {}", 1), last = tr("token {}", params_.path_tokens);
    const TextStyle first_style = paths_style(t.query, 13, true),
                    last_style = paths_style(t.key, 13, true, Align::right);
    const float first_width = canvas.shaper().width(first, first_style);
    canvas.text({left, header.min.y + 14}, first, first_style);
    if (params_.path_tokens > 1 &&
        left + first_width + 12 + canvas.shaper().width(last, last_style) < over_tokens.max.x)
        canvas.text({over_tokens.max.x - 3, header.min.y + 14}, last, last_style);
    for (const PathRow& row : rows) {
        const Rect place = rest.cut_top(layout.row);
        canvas.line({place.min.x, place.min.y}, {place.max.x, place.min.y}, t.line, 1);
        const std::string id = fmt::format("path {}", layer_names[static_cast<std::size_t>(row.kind)]);
        if (interaction.area(id, place).hovered) interaction.tooltip(paths_help(row.kind));
        paths_draw_row(canvas, place, row, step, layout, params_.path_tokens);
    }
    if (!stepper) return;
    canvas.line({below.min.x, below.min.y}, {below.max.x, below.min.y}, t.line, 1);
    below.cut_top(8);
    const int wanted = paths_step_line(canvas, interaction, below, rows, longest_path, step);
    if (wanted != step) params_.step = wanted;
}

}  // namespace attnscope::timing_panel
