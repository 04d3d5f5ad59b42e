// Linear attention at the edges: long keys, rows without a normaliser, what is not finite, threads, strides, errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>

#include <atomic>
#include <functional>
#include <memory>

#include "core/engine/linear.hpp"
#include "core/engine/test_isa.hpp"
#include "core/engine/test_linear.hpp"

namespace attnscope {
namespace linear_edge_test {

using namespace testing_linear;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr float infinity = std::numeric_limits<float>::infinity();

std::string error_message(const Case& c, const std::function<void(Inputs&, Case&)>& spoil) {
    Case changed = c;
    Inputs in(c);
    spoil(in, changed);
    std::vector<float> out(static_cast<std::size_t>(c.heads * c.queries * c.dv));
    const auto result = linear_attention(in.q.view(), in.k.view(), in.v.view(), in.projections, changed.options,
                                         span_of(out.data(), c.heads, c.queries, c.dv));
    return result ? "no error" : result.error().what;
}

class LinearEdge : public EachIsa {};
INSTANTIATE_TEST_SUITE_P(EachInstructionSet, LinearEdge, each_isa(), isa_of);

// Keys 100 times as long in some places: their exponents are hundreds apart.
TEST_P(LinearEdge, LongKeysOverflowNothingAndKeepTheirWeight) {
    for (const Estimator estimator : {Estimator::positive, Estimator::hyperbolic, Estimator::elu})
        for (const MaskKind kind : {MaskKind::none, MaskKind::causal}) {
            const Case c{1, 300, 300, 16, 4, 64, {.estimator = estimator, .mask = {kind}}};
            for (const bool growing : {false, true}) {
                Inputs in(c);
                for (Index j = 0; j < 300; ++j) {
                    const double place = static_cast<double>(growing ? j : 299 - j) / 299;
                    for (Index col = 0; col < 16; ++col)
                        in.k.values[static_cast<std::size_t>(j * 16 + col)] *= static_cast<float>(0.1 + 18 * place);
                }
                const Computed expected = reference(c, in), found = linear(c, in);
                EXPECT_EQ(found.bad_rows, expected.bad_rows) << name_of(c) << (growing ? ", growing" : ", falling");
                EXPECT_LT(error_of(found.out, expected.out), 3e-5)
                    << name_of(c) << (growing ? ", growing" : ", falling");
            }
        }
}

TEST_P(LinearEdge, EqualKeysGiveTheMeanOfTheValuesHoweverLongTheyAre) {
    for (const Estimator estimator : all_estimators)
        for (const float length : {0.0F, 1.0F, 40.0F}) {
            Case c{1, 70, 200, 4, 2, 32, {.estimator = estimator}};
            Inputs in(c);
            for (Index j = 0; j < 200; ++j) {
                for (Index col = 0; col < 4; ++col) in.k.values[static_cast<std::size_t>(j * 4 + col)] = length;
                in.v.values[static_cast<std::size_t>(j * 2)] = static_cast<float>(j);
            }
            const Computed found = linear(c, in);
            for (Index i = 0; i < 70 && found.bad_rows == 0; ++i)
                EXPECT_NEAR(found.out[static_cast<std::size_t>(i * 2)], 99.5, 1e-2) << name_of(c) << " " << length;
            if (estimator == Estimator::trig) continue;
            EXPECT_EQ(found.bad_rows, 0) << name_of(c) << " " << length;
        }
}

TEST_P(LinearEdge, NegativeNormalizersAreCountedAndStillDivide) {
    const Case c{1, 200, 50, 16, 4, 8, {.estimator = Estimator::trig, .scale = 1.0}};
    const Inputs in(c);
    const Computed expected = reference(c, in), found = linear(c, in);
    EXPECT_GT(expected.bad_rows, 20);
    EXPECT_EQ(found.bad_rows, expected.bad_rows);
    Index equal = 0;
    for (std::size_t n = 0; n < found.out.size(); ++n)
        equal += std::abs(found.out[n] - expected.out[n]) < 1e-3F * (1 + std::abs(expected.out[n])) ? 1 : 0;
    EXPECT_GT(equal, 760) << "of 800; where weights cancel, rounding may show";
}

TEST_P(LinearEdge, RowsBeyondTheRangeOfFloatAreZeroAndBad) {
    Case c{1, 3, 2, 2, 2, 4, {}};
    Inputs in(c);
    in.k.values.assign(4, 1e30F);
    const Computed lost = linear(c, in);
    EXPECT_EQ(lost.bad_rows, 3);
    EXPECT_EQ(lost.out, std::vector<float>(6, 0.0F));
    Inputs large(c);
    large.v.values.assign(4, 3e38F);
    large.v.values[2] = -3e38F;
    for (const float x : linear(c, large).out) EXPECT_TRUE(std::isfinite(x));
}

TEST_P(LinearEdge, AQueryThatSeesNoKeyIsZeroAndNotBad) {
    for (const Estimator estimator : all_estimators) {
        const Case c{2, 5, 4, 3, 2, 7, {.estimator = estimator, .mask = {MaskKind::padding, 0}}};
        const Computed found = linear(c, Inputs(c));
        EXPECT_EQ(found.bad_rows, 0);
        EXPECT_EQ(found.out, std::vector<float>(20, 0.0F));
        EXPECT_EQ(found, reference(c, Inputs(c)));
    }
}

TEST_P(LinearEdge, PaddedKeysAreNotLookedAt) {
    const Case c{1, 40, 90, 8, 3, 20, {.mask = {MaskKind::padding, 70}}};
    Inputs in(c), other(c);
    for (std::size_t n = 70 * 8; n < 90 * 8; ++n) other.k.values[n] += 100;
    for (std::size_t n = 70 * 3; n < 90 * 3; ++n) other.v.values[n] = -5;
    EXPECT_EQ(linear(c, in), linear(c, other));
}

TEST_P(LinearEdge, ACausalRowIsTheSameBitsWhateverComesLater) {
    for (const Estimator estimator : all_estimators) {
        const Case c{1, 1300, 1300, 12, 6, 20, {.estimator = estimator, .mask = {MaskKind::causal}}};
        const Computed whole = linear(c, Inputs(c));
        for (const Index seen : {1, 30, 64, 70, 500, 1299}) {
            Inputs changed(c);
            for (Index j = seen; j < 1300; ++j)
                for (Index col = 0; col < 12; ++col) {
                    changed.k.values[static_cast<std::size_t>(j * 12 + col)] *= 30;
                    changed.q.values[static_cast<std::size_t>(j * 12 + col)] -= 3;
                }
            const auto bytes = static_cast<std::size_t>(seen * 6) * sizeof(float);
            EXPECT_EQ(std::memcmp(whole.out.data(), linear(c, changed).out.data(), bytes), 0) << seen << name_of(c);
            const Case shorter{1, seen, seen, 12, 6, 20, c.options};  // its inputs begin like the whole ones
            EXPECT_EQ(std::memcmp(whole.out.data(), linear(shorter, Inputs(shorter)).out.data(), bytes), 0) << seen;
        }
    }
}

TEST_P(LinearEdge, TheSameBitsForAnyNumberOfThreads) {
    for (const Estimator estimator : all_estimators)
        for (const MaskKind kind : {MaskKind::none, MaskKind::causal})
            for (const Index heads : {1, 5}) {
                const Case c{heads, 1500, 1400, 16, 16, 48, {.estimator = estimator, .mask = {kind}}};
                const Inputs in(c);
                std::vector<Computed> results;
                for (const std::size_t threads : {1UL, 2UL, 3UL}) {
                    const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism,
                                                            threads);
                    results.push_back(linear(c, in));
                }
                EXPECT_EQ(results[0], results[1]) << name_of(c);
                EXPECT_EQ(results[0], results[2]) << name_of(c);
            }
}

TEST_P(LinearEdge, HeadsAreIndependentOfEachOther) {
    for (const MaskKind kind : {MaskKind::none, MaskKind::causal}) {
        const Case c{20, 90, 90, 8, 5, 16, {.mask = {kind}}};
        const Inputs in(c);
        const Computed all = linear(c, in);
        for (Index h = 0; h < 20; ++h) {
            std::vector<float> one(90 * 5);
            ASSERT_TRUE(linear_attention(in.q.view().head(h), in.k.view().head(h), in.v.view().head(h), in.projections,
                                         c.options, span_of(one.data(), 1, 90, 5)));
            EXPECT_EQ(std::memcmp(one.data(), &all.out[static_cast<std::size_t>(h * 450)], 450 * sizeof(float)), 0);
        }
    }
}

TEST_P(LinearEdge, StridesChangeNothingAndGapsAreNotTouched) {
    for (const Estimator estimator : all_estimators)
        for (const MaskKind kind : {MaskKind::none, MaskKind::causal}) {
            const Case c{2, 75, 75, 19, 7, 21, {.estimator = estimator, .mask = {kind}}};
            Inputs gaps(c, 3), plain(c);
            const auto copy = [](const TestHeads& from, TestHeads& to) {
                for (Index row = 0; row < from.heads * from.rows; ++row)
                    std::copy_n(from.values.begin() + row * from.columns, from.columns,
                                to.values.begin() + row * to.stride);
                for (Index row = 0; row < from.heads * from.rows; ++row)
                    std::fill_n(to.values.begin() + row * to.stride + to.columns, to.stride - to.columns, nan);
            };
            copy(plain.q, gaps.q);
            copy(plain.k, gaps.k);
            copy(plain.v, gaps.v);
            Matrix wide = Matrix::Constant(21, 25, nan);
            wide.leftCols(19) = plain.projections;
            TestHeads out(2, 75, 7, 5, 4);
            out.values.assign(out.values.size(), 123.0F);
            ASSERT_TRUE(linear_attention(gaps.q.view(), gaps.k.view(), gaps.v.view(), wide.leftCols(19), c.options,
                                         out.span()));
            const Computed expected = linear(c, plain);
            for (Index row = 0; row < 150; ++row)
                for (Index col = 0; col < 11; ++col)
                    EXPECT_EQ(out.values[static_cast<std::size_t>(row * 11 + col)],
                              col < 7 ? expected.out[static_cast<std::size_t>(row * 7 + col)] : 123.0F);
        }
}

TEST_P(LinearEdge, InputThatIsNotFiniteGivesWhatTheReferenceGives) {
    for (const Estimator estimator : all_estimators)
        for (const MaskKind kind : {MaskKind::none, MaskKind::causal})
            for (const float bad : {nan, infinity, -infinity})
                for (const int where : {0, 1, 2}) {
                    const Case c{1, 30, 30, 6, 4, 10, {.estimator = estimator, .mask = {kind}}};
                    Inputs in(c);
                    TestHeads& spoilt = where == 0 ? in.q : where == 1 ? in.k : in.v;
                    spoilt.values[static_cast<std::size_t>(20 * spoilt.columns + 1)] = bad;
                    const Computed found = linear(c, in);
                    EXPECT_EQ(found, reference(c, in)) << name_of(c);
                    if (kind == MaskKind::causal) {
                        EXPECT_TRUE(std::isfinite(found.out[19 * 4])) << "earlier rows are as they were";
                    }
                    if (where == 2) {
                        EXPECT_FALSE(std::isfinite(found.out[29 * 4 + 1]));
                    }
                    if (where < 2 && std::isnan(bad)) {
                        EXPECT_GE(found.bad_rows, 1);
                        EXPECT_EQ(found.out[20 * 4], 0);
                    }
                }
    Case c{1, 3, 3, 2, 2, 2, {}};
    Inputs in(c);
    in.projections(1, 1) = nan;
    EXPECT_EQ(linear(c, in), reference(c, in));
    EXPECT_EQ(linear(c, in).bad_rows, 3);
}

TEST_P(LinearEdge, StopsWhenAsked) {
    for (const MaskKind kind : {MaskKind::none, MaskKind::causal}) {
        const Case c{1, 500, 500, 8, 8, 16, {.mask = {kind}}};
        const Inputs in(c);
        std::stop_source stop;
        stop.request_stop();
        std::vector<float> out(500 * 8);
        for (const auto& function : {linear_attention, reference_linear}) {
            const auto result = function(in.q.view(), in.k.view(), in.v.view(), in.projections, c.options,
                                         span_of(out.data(), 1, 500, 8), Progress(stop.get_token(), nullptr));
            ASSERT_FALSE(result);
            EXPECT_EQ(result.error().code, ErrorCode::cancelled);
        }
    }
}

TEST_P(LinearEdge, ReportsProgressUpToTheEnd) {
    for (const MaskKind kind : {MaskKind::none, MaskKind::causal}) {
        const Case c{3, 300, 200, 8, 8, 16, {.mask = {kind}}};
        const Inputs in(c);
        std::atomic<float> fraction = 0;
        std::vector<float> out(3 * 300 * 8);
        ASSERT_TRUE(linear_attention(in.q.view(), in.k.view(), in.v.view(), in.projections, c.options,
                                     span_of(out.data(), 3, 300, 8), Progress({}, &fraction)));
        EXPECT_FLOAT_EQ(fraction, 1);
    }
}

TEST(LinearError, ShapesThatDoNotFitAreNamed) {
    const Case c{1, 4, 5, 3, 2, 6, {}};
    EXPECT_THAT(error_message(c, [](Inputs& in, Case&) { in.k = TestHeads(1, 5, 4, 1); }), HasSubstr("1 x 5 x 4"));
    EXPECT_THAT(error_message(c, [](Inputs& in, Case&) { in.v = TestHeads(1, 6, 2, 1); }), HasSubstr("1 x 6 x 2"));
    EXPECT_THAT(error_message(c, [](Inputs& in, Case&) { in.v = TestHeads(1, 5, 7, 1); }),
                AllOf(HasSubstr("output"), HasSubstr("1 x 4 x 7")));
    EXPECT_THAT(error_message(c, [](Inputs& in, Case&) { in.q = TestHeads(1, 0, 3, 1); }),
                HasSubstr("queries are empty"));
    EXPECT_THAT(error_message(c, [](Inputs& in, Case&) { in.projections = Matrix::Ones(6, 4); }),
                AllOf(HasSubstr("projections are 6 x 4"), HasSubstr("3 columns")));
    EXPECT_THAT(error_message(c, [](Inputs& in, Case&) { in.projections = Matrix(0, 3); }),
                HasSubstr("there are 0 projections"));
}

TEST(LinearError, OptionsOutOfRangeAreNamed) {
    const Case c{1, 4, 5, 3, 2, 6, {}};
    const auto with = [&](const LinearOptions& options) {
        return error_message(c, [&](Inputs&, Case& changed) { changed.options = options; });
    };
    EXPECT_THAT(with({.temperature = 0}), HasSubstr("temperature is 0"));
    EXPECT_THAT(with({.temperature = std::nan("")}), HasSubstr("temperature is nan"));
    EXPECT_THAT(with({.scale = std::numeric_limits<double>::infinity()}), HasSubstr("scale is inf"));
    EXPECT_THAT(with({.mask = {MaskKind::padding, -1}}), HasSubstr("-1"));
    for (const MaskKind kind : {MaskKind::window, MaskKind::prefix, MaskKind::block})
        EXPECT_THAT(with({.mask = {kind, 2}}), HasSubstr("masks none, padding and causal"));
}

TEST(LinearError, HiddenCellsAreRefused) {
    const Case c{1, 4, 5, 3, 2, 6, {}};
    EXPECT_THAT(error_message(c,
                              [](Inputs&, Case& changed) {
                                  CellSet cells;
                                  cells.set(1, {0, 1}, true);
                                  changed.options.mask.hidden = std::make_shared<const CellSet>(cells);
                              }),
                HasSubstr("cannot hide single cells"));
}

TEST(LinearError, EluDoesNotLookAtProjections) {
    Case c{1, 4, 5, 3, 2, 6, {.estimator = Estimator::elu}};
    EXPECT_EQ(error_message(c, [](Inputs& in, Case&) { in.projections = Matrix(0, 0); }), "no error");
}

}  // namespace linear_edge_test
}  // namespace attnscope
