// The panel driven as the window drives it, without one.
#include <GLFW/glfw3.h>
#include <gmock/gmock.h>

#include <cmath>
#include <thread>

#include "app/panels/attention/pinned_panel.hpp"
#include "core/io/temp_folder.hpp"

namespace attnscope::attention_panel {
namespace panel_test {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// "gamma delta gamma delta ...": many enough that the result is not there at once.
std::string long_text() {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += "gamma delta ";
    return text;
}

// ---- results -----------------------------------------------------------------------------------------------------

TEST(AttentionPanel, IsStaleUntilTheResultIsThere) {
    AttentionPanel panel;
    panel.update();
    panel.wait();
    EXPECT_FALSE(panel.status().stale);
    EXPECT_FALSE(panel.status().error);
    panel.params().text = "some other words";
    panel.update();
    panel.wait();
    EXPECT_FALSE(panel.status().stale);
    EXPECT_THAT(panel.explain_text(), Not(HasSubstr("queen")));
}

TEST(AttentionPanel, WakesTheWindowWhenAResultIsReady) {
    static std::atomic<int> calls;
    calls = 0;
    AttentionPanel panel;
    panel.set_wake([] { ++calls; });
    panel.wait();
    // The map is not computed to its end when the strip, which holds every head, is there before it.
    for (int i = 0; i < 200 && calls < 1; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_GE(calls, 1);
}

TEST(AttentionPanel, AnErrorIsSaidAndThePictureBeforeStays) {
    AttentionPanel panel;
    prepare(panel, "alpha beta", 0, 1);
    const std::string before = panel.explain_text();
    EXPECT_THAT(before, HasSubstr("beta"));
    panel.params().text = "";
    panel.wait();
    ASSERT_TRUE(panel.status().error);
    EXPECT_THAT(panel.status().error->what, HasSubstr("the text is empty"));
    EXPECT_FALSE(panel.status().stale);
    EXPECT_EQ(panel.explain_text(), before);
    panel.params().text = "alpha beta gamma";
    panel.wait();
    EXPECT_FALSE(panel.status().error);
}

TEST(AttentionPanel, SaysWhereTheVectorsComeFrom) {
    AttentionPanel panel;
    panel.wait();
    EXPECT_EQ(panel.status().provenance, "vectors: trained on public-domain text");
    panel.params().projection = ProjectionKind::random;
    panel.params().seed = 9;
    panel.wait();
    EXPECT_THAT(panel.status().provenance,
                AllOf(StartsWith("vectors: trained"), HasSubstr("projections: random, seed 9")));
    panel.params().source = Source::random;
    panel.wait();
    EXPECT_THAT(panel.status().provenance, StartsWith("vectors: random, seed 9"));
    EXPECT_EQ(panel.source_key(), "");
    EXPECT_THAT(panel.source_text(), AllOf(HasSubstr("64 random tokens"), HasSubstr("seed 9")));
}

TEST(AttentionPanel, NotesWordsOutsideTheVocabulary) {
    AttentionPanel panel;
    prepare(panel, "the qzxvkw", 0, 1);
    EXPECT_THAT(panel.status().note, HasSubstr("1 of 2 tokens"));
    EXPECT_THAT(panel.explain_text(), StartsWith("the → qzxvkw*: "));
    prepare(panel, "the king", 0, 1);
    EXPECT_EQ(panel.status().note, "");
}

TEST(AttentionPanel, AfterCancelNothingIsComputedUntilSomethingChanges) {
    AttentionPanel panel;
    prepare(panel, "alpha beta", 0, 1);
    panel.params().head = 0;
    panel.params().text = long_text();
    panel.update();
    panel.cancel();
    panel.wait();
    ASSERT_TRUE(panel.status().error);
    EXPECT_EQ(panel.status().error->code, ErrorCode::cancelled);
    EXPECT_FALSE(panel.status().stale);
    EXPECT_THAT(panel.explain_text(), StartsWith("alpha"));
    panel.params().heads = 3;
    panel.wait();
    EXPECT_FALSE(panel.status().error);
    EXPECT_THAT(panel.explain_text(), StartsWith("gamma"));
}

TEST(AttentionPanel, KeysBeforeTheFirstResultDoNothingBad) {
    AttentionPanel panel;
    const auto before = pin_of(panel);
    EXPECT_TRUE(panel.key({.key = GLFW_KEY_DOWN}));
    EXPECT_EQ(pin_of(panel), before);
}

TEST(AttentionPanel, EscapeUnpinsOnceAndIsThenFree) {
    AttentionPanel panel;
    prepare(panel, "a b c", 1, 1);
    EXPECT_TRUE(panel.key({.key = GLFW_KEY_ESCAPE}));
    EXPECT_EQ(pin_of(panel), (std::pair{-1, -1}));
    EXPECT_EQ(panel.explain_text(), "");
    EXPECT_FALSE(panel.key({.key = GLFW_KEY_ESCAPE})) << "nothing to unpin: the window may use it";
}

TEST(AttentionPanel, BracketsGoRoundTheHeadsAndAShowsTheAverage) {
    AttentionPanel panel;
    panel.params().heads = 3;
    panel.params().head = 1;
    const auto after = [&](int key) {
        press(panel, key);
        EXPECT_FALSE(panel.status().error);
        return panel.params().head;
    };
    EXPECT_EQ(after(GLFW_KEY_RIGHT_BRACKET), 2);
    EXPECT_EQ(after(GLFW_KEY_PAGE_DOWN), 3);
    EXPECT_EQ(after(GLFW_KEY_RIGHT_BRACKET), 1);
    EXPECT_EQ(after(GLFW_KEY_LEFT_BRACKET), 3);
    EXPECT_EQ(after(GLFW_KEY_PAGE_UP), 2);
    EXPECT_EQ(after(GLFW_KEY_PAGE_UP), 1);
    EXPECT_EQ(after(GLFW_KEY_A), 0);
    EXPECT_EQ(after(GLFW_KEY_A), 1);
    EXPECT_FALSE(panel.key({.key = GLFW_KEY_A, .control = true})) << "Ctrl+A selects text";
    EXPECT_FALSE(panel.key({.key = GLFW_KEY_Q}));
}

TEST(AttentionPanel, AGoesBackToTheHeadItCameFrom) {
    AttentionPanel panel;
    panel.params().head = 5;
    press(panel, GLFW_KEY_A);
    EXPECT_EQ(panel.params().head, 0);
    press(panel, GLFW_KEY_A);
    EXPECT_EQ(panel.params().head, 5) << "the help says: average of all heads, and back";
}

TEST(AttentionPanel, EveryKeyInTheHelpHasWords) {
    AttentionPanel panel;
    EXPECT_GE(panel.key_help().size(), 4U);
    for (const auto& [keys, what] : panel.key_help()) {
        EXPECT_NE(keys, "");
        EXPECT_NE(what, "");
    }
}

// ---- explain -----------------------------------------------------------------------------------------------------

/// The number at the end, also as 1.23·10⁻⁵ is written.
double last_number(std::string text) {
    text = text.substr(text.rfind(' ') + 1);
    const std::size_t times = text.find("·10");
    if (times == std::string::npos) return std::stod(text);
    std::string power = text.substr(times + std::string("·10").size());
    const char* const signs[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    for (std::size_t digit = 0; digit < std::size(signs); ++digit)
        for (std::size_t at; (at = power.find(signs[digit])) != std::string::npos;)
            power.replace(at, std::string(signs[digit]).size(), std::to_string(digit));
    if (const std::string minus = "⁻"; power.starts_with(minus)) power.replace(0, minus.size(), "-");
    return std::stod(text.substr(0, times)) * std::pow(10.0, std::stod(power));
}

/// What is shown, computed once more.
Shown shown_by(const Params& params) {
    Request r;
    r.queries.text = params.text;
    r.seed = r.queries.seed = static_cast<std::uint64_t>(params.seed);
    r.heads = params.heads;
    r.head = params.head;
    r.dim = r.key_dim = params.dim;
    r.projection = params.projection;
    r.temperature = params.temperature;
    r.mask = params.mask;
    r.mask_size = params.mask == MaskKind::window ? params.window : 0;
    Result<Shown> shown = compute_shown(r, {});
    check(shown.has_value(), "compute_shown failed");
    return std::move(*shown);
}

TEST(AttentionPanel, TheExplanationEndsWithTheWeightThatIsShown) {
    AttentionPanel panel;
    Params& p = panel.params();
    p.text = "the king and the queen ate bread";
    p.temperature = 0.3;
    p.window = 2;
    for (const MaskKind mask : {MaskKind::none, MaskKind::causal, MaskKind::window}) {
        for (const int head : {0, 1, 3}) {
            p.mask = mask;
            p.head = head;
            panel.wait();
            const Shown shown = shown_by(p);
            for (p.pin_query = 0; p.pin_query < 7; ++p.pin_query)
                for (p.pin_key = 0; p.pin_key < 7; ++p.pin_key) {
                    const std::string text = panel.explain_text();
                    const std::string& query = shown.sides.queries.names[static_cast<std::size_t>(p.pin_query)];
                    const std::string& key = shown.sides.queries.names[static_cast<std::size_t>(p.pin_key)];
                    EXPECT_THAT(text, StartsWith(query + " → " + key + ": "));
                    const double weight = shown.weight(p.pin_query, p.pin_key);
                    if (std::isnan((*shown.weights)(p.pin_query, p.pin_key))) {
                        EXPECT_THAT(text, HasSubstr("masked")) << "head " << head;
                        EXPECT_THAT(text, EndsWith(" 0"));
                    } else {
                        EXPECT_NEAR(last_number(text), weight, 6e-3 * weight) << text;
                        if (weight > 1e-3) {
                            EXPECT_NEAR(last_number(text), weight, 6e-4 * weight) << text;
                        }
                    }
                }
        }
    }
}

TEST(AttentionPanel, TheExplanationShowsTheScoreOfTheMap) {
    AttentionPanel panel;
    panel.params().temperature = 2;
    prepare(panel, "the king and the queen", 4, 1);
    const std::string text = panel.explain_text();
    EXPECT_THAT(text, HasSubstr("/ √32 / 2 = "));
    const double score = static_cast<double>((*shown_by(panel.params()).scores)(4, 1));
    EXPECT_NEAR(last_number(text.substr(0, text.find(';'))), score, 6e-4 * std::abs(score)) << text;
}

// ---- the user's own vectors ----------------------------------------------------------------------------------------

TEST(AttentionPanel, ReadsTheUsersVectors) {
    const TempFolder folder;
    AttentionPanel panel;
    panel.params().heads = 1;
    panel.params().dim = 2;
    panel.params().vectors = folder.file("mine.txt", "up 1 0\ndown 0 1\n");
    prepare(panel, "up down up", 0, 1);
    EXPECT_FALSE(panel.status().error);
    EXPECT_FALSE(panel.status().stale);
    EXPECT_THAT(panel.status().provenance, HasSubstr("yours"));
    const double e = std::exp(1 / std::sqrt(2.0));  // q.k is 1 for the same word, 0 for the other
    EXPECT_NEAR(last_number(panel.explain_text()), 1 / (2 * e + 1), 1e-4);
}

TEST(AttentionPanel, AVectorsFileThatCannotBeReadIsAnErrorAndThePictureStays) {
    const TempFolder folder;
    AttentionPanel panel;
    prepare(panel, "alpha beta", 0, 1);
    const std::string before = panel.explain_text();
    for (const std::string& bad : {(folder / "none.txt").string(), folder.file("bad.txt", "up 1 0\ndown 0\n")}) {
        panel.params().vectors = bad;
        panel.wait();
        ASSERT_TRUE(panel.status().error) << bad;
        EXPECT_THAT(panel.status().error->what, HasSubstr(bad.substr(bad.rfind('/') + 1)));
        EXPECT_FALSE(panel.status().stale);
        EXPECT_EQ(panel.explain_text(), before);
        EXPECT_THAT(panel.status().provenance, HasSubstr("trained")) << "the picture is still of the built-in vectors";
    }
    panel.params().vectors = "";
    panel.wait();
    EXPECT_FALSE(panel.status().error);
}

// The result that was on its way when the file was named is of another text than the labels before.
TEST(AttentionPanel, LabelsBelongToTheNumbersWhileAVectorsFileFails) {
    AttentionPanel panel;
    prepare(panel, "alpha beta", 0, 1);
    panel.params().text = long_text();
    panel.update();  // on its way
    panel.params().vectors = "/no such folder/vectors.txt";
    panel.wait();
    ASSERT_TRUE(panel.status().error);
    const std::string shown = panel.explain_text();
    Params as_shown = panel.params();
    if (shown.starts_with("alpha")) as_shown.text = "alpha beta";
    const double weight = shown_by(as_shown).weight(0, 1);
    EXPECT_NEAR(last_number(shown), weight, 6e-3 * weight) << shown;
}

TEST(AttentionPanel, AFileThatWasRepairedIsReadWhenItIsNamedAgain) {
    const TempFolder folder;
    AttentionPanel panel;
    const std::string file = folder.file("mine.txt", "up 1 0\ndown 0\n");
    panel.params().vectors = file;
    panel.wait();
    ASSERT_TRUE(panel.status().error);
    panel.params().vectors = "";
    panel.wait();
    folder.file("mine.txt", "up 1 0\ndown 0 1\n");
    panel.params().vectors = file;
    panel.wait();
    EXPECT_FALSE(panel.status().error) << panel.status().error->what;
}

}  // namespace panel_test
}  // namespace attnscope::attention_panel
