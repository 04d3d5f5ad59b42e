#include "core/text/word_vectors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "core/text/tokenizer.hpp"

namespace attnscope {
namespace word_vectors_test {

using testing::HasSubstr;

WordVectors small_table() {
    Matrix rows(4, 2);
    rows << 1, 0, 2, 2, 0, 3, -1, 0.5F;
    return {{"east", "north-east", "north", "west"}, rows, "a compass"};
}

double cosine(const Matrix& rows, Index i, Index j) {
    const VectorD a = rows.row(i).cast<double>(), b = rows.row(j).cast<double>();
    return a.dot(b) / (a.norm() * b.norm());
}

std::set<std::string> neighbours(std::string_view word) {
    std::set<std::string> found;
    for (const Neighbour& n : built_in_vectors().nearest(word, 10)) found.insert(built_in_vectors().word(n.word));
    return found;
}

int common(const std::set<std::string>& found, const std::set<std::string>& expected) {
    int count = 0;
    for (const std::string& word : expected) count += found.contains(word) ? 1 : 0;
    return count;
}

TEST(WordVectors, FindsAWordExactlyThenInLowerCase) {
    Matrix rows = Matrix::Identity(3, 3);
    const WordVectors vectors({"polish", "Polish", "\u00E9t\u00E9"}, rows, "");
    EXPECT_EQ(vectors.find("polish"), 0);
    EXPECT_EQ(vectors.find("Polish"), 1);
    EXPECT_EQ(vectors.find("POLISH"), 0);
    EXPECT_EQ(vectors.find("\u00C9T\u00C9"), 2);
    EXPECT_EQ(vectors.find("pole"), std::nullopt);
    EXPECT_EQ(vectors.find(""), std::nullopt);
}

TEST(WordVectors, NearestOrdersByCosineWithoutTheWordItself) {
    const WordVectors vectors = small_table();
    const std::vector<Neighbour> near = vectors.nearest("east", 10);
    ASSERT_EQ(near.size(), 3U);
    EXPECT_EQ(vectors.word(near[0].word), "north-east");
    EXPECT_EQ(vectors.word(near[1].word), "north");
    EXPECT_EQ(vectors.word(near[2].word), "west");
    EXPECT_NEAR(near[0].cosine, std::sqrt(0.5), 1e-12);
    EXPECT_NEAR(near[2].cosine, -1 / std::sqrt(1.25), 1e-12);
    EXPECT_EQ(vectors.nearest("east", 1).size(), 1U);
    EXPECT_TRUE(vectors.nearest("up", 3).empty());
}

TEST(WordVectors, AZeroVectorHasCosineZeroNotNan) {
    Matrix rows = Matrix::Zero(2, 2);
    rows(1, 0) = 1;
    const WordVectors vectors({"nothing", "something"}, rows, "");
    EXPECT_EQ(vectors.nearest("something", 1)[0].cosine, 0);
    EXPECT_NEAR(vectors.typical_norm(), std::sqrt(0.5), 1e-12);
    EXPECT_NEAR(WordVectors({"a"}, Matrix::Zero(1, 9), "").typical_norm(), 3, 1e-12);
}

TEST(WordVectorsDeathTest, RefuseBrokenTables) {
    EXPECT_DEATH(WordVectors({"a", "a"}, Matrix::Ones(2, 1), ""), "repeated word");
    EXPECT_DEATH(WordVectors({"a"}, Matrix::Ones(2, 1), ""), "not one row per word");
    EXPECT_DEATH(WordVectors({"a"}, Matrix::Constant(1, 1, std::nanf("")), ""), "not finite");
    EXPECT_DEATH(WordVectors({}, Matrix(0, 0), ""), "empty table");
}

// ---- the built-in table

TEST(BuiltIn, HasTheStatedSizeScaleAndNote) {
    const WordVectors& vectors = built_in_vectors();
    EXPECT_GE(vectors.size(), 5000);
    EXPECT_EQ(vectors.dim(), 64);
    EXPECT_THAT(vectors.note(), HasSubstr("King James Bible"));
    for (Index i = 0; i < vectors.size(); ++i)
        ASSERT_NEAR(vectors.rows().row(i).norm(), built_in_norm(64), 0.005) << vectors.word(i);
    EXPECT_NEAR(vectors.typical_norm(), std::sqrt(32.0), 0.001);
    EXPECT_LT(vectors.rows().colwise().mean().norm(), 0.15 * built_in_norm(64)) << "the mean is about removed";
}

TEST(BuiltIn, KnowsEveryWordOfTheExampleSentence) {
    for (const char* word :
         {"the", "king", "and", "queen", "ate", "bread", "drank", "water", "in", "month", "of", "march"})
        EXPECT_TRUE(built_in_vectors().find(word).has_value()) << word;
    EXPECT_TRUE(built_in_vectors().find("King").has_value());
    EXPECT_FALSE(built_in_vectors().find("oscilloscope").has_value());
}

TEST(BuiltIn, NeighboursMakeSense) {
    EXPECT_GE(common(neighbours("king"), {"kings", "reign", "judah", "assyria", "persia", "josiah", "jehoshaphat"}), 3);
    EXPECT_GE(common(neighbours("queen"), {"esther", "vashti", "king's", "royal", "ahasuerus"}), 3);
    EXPECT_GE(common(neighbours("bread"), {"eat", "drink", "wine", "unleavened", "corn", "cakes", "leavened"}), 4);
    EXPECT_GE(common(neighbours("water"), {"drink", "thirsty", "waters", "fountain", "fountains", "rivers", "cup"}), 4);
    EXPECT_GE(common(neighbours("month"), {"day", "seventh", "ninth", "eighth", "twelfth", "eleventh", "adar"}), 4);
    EXPECT_GE(common(neighbours("mother"), {"sister", "daughter", "wife", "father's", "she", "mother's"}), 4);
    EXPECT_GE(common(neighbours("daughter"), {"wife", "sister", "mother", "bare"}), 3);
    EXPECT_GE(common(neighbours("seven"), {"three", "six", "two", "forty", "fourteen", "hundred"}), 4);
    EXPECT_GE(common(neighbours("sword"), {"bow", "spear", "battle", "war", "arrow", "arrows", "swords"}), 4);
    EXPECT_GE(common(neighbours("silver"), {"gold", "shekels", "talents", "talent", "weight"}), 4);
    EXPECT_GE(common(neighbours("sheep"), {"flock", "flocks", "oxen", "ox", "shepherd", "pasture", "goats"}), 4);
}

TEST(BuiltIn, AttentionOfTheExampleSentenceIsAPictureNotAnIdentity) {
    const auto tokens =
        *tokenize("the king and the queen ate bread and drank water in the month of march", Tokenizer::words, 99);
    const Matrix x = embed(tokens, built_in_vectors()).vectors;
    MatrixD weights = ((x * x.transpose()) / std::sqrt(64.0F)).cast<double>().array().exp();
    for (Index i = 0; i < weights.rows(); ++i) weights.row(i) /= weights.row(i).sum();
    const Index king = 1, queen = 4, bread = 6, drank = 8, water = 9;
    EXPECT_GT(weights(king, queen), 2 * weights(king, water));
    EXPECT_GT(weights(bread, water), 2 * weights(bread, king));
    EXPECT_GT(weights(water, drank), 2 * weights(water, king));
    for (const Index i : {king, queen, bread, drank, water}) {
        EXPECT_GT(weights(i, i), 0.4);
        EXPECT_LT(weights(i, i), 0.85);
    }
}

// ---- tokens to vectors

TEST(Embed, TakesVocabularyRowsAndMarksTheOthers) {
    const WordVectors& vectors = built_in_vectors();
    const Embedded e = embed({"king", "frobnicate", "KING"}, vectors);
    EXPECT_THAT(e.origin, testing::ElementsAre(TokenOrigin::vocabulary, TokenOrigin::ngrams, TokenOrigin::vocabulary));
    EXPECT_EQ(e.vectors.row(0), vectors.rows().row(*vectors.find("king")));
    EXPECT_EQ(e.vectors.row(2), e.vectors.row(0));
    EXPECT_NEAR(e.vectors.row(1).norm(), vectors.typical_norm(), 1e-4);
}

TEST(Embed, UnknownWordsThatShareLettersAreCloser) {
    const Embedded e = embed({"frobnicate", "frobnicated", "zyx", "Frobnicate"}, built_in_vectors());
    EXPECT_GT(cosine(e.vectors, 0, 1), 0.6);
    EXPECT_LT(std::abs(cosine(e.vectors, 0, 2)), 0.5);
    EXPECT_GT(cosine(e.vectors, 0, 1), cosine(e.vectors, 0, 2) + 0.3);
    EXPECT_EQ(e.vectors.row(0), e.vectors.row(3)) << "case does not matter";
}

TEST(Embed, AVectorDependsOnTheTokenAlone) {
    const WordVectors& vectors = built_in_vectors();
    const Embedded one = embed({"zyx"}, vectors), many = embed({"king", "qqq", "zyx", "zyx"}, vectors);
    EXPECT_EQ(one.vectors.row(0), many.vectors.row(2));
    EXPECT_EQ(many.vectors.row(2), many.vectors.row(3));
}

TEST(Embed, SingleCharactersOfAnyScriptWork) {
    const Embedded e = embed({"b", "\u05E9\u05C1", " ", "\U0001F600", "\u4E2D"}, built_in_vectors());
    EXPECT_TRUE(e.vectors.allFinite());
    for (Index i = 0; i < 5; ++i) {
        EXPECT_EQ(e.origin[static_cast<std::size_t>(i)], TokenOrigin::ngrams);
        EXPECT_NEAR(e.vectors.row(i).norm(), built_in_norm(64), 0.01);
        for (Index j = 0; j < i; ++j) EXPECT_LT(std::abs(cosine(e.vectors, i, j)), 0.6);
    }
}

TEST(Embed, NgramVectorsAreScaledToTheUsersTable) {
    const WordVectors vectors = small_table();
    const Embedded e = embed({"upwards"}, vectors);
    EXPECT_NEAR(e.vectors.row(0).norm(), std::sqrt((1 + 8 + 9 + 1.25) / 4), 1e-5);
}

}  // namespace word_vectors_test
}  // namespace attnscope
