#include "app/draw/heatmap.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "app/draw/recording_canvas.hpp"

namespace attnscope {
namespace heatmap_test {

std::shared_ptr<const Matrix> matrix(Index rows, Index columns, float value) {
    return std::make_shared<const Matrix>(Matrix::Constant(rows, columns, value));
}

/// A thousand thousand cells in 100 x 100 pixels, with a part of it in more.
Heatmap large_map() {
    Heatmap map;
    map.picture.values = matrix(100, 100, 0.25F);
    map.rows = map.columns = 1000000;
    map.row_labels = map.column_labels = AxisLabels::numbers(1000000);
    return map;
}

/// Notes the pictures with what they show.
class Pictures final : public Canvas {
public:
    explicit Pictures(TextShaper& shaper) : Canvas(shaper, dark_theme) {}
    void fill_rect(const Rect&, Color, float) override {}
    void stroke_rect(const Rect&, Color, float, float) override {}
    void polyline(std::span<const Vec2>, Color, float) override {}
    void fill_polygon(std::span<const Vec2>, Color) override {}
    void fill_circle(Vec2, float, Color) override {}
    void cells(const Rect& area, const CellPicture& picture) override { drawn.push_back({area, picture}); }
    void push_clip(const Rect&) override {}
    void pop_clip() override {}
    std::vector<std::pair<Rect, CellPicture>> drawn;

protected:
    void draw_text(Vec2, std::string_view, const ShapedText&, const TextStyle&) override {}
};

TEST(AxisLabels, AreAListOrNumbersAndCheapToCopy) {
    AxisLabels labels;
    EXPECT_TRUE(labels.empty());
    labels.push_back("a");
    const AxisLabels before = labels;
    labels.push_back("b");
    EXPECT_EQ(before.size(), 1) << "a copy does not change with its original";
    EXPECT_EQ(labels.size(), 2);
    EXPECT_EQ(labels[1], "b");
    EXPECT_FALSE(labels.are_numbers());
    EXPECT_EQ(labels, AxisLabels({"a", "b"}));
    EXPECT_NE(labels, before);
    EXPECT_EQ(AxisLabels::numbers(1000000)[999999], "999999");
    EXPECT_TRUE(AxisLabels::numbers(3).are_numbers());
    EXPECT_NE(AxisLabels::numbers(2), labels);
    AxisLabels numbers = AxisLabels::numbers(2);
    numbers.push_back("x");
    EXPECT_EQ(numbers, AxisLabels({"0", "1", "x"}));
    labels.clear();
    EXPECT_TRUE(labels.empty());
}

TEST(Heatmap, ACellsValueIsThatOfTheTopmostPictureThatHasAPixelForIt) {
    Heatmap map = large_map();
    EXPECT_FALSE(map.value({5, 5})) << "a pixel is many cells";
    map.parts.push_back({matrix(10, 20, 0.5F), 1, 100, 200, 10, 20});
    EXPECT_EQ(map.value({100, 219}), 0.5F);
    EXPECT_FALSE(map.value({99, 219}));
    EXPECT_FALSE(map.value({100, 220}));
    map.parts.push_back({matrix(2, 2, 0.75F), 1, 100, 200, 10, 20});
    EXPECT_FALSE(map.value({100, 219})) << "what lies over it has no such pixel";
    Heatmap small;
    small.picture.values = matrix(3, 4, 0.125F);
    EXPECT_EQ(small.value({2, 3}), 0.125F);
    EXPECT_EQ(small.row_count(), 3);
    EXPECT_EQ(small.column_count(), 4);
}

TEST(Heatmap, PartsLieWhereTheirCellsAreWhateverTheZoom) {
    TextShaper shaper;
    Pictures canvas(shaper);
    Interaction nobody;
    Heatmap map = large_map();
    map.color_bar = false;
    map.parts.push_back({matrix(50, 50, 0.5F), 1, 400000, 600000, 100000, 200000});
    map.parts.push_back({matrix(4, 4, 0.5F), 1, 0, 0, 4, 4});  // out of sight
    HeatmapView view;
    const Rect area{{0, 0}, {800, 800}};
    const Rect whole = draw_heatmap(canvas, nobody, area, map, view).cells;
    ASSERT_EQ(canvas.drawn.size(), 3U);
    EXPECT_EQ(canvas.drawn[0].first, whole);
    EXPECT_EQ(canvas.drawn[0].second.view, (Rect{{0, 0}, {100, 100}}));
    const Rect part = canvas.drawn[1].first;
    EXPECT_NEAR(part.min.x, whole.min.x + 0.6F * whole.width(), 0.01);
    EXPECT_NEAR(part.max.x, whole.min.x + 0.8F * whole.width(), 0.01);
    EXPECT_NEAR(part.min.y, whole.min.y + 0.4F * whole.height(), 0.01);
    EXPECT_EQ(canvas.drawn[1].second.view, (Rect{{0, 0}, {50, 50}}));
    // Zoomed to a window that cuts the part: relative to the part the view keeps its fractions of a cell.
    view.view = {{699999.5, 700003.5}, {450000.25, 450004.25}, true};
    canvas.drawn.clear();
    const Rect cells = draw_heatmap(canvas, nobody, area, map, view).cells;
    ASSERT_EQ(canvas.drawn.size(), 2U);
    EXPECT_EQ(canvas.drawn[1].first, cells);
    const Rect seen = canvas.drawn[1].second.view;
    EXPECT_NEAR(seen.min.x, 99999.5 * 50 / 200000, 1e-5);
    EXPECT_NEAR(seen.width(), 4 * 50.0 / 200000, 1e-5);
    EXPECT_NEAR(seen.min.y, 50000.25 * 50 / 100000, 1e-5);
}

TEST(Heatmap, ALargeMapOfFewRowsIsNoLine) {
    TextShaper shaper;
    Pictures canvas(shaper);
    Interaction nobody;
    for (const auto& [rows, columns] : {std::pair<Index, Index>{100, 1000000}, {1000000, 100}}) {
        Heatmap map;
        map.picture.values = matrix(10, 10, 0.5F);
        map.rows = rows;
        map.columns = columns;
        HeatmapView view;
        const Rect cells = draw_heatmap(canvas, nobody, {{0, 0}, {800, 600}}, map, view).cells;
        EXPECT_LE(std::max(cells.width(), cells.height()), 3.01F * std::min(cells.width(), cells.height()));
        EXPECT_LE(heatmap_width(canvas, map, 600), 3 * 600 + 200);
        EXPECT_GE(heatmap_width(canvas, map, 600), 100);
        EXPECT_LE(cells.max.x, 800);
        EXPECT_LE(cells.max.y, 600);
    }
}

TEST(Heatmap, LabelsThatStandForManyCellsAreNumbers) {
    TextShaper shaper;
    Interaction nobody;
    Heatmap map;
    std::vector<std::string> names(2000, "word");
    map.picture.values = matrix(20, 20, 0.5F);
    map.rows = map.columns = 2000;
    map.row_labels = map.column_labels = names;
    map.pinned = Cell{777, 777};
    HeatmapView view;
    const auto count = [&](bool numbers, const char* text) {
        map.number_thinned = numbers;
        Recorder canvas(shaper);
        draw_heatmap(canvas, nobody, {{0, 0}, {600, 600}}, map, view);
        return std::count_if(canvas.texts.begin(), canvas.texts.end(),
                             [&](const TextBox& t) { return t.text == text; });
    };
    EXPECT_EQ(count(true, "word"), 2) << "the pinned cell's";
    EXPECT_EQ(count(true, "1000"), 2);
    EXPECT_GT(count(false, "word"), 20);
    EXPECT_EQ(count(false, "1000"), 0);
}

TEST(Heatmap, AMillionRowsTakeNoMoreLabelsThanFit) {
    TextShaper shaper;
    Interaction nobody;
    Recorder canvas(shaper);
    HeatmapView view;
    draw_heatmap(canvas, nobody, {{0, 0}, {900, 900}}, large_map(), view);
    EXPECT_GT(canvas.texts.size(), 10U);
    EXPECT_LT(canvas.texts.size(), 200U);
    for (std::size_t i = 0; i < canvas.texts.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) EXPECT_FALSE(overlap(canvas.texts[i], canvas.texts[j]));
}

TEST(Heatmap, SmallNumbersInCellsHaveAPowerOfTen) {
    EXPECT_EQ(small_cell_text(1.52e-5, 1), "1.5e-5");
    EXPECT_EQ(small_cell_text(1.52e-5, 0), "2e-5");
    EXPECT_EQ(small_cell_text(3e-12, 0), "3e-12");
    EXPECT_EQ(small_cell_text(0.005, 0), "5e-3");
    EXPECT_EQ(small_cell_text(0, 1), "0");
}

// Half a million marks, as where approximate weights are negative, were drawn as a million circles.
TEST(HeatmapMarks, AreNotDrawnOverEachOtherWhereCellsAreSmall) {
    TextShaper shaper;
    for (const Index size : {40, 220, 1024}) {
        Heatmap map;
        map.picture.values = matrix(size, size, 0.25F);
        for (Index i = 0; i < size; ++i)
            for (Index j = i % 2; j < size; j += 2) map.marks.push_back({{i, j}, "−"});
        Recorder all(shaper), none(shaper);
        HeatmapView view;
        Interaction nobody;
        static_cast<void>(draw_heatmap(all, nobody, {{0, 0}, {700, 700}}, map, view));
        map.marks.clear();
        static_cast<void>(draw_heatmap(none, nobody, {{0, 0}, {700, 700}}, map, view));
        EXPECT_LT(all.vertices - none.vertices, 400'000U);
        if (size == 40)
            EXPECT_EQ(all.circles.size() - none.circles.size(), 1600U) << "each of the 800 with its edge";
        else if (size == 220)  // cells of 3 points: dots beside each other
            EXPECT_EQ(all.rects.size() - none.rects.size(), 48'400U) << "each of the 24,200 with its edge";
        else
            EXPECT_GT(all.rects.size() - none.rects.size(), 20'000U) << "they cover the picture";
    }
}

}  // namespace heatmap_test
}  // namespace attnscope
