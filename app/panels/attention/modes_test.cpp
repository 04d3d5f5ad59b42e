// What the modes of the panel promise: cross-attention, masks, positions, selection, approximation, reading aids.
#include <gmock/gmock.h>

#include <cmath>

#include "app/language/scoped_language.hpp"
#include "app/panels/attention/attention_panel.hpp"
#include "core/attention/reference.hpp"
#include "core/attention/summary.hpp"
#include "core/io/temp_folder.hpp"

namespace attnscope::attention_panel {
namespace modes_test {

using testing::AllOf;
using testing::HasSubstr;

Request of_text(const std::string& text) {
    Request r;
    r.queries.text = text;
    r.heads = 2;
    r.dim = r.key_dim = 16;
    r.score_hidden = 8;
    return r;
}

Shown shown_of(const Request& request) {
    Result<Shown> shown = compute_shown(request, {});
    check(shown.has_value(), shown ? "" : shown.error().what);
    return std::move(*shown);
}

const char* const sentence = "the king and the queen ate bread and drank water";

TEST(AttentionModes, CrossAttentionHasItsOwnKeys) {
    Request request = of_text("the king ate bread");
    request.keys = request.queries;
    request.keys->second = true;
    request.keys->text = "he drank water and ate bread";
    const Shown shown = shown_of(request);
    EXPECT_EQ(shown.weights->rows(), 4);
    EXPECT_EQ(shown.weights->cols(), 6);
    EXPECT_EQ(shown.sides.keys.names[2], "water");
    Index best = 0;
    shown.weights->row(3).maxCoeff(&best);
    EXPECT_EQ(best, 5) << "bread attends to bread";
    request.keys->text = "";
    EXPECT_THAT(error_of(compute_shown(request, {})), HasSubstr("second text"));
}

TEST(AttentionModes, EveryScoreAgreesWithTheReference) {
    for (const ScoreKind kind : {ScoreKind::scaled_dot, ScoreKind::dot, ScoreKind::general, ScoreKind::additive,
                                 ScoreKind::concat, ScoreKind::cosine, ScoreKind::sum}) {
        Request request = of_text(sentence);
        request.score = kind;
        if (!needs_equal_dims(kind)) request.key_dim = 12;
        const Shown shown = shown_of(request);
        const HeadInput& in = shown.inputs.front();
        EXPECT_EQ(in.k.cols(), request.key_dim);
        const auto exact =
            reference_attention(in.q.cast<double>(), in.k.cast<double>(), in.v.cast<double>(), in.options);
        ASSERT_TRUE(exact) << error_of(exact);
        EXPECT_TRUE(shown.weights->cast<double>().isApprox(exact->weights, 1e-5)) << static_cast<int>(kind);
    }
}

TEST(AttentionModes, PaintedCellsAreMaskedAndTheRestOfTheRowSumsToOne) {
    Request request = of_text(sentence);
    request.painted = "2:0-8;4:3";
    const Shown shown = shown_of(request);
    EXPECT_TRUE(shown.masked(4, 3));
    EXPECT_FALSE(shown.masked(4, 2));
    EXPECT_NEAR(shown.weight(2, 9), 1, 1e-6);
    request.painted = "2:0-9";
    EXPECT_EQ(shown_of(request).masked_rows, 1);
    EXPECT_EQ(shown_of(request).output.row(2).norm(), 0.0F);
    request.painted = "2:x";
    EXPECT_THAT(error_of(compute_shown(request, {})), AllOf(HasSubstr("painted"), HasSubstr("byte")));
}

TEST(AttentionModes, WithoutPositionsShufflingMovesTheWeightsAndChangesNothing) {
    Request request = of_text(sentence);
    request.queries.shuffle = 3;
    const Shown shuffled = shown_of(request);
    ASSERT_TRUE(shuffled.moved);
    EXPECT_LT(*shuffled.moved, 1e-5);
    const std::vector<Index> order = shuffled_order(10, 3);
    EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
    request.queries.shuffle = 0;
    const Shown written = shown_of(request);
    EXPECT_FALSE(written.moved);
    for (Index i = 0; i < 10; ++i)
        for (Index j = 0; j < 10; ++j)
            EXPECT_NEAR(shuffled.weight(i, j),
                        written.weight(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(j)]), 1e-6);
}

TEST(AttentionModes, WithPositionsOrACausalMaskShufflingChangesTheWeights) {
    for (const PositionKind kind : {PositionKind::sinusoidal, PositionKind::linear, PositionKind::integer,
                                    PositionKind::binary, PositionKind::rope, PositionKind::alibi}) {
        Request request = of_text(sentence);
        request.position = kind;
        request.queries.shuffle = 3;
        EXPECT_GT(*shown_of(request).moved, 1e-3) << static_cast<int>(kind);
    }
    Request causal = of_text(sentence);
    causal.mask = MaskKind::causal;
    causal.queries.shuffle = 3;
    EXPECT_GT(*shown_of(causal).moved, 1e-3);
}

TEST(AttentionModes, AlibiLowersTheScoresByTheDistance) {
    Request request = of_text(sentence);
    request.position = PositionKind::alibi;
    request.head = 2;
    request.heads = 2;
    const Shown biased = shown_of(request);
    request.position = PositionKind::none;
    const Shown second = shown_of(request);
    // Two heads: slopes 2^-4 and 2^-8.
    EXPECT_NEAR(static_cast<double>((*second.scores)(0, 9) - (*biased.scores)(0, 9)), 9 * std::exp2(-8), 1e-5);
}

TEST(AttentionModes, SharesOfSamplesApproachTheWeights) {
    Request request = of_text(sentence);
    request.select = Select::hard;
    const auto distance = [&](Index samples) {
        request.samples = samples;
        const Shown shown = shown_of(request);
        const Matrix& shares = *shown.second->weights;
        for (Index i = 0; i < shares.rows(); ++i) EXPECT_NEAR(static_cast<double>(shares.row(i).sum()), 1, 1e-4);
        return frobenius_distance(*shown.weights, shares);
    };
    // The expected squared distance is sum w (1 - w) / n: below 10 / n for ten rows.
    EXPECT_LT(distance(10000), 2 * std::sqrt(10.0 / 10000));
    EXPECT_GT(distance(1), 0.5);
    EXPECT_LT(distance(100), 2 * std::sqrt(10.0 / 100));
}

TEST(AttentionModes, MoreSamplesKeepTheOnesDrawnBefore) {
    Request request = of_text(sentence);
    request.select = Select::hard;
    request.samples = 4;
    const Matrix before = *shown_of(request).second->weights * 4;
    request.samples = 5;
    const Matrix after = *shown_of(request).second->weights * 5;
    EXPECT_GE((after - before).minCoeff(), -1e-5F);
    EXPECT_NEAR(static_cast<double>((after - before).sum()), 10, 1e-3) << "one more for each of the ten queries";
}

TEST(AttentionModes, ArgmaxIsOneHotAtTheHeaviestKey) {
    Request request = of_text(sentence);
    request.select = Select::argmax;
    const Shown shown = shown_of(request);
    for (Index i = 0; i < 10; ++i) {
        Index best = 0, chosen = 0;
        shown.weights->row(i).maxCoeff(&best);
        EXPECT_EQ(shown.second->weights->row(i).maxCoeff(&chosen), 1.0F);
        EXPECT_EQ((*shown.weights)(i, best), (*shown.weights)(i, chosen));
        EXPECT_EQ(shown.second->output.row(i), shown.inputs.front().v.row(chosen));
    }
}

TEST(AttentionModes, LocalAttentionSeesItsWindowAlone) {
    Request request = of_text(sentence);
    request.select = Select::local;
    request.half_width = 2;
    const Shown shown = shown_of(request);
    const LocalWindow& local = *shown.inputs.front().options.local;
    for (Index i = 0; i < 10; ++i) {
        double sum = 0;
        for (Index j = 0; j < 10; ++j) {
            EXPECT_EQ(shown.masked(i, j), std::abs(static_cast<double>(j) - local.centers(i)) > 2) << i << " " << j;
            sum += shown.weight(i, j);
        }
        EXPECT_LE(sum, 1 + 1e-6);
    }
}

TEST(AttentionModes, MoreFeaturesApproximateBetter) {
    Request request = of_text(sentence);
    request.temperature = 16;  // scores near 0, where every estimator is at home
    for (const Method method : {Method::trig, Method::positive, Method::hyperbolic}) {
        request.method = method;
        const auto error = [&](Index features) {
            request.features = features;
            double sum = 0;
            for (std::uint64_t seed = 1; seed <= 8; ++seed) {
                request.seed = seed;
                const Shown shown = shown_of(request);
                sum += frobenius_distance(*shown.weights, *shown.second->weights);
            }
            return sum / 8;
        };
        const double few = error(16), many = error(1024);
        EXPECT_LT(many, few / 3) << static_cast<int>(method) << ": " << few << " to " << many;
    }
}

TEST(AttentionModes, SettingsThatExcludeEachOtherAreRefusedWithTheWayOut) {
    Request request = of_text(sentence);
    request.method = Method::positive;
    request.features = 16;
    EXPECT_TRUE(compute_shown(request, {}));
    request.score = ScoreKind::additive;
    EXPECT_THAT(error_of(compute_shown(request, {})), AllOf(HasSubstr("method"), HasSubstr("score=scaled_dot")));
    request.score = ScoreKind::dot;
    request.position = PositionKind::alibi;
    EXPECT_THAT(error_of(compute_shown(request, {})), AllOf(HasSubstr("ALiBi"), HasSubstr("method=exact")));
    request.position = PositionKind::none;
    request.select = Select::hard;
    EXPECT_THAT(error_of(compute_shown(request, {})), HasSubstr("select=soft"));
    request.method = Method::exact;
    request.other_head = 7;
    EXPECT_THAT(error_of(compute_shown(request, {})), AllOf(HasSubstr("other_head: 7"), HasSubstr("2 heads")));
}

TEST(AttentionModes, WithoutTheFirstKeyTheRestSumsToOne) {
    Request request = of_text(sentence);
    const Shown whole = shown_of(request);
    request.exclude_first = true;
    const Shown rest = shown_of(request);
    for (Index i = 0; i < 10; ++i) {
        EXPECT_EQ(rest.weight(i, 0), 0);
        EXPECT_NEAR(rest.weight(i, 5), whole.weight(i, 5) / (1 - whole.weight(i, 0)), 1e-6);
    }
}

TEST(AttentionModes, CharactersMergeIntoWordsAndRowsStillSumToOne) {
    Request request = of_text("to be or");
    request.queries.tokenizer = Tokenizer::characters;
    const Shown characters = shown_of(request);
    request.merge_words = true;
    const Shown words = shown_of(request);
    EXPECT_EQ(words.sides.queries.names, (std::vector<std::string>{"to", "be", "or"}));
    const double expected =
        (characters.weight(0, 3) + characters.weight(0, 4) + characters.weight(1, 3) + characters.weight(1, 4)) / 2;
    EXPECT_NEAR(words.weight(0, 1), expected, 1e-6);
    for (Index i = 0; i < 3; ++i) EXPECT_LE(words.weights->row(i).sum(), 1.0F + 1e-5F) << "blanks belong to no word";
    request.queries.text = "  ";
    EXPECT_THAT(error_of(compute_shown(request, {})), HasSubstr("no word"));
}

TEST(AttentionModes, TheOtherHeadIsTheOneThatWasAskedFor) {
    Request request = of_text(sentence);
    request.other_head = 2;
    const Shown shown = shown_of(request);
    request.head = 2;
    request.other_head = 0;
    const Shown swapped = shown_of(request);
    EXPECT_EQ(*shown.second->weights, *swapped.weights);
    const Matrix mean = (*shown.weights + *swapped.weights) / 2;
    EXPECT_TRUE(swapped.second->weights->isApprox(mean, 1e-6F)) << "0 is the average";
}

TEST(AttentionModes, TheLayersOutputIsTheConcatenationTimesWO) {
    Request request = of_text(sentence);
    request.whole_output = true;
    const Shown shown = shown_of(request);
    ASSERT_TRUE(shown.multi_head);
    const MultiHead& all = *shown.multi_head;
    EXPECT_EQ(all.concat->cols(), 32);
    EXPECT_EQ(all.w_o->rows(), 32);
    EXPECT_EQ(all.w_o->cols(), all.x_queries->cols());
    EXPECT_TRUE(all.y->isApprox(*all.concat * *all.w_o, 1e-5F));
    EXPECT_EQ(all.concat->leftCols(16), shown.output) << "head 1 is shown";
    EXPECT_TRUE(shown.inputs.front().q.isApprox(*all.x_queries * *all.w_q, 1e-5F));
    EXPECT_EQ(all.costs.parameters, 4.0 * 64 * 32);
}

// ---- the panel -----------------------------------------------------------------------------------------------------

TEST(AttentionModes, SwitchingTheHeadComputesNothing) {
    AttentionPanel panel;
    panel.wait();
    panel.params().head = 5;
    panel.update();  // without waiting: it must be there already
    EXPECT_FALSE(panel.status().stale);
    const std::string at_once = panel.explain_text();
    AttentionPanel other;
    other.params().head = 5;
    other.wait();
    EXPECT_EQ(at_once, other.explain_text());
}

TEST(AttentionModes, TheThresholdSaysHowMuchItHides) {
    AttentionPanel panel;
    panel.params().threshold = 0.2;
    panel.wait();
    EXPECT_THAT(panel.status().note, HasSubstr("% of all weight is below the threshold"));
}

TEST(AttentionModes, TheWindowBringsSettingsIntoAgreement) {
    AttentionPanel panel;
    panel.params().method = Method::positive;
    panel.params().score = ScoreKind::additive;
    panel.agree();
    EXPECT_EQ(panel.params().method, Method::exact);
}

TEST(AttentionModes, CopiedTextIsTheMapWithItsLabels) {
    AttentionPanel panel;
    panel.params().text = "king queen";
    panel.params().mask = MaskKind::causal;
    panel.wait();
    const std::string text = panel.copy_text();
    EXPECT_THAT(text, testing::StartsWith("\tking\tqueen\nking\t1\t\nqueen\t0."));
}

TEST(AttentionModes, SaysWhatIsRandom) {
    AttentionPanel panel;
    panel.params().method = Method::positive;
    panel.params().select = Select::soft;
    panel.wait();
    EXPECT_THAT(panel.status().provenance, AllOf(HasSubstr("trained"), HasSubstr("features: random, seed 1")));
}

TEST(AttentionModes, TwoHeadsAreComparedAsTheSettingsMakeThem) {
    Request request = of_text(sentence);
    request.select = Select::argmax;
    request.other_head = 2;
    const Shown shown = shown_of(request);
    ASSERT_TRUE(shown.second && shown.second->first);
    for (const Matrix* map : {shown.second->first.get(), shown.second->weights.get()})
        EXPECT_TRUE((map->rowwise().maxCoeff().array() == 1).all()) << "both are one-hot";
    EXPECT_FALSE((shown.weights->rowwise().maxCoeff().array() == 1).all()) << "the breakdown is of the soft weights";
}

TEST(AttentionModes, ComparedMapsSayWhatTheyAre) {
    const auto title = [](const MapName& name) { return title_of(name, Reader::window); };
    EXPECT_EQ(title({.kind = MapName::soft}), "soft");
    EXPECT_EQ(title({.kind = MapName::argmax}), "argmax");
    EXPECT_EQ(title({.kind = MapName::samples, .count = 1}), "mean of 1 sample");
    EXPECT_EQ(title({.kind = MapName::samples, .count = 10}), "mean of 10 samples");
    EXPECT_EQ(title({.kind = MapName::exact}), "exact");
    EXPECT_EQ(title({.kind = MapName::approximation, .method = Method::elu, .count = 64}), "elu + 1");
    EXPECT_EQ(title({.head = 0}), "average");
    EXPECT_EQ(title({.kind = MapName::approximation, .method = Method::positive, .count = 64, .head = 2}),
              "head 2, positive, m = 64");
}

TEST(AttentionModes, FilesSpeakEnglish) {
    const ScopedLanguage persian(Language::persian);
    Request request = of_text(sentence);
    request.seed = 7;
    request.projection = ProjectionKind::random;
    request.score = ScoreKind::general;
    EXPECT_EQ(provenance_of(request, Reader::file),
              "vectors: trained on public-domain text · projections, score weights: random, seed 7");
    EXPECT_EQ(title_of({.kind = MapName::samples, .count = 3, .head = 2}, Reader::file), "head 2, mean of 3 samples");
    Arrays arrays;
    arrays.odd_row = OddRow{.layer = 1, .head = 2, .row = 3, .sum = -1.25F, .negative = true};
    EXPECT_EQ(note_of(arrays, Reader::file),
              "these are no attention weights as they are: layer 1, head 2, row 3 sums to -1.25 and has negative "
              "entries");
}

TEST(AttentionModes, ControlsThatDoNothingAreNotShown) {
    Params p;
    const ParamList list = describe(p);
    const auto visible = [&](const char* key) {
        const Param* param = find(list, key);
        return !param->visible || param->visible();
    };
    for (const char* key : {"show", "threshold", "top", "paint", "color", "scale", "sort_dims"})
        EXPECT_TRUE(visible(key)) << key;
    p.method = Method::positive;
    for (const char* key : {"show", "threshold", "top", "paint"}) EXPECT_FALSE(visible(key)) << key << ": three maps";
    EXPECT_TRUE(visible("color"));
    p.method = Method::exact;
    p.view = View::output;
    for (const char* key : {"show", "threshold", "top", "paint", "color", "scale", "sort_dims", "exclude_first"})
        EXPECT_FALSE(visible(key)) << key << ": every matrix";
    EXPECT_FALSE(visible("other_head"));
    EXPECT_TRUE(visible("seed")) << "W_O is random";
}

}  // namespace modes_test
}  // namespace attnscope::attention_panel
