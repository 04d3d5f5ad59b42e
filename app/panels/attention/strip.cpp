// All heads of the attention panel as small maps, and how much attention each key receives.
#include <fmt/format.h>

#include <algorithm>

#include "app/draw/reading_order.hpp"
#include "app/draw/rich_text.hpp"
#include "app/language/language.hpp"
#include "app/panels/attention/attention_panel.hpp"

namespace attnscope::attention_panel {

// Which keys are attended most.
void AttentionPanel::draw_received(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    Plot plot;
    Series bars{.name = tr("attention received"), .color = t.key, .kind = Series::bars};
    bars.y.assign(shown_->column_sums.begin(), shown_->column_sums.end());
    if (const std::optional<Cell> cell = pointed()) {
        bars.colors.assign(bars.y.size(), mix(t.ground, t.key, 0.65F));
        bars.colors[static_cast<std::size_t>(cell->column)] = t.key;
    }
    plot.title = tr("attention each key receives");
    plot.y.name = tr("sum of weights");
    if (params_.from_tokens() && params_.source == Source::text)
        plot.x.categories = column_labels_;
    else
        plot.x = {.name = tr("key"), .integers = true};
    plot.series.push_back(std::move(bars));
    draw_plot(canvas, area, plot, received_view_, interaction.picture_area("received", area));
}

void AttentionPanel::draw_strip(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const Strip& strip = *strip_->value;
    const std::size_t count = strip.maps.size();
    const bool grid = strip.layers > 1;
    const float least_space = grid ? 3 : 12, most_space = grid ? 8 : 36, name_height = grid ? 0 : 24, top = 10;
    // As many columns as make the squares largest; layers are rows.
    std::size_t columns = 1;
    float size = 0;
    for (std::size_t c = 1; c <= count; ++c) {
        if (grid && c != static_cast<std::size_t>(strip.heads)) continue;
        const std::size_t rows = (count + c - 1) / c;
        const auto across = static_cast<float>(c), down = static_cast<float>(rows);
        const float fits =
            std::min((area.width() - least_space * (across - 1)) / across,
                     (area.height() - top - (grid ? 18 + least_space * (down - 1) : 0)) / down - name_height);
        if (fits > size || grid) {
            size = fits;
            columns = c;
        }
    }
    if (size < 2) return;
    const auto across = static_cast<float>(columns);
    const float space =
        grid ? least_space
             : std::clamp((area.width() - size * across) / std::max(across - 1, 1.0F), least_space, most_space);
    for (std::size_t h = 0; h < count; ++h) {
        const std::size_t row = h / columns, column = h % columns;
        const Rect square =
            Rect::sized({area.min.x + (size + space) * static_cast<float>(column),
                         area.min.y + top + (size + (grid ? space : name_height)) * static_cast<float>(row)},
                        size, size);
        const int head = static_cast<int>(h % static_cast<std::size_t>(strip.heads)) + 1,
                  layer = static_cast<int>(h / static_cast<std::size_t>(strip.heads)) + 1;
        const bool on = params_.head == head && (!grid || params_.layer == layer);
        const Matrix& values = *strip.maps[h];
        CellPicture picture;
        picture.values = strip.maps[h];
        picture.generation = strip_->generation;
        picture.view = {{0, 0}, {static_cast<float>(values.cols()), static_cast<float>(values.rows())}};
        // One scale for all: a head that looks everywhere is not to look as sharp as one that picks a word.
        picture.range = weight_range(params_, *std::max_element(strip.largest.begin(), strip.largest.end()));
        picture.map = params_.color;
        picture.masked = mix(t.ground, t.line, 0.55F);
        picture.dark = t.name == ThemeName::dark;
        canvas.cells(square, picture);
        const Pointer pointer = interaction.area(
            grid ? fmt::format("layer {} head {}", layer, head) : fmt::format("head {}", head), square);
        if (on || pointer.hovered) canvas.stroke_rect(square.inset(grid ? -2 : -3), on ? t.query : t.quiet, 2, 3);
        if (pointer.clicked) {
            params_.head = head;
            if (grid) params_.layer = layer;
        }
        if (pointer.hovered)
            interaction.tooltip(grid ? tr("layer {}, head {}: mean entropy {:.2f} bits, mean distance {:.1f} tokens",
                                          layer, head, strip.mean_entropy_bits[h], strip.mean_distance[h])
                                     : tr("head {}: mean entropy {:.2f} bits, mean distance {:.1f} tokens", head,
                                          strip.mean_entropy_bits[h], strip.mean_distance[h]));
        if (grid) continue;
        const TextStyle style{.color = on ? t.query : t.quiet, .size = 12, .bold = on};
        Rect name{square.min, {square.max.x + space, square.max.y}};  // it may use the space where it ends
        if (right_to_left()) name = {{std::max(square.min.x - space, area.min.x), square.min.y}, square.max};
        draw_entry(canvas, name, square.max.y + 18, size < 44 ? fmt::format("{}", head) : tr("head {}", head), style);
    }
    if (!grid) return;
    const TextStyle style{.color = t.quiet, .size = 12};
    draw_line(canvas, area, area.min.y + top + (size + space) * static_cast<float>(strip.layers) + 11,
              tr("{} layers down, {} heads across: click one", strip.layers, strip.heads), style);
}

}  // namespace attnscope::attention_panel
