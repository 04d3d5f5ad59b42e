#include "app/panels/attention/compute.hpp"

#include <gmock/gmock.h>

#include <bit>
#include <cmath>
#include <stop_token>

#include "core/io/temp_folder.hpp"

namespace attnscope::attention_panel {
namespace compute_test {

using testing::AllOf;
using testing::HasSubstr;

Request of_text(const std::string& text, MaskSpec mask = {}) {
    Request r;
    r.queries.text = text;
    r.heads = 4;
    r.dim = 16;
    r.mask = mask.kind;
    r.mask_size = mask.size;
    r.key_dim = r.dim;
    return r;
}

Request of_random(Index length, MaskSpec mask = {}) {
    Request r = of_text("", mask);
    r.queries.source = Source::random;
    r.queries.length = length;
    r.queries.seed = r.seed = 3;
    r.projection = ProjectionKind::random;
    return r;
}

Shown shown_of(const Request& request) {
    Result<Shown> shown = compute_shown(request, {});
    EXPECT_TRUE(shown) << error_of(shown);
    check(shown.has_value(), "compute_shown failed");
    return std::move(*shown);
}

Strip strip_of(const Request& request) {
    Result<Strip> strip = compute_strip(request, {});
    EXPECT_TRUE(strip) << error_of(strip);
    check(strip.has_value(), "compute_strip failed");
    return std::move(*strip);
}

/// The masks, written out: not by visible_keys().
bool lets_see(const MaskSpec& mask, Index i, Index j) {
    if (mask.kind == MaskKind::causal) return j <= i;
    if (mask.kind == MaskKind::window) return std::abs(i - j) <= mask.size;
    return true;
}

const MaskSpec masks[] = {{MaskKind::none, 0}, {MaskKind::causal, 0}, {MaskKind::window, 0}, {MaskKind::window, 5}};

bool same_bits(const Matrix& a, const Matrix& b) {
    if (a.rows() != b.rows() || a.cols() != b.cols()) return false;
    for (Index i = 0; i < a.size(); ++i)
        if (std::bit_cast<std::uint32_t>(a.data()[i]) != std::bit_cast<std::uint32_t>(b.data()[i])) return false;
    return true;
}

TEST(AttentionCompute, MaskedCellsAndOnlyTheyAreNoNumbers) {
    for (const MaskSpec& mask : masks) {
        for (const Index head : {0, 2}) {
            Request request = of_random(20, mask);
            request.head = head;
            const Shown shown = shown_of(request);
            for (Index i = 0; i < 20; ++i) {
                double sum = 0;
                for (Index j = 0; j < 20; ++j) {
                    const bool seen = lets_see(mask, i, j);
                    EXPECT_EQ(std::isnan((*shown.weights)(i, j)), !seen) << head << ": " << i << " " << j;
                    if (shown.scores) {
                        EXPECT_EQ(std::isnan((*shown.scores)(i, j)), !seen) << i << " " << j;
                    }
                    if (!seen) {
                        EXPECT_EQ(shown.weight(i, j), 0);
                    }
                    sum += shown.weight(i, j);
                }
                EXPECT_NEAR(sum, 1, 1e-5);
            }
            EXPECT_EQ(shown.scores == nullptr, head == 0);
            EXPECT_EQ(shown.masked_rows, 0);
        }
    }
}

TEST(AttentionCompute, TheAverageIsTheMeanOfTheHeads) {
    for (const MaskSpec& mask : masks) {
        Request request = of_random(20, mask);
        MatrixD mean = MatrixD::Zero(20, 20);
        Matrix outputs(20, request.heads * request.dim);
        for (request.head = 1; request.head <= request.heads; ++request.head) {
            const Shown one = shown_of(request);
            for (Index i = 0; i < 20; ++i)
                for (Index j = 0; j < 20; ++j) mean(i, j) += one.weight(i, j) / static_cast<double>(request.heads);
            outputs.middleCols((request.head - 1) * request.dim, request.dim) = one.output;
        }
        request.head = 0;
        const Shown average = shown_of(request);
        double largest = 0;
        for (Index i = 0; i < 20; ++i) {
            double entropy = 0;
            for (Index j = 0; j < 20; ++j) {
                EXPECT_NEAR(average.weight(i, j), mean(i, j), 1e-6);
                largest = std::max(largest, mean(i, j));
                if (mean(i, j) > 0) entropy -= mean(i, j) * std::log2(mean(i, j));
            }
            EXPECT_NEAR(average.entropy_bits(i), entropy, 1e-4);
        }
        EXPECT_NEAR(average.largest_weight, largest, 1e-6);
        EXPECT_EQ(average.output, outputs);
        EXPECT_EQ(average.inputs.size(), 4U);
    }
}

TEST(AttentionCompute, EntropyLiesBetweenZeroAndTheLogarithmOfTheKeysSeen) {
    for (const MaskSpec& mask : masks)
        for (const Index head : {0, 1}) {
            Request request = of_random(30, mask);
            request.head = head;
            const Shown shown = shown_of(request);
            for (Index i = 0; i < 30; ++i) {
                double seen = 0;
                for (Index j = 0; j < 30; ++j) seen += lets_see(mask, i, j) ? 1 : 0;
                EXPECT_GE(shown.entropy_bits(i), 0);
                EXPECT_LE(shown.entropy_bits(i), std::log2(seen) + 1e-5);
            }
        }
}

TEST(AttentionCompute, AHighTemperatureEvensOutAndALowOneSharpens) {
    Request request = of_random(16);
    request.temperature = 1e6;
    EXPECT_NEAR(shown_of(request).entropy_bits.minCoeff(), 4, 1e-3);
    request.temperature = 1e-3;
    EXPECT_LT(shown_of(request).entropy_bits.mean(), 0.1);
}

// Its Gaussian takes a part of each row away: the entropy beside the map is that of the row that is drawn.
TEST(AttentionCompute, TheEntropyOfLocalAttentionIsThatOfTheShownRows) {
    Request request = of_random(24);
    request.select = Select::local;
    const Shown shown = shown_of(request);
    const Matrix& weights = *shown.weights;
    for (Index i = 0; i < weights.rows(); ++i) {
        double sum = 0, entropy = 0;
        for (Index j = 0; j < weights.cols(); ++j)
            if (weights(i, j) > 0) sum += static_cast<double>(weights(i, j));
        for (Index j = 0; j < weights.cols(); ++j)
            if (const double p = static_cast<double>(weights(i, j)) / sum; p > 0) entropy -= p * std::log2(p);
        EXPECT_LT(sum, 0.999) << "row " << i;
        EXPECT_NEAR(shown.entropy_bits(i), entropy, 1e-5) << "row " << i;
    }
}

TEST(AttentionCompute, ScoresAndWeightsHaveTheRangesThatAreShown) {
    for (const MaskSpec& mask : masks) {
        const Shown shown = shown_of(of_random(20, mask));
        double low = 1e30, high = -1e30, largest = 0;
        for (Index i = 0; i < 20; ++i)
            for (Index j = 0; j < 20; ++j)
                if (lets_see(mask, i, j)) {
                    low = std::min(low, static_cast<double>((*shown.scores)(i, j)));
                    high = std::max(high, static_cast<double>((*shown.scores)(i, j)));
                    largest = std::max(largest, shown.weight(i, j));
                }
        EXPECT_EQ(shown.lowest_score, low);
        EXPECT_EQ(shown.highest_score, high);
        EXPECT_EQ(shown.largest_weight, largest);
    }
}

TEST(AttentionCompute, ARepeatedWordGetsEqualWeightsAndGivesEqualRows) {
    const Shown shown = shown_of(of_text("the king and the queen and the bread"));
    for (Index i = 0; i < 8; ++i) {
        EXPECT_EQ((*shown.weights)(i, 0), (*shown.weights)(i, 3));
        EXPECT_EQ((*shown.weights)(i, 0), (*shown.weights)(i, 6));
        EXPECT_EQ((*shown.weights)(i, 2), (*shown.weights)(i, 5));
    }
    EXPECT_EQ(shown.weights->row(0), shown.weights->row(3));
}

TEST(AttentionCompute, WordsOutsideTheVocabularyAreMarked) {
    const Shown shown = shown_of(of_text("the qzxvkw King"));
    EXPECT_EQ(shown.sides.queries.names, (std::vector<std::string>{"the", "qzxvkw", "King"}));
    EXPECT_EQ(shown.sides.queries.invented, (std::vector<bool>{false, true, false}));
    EXPECT_EQ(shown.sides.queries.invented_count, 1);
    EXPECT_EQ(shown_of(of_random(5)).sides.queries.invented_count, 0);
}

TEST(AttentionCompute, WhiteSpaceTokensHaveNamesThatCanBeSeen) {
    Request request = of_text("a b\tc\n");
    request.queries.tokenizer = Tokenizer::characters;
    EXPECT_EQ(shown_of(request).sides.queries.names, (std::vector<std::string>{"a", "␣", "b", "⇥", "c", "↵"}));
}

TEST(AttentionCompute, AHeadThatThereIsNotIsAnErrorThatSaysHowManyThereAre) {
    Request request = of_text("a b");
    request.head = 5;
    EXPECT_THAT(error_of(compute_shown(request, {})), AllOf(HasSubstr("head: 5"), HasSubstr("4 heads")));
    EXPECT_TRUE(compute_strip(request, {})) << "the strip has no shown head";
}

TEST(AttentionCompute, NoTextAndTooMuchTextAreErrors) {
    EXPECT_THAT(error_of(compute_shown(of_text(""), {})), HasSubstr("the text is empty"));
    EXPECT_THAT(error_of(compute_strip(of_text(" "), {})), HasSubstr("the text is empty"));
    std::string many;
    for (int i = 0; i < 1000001; ++i) many += "a ";
    EXPECT_THAT(error_of(compute_shown(of_text(many), {})), AllOf(HasSubstr("1000001"), HasSubstr("1000000")));
}

/// Whether the thumbnail's cell covers a part of a cell that is seen.
bool shows(const MaskSpec& mask, Index i, Index j, Index length, Index size) {
    for (Index row = i * length / size; row * size < (i + 1) * length; ++row)
        for (Index column = j * length / size; column * size < (j + 1) * length; ++column)
            if (lets_see(mask, row, column)) return true;
    return false;
}

TEST(AttentionCompute, StripMapsKeepTheMeanOfTheWeightsAndAreBlankWhereAllIsMasked) {
    for (const MaskSpec& mask : masks)
        for (const Index length : {1, 20, 64, 65, 150, 256}) {
            const Strip strip = strip_of(of_random(length, mask));
            ASSERT_EQ(strip.maps.size(), 4U);
            const Index size = std::min<Index>(length, 64);
            for (std::size_t h = 0; h < 4; ++h) {
                const Matrix& map = *strip.maps[h];
                ASSERT_EQ(map.rows(), size);
                ASSERT_EQ(map.cols(), size);
                double sum = 0, largest = 0;
                for (Index i = 0; i < size; ++i)
                    for (Index j = 0; j < size; ++j) {
                        const bool shown = shows(mask, i, j, length, size);
                        EXPECT_EQ(std::isnan(map(i, j)), !shown) << "L = " << length << ": " << i << " " << j;
                        if (!shown) continue;
                        sum += static_cast<double>(map(i, j));
                        largest = std::max(largest, static_cast<double>(map(i, j)));
                    }
                // Every row of weights sums to 1: their mean is 1 / length.
                EXPECT_NEAR(sum / static_cast<double>(size * size) * static_cast<double>(length), 1, 1e-5);
                EXPECT_EQ(largest, strip.largest[h]);
            }
        }
}

TEST(AttentionCompute, TheStripShowsTheSameHeadsAsTheMap) {
    Request request = of_text("the king and the queen ate bread");
    const Strip strip = strip_of(request);
    for (request.head = 1; request.head <= request.heads; ++request.head) {
        const Shown shown = shown_of(request);
        const auto h = static_cast<std::size_t>(request.head - 1);
        EXPECT_TRUE(strip.maps[h]->isApprox(*shown.weights, 1e-6F));
        EXPECT_NEAR(strip.mean_entropy_bits[h], shown.entropy_bits.mean(), 1e-9);
    }
}

TEST(AttentionCompute, TheSameRequestGivesTheSameBits) {
    for (const Index head : {0, 1}) {
        Request request = of_random(200, {MaskKind::causal, 0});
        request.head = head;
        const Shown a = shown_of(request), b = shown_of(request);
        EXPECT_TRUE(same_bits(*a.weights, *b.weights));
        EXPECT_TRUE(same_bits(a.output, b.output));
        EXPECT_EQ(a.entropy_bits, b.entropy_bits);
    }
    const Strip a = strip_of(of_random(200)), b = strip_of(of_random(200));
    for (std::size_t h = 0; h < 4; ++h) EXPECT_TRUE(same_bits(*a.maps[h], *b.maps[h]));
}

TEST(AttentionCompute, AnotherSeedGivesOtherTokensAndHeadsDiffer) {
    Request request = of_random(10);
    const Matrix first = *shown_of(request).weights;
    request.head = 2;
    EXPECT_FALSE(shown_of(request).weights->isApprox(first));
    request.head = 1;
    request.queries.seed = request.seed = 4;
    EXPECT_FALSE(shown_of(request).weights->isApprox(first));
}

TEST(AttentionCompute, HearsThatItIsCancelled) {
    std::stop_source stop;
    stop.request_stop();
    std::atomic<float> fraction = 0;
    const Progress stopped(stop.get_token(), &fraction);
    for (const Index head : {0, 1}) {
        Request request = of_random(50);
        request.head = head;
        const auto shown = compute_shown(request, stopped);
        ASSERT_FALSE(shown);
        EXPECT_EQ(shown.error().code, ErrorCode::cancelled);
    }
    const auto strip = compute_strip(of_random(50), stopped);
    ASSERT_FALSE(strip);
    EXPECT_EQ(strip.error().code, ErrorCode::cancelled);
}

TEST(AttentionCompute, SaysHowFarItIs) {
    std::atomic<float> fraction = 0;
    const Progress progress(std::stop_token(), &fraction);
    ASSERT_TRUE(compute_strip(of_random(50), progress));
    EXPECT_EQ(fraction, 1.0F);
}

TEST(AttentionCompute, AUsersVectorsAreUsed) {
    Request request = of_text("up down up");
    request.projection = ProjectionKind::identity;
    request.heads = 1;
    request.dim = request.key_dim = 2;
    Matrix rows(2, 2);
    rows << 1, 0, 0, 1;
    request.queries.vectors = std::make_shared<const WordVectors>(std::vector<std::string>{"up", "down"}, rows, "mine");
    const Shown shown = shown_of(request);
    // q.k is 1 for the same word, 0 for the other; the scores are q.k / sqrt(2).
    const double e = std::exp(1 / std::sqrt(2.0));
    EXPECT_NEAR(shown.weight(0, 0), e / (2 * e + 1), 1e-6);
    EXPECT_NEAR(shown.weight(0, 1), 1 / (2 * e + 1), 1e-6);
    EXPECT_NEAR(shown.weight(1, 1), e / (e + 2), 1e-6);
}

}  // namespace compute_test
}  // namespace attnscope::attention_panel
