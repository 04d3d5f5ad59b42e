#include "app/panels/attention/output_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/draw/rich_text.hpp"
#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"

namespace attnscope::attention_panel {
namespace {

struct Block {
    std::string name;   // X, W_Q, ...
    const char* shape;  // n × D, in the letters of the field
    MultiHead::Picture values;
    Color color;
    bool weights = false;  // never negative, and coloured as the map
};

// A count for people: 1 048 576.
std::string grouped(double count) {
    const std::string digits = fmt::format("{:.0f}", count);
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) text += ' ';
        text += digits[i];
    }
    return text;
}

double largest(const Matrix& values) {
    double most = 0;
    for (Index i = 0; i < values.size(); ++i)
        if (!std::isnan(values.data()[i])) most = std::max(most, std::abs(static_cast<double>(values.data()[i])));
    return most > 0 ? most : 1;
}

// The matrix in the middle of its place, as large as fits with square cells; wide or tall ones are squeezed to at most
// 4 : 1 so that they can be seen at all.
Rect place(const Rect& area, const Matrix& values) {
    const double ratio = std::clamp(static_cast<double>(values.cols()) / static_cast<double>(values.rows()), 0.25, 4.0);
    const float width = std::min(area.width(), area.height() * static_cast<float>(ratio));
    const float height = width / static_cast<float>(ratio);
    return Rect::sized({area.center().x - width / 2, area.center().y - height / 2}, width, height);
}

void draw_block(Canvas& canvas, const Rect& area, const Block& block) {
    const Theme& t = canvas.theme();
    const Matrix& values = *block.values;
    Rect inside = area;
    const Rect title = inside.cut_top(24), shape = inside.cut_bottom(28);
    const Rect box = place(inside, values);
    CellPicture picture;
    picture.values = block.values;
    picture.view = {{0, 0}, {static_cast<float>(values.cols()), static_cast<float>(values.rows())}};
    const double most = largest(values);
    picture.range = {block.weights ? 0 : -most, most, block.weights ? ColorScale::square_root : ColorScale::linear};
    picture.map = block.weights ? ColorMap::viridis : ColorMap::diverging;
    picture.masked = mix(t.ground, t.line, 0.55F);
    picture.dark = t.name == ThemeName::dark;
    canvas.cells(box, picture);
    canvas.stroke_rect(box, t.line, 1);
    const TextStyle name{.color = block.color, .size = 15, .bold = true, .align = Align::center};
    canvas.text({title.center().x, box.min.y - 8}, canvas.shaper().fit(block.name, area.width(), name), name);
    const TextStyle quiet{.color = t.quiet, .size = 12, .font = Font::mono, .align = Align::center};
    const std::string size = fmt::format("{} × {}", values.rows(), values.cols());
    const std::string named = fmt::format("{} = {}", block.shape, size);
    const bool room = canvas.shaper().width(named, quiet) <= area.width() + 50;
    canvas.text({shape.center().x, box.max.y + 16}, room ? named : size, quiet);
}

void draw_sign(Canvas& canvas, const Rect& area, const char* sign) {
    canvas.text_middle(area.center(), sign, {.color = canvas.theme().quiet, .size = 14, .align = Align::center});
}

// Blocks with signs between them, in one row.
void draw_row(Canvas& canvas, const Rect& area, const std::vector<Block>& blocks,
              const std::vector<const char*>& signs) {
    constexpr float sign_width = 68;
    const float width = std::min(
        (area.width() - sign_width * static_cast<float>(blocks.size() - 1)) / static_cast<float>(blocks.size()),
        area.height() * 1.6F);
    float x = area.min.x;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        if (i > 0) {
            draw_sign(canvas, {{x, area.min.y}, {x + sign_width, area.max.y}}, signs[i - 1]);
            x += sign_width;
        }
        draw_block(canvas, {{x, area.min.y}, {x + width, area.max.y}}, blocks[i]);
        x += width;
    }
}

}  // namespace

void draw_output_view(Canvas& canvas, const Rect& area, const Shown& shown) {
    const Theme& t = canvas.theme();
    const MultiHead& all = *shown.multi_head;
    Rect rest = area;
    const Rect foot = rest.cut_bottom(52);
    const bool tokens = all.x_queries != nullptr;
    const float height = rest.height() / (tokens ? 3 : 2);
    // Eigen's == must not be asked about matrices of different shapes.
    const bool one_text = tokens && all.x_queries->rows() == all.x_keys->rows() && *all.x_queries == *all.x_keys;
    if (one_text)
        draw_row(canvas, rest.cut_top(height),
                 {{"X", "n × D", all.x_queries, t.text},
                  {"W_Q", "D × d_k", all.w_q, t.query},
                  {"W_K", "D × d_k", all.w_k, t.key},
                  {"W_V", "D × d_v", all.w_v, t.key}},
                 {"×", ",", ","});
    else if (tokens)  // two texts
        draw_row(canvas, rest.cut_top(height),
                 {{tr("X, queries"), "n_q × D", all.x_queries, t.query},
                  {"W_Q", "D × d_k", all.w_q, t.query},
                  {tr("X, keys"), "n_k × D", all.x_keys, t.key},
                  {"W_K", "D × d_k", all.w_k, t.key},
                  {"W_V", "D × d_v", all.w_v, t.key}},
                 {"×", ";", "×", ","});
    const ScoreKind kind = shown.inputs.empty() ? ScoreKind::scaled_dot : shown.inputs.front().options.score;
    const bool product = kind == ScoreKind::scaled_dot || kind == ScoreKind::dot;
    std::vector<Block> row{{"Q", "n_q × d_k", all.q, t.query},
                           {"Kᵀ", "d_k × n_k", all.k_transposed, t.key},
                           {tr("weights"), "n_q × n_k", all.weights, t.text, true},
                           {"V", "n_k × d_v", all.v, t.key}};
    std::vector<const char*> signs{product ? "×" : ",", "softmax →", "×"};
    if (all.head_output != nullptr) {
        row.push_back({tr("head {}", shown.head), "n_q × d_v", all.head_output, t.query});
        signs.push_back("=");
    }
    draw_row(canvas, rest.cut_top(height), row, signs);
    draw_row(canvas, rest,
             {{shown.heads == 1 ? tr("concat of 1 head") : tr("concat of {} heads", shown.heads), "n_q × h·d_v",
               all.concat, t.text},
              {"W_O", "h·d_v × D", all.w_o, t.text},
              {tr("output Y"), "n_q × D", all.y, t.query}},
             {"×", "="});
    const AttentionCosts& c = all.costs;
    const std::string counted =
        tr("{} parameters in W_Q, W_K, W_V, W_O   ·   multiplications: projections {}, scores {}, mixing {}, "
           "output {}",
           grouped(c.parameters), grouped(c.projections), grouped(c.scores), grouped(c.mixing), grouped(c.output));
    const float fits = foot.width() / std::max(canvas.shaper().width(counted, {.size = 13}), 1.0F);
    const TextStyle style{.color = t.quiet, .size = 13 * std::clamp(fits, 0.6F, 1.0F)};
    draw_line(canvas, foot, foot.min.y + 24, counted, style);
    const std::string origin = tokens ? tr("W_O is random, N(0, 1/(h·d_v)); the other matrices are those of the map.")
                                      : tr("Q, K, V are yours; W_O is random, N(0, 1/(h·d_v)).");
    draw_line(canvas, foot, foot.min.y + 44, origin, style);
}

}  // namespace attnscope::attention_panel
