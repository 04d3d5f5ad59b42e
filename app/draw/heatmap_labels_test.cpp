#include <gtest/gtest.h>

#include "app/draw/heatmap.hpp"
#include "app/draw/recording_canvas.hpp"

namespace attnscope {
namespace heatmap_labels_test {

Heatmap sentence(Index rows, Index columns) {
    const std::vector<std::string> words{"she", "ate", "bread", "and", "drank", "wine"};
    Heatmap map;
    map.picture.values = std::make_shared<const Matrix>(Matrix::Constant(rows, columns, 0.5F));
    for (Index i = 0; i < rows; ++i) map.row_labels.push_back(words[static_cast<std::size_t>(i) % words.size()]);
    for (Index j = 0; j < columns; ++j) map.column_labels.push_back(words[static_cast<std::size_t>(j) % words.size()]);
    return map;
}

bool is_column_label(const TextBox& box, const Rect& cells) {
    return std::all_of(box.corners.begin(), box.corners.end(), [&](Vec2 c) { return c.y < cells.min.y; });
}

}  // namespace heatmap_labels_test

using namespace heatmap_labels_test;

TEST(HeatmapLabels, DoNotOverlapHoweverWideAndLowTheAreaIs) {
    TextShaper shaper;
    Interaction nobody;
    for (const float width : {220.0F, 300.0F, 420.0F, 900.0F})
        for (const float height : {160.0F, 220.0F, 300.0F, 620.0F})
            for (const Index columns : {4, 6, 12}) {
                Recorder canvas(shaper);
                HeatmapView view;
                const HeatmapEvents events =
                    draw_heatmap(canvas, nobody, Rect::sized({0, 0}, width, height), sentence(6, columns), view);
                std::vector<TextBox> labels;
                for (const TextBox& box : canvas.texts)
                    if (is_column_label(box, events.cells)) labels.push_back(box);
                for (std::size_t a = 0; a < labels.size(); ++a)
                    for (std::size_t b = a + 1; b < labels.size(); ++b)
                        EXPECT_FALSE(overlap(labels[a], labels[b]))
                            << labels[a].text << " and " << labels[b].text << " in " << width << " x " << height;
            }
}

TEST(HeatmapLabels, WhereThereAreNoneNothingIsWritten) {
    TextShaper shaper;
    Interaction nobody;
    Recorder canvas(shaper);
    HeatmapView view;
    Heatmap map = sentence(40, 40);
    map.row_labels = map.column_labels = AxisLabels();
    map.color_bar = false;
    draw_heatmap(canvas, nobody, Rect::sized({0, 0}, 400, 400), map, view);
    EXPECT_TRUE(canvas.texts.empty()) << canvas.texts.front().text;
}

TEST(HeatmapLabels, ACellThatATextSpeaksOfIsLit) {
    class Speaking final : public Interaction {
    public:
        std::optional<std::pair<std::ptrdiff_t, std::ptrdiff_t>> lit_cell() const override { return cell; }
        std::optional<std::pair<std::ptrdiff_t, std::ptrdiff_t>> cell;
    };
    TextShaper shaper;
    Speaking text;
    const auto crosshair = [&] {
        Recorder canvas(shaper);
        HeatmapView view;
        draw_heatmap(canvas, text, Rect::sized({0, 0}, 400, 400), sentence(6, 6), view);
        return canvas.vertices;
    };
    const std::size_t dark = crosshair();
    text.cell = std::pair(2, 3);
    EXPECT_GT(crosshair(), dark);
    text.cell = std::pair(2, 600);  // outside of the map
    EXPECT_EQ(crosshair(), dark);
}

}  // namespace attnscope
