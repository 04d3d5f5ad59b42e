// What the positions panel computes, and which settings it refuses.
#include "app/panels/positions/compute.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "core/attention/attention.hpp"
#include "core/text/word_vectors.hpp"

namespace attnscope::positions_panel {
namespace compute_test {

using testing::HasSubstr;

Shown shown_of(const Params& params) {
    const Result<Request> request = make_request(params);
    EXPECT_TRUE(request) << (request ? "" : request.error().what);
    Result<Shown> shown = compute_shown(*request, {});
    EXPECT_TRUE(shown) << (shown ? "" : shown.error().what);
    return shown ? std::move(*shown) : Shown();
}

std::string error_of(const Params& params) {
    const Result<Request> request = make_request(params);
    if (!request) return request.error().what;
    const Result<Shown> shown = compute_shown(*request, {});
    return shown ? "no error" : shown.error().what;
}

TEST(PositionsCompute, TheCodeIsThatOfTheFormulaAndItsPictureHasTheRowsATableLacks) {
    Params p;
    p.length = 30;
    p.dim = 8;
    EXPECT_EQ(shown_of(p).codes, position_codes({.dim = 8}, 30));
    p.encoding = Encoding::learned;
    p.table = 12;
    const Shown learned = shown_of(p);
    EXPECT_EQ(learned.codes.rows(), 12);
    ASSERT_EQ(learned.picture->rows(), 30);
    EXPECT_FALSE(learned.picture->topRows(12).array().isNaN().any());
    EXPECT_TRUE(learned.picture->bottomRows(18).array().isNaN().all());
}

TEST(PositionsCompute, TheRotationsFactsAreAtMachinePrecisionWhateverTheOffset) {
    Params p;
    p.view = View::rotation;
    p.length = 500;
    p.dim = 128;
    for (const int offset : {0, 1, -9, 250}) {
        for (const bool opposite : {false, true}) {
            p.offset = offset;
            p.opposite = opposite;
            p.position = 250 - (offset == 250 && !opposite ? 1 : 0);
            const RotationFacts facts = *shown_of(p).rotation;
            EXPECT_LT(facts.residual, 1e-12);
            EXPECT_LT(facts.far_residual, 1e-12);
            EXPECT_LT(facts.orthogonality, 1e-15);
            EXPECT_LT(facts.group, 1e-15);
            EXPECT_EQ(*facts.matrix,
                      Matrix(OffsetRotation(128, p.base, opposite ? -offset : offset).matrix().cast<float>()));
        }
    }
}

TEST(PositionsCompute, AlibiOfUniformScoresMatchesTheOracle) {
    Params p;
    p.view = View::alibi;
    p.length = 8;
    p.heads = 8;
    p.head = 1;  // a slope of 0.5
    const AlibiFacts facts = *shown_of(p).alibi;
    const double expected[] = {0.012103426523097705, 0.01995517675698728, 0.032900524379825734, 0.054243794362206825,
                               0.08943289756845409,  0.14744992052145606, 0.2431038203267679,   0.4008104395612044};
    for (Index j = 0; j < 8; ++j) EXPECT_NEAR(static_cast<double>((*facts.weights)(7, j)), expected[j], 3e-8);
    EXPECT_EQ((*facts.bias)(7, 5), -1.0F);
    EXPECT_TRUE(std::isnan((*facts.bias)(2, 3))) << "later keys are not seen";
    EXPECT_EQ(facts.slopes, (std::vector<double>{0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625}));
}

TEST(PositionsCompute, RopeMakesStripesOfOnePairAndLeavesTheDiagonalAlone) {
    Params p;
    p.view = View::rope;
    p.length = 40;
    const RopeFacts facts = *shown_of(p).rope;
    EXPECT_TRUE(facts.without->isConstant((*facts.without)(0, 0), 1e-6F));
    EXPECT_NEAR((*facts.with)(17, 17), (*facts.without)(0, 0), 1e-5F);
    EXPECT_GT((facts.with->maxCoeff() - facts.with->minCoeff()), 0.5F);
    for (Index m = 0; m < 39; ++m) EXPECT_NEAR((*facts.with)(m, 3), (*facts.with)(m + 1, 4), 2e-5F);
    const double root = std::sqrt(static_cast<double>(p.dim));
    EXPECT_NEAR(static_cast<double>((*facts.with)(12, 5)), rope_score(facts.q, facts.k, 12, 5, p.base) / root, 2e-6);
}

TEST(PositionsCompute, RopeOnASentenceUsesItsWords) {
    Params p;
    p.view = View::rope;
    p.content = Content::sentence;
    p.text = "bread and water and bread";
    const Shown shown = shown_of(p);
    EXPECT_EQ(shown.tokens, (std::vector<std::string>{"bread", "and", "water", "and", "bread"}));
    EXPECT_EQ(shown.rope->with->rows(), 5);
    EXPECT_NEAR((*shown.rope->without)(0, 4), (*shown.rope->without)(0, 0), 1e-5F);
    EXPECT_GT(std::abs((*shown.rope->with)(0, 4) - (*shown.rope->with)(0, 0)), 1e-2F) << "the same word, elsewhere";
}

TEST(PositionsCompute, TheSumIsWhatAttentionSees) {
    Params p;
    p.view = View::sum;
    p.text = "the king and the queen";
    p.amount = 0.5;
    const Shown shown = shown_of(p);
    const Matrix x = embed({"the", "king", "and", "the", "queen"}, built_in_vectors()).vectors;
    const Matrix code = position_codes_float({.dim = x.cols()}, 5) * 0.5F, sum = x + code;
    EXPECT_EQ(*shown.sum->x, x);
    EXPECT_EQ(*shown.sum->p, code);
    EXPECT_EQ(*shown.sum->sum, sum);
    EXPECT_EQ(*shown.sum->after, attention(sum, sum, sum, {})->weights);
    EXPECT_NEAR((*shown.sum->before)(0, 0), (*shown.sum->before)(0, 3), 1e-6F) << "“the” twice: no order without codes";
    EXPECT_GT(std::abs((*shown.sum->after)(0, 0) - (*shown.sum->after)(0, 3)), 1e-3F);
}

TEST(PositionsCompute, RivalsAreAllThereWithAllTheirJudgements) {
    Params p;
    p.view = View::rivals;
    const Shown shown = shown_of(p);
    ASSERT_EQ(shown.rivals.size(), 5U);
    EXPECT_EQ(shown.judgements.size(), 25U);
    EXPECT_TRUE(std::isnan((*shown.rivals[4].codes)(p.length - 1, 0))) << "the table of 48 ends before 64";
    EXPECT_EQ(shown.rivals[2].largest, 63);
}

TEST(PositionsCompute, SettingsThatDoNothingInThisViewChangeNothing) {
    Params p;
    const Request code = *make_request(p);
    p.offset = 3;
    p.heads = 4;
    p.text = "other words";
    p.seed = 7;
    p.position = 2;
    EXPECT_EQ(*make_request(p), code);
    p.base = 100;
    EXPECT_NE(*make_request(p), code);
}

TEST(PositionsCompute, BadSettingsAreNamedWithWhatWouldBeRight) {
    Params p;
    p.dim = 7;
    EXPECT_THAT(error_of(p), HasSubstr("the width d is 7: it must be even"));
    p = {};
    p.position = 64;
    EXPECT_EQ(error_of(p), "position 64 is outside the text: positions are 0 to 63");
    p = {};
    p.view = View::rotation;
    p.offset = 100;
    EXPECT_EQ(error_of(p), "offset 100 carries position 12 to 112, outside the text: positions are 0 to 63");
    p.offset = 13;
    EXPECT_EQ(error_of(p), "no error");
    p.opposite = true;
    EXPECT_THAT(error_of(p), HasSubstr("carries position 12 to -1"));
    p = {};
    p.pair = 32;
    EXPECT_EQ(error_of(p), "pair 32 does not exist: 32 entries are the pairs 0 to 15");
    p = {};
    p.view = View::rope;
    p.key_position = 99;
    EXPECT_THAT(error_of(p), HasSubstr("the key's position 99 is outside"));
    p = {};
    p.view = View::alibi;
    p.head = 9;
    EXPECT_EQ(error_of(p), "head 9 does not exist: there are heads 1 to 8");
    p = {};
    p.view = View::sum;
    p.text = "";
    EXPECT_THAT(error_of(p), HasSubstr("the text is empty"));
    p.text = "one two three four";
    p.encoding = Encoding::learned;
    p.table = 3;
    EXPECT_EQ(error_of(p), "a learned table of 3 rows has no code for position 3: it ends at 2");
}

TEST(PositionsCompute, DefaultsFollowAShorterTextAndWhatWasChosenDoesNot) {
    for (const View view : {View::code, View::rotation, View::similarity, View::rope}) {
        for (const int length : {2, 3, 8, 13, 20}) {
            Params p;
            p.view = view;
            p.length = length;
            p.dim = 2;
            p.follow_length();
            EXPECT_EQ(error_of(p), "no error") << length;
            EXPECT_TRUE(check_all(p)) << length;
            p.opposite = true;
            p.follow_length();
            EXPECT_TRUE(check_all(p)) << length;
        }
    }
    Params p;
    p.length = 8;
    p.offset = 3;
    p.follow_length();
    EXPECT_EQ(p.offset, 3);
    EXPECT_LE(p.position + p.offset, 7);
    p = {};
    p.length = 8;
    p.position = 9;
    p.follow_length();
    EXPECT_EQ(p.position, 9);
}

TEST(PositionsCompute, StopsWhenItIsTold) {
    std::stop_source stop;
    stop.request_stop();
    for (const View view :
         {View::code, View::rivals, View::rotation, View::similarity, View::rope, View::alibi, View::sum}) {
        Params p;
        p.view = view;
        const Result<Shown> shown = compute_shown(*make_request(p), Progress(stop.get_token(), nullptr));
        ASSERT_FALSE(shown);
        EXPECT_EQ(shown.error().code, ErrorCode::cancelled);
    }
}

}  // namespace compute_test
}  // namespace attnscope::positions_panel
