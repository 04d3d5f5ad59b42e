#include "core/engine/exact.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>

#include "core/attention/reference.hpp"
#include "core/engine/reference.hpp"
#include "core/engine/test_heads.hpp"
#include "core/engine/test_isa.hpp"

namespace attnscope {
namespace exact_test {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

struct Case {
    Index heads = 1, queries = 1, keys = 1, d = 1, dv = 1;
    ExactOptions options = {};
};

struct Computed {
    std::vector<float> out, lse;
    friend bool operator==(const Computed& a, const Computed& b) {  // bit by bit, so that NaN equals itself
        const auto same = [](const std::vector<float>& x, const std::vector<float>& y) {
            return x.size() == y.size() && std::memcmp(x.data(), y.data(), x.size() * sizeof(float)) == 0;
        };
        return same(a.out, b.out) && same(a.lse, b.lse);
    }
};

using Function = decltype(exact_attention);

Computed compute(Function& function, const Case& c, const TestHeads& q, const TestHeads& k, const TestHeads& v) {
    Computed result{std::vector<float>(static_cast<std::size_t>(c.heads * c.queries * c.dv), nan),
                    std::vector<float>(static_cast<std::size_t>(c.heads * c.queries), nan)};
    const auto done = function(q.view(), k.view(), v.view(), c.options,
                               span_of(result.out.data(), c.heads, c.queries, c.dv), result.lse, {});
    EXPECT_TRUE(done) << (done ? "" : done.error().what);
    return result;
}

struct Inputs {
    TestHeads q, k, v;
    explicit Inputs(const Case& c, Index gap = 0)
        : q(c.heads, c.queries, c.d, 1, gap), k(c.heads, c.keys, c.d, 2, gap), v(c.heads, c.keys, c.dv, 3, gap) {}
};

Computed exact(const Case& c, const Inputs& in) {
    return compute(exact_attention, c, in.q, in.k, in.v);
}

// The largest difference of any output entry, as a part of the largest entry, and of any log-sum-exp likewise.
void expect_close(const Computed& got, const Computed& wanted, double tolerance, const std::string& what) {
    double largest = 0, difference = 0, lse_difference = 0;
    for (const float x : wanted.out) largest = std::max(largest, std::fabs(static_cast<double>(x)));
    for (std::size_t i = 0; i < got.out.size(); ++i)
        difference =
            std::max(difference, std::fabs(static_cast<double>(got.out[i]) - static_cast<double>(wanted.out[i])));
    ASSERT_FALSE(std::any_of(got.out.begin(), got.out.end(), [](float x) { return std::isnan(x); })) << what;
    EXPECT_LE(difference, tolerance * largest) << what;
    for (std::size_t i = 0; i < got.lse.size(); ++i) {
        const auto a = static_cast<double>(got.lse[i]), b = static_cast<double>(wanted.lse[i]);
        if (std::isinf(b))
            EXPECT_EQ(a, b) << what;
        else
            lse_difference = std::max(lse_difference, std::fabs(a - b) / std::max(1.0, std::fabs(b)));
    }
    EXPECT_LE(lse_difference, tolerance) << what;
}

const std::vector<MaskSpec>& masks() {
    static const std::vector<MaskSpec> all{{MaskKind::none},       {MaskKind::causal},    {MaskKind::padding, 5},
                                           {MaskKind::padding, 0}, {MaskKind::window, 0}, {MaskKind::window, 20},
                                           {MaskKind::prefix, 40}, {MaskKind::block, 17}};
    return all;
}

class ExactAttention : public EachIsa {};
INSTANTIATE_TEST_SUITE_P(EachInstructionSet, ExactAttention, each_isa(), isa_of);

TEST_P(ExactAttention, AgreesWithTheDoubleReferenceForEveryShape) {
    for (const Index queries : {1, 2, 15, 16, 17, 47, 49, 130})
        for (const Index keys : {1, 3, 64, 193, 260})
            for (const Index d : {1, 5, 32, 64, 80}) {
                const Case c{.queries = queries, .keys = keys, .d = d, .dv = d + 3};
                const Inputs in(c);
                expect_close(exact(c, in), compute(reference_exact, c, in.q, in.k, in.v), 1e-6,
                             fmt::format("{} x {} x {}", queries, keys, d));
            }
}

TEST_P(ExactAttention, AgreesForWideHeadsAndOddWidths) {
    for (const Index d : {2, 3, 7, 33, 96, 100, 128, 255, 256})
        for (const Index dv : {1, 2, 9, 96, 128, 256}) {
            const Case c{.queries = 21, .keys = 201, .d = d, .dv = dv};
            Inputs in(c);
            const Computed got = exact(c, in), wanted = compute(reference_exact, c, in.q, in.k, in.v);
            // A few outputs may all be small because values cancel: what counts is the sum of w |v|.
            for (float& x : in.v.values) x = std::fabs(x);
            const Computed size = compute(reference_exact, c, in.q, in.k, in.v);
            for (std::size_t i = 0; i < got.out.size(); ++i)
                ASSERT_NEAR(got.out[i], wanted.out[i], 1e-6F * size.out[i]) << d << ' ' << dv;
        }
}

TEST_P(ExactAttention, StaysAccurateForManyKeys) {
    for (const Index keys : {512, 8192, 65536}) {
        const Case c{.queries = 20, .keys = keys, .d = 64, .dv = 64};
        const Inputs in(c);
        expect_close(exact(c, in), compute(reference_exact, c, in.q, in.k, in.v), 1e-6, fmt::format("{} keys", keys));
    }
}

TEST_P(ExactAttention, AgreesForEveryMaskDistanceSlopeAndTemperature) {
    const std::vector<double> slopes{0.0, 0.25};
    for (const MaskSpec& mask : masks())
        for (const bool slope : {false, true})
            for (const double temperature : {0.5, 3.0})
                for (const Index queries : {40, 215}) {
                    Case c{.heads = 2, .queries = queries, .keys = 211, .d = 24, .dv = 16};
                    c.options = {.temperature = temperature, .scale = -0.3, .mask = mask};
                    if (slope) c.options.distance_slopes = slopes;
                    const Inputs in(c);
                    // Scores reach 0.25 * 215 / T, and are rounded to a part of 6e-8 of that.
                    expect_close(exact(c, in), compute(reference_exact, c, in.q, in.k, in.v),
                                 slope ? 1.2e-7 * 78 / temperature : 1e-6,
                                 fmt::format("mask {} size {} slope {} T {}", static_cast<int>(mask.kind), mask.size,
                                             slope, temperature));
                }
}

TEST_P(ExactAttention, AgreesWithSingleCellsHidden) {
    CellSet cells;
    for (Index i = 0; i < 60; ++i) cells.set(i, {i * 3, i * 3 + 5}, true);
    cells.set(7, {0, 250}, true);  // a query that sees nothing at all
    Case c{.queries = 70, .keys = 220, .d = 16, .dv = 8};
    c.options.mask = {MaskKind::prefix, 100, std::make_shared<const CellSet>(cells)};
    const Inputs in(c);
    const Computed got = exact(c, in);
    expect_close(got, compute(reference_exact, c, in.q, in.k, in.v), 1e-6, "hidden cells");
    EXPECT_EQ(got.lse[7], -infinity);
    for (Index x = 0; x < c.dv; ++x) EXPECT_EQ(got.out[static_cast<std::size_t>(7 * c.dv + x)], 0.0F);
}

TEST_P(ExactAttention, AgreesWithTheReferenceOfTheAttentionFolder) {
    // Another implementation, which holds the whole map.
    const Index rows = 90;
    const Matrix q = random_normal(rows, 20, 2.0, 1, 0), k = random_normal(rows, 20, 1.0, 1, 1),
                 v = random_normal(rows, 6, 1.0, 1, 2);
    const auto wanted = reference_attention(q.cast<double>(), k.cast<double>(), v.cast<double>(),
                                            {.temperature = 0.7, .mask = {MaskKind::causal}, .distance_slope = 0.1});
    ASSERT_TRUE(wanted);
    Matrix out(rows, 6);
    std::vector<float> lse(static_cast<std::size_t>(rows));
    const std::vector<double> slopes{0.1};
    ASSERT_TRUE(exact_attention(view_of(q), view_of(k), view_of(v),
                                {.temperature = 0.7, .mask = {MaskKind::causal}, .distance_slopes = slopes},
                                span_of(out), lse));
    EXPECT_LE((out.cast<double>() - wanted->output).cwiseAbs().maxCoeff(), 1e-6 * wanted->output.cwiseAbs().maxCoeff());
    for (Index i = 0; i < rows; ++i)
        EXPECT_NEAR(static_cast<double>(lse[static_cast<std::size_t>(i)]), wanted->log_sum_exp(i),
                    1e-6 * std::max(1.0, std::fabs(wanted->log_sum_exp(i))));
}

TEST_P(ExactAttention, StaysExactWhenTheMaximumGrowsAllTheTime) {
    // Each key's score is larger than all before it: the running maximum is raised again and again.
    for (const double step : {0.01, 0.5, 3.0, 40.0}) {
        Case c{.queries = 33, .keys = 700, .d = 2, .dv = 3};
        Inputs in(c);
        for (Index j = 0; j < c.keys; ++j) in.k.span().row(0, j)[0] = static_cast<float>(step * static_cast<double>(j));
        for (Index i = 0; i < c.queries; ++i) {
            in.q.span().row(0, i)[0] = i % 2 == 0 ? 1.0F : -1.0F;
            in.q.span().row(0, i)[1] = 0;
        }
        c.options.scale = 1;
        expect_close(exact(c, in), compute(reference_exact, c, in.q, in.k, in.v), std::max(1e-6, 1.2e-7 * 1010 * step),
                     fmt::format("step {}", step));
    }
}

TEST_P(ExactAttention, GivesTheSameBitsForAnyNumberOfThreads) {
    Case c{.heads = 3, .queries = 500, .keys = 610, .d = 64, .dv = 64};
    c.options.mask = {MaskKind::causal};
    const Inputs in(c);
    const Computed first = exact(c, in);
    for (const std::size_t threads : {1U, 2U, 3U, 8U}) {
        const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism, threads);
        EXPECT_EQ(exact(c, in), first) << threads;
    }
}

TEST_P(ExactAttention, ARowDoesNotDependOnWhatItDoesNotSee) {
    Case c{.queries = 300, .keys = 300, .d = 32, .dv = 32};
    c.options.mask = {MaskKind::causal};
    Inputs in(c);
    const Computed before = exact(c, in);
    for (Index i = 200; i < 300; ++i)
        for (Index x = 0; x < 32; ++x)
            in.q.span().row(0, i)[x] = in.k.span().row(0, i)[x] = in.v.span().row(0, i)[x] = 50;
    const Computed after = exact(c, in);
    EXPECT_EQ(std::memcmp(before.out.data(), after.out.data(), 200 * 32 * sizeof(float)), 0);
    EXPECT_EQ(std::memcmp(before.lse.data(), after.lse.data(), 200 * sizeof(float)), 0);
    // Nor on how many rows follow.
    Case shorter = c;
    shorter.queries = shorter.keys = 200;
    const Inputs part{shorter};
    EXPECT_EQ(std::memcmp(exact(shorter, part).out.data(), before.out.data(), 200 * 32 * sizeof(float)), 0);
}

// Beyond 2^22 floats keys and values are read in slabs by several tiles together. These are just as many, and some more
// that nobody sees.
TEST_P(ExactAttention, GivesTheSameBitsInSlabsAndAtOnce) {
    const oneapi::tbb::global_control one(oneapi::tbb::global_control::max_allowed_parallelism, 1);
    for (const MaskSpec& mask : {MaskSpec{MaskKind::padding, 8192, nullptr}, MaskSpec{MaskKind::causal, 0, nullptr},
                                 MaskSpec{MaskKind::window, 200, nullptr}}) {
        Case at_once{.queries = 1700, .keys = 8192, .d = 256, .dv = 256};
        at_once.options.mask = mask;
        Case slabs = at_once;
        slabs.keys = 8192 + 300;
        EXPECT_TRUE(exact(slabs, Inputs(slabs)) == exact(at_once, Inputs(at_once))) << static_cast<int>(mask.kind);
    }
}

TEST_P(ExactAttention, ReadsAndWritesRowsThatAreApart) {
    Case c{.heads = 2, .queries = 30, .keys = 200, .d = 13, .dv = 10};
    const Inputs dense(c), apart(c, 5);
    TestHeads out(c.heads, c.queries, c.dv, 9, 7);
    const std::vector<float> before = out.values;
    ASSERT_TRUE(exact_attention(apart.q.view(), apart.k.view(), apart.v.view(), c.options, out.span()));
    const Computed wanted = compute(exact_attention, c, apart.q, apart.k, apart.v);
    for (Index h = 0; h < c.heads; ++h)
        for (Index i = 0; i < c.queries; ++i) {
            const std::size_t row = static_cast<std::size_t>((h * c.queries + i));
            EXPECT_EQ(std::memcmp(out.view().row(h, i), &wanted.out[row * 10], 10 * sizeof(float)), 0);
            EXPECT_EQ(std::memcmp(out.view().row(h, i) + 10, &before[row * 17 + 10], 7 * sizeof(float)), 0) << "gap";
        }
    // Heads side by side, [L, heads, d].
    const HeadsView q{apart.q.values.data(), 2, 15, 13, 36, 18};
    const HeadsView k{apart.k.values.data(), 2, 100, 13, 36, 18};
    const HeadsView v{apart.v.values.data(), 2, 100, 10, 30, 15};
    std::vector<float> a(300), b(300);
    ASSERT_TRUE(exact_attention(q, k, v, {}, span_of(a.data(), 2, 15, 10)));
    ASSERT_TRUE(reference_exact(q, k, v, {}, span_of(b.data(), 2, 15, 10)));
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 2e-6F);
}

TEST_P(ExactAttention, InputThatIsNotFiniteGivesWhatTheReferenceGives) {
    for (const float bad : {nan, infinity, -infinity})
        for (const int where : {0, 1, 2}) {
            Case c{.queries = 20, .keys = 70, .d = 4, .dv = 4};
            c.options.mask = {MaskKind::causal};
            Inputs in(c);
            TestHeads& x = where == 0 ? in.q : where == 1 ? in.k : in.v;
            x.span().row(0, 11)[2] = bad;
            const Computed got = exact(c, in);
            EXPECT_EQ(got, compute(reference_exact, c, in.q, in.k, in.v));
            for (Index i = 0; i < 11; ++i)  // who does not see it is not touched by it
                EXPECT_TRUE(std::isfinite(got.out[static_cast<std::size_t>(4 * i)])) << i;
            // A key of infinity may be one that nobody looks at: its score is -infinity.
            EXPECT_TRUE(where == 1 || !std::isfinite(got.out[11 * 4 + 2])) << where << ' ' << bad;
        }
}

TEST(ReferenceExact, PropagatesAsIeeeSays) {
    Case c{.queries = 1, .keys = 3, .d = 1, .dv = 1};
    c.options.scale = 1;
    Inputs in(c);
    const auto compute_with = [&](std::vector<float> keys, std::vector<float> values) {
        in.q.values = {1};
        in.k.values = std::move(keys);
        in.v.values = std::move(values);
        return compute(reference_exact, c, in.q, in.k, in.v);
    };
    EXPECT_TRUE(std::isnan(compute_with({0, infinity, 0}, {1, 2, 3}).out[0]));
    EXPECT_TRUE(std::isnan(compute_with({0, nan, 0}, {1, 2, 3}).out[0]));
    EXPECT_EQ(compute_with({0, -infinity, 0}, {1, 20, 3}).out[0], 2.0F);
    EXPECT_TRUE(std::isnan(compute_with({-infinity, -infinity, -infinity}, {1, 2, 3}).out[0]));
    EXPECT_EQ(compute_with({0, 0, 0}, {1, infinity, 3}).out[0], infinity);
    EXPECT_TRUE(std::isnan(compute_with({0, -infinity, 0}, {1, infinity, 3}).out[0])) << "0 times infinity";
}

TEST_P(ExactAttention, AScoreBeyondTheRangeOfFloatMakesItsRowNaNAndNoOther) {
    Case c{.queries = 2, .keys = 70, .d = 1, .dv = 1};
    Inputs in(c);
    in.q.values = {1e38F, 1};
    in.k.values[40] = 1e38F;
    const Computed got = exact(c, in);
    EXPECT_TRUE(std::isnan(got.out[0]));
    EXPECT_TRUE(std::isfinite(got.out[1]));
}

TEST(ExactErrors, SayWhatDoesNotFit) {
    const TestHeads a(2, 5, 4, 1), b(2, 6, 4, 1), c(2, 6, 3, 1), one(1, 6, 4, 1);
    TestHeads out(2, 5, 3, 1);
    const auto error = [&](const TestHeads& q, const TestHeads& k, const TestHeads& v,
                           const ExactOptions& options = {}) {
        const auto done = exact_attention(q.view(), k.view(), v.view(), options, out.span());
        return done ? std::string("no error") : done.error().what;
    };
    EXPECT_EQ(error(a, b, c), "no error");
    EXPECT_THAT(error(a, c, c),
                AllOf(HasSubstr("2 x 5 x 4"), HasSubstr("2 x 6 x 3"), HasSubstr("equally many heads and columns")));
    EXPECT_THAT(error(a, one, c), HasSubstr("equally many heads and columns"));
    EXPECT_THAT(error(a, b, one), HasSubstr("equally many heads and rows"));
    EXPECT_THAT(error(a, b, b), AllOf(HasSubstr("the output is 2 x 5 x 3"), HasSubstr("2 x 5 x 4")));
    EXPECT_THAT(error(a, b, c, {.temperature = 0}), HasSubstr("temperature"));
    EXPECT_THAT(error(a, b, c, {.scale = static_cast<double>(infinity)}), HasSubstr("scale"));
    EXPECT_THAT(error(a, b, c, {.mask = {MaskKind::window, -1}}), HasSubstr("window is -1"));
    const std::vector<double> one_slope{1}, negative{1, -1};
    EXPECT_THAT(error(a, b, c, {.distance_slopes = one_slope}),
                AllOf(HasSubstr("1 distance slopes"), HasSubstr("2 heads")));
    EXPECT_THAT(error(a, b, c, {.distance_slopes = negative}), HasSubstr("slope is -1"));
    const HeadsView empty{nullptr, 1, 0, 4, 4, 0};
    const auto nothing = exact_attention(empty, b.view(), c.view(), {}, out.span());
    ASSERT_FALSE(nothing);
    EXPECT_THAT(nothing.error().what, HasSubstr("queries are empty"));
    std::vector<float> lse(3);
    const auto room = exact_attention(a.view(), b.view(), c.view(), {}, out.span(), lse);
    ASSERT_FALSE(room);
    EXPECT_THAT(room.error().what, AllOf(HasSubstr("room for 3"), HasSubstr("10")));
}

TEST(ExactErrors, StopsWhenItIsTold) {
    const TestHeads x(1, 2000, 64, 1);
    TestHeads out(1, 2000, 64, 1);
    std::stop_source stop;
    stop.request_stop();
    std::atomic<float> fraction = 0;
    const auto done = exact_attention(x.view(), x.view(), x.view(), {}, out.span(), {}, {stop.get_token(), &fraction});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::cancelled);
}

TEST(ExactAttentionAcross, InstructionSetsAgree) {
    const Isa before = isa_in_use();
    Case c{.heads = 2, .queries = 150, .keys = 333, .d = 64, .dv = 64};
    const Inputs in(c);
    use_isa(available_isas().front());
    const Computed first = exact(c, in);
    for (const Isa isa : available_isas()) {
        use_isa(isa);
        EXPECT_EQ(isa_in_use(), isa);
        expect_close(exact(c, in), first, 1e-6, std::string(isa_name(isa)));
    }
    use_isa(before);
}

}  // namespace exact_test
}  // namespace attnscope
