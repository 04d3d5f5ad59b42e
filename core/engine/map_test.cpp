#include "core/engine/map.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <numeric>

#include "core/attention/reference.hpp"
#include "core/base/random.hpp"
#include "core/engine/test_isa.hpp"

namespace attnscope {
namespace map_test {

using ::testing::HasSubstr;

struct Head {
    Matrix q, k;
    MapInput input;

    Head(Index queries, Index keys, Index d = 16, double size = 1.5)
        : q(random_normal(queries, d, size, 1, 0)),
          k(random_normal(keys, d, size, 1, 1)),
          input{.q = view_of(q), .k = view_of(k)} {}

    /// The whole map, by another implementation.
    ReferenceAttention whole() const {
        AttentionOptions options{.temperature = input.temperature,
                                 .scale = input.scale,
                                 .mask = input.mask,
                                 .need_output = false,
                                 .distance_slope = input.distance_slope};
        auto result = reference_attention(q.cast<double>(), k.cast<double>(), MatrixD(), options);
        check(result.has_value(), result ? "" : result.error().what);
        return *std::move(result);
    }
    std::vector<RowSum> sums() const {
        std::vector<RowSum> rows(static_cast<std::size_t>(q.rows()));
        std::vector<Index> all(rows.size());
        std::iota(all.begin(), all.end(), 0);
        EXPECT_TRUE(sum_rows(input, all, rows));
        return rows;
    }
};

const std::vector<MaskSpec>& masks() {
    CellSet cells;
    for (Index i = 0; i < 100; i += 2) cells.set(i, {i, i + 9}, true);
    cells.set(11, {0, 500}, true);
    static const std::vector<MaskSpec> all{{MaskKind::none},
                                           {MaskKind::causal},
                                           {MaskKind::padding, 33},
                                           {MaskKind::window, 7},
                                           {MaskKind::block, 12},
                                           {MaskKind::padding, 0},
                                           {MaskKind::prefix, 20, std::make_shared<const CellSet>(cells)}};
    return all;
}

// What a pixel is to show, from the whole map.
double pixel_of(const Head& head, const MatrixD& weights, const MapPart& part, Reduce reduce, Index y, Index x) {
    const KeyRange rows = MapPart::pixel_range(part.queries, part.height, y);
    const KeyRange columns = MapPart::pixel_range(part.keys, part.width, x);
    bool seen = false;
    for (Index i = rows.begin; i < rows.end; ++i)
        for (Index j = columns.begin; j < columns.end; ++j) seen |= sees(head.input.mask, i, j);
    if (!seen) return std::numeric_limits<double>::quiet_NaN();
    const auto cells = weights.block(rows.begin, columns.begin, rows.size(), columns.size());
    return reduce == Reduce::average ? cells.mean() : cells.maxCoeff();
}

void expect_picture(const Matrix& image, const Head& head, const MapPart& part, Reduce reduce) {
    const MatrixD weights = head.whole().weights;
    ASSERT_EQ(image.rows(), part.height);
    ASSERT_EQ(image.cols(), part.width);
    for (Index y = 0; y < part.height; ++y)
        for (Index x = 0; x < part.width; ++x) {
            const double wanted = pixel_of(head, weights, part, reduce, y, x);
            const auto got = static_cast<double>(image(y, x));
            if (std::isnan(wanted))
                ASSERT_TRUE(std::isnan(got)) << y << ' ' << x << ' ' << got;
            else
                ASSERT_NEAR(got, wanted, 3e-6 * wanted + 1e-30) << y << ' ' << x;
        }
}

class HugeMap : public EachIsa {};
INSTANTIATE_TEST_SUITE_P(EachInstructionSet, HugeMap, each_isa(), isa_of);

TEST_P(HugeMap, RowSumsAreThoseOfTheWholeMap) {
    for (const MaskSpec& mask : masks())
        for (const double slope : {0.0, 0.2}) {
            Head head(100, 260);
            head.input.mask = mask;
            head.input.distance_slope = slope;
            head.input.temperature = 0.8;
            const ReferenceAttention wanted = head.whole();
            const std::vector<RowSum> rows = head.sums();
            for (Index i = 0; i < 100; ++i) {
                const RowSum& row = rows[static_cast<std::size_t>(i)];
                ASSERT_TRUE(row.known());
                if (std::isinf(wanted.log_sum_exp(i))) {
                    EXPECT_EQ(row.log_sum_exp(), wanted.log_sum_exp(i));
                    EXPECT_EQ(row.entropy_bits, 0);
                } else {
                    EXPECT_NEAR(row.log_sum_exp(), wanted.log_sum_exp(i),
                                2e-6 * std::max(1.0, std::fabs(wanted.log_sum_exp(i))));
                    EXPECT_NEAR(static_cast<double>(row.entropy_bits), wanted.entropy_bits(i), 2e-5);
                }
            }
        }
}

TEST_P(HugeMap, TheOverviewIsTheExactAverageOrMaximumOfEachPixelsCells) {
    for (const MaskSpec& mask : masks())
        for (const Reduce reduce : {Reduce::average, Reduce::maximum})
            for (const auto& [height, width] : {std::pair<Index, Index>{1, 1}, {7, 9}, {31, 57}, {100, 260}}) {
                Head head(100, 260);
                head.input.mask = mask;
                std::vector<RowSum> rows;
                const auto image = map_overview(head.input, height, width, reduce, rows);
                ASSERT_TRUE(image) << image.error().what;
                expect_picture(*image, head, {{0, 100}, {0, 260}, height, width}, reduce);
                for (const RowSum& row : rows) EXPECT_TRUE(row.known());
            }
}

TEST_P(HugeMap, TheOverviewStaysExactWhenLaterKeysOutweighAllBefore) {
    Head head(40, 600, 1);
    for (Index j = 0; j < 600; ++j) head.k(j, 0) = static_cast<float>(j) * 0.2F;  // up to 2^170 apart
    std::vector<RowSum> rows;
    head.input.scale = 0.3;
    const auto image = map_overview(head.input, 8, 20, Reduce::average, rows);
    ASSERT_TRUE(image);
    const MatrixD weights = head.whole().weights;
    for (Index y = 0; y < 8; ++y)
        for (Index x = 0; x < 20; ++x)
            EXPECT_NEAR(static_cast<double>((*image)(y, x)),
                        pixel_of(head, weights, {{0, 40}, {0, 600}, 8, 20}, Reduce::average, y, x), 1e-5);
}

TEST_P(HugeMap, AnyPartAtAnyScaleEqualsTheWholeMap) {
    for (const MaskSpec& mask : masks())
        for (const Reduce reduce : {Reduce::average, Reduce::maximum})
            for (const MapPart& part : {MapPart{{0, 100}, {0, 260}, 10, 13}, MapPart{{37, 38}, {250, 260}, 1, 10},
                                        MapPart{{3, 90}, {11, 259}, 29, 31}, MapPart{{10, 60}, {200, 260}, 50, 60},
                                        MapPart{{99, 100}, {0, 1}, 1, 1}}) {
                Head head(100, 260);
                head.input.mask = mask;
                head.input.distance_slope = 0.05;
                const auto image = map_part(head.input, part, reduce, 0, head.sums());
                ASSERT_TRUE(image) << image.error().what;
                expect_picture(*image, head, part, reduce);
            }
}

TEST_P(HugeMap, SampledPixelsAverageCellsOfTheirOwn) {
    Head head(100, 260);
    head.input.mask = {MaskKind::causal};
    head.input.distance_slope = 0.05;
    const MapPart part{{0, 100}, {0, 260}, 10, 13};
    const auto exact = map_part(head.input, part, Reduce::average, 0, head.sums());
    const auto sampled = map_part(head.input, part, Reduce::average, 3, head.sums());
    const MatrixD weights = head.whole().weights;
    ASSERT_TRUE(exact && sampled);
    double error = 0, size = 0;
    for (Index y = 0; y < 10; ++y)
        for (Index x = 0; x < 13; ++x) {
            if (std::isnan((*exact)(y, x))) continue;
            const double largest = pixel_of(head, weights, part, Reduce::maximum, y, x);
            if (std::isnan((*sampled)(y, x))) continue;  // none of its samples is seen, though another cell is
            EXPECT_LE(static_cast<double>((*sampled)(y, x)), largest * 1.00001);
            error += static_cast<double>((*sampled)(y, x)) - static_cast<double>((*exact)(y, x));
            size += static_cast<double>((*exact)(y, x));
        }
    EXPECT_LT(std::fabs(error), 0.25 * size) << "no bias to speak of";
    EXPECT_NE(error, 0) << "nothing was left out";
    // Pixels of no more cells than samples are exact.
    const auto all = map_part(head.input, part, Reduce::average, 20, head.sums());
    ASSERT_TRUE(all);
    for (Index n = 0; n < all->size(); ++n)
        EXPECT_TRUE(all->data()[n] == exact->data()[n] || std::isnan(all->data()[n]));
}

TEST_P(HugeMap, OnlyTheRowsOfAPartHaveToBeKnown) {
    const Head head(100, 260);
    const MapPart part{{20, 80}, {0, 260}, 6, 13};
    const std::vector<Index> needed = queries_of_part(part, 2);
    EXPECT_EQ(needed.size(), 12U);
    EXPECT_TRUE(std::is_sorted(needed.begin(), needed.end()));
    std::vector<RowSum> rows(100);
    const auto unknown = map_part(head.input, part, Reduce::average, 2, rows);
    ASSERT_TRUE(unknown);
    EXPECT_TRUE(unknown->array().isNaN().all());
    ASSERT_TRUE(sum_rows(head.input, needed, rows));
    EXPECT_EQ(std::count_if(rows.begin(), rows.end(), [](const RowSum& row) { return row.known(); }), 12);
    const auto some = map_part(head.input, part, Reduce::average, 2, rows);
    const auto all = map_part(head.input, part, Reduce::average, 2, head.sums());
    ASSERT_TRUE(some && all);
    EXPECT_EQ(*some, *all);
}

TEST_P(HugeMap, GivesTheSameBitsForAnyNumberOfThreads) {
    Head head(300, 300);
    head.input.mask = {MaskKind::causal};
    std::vector<RowSum> rows;
    const auto first = map_overview(head.input, 60, 70, Reduce::average, rows);
    ASSERT_TRUE(first);
    const auto same = [](const Matrix& a, const Matrix& b) {
        return std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(float)) == 0;
    };
    for (const std::size_t threads : {1U, 2U, 5U}) {
        const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism, threads);
        std::vector<RowSum> again;
        const auto image = map_overview(head.input, 60, 70, Reduce::average, again);
        ASSERT_TRUE(image);
        EXPECT_TRUE(same(*image, *first));
        for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(again[i].sum, rows[i].sum);
    }
}

TEST(HugeMapGrowing, BandsCoverThePictureOnceAndAreFinished) {
    const Head head(500, 200);
    std::vector<int> told(50);
    std::vector<RowSum> rows;
    const auto image =
        map_overview(head.input, 50, 20, Reduce::average, rows, [&](const Matrix& so_far, Index y0, Index y1) {
            for (Index y = y0; y < y1; ++y) {
                ++told[static_cast<std::size_t>(y)];
                EXPECT_FALSE(so_far.row(y).array().isNaN().any());
            }
        });
    ASSERT_TRUE(image);
    for (const int times : told) EXPECT_EQ(times, 1);
}

TEST(HugeMapGrowing, StopsBetweenTilesAndKeepsFinishedRows) {
    const Head head(2000, 300);
    std::stop_source stop;
    std::vector<RowSum> rows;
    std::atomic<float> fraction = 0;
    const auto image =
        map_overview(head.input, 200, 30, Reduce::average, rows,
                     [&](const Matrix&, Index, Index) { stop.request_stop(); }, {stop.get_token(), &fraction});
    ASSERT_FALSE(image);
    EXPECT_EQ(image.error().code, ErrorCode::cancelled);
    const auto known = std::count_if(rows.begin(), rows.end(), [](const RowSum& row) { return row.known(); });
    EXPECT_GT(known, 0);
    EXPECT_LT(known, 2000);
}

TEST(HugeMapErrors, SayWhatIsWrong) {
    Head head(10, 20);
    std::vector<RowSum> rows;
    const auto overview = [&](Index height, Index width) {
        const auto done = map_overview(head.input, height, width, Reduce::average, rows);
        return done ? std::string("no error") : done.error().what;
    };
    EXPECT_EQ(overview(10, 20), "no error");
    EXPECT_THAT(overview(11, 20), HasSubstr("1 .. 10 rows and 1 .. 20 columns"));
    EXPECT_THAT(overview(0, 20), HasSubstr("0 x 20"));
    const auto part = map_part(head.input, {{5, 11}, {0, 20}, 1, 1}, Reduce::average, 0, head.sums());
    ASSERT_FALSE(part);
    EXPECT_THAT(part.error().what, HasSubstr("within 0 .. 10 and 0 .. 20"));
    head.k(3, 3) = std::numeric_limits<float>::quiet_NaN();
    EXPECT_THAT(overview(10, 20), HasSubstr("the keys hold NaN or infinity"));
    head.k(3, 3) = 0;
    head.input.temperature = -1;
    EXPECT_THAT(overview(10, 20), HasSubstr("temperature is -1"));
}

}  // namespace map_test
}  // namespace attnscope
