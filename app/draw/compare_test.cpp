#include "app/draw/compare.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>

#include <cmath>
#include <limits>

#include "app/draw/recording_canvas.hpp"

namespace attnscope {
namespace compare_test {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

Heatmap map_of(const Matrix& values, std::uint64_t generation = 1) {
    Heatmap map;
    map.picture = {.values = std::make_shared<const Matrix>(values), .generation = generation};
    map.picture.range = {0, 1, ColorScale::linear};
    for (Index i = 0; i < values.rows(); ++i) map.row_labels.push_back(fmt::format("row{}", i + 1));
    for (Index j = 0; j < values.cols(); ++j) map.column_labels.push_back(fmt::format("col{}", j + 1));
    map.row_title = "queries";
    map.column_title = "keys";
    map.value_title = "weight";
    return map;
}

/// Notes where cells are drawn, and of what.
class CellRecorder final : public Canvas {
public:
    explicit CellRecorder(TextShaper& shaper) : Canvas(shaper, dark_theme) {}
    void fill_rect(const Rect&, Color, float) override {}
    void stroke_rect(const Rect& rect, Color color, float, float) override { frames.push_back({rect, color}); }
    void polyline(std::span<const Vec2>, Color, float) override {}
    void fill_polygon(std::span<const Vec2>, Color) override {}
    void fill_circle(Vec2, float, Color) override {}
    void cells(const Rect& area, const CellPicture& picture) override {
        if (picture.values->cols() > 1) drawn.push_back({area, picture});  // not the bar of colours
    }
    void push_clip(const Rect&) override {}
    void pop_clip() override {}
    std::vector<std::pair<Rect, CellPicture>> drawn;
    std::vector<std::pair<Rect, Color>> frames;

protected:
    void draw_text(Vec2, std::string_view, const ShapedText&, const TextStyle&) override {}
};

/// A mouse that rests at one place.
class Mouse final : public Interaction {
public:
    Vec2 at{-100, -100};
    bool click = false;
    float wheel = 0;
    std::vector<std::string> names;
    Pointer area(std::string_view id, const Rect& rect) override {
        names.emplace_back(id);
        Pointer pointer;
        pointer.at = at;
        pointer.hovered = rect.contains(at);
        pointer.clicked = pointer.hovered && click;
        pointer.wheel = pointer.hovered ? wheel : 0;
        return pointer;
    }
};

Matrix two_by_three(std::initializer_list<float> values) {
    Matrix matrix(2, 3);
    std::copy(values.begin(), values.end(), matrix.data());
    return matrix;
}

// By hand: B - A = [0.5 -0.25 masked; 1 (0 - 2) 0], squares 0.25 + 0.0625 + 1 + 4 = 5.3125.
const Matrix matrix_a = two_by_three({0.5F, 0.5F, nan, nan, 2, 0.25F});
const Matrix matrix_b = two_by_three({1, 0.25F, nan, 1, nan, 0.25F});

TEST(Subtract, CountsWhatIsMaskedInOneAsZeroAndKeepsWhatIsMaskedInBoth) {
    const Difference d = subtract(matrix_a, matrix_b);
    const Matrix& m = *d.values;
    EXPECT_EQ(m(0, 0), 0.5F);
    EXPECT_EQ(m(0, 1), -0.25F);
    EXPECT_TRUE(std::isnan(m(0, 2)));
    EXPECT_EQ(m(1, 0), 1);
    EXPECT_EQ(m(1, 1), -2);
    EXPECT_EQ(m(1, 2), 0);
    EXPECT_DOUBLE_EQ(d.norm, std::sqrt(5.3125));
    EXPECT_EQ(d.largest, -2);
    EXPECT_EQ(d.place, (Cell{1, 1}));
}

TEST(Subtract, AMatrixFromItselfIsZero) {
    const Difference d = subtract(matrix_b, matrix_b);
    EXPECT_EQ(d.norm, 0);
    EXPECT_EQ(d.largest, 0);
}

TEST(Subtract, TheBitsDoNotDependOnTheThreads) {
    Matrix a(701, 33), b(701, 33);
    for (Index i = 0; i < a.size(); ++i) {
        a.data()[i] = std::sin(static_cast<float>(i));
        b.data()[i] = std::cos(static_cast<float>(i) * 0.7F);
    }
    const Difference many = subtract(a, b);
    const oneapi::tbb::global_control one(oneapi::tbb::global_control::max_allowed_parallelism, 1);
    const Difference single = subtract(a, b);
    EXPECT_EQ(many.norm, single.norm);
    EXPECT_EQ(many.largest, single.largest);
    EXPECT_EQ(many.place, single.place);
    EXPECT_NEAR(many.norm, (b.cast<double>() - a.cast<double>()).norm(), 1e-9 * many.norm) << "Eigen's own norm";
}

class Comparison : public testing::Test {
protected:
    TextShaper shaper;
    Mouse mouse;
    CompareView view;
    ComparedMaps maps{map_of(matrix_a), map_of(matrix_b), "level 1", "level 2"};

    CompareEvents draw(Canvas& canvas, Rect area = {{0, 0}, {1200, 500}}) {
        mouse.names.clear();
        return draw_comparison(canvas, mouse, area, maps, view);
    }
};

TEST_F(Comparison, WritesTitlesNormAndTheLargestDifferenceWithItsPlace) {
    Recorder recorder(shaper);
    draw(recorder);
    for (const char* text :
         {"A", "level 1", "B", "level 2", "B − A", "Frobenius norm 2.305", "largest: ", "row2", "col2", "−2"})
        EXPECT_TRUE(recorder.says(text)) << text;
    for (std::size_t i = 0; i < recorder.texts.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            EXPECT_FALSE(overlap(recorder.texts[i], recorder.texts[j]))
                << recorder.texts[i].text << " and " << recorder.texts[j].text;
}

TEST_F(Comparison, TheThreeMapsStandBesideEachOtherOrBelowWhereThatIsLarger) {
    CellRecorder wide(shaper), tall(shaper);
    draw(wide);
    ASSERT_EQ(wide.drawn.size(), 3U);
    EXPECT_LT(wide.drawn[0].first.max.x, wide.drawn[1].first.min.x);
    EXPECT_LT(wide.drawn[1].first.max.x, wide.drawn[2].first.min.x);
    for (std::size_t i = 1; i < 3; ++i) {
        EXPECT_NEAR(wide.drawn[i].first.width(), wide.drawn[0].first.width(), 0.01);
        EXPECT_EQ(wide.drawn[i].first.min.y, wide.drawn[0].first.min.y);
    }
    draw(tall, {{0, 0}, {420, 1200}});
    ASSERT_EQ(tall.drawn.size(), 3U);
    EXPECT_LT(tall.drawn[0].first.max.y, tall.drawn[1].first.min.y);
    EXPECT_LT(tall.drawn[1].first.max.y, tall.drawn[2].first.min.y);
    EXPECT_EQ(mouse.names, (std::vector<std::string>{"A/heatmap", "B/heatmap", "B-A/heatmap"}));
}

TEST_F(Comparison, AAndBShareTheirRangeAndTheDifferenceHasZeroInTheMiddle) {
    maps.b.picture.range = {-0.5, 3, ColorScale::square_root};
    CellRecorder recorder(shaper);
    draw(recorder);
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(recorder.drawn[i].second.range.low, -0.5);
        EXPECT_EQ(recorder.drawn[i].second.range.high, 3);
        EXPECT_EQ(recorder.drawn[i].second.range.scale, ColorScale::linear) << "scales that differ";
    }
    EXPECT_EQ(recorder.drawn[2].second.map, ColorMap::diverging);
    EXPECT_EQ(recorder.drawn[2].second.range.low, -2);
    EXPECT_EQ(recorder.drawn[2].second.range.high, 2);
}

TEST_F(Comparison, TheCellUnderTheMouseIsLitInAllThree) {
    CellRecorder still(shaper);
    draw(still);
    EXPECT_TRUE(still.frames.empty());
    mouse.at = still.drawn[2].first.center();  // row 1, column 1
    mouse.click = true;
    CellRecorder first(shaper), lit(shaper);
    draw(first);
    const CompareEvents events = draw(lit);
    EXPECT_EQ(events.hovered, (Cell{1, 1}));
    EXPECT_EQ(events.clicked, (Cell{1, 1}));
    for (const auto& [area, picture] : lit.drawn) {
        const auto inside = std::count_if(lit.frames.begin(), lit.frames.end(), [&, &cells = area](const auto& frame) {
            return frame.first.min.x >= cells.min.x - 1 && frame.first.max.x <= cells.max.x + 1;
        });
        EXPECT_EQ(inside, 2) << "its row and its column";
    }
}

TEST_F(Comparison, TheZoomIsShared) {
    CellRecorder recorder(shaper), zoomed(shaper), after(shaper);
    maps.a = map_of(Matrix::Constant(20, 20, 0.5F));
    maps.b = map_of(Matrix::Constant(20, 20, 0.25F));
    draw(recorder);
    mouse.at = recorder.drawn[1].first.center();
    mouse.wheel = 4;
    draw(zoomed);
    mouse.wheel = 0;
    draw(after);
    EXPECT_LT(after.drawn[0].second.view.width(), 15);
    EXPECT_EQ(after.drawn[0].second.view, after.drawn[1].second.view);
    EXPECT_EQ(after.drawn[0].second.view, after.drawn[2].second.view);
}

TEST_F(Comparison, TheDifferenceIsComputedOnlyWhenAMatrixChanges) {
    CellRecorder recorder(shaper);
    draw(recorder);
    const auto first = view.difference.values;
    draw(recorder);
    EXPECT_EQ(view.difference.values, first);
    maps.a = map_of(matrix_b, 2);
    draw(recorder);
    EXPECT_NE(view.difference.values, first);
    EXPECT_EQ(view.difference.norm, 0);
    EXPECT_EQ(recorder.drawn.back().second.range.low, -1) << "all zero still has a range";
}

TEST_F(Comparison, DifferentShapesGetASentenceInsteadOfADifference) {
    maps.b = map_of(Matrix::Constant(4, 5, 0.5F));
    Recorder recorder(shaper);
    CellRecorder cells(shaper);
    draw(recorder);
    draw(cells);
    for (const char* text : {"A is 2 × 3", "B is 4 × 5", "no difference"}) EXPECT_TRUE(recorder.says(text)) << text;
    EXPECT_FALSE(recorder.says("Frobenius"));
    EXPECT_EQ(cells.drawn.size(), 2U);
}

TEST_F(Comparison, SurvivesAreasAndMatricesThatAreTooSmall) {
    for (const Rect area :
         {Rect{{0, 0}, {1, 1}}, Rect{{0, 0}, {60, 2000}}, Rect{{0, 0}, {2000, 50}}, Rect{{5, 5}, {5, 5}}}) {
        Recorder recorder(shaper);
        draw(recorder, area);
        EXPECT_TRUE(recorder.sound);
        EXPECT_EQ(recorder.clips, 0);
    }
    maps.a = map_of(Matrix(0, 0));
    Recorder recorder(shaper);
    draw(recorder);
    EXPECT_TRUE(recorder.sound);
    maps.a = maps.b = map_of(Matrix::Constant(1, 1, nan));
    draw(recorder);
    EXPECT_EQ(view.difference.norm, 0);
}

}  // namespace compare_test
}  // namespace attnscope
