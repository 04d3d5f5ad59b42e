#include "core/positions/criteria.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace attnscope {
namespace criteria_test {

Judgement judgement(const std::vector<Judgement>& all, PositionKind kind, Criterion criterion) {
    for (const Judgement& j : all)
        if (j.encoding == kind && j.criterion == criterion) return j;
    ADD_FAILURE() << "not judged";
    return {};
}

std::vector<Judgement> judged(const PositionCode& code, Index count) {
    return judge_codes(code, position_codes({.dim = code.dim, .base = code.base}, count));
}

TEST(Criteria, EveryCodeIsJudgedByEveryCriterionAndSaysWhatWasMeasured) {
    const auto all = judged({.dim = 16, .rows = 64}, 50);
    ASSERT_EQ(all.size(), rival_codes.size() * criterion_names.size());
    for (const Judgement& j : all) EXPECT_FALSE(j.measure.empty());
}

TEST(Criteria, OnlyTheSinusoidalCodeHoldsThemAll) {
    const auto all = judged({.dim = 16, .rows = 64}, 50);
    for (const PositionKind kind : rival_codes) {
        int held = 0;
        for (const Judgement& j : all) held += j.encoding == kind && j.holds ? 1 : 0;
        EXPECT_EQ(held == 5, kind == PositionKind::sinusoidal || kind == PositionKind::binary)
            << static_cast<int>(kind);
    }
    // Of 6 bits, a text of twice 50 has no codes for all.
    EXPECT_FALSE(judgement(judged({.dim = 6, .rows = 64}, 50), PositionKind::binary, Criterion::generalises).holds);
}

TEST(Criteria, TheLinearCodesStepDependsOnTheLength) {
    const auto all = judged({.dim = 4, .rows = 64}, 10);
    const Judgement steps = judgement(all, PositionKind::linear, Criterion::equal_steps);
    EXPECT_FALSE(steps.holds);
    EXPECT_NEAR(steps.value, (1.0 / 19) / (1.0 / 9), 1e-12);
    EXPECT_NEAR(judgement(all, PositionKind::linear, Criterion::unique).value, 2.0 / 9, 1e-12) << "sqrt(4) / (n - 1)";
    EXPECT_TRUE(judgement(all, PositionKind::integer, Criterion::equal_steps).holds);
}

TEST(Criteria, IntegersGrowWithoutBound) {
    const auto all = judged({.dim = 4, .rows = 64}, 10);
    EXPECT_EQ(judgement(all, PositionKind::integer, Criterion::bounded).value, 999'999);
    EXPECT_FALSE(judgement(all, PositionKind::integer, Criterion::bounded).holds);
    EXPECT_TRUE(judgement(all, PositionKind::integer, Criterion::generalises).holds)
        << "defined, and no more than that";
    EXPECT_TRUE(judgement(all, PositionKind::sinusoidal, Criterion::bounded).holds);
}

TEST(Criteria, UniquenessIsTheSmallestDistance) {
    const auto two = judged({.dim = 2, .rows = 2000}, 1000);
    EXPECT_NEAR(judgement(two, PositionKind::sinusoidal, Criterion::unique).value, 6.02887067189769e-05, 1e-15)
        << "oracle";
    const Judgement binary = judgement(two, PositionKind::binary, Criterion::unique);
    EXPECT_EQ(binary.value, 0) << "two bits count to four";
    EXPECT_FALSE(binary.holds);
    EXPECT_TRUE(judgement(judged({.dim = 10, .rows = 9}, 1000), PositionKind::binary, Criterion::unique).holds);
    const auto sixteen = judged({.dim = 16, .rows = 2000}, 1000);
    EXPECT_NEAR(judgement(sixteen, PositionKind::sinusoidal, Criterion::unique).value, 1.0147253387124024, 1e-12)
        << "oracle";
}

TEST(Criteria, ALearnedTableEndsAndIsRandom) {
    const auto all = judged({.dim = 8, .rows = 50}, 40);
    const Judgement longer = judgement(all, PositionKind::learned, Criterion::generalises);
    EXPECT_FALSE(longer.holds);
    EXPECT_EQ(longer.value, 0.25) << "10 of the 40 positions after the first 40";
    EXPECT_NE(longer.measure.find(", none from 50 on"), std::string::npos);
    EXPECT_TRUE(judgement(judged({.dim = 8, .rows = 80}, 40), PositionKind::learned, Criterion::generalises).holds);
    // The largest entry stands anywhere in a table.
    const PositionCode table{.kind = PositionKind::learned, .dim = 2, .rows = 5000};
    EXPECT_NEAR(judgement(judged(table, 4000), PositionKind::learned, Criterion::bounded).value,
                position_codes(table, 5000).cwiseAbs().maxCoeff(), 1e-6);
    EXPECT_FALSE(judgement(all, PositionKind::learned, Criterion::deterministic).holds);
    EXPECT_TRUE(judgement(all, PositionKind::sinusoidal, Criterion::deterministic).holds);
    EXPECT_TRUE(judgement(all, PositionKind::learned, Criterion::unique).holds);
    EXPECT_EQ(judged({.dim = 8, .rows = 3}, 40).size(), 25U) << "a table shorter than the text is judged too";
}

}  // namespace criteria_test
}  // namespace attnscope
