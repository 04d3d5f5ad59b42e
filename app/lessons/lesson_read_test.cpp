#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <fstream>

#include "app/lessons/lesson.hpp"
#include "app/lessons/test_panel.hpp"
#include "core/text/utf8.hpp"
#include "project_paths.hpp"

namespace attnscope {
namespace lesson_read_test {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

const Workspace& panels() {
    static const Workspace workspace(lesson_test_panels());
    return workspace;
}

ReadLesson parsed(std::string_view text) {
    auto lesson = parse_lesson(text, "my.toml", panels());
    EXPECT_TRUE(lesson) << lesson.error().what << "\n" << text;
    return lesson ? *lesson : ReadLesson();
}

std::string error_of(std::string_view text) {
    const auto lesson = parse_lesson(text, "my.toml", panels());
    return lesson ? "" : lesson.error().what;
}

constexpr std::string_view head = "title = { en = \"Lesson\" }\n";                                     // line 1
constexpr std::string_view good = "[[step]]\ntitle.en = \"T\"\npanel = \"first\"\ntext.en = \"A\"\n";  // lines 2 to 5

/// The only problem of a step that has these lines, from line 9 on; the good step before it is there in any case.
std::string problem_of(std::string_view lines) {
    const ReadLesson read =
        parsed(std::string(head) + std::string(good) + "[[step]]\npanel = \"first\"\n\n" + std::string(lines));
    EXPECT_THAT(read.problems, SizeIs(1)) << lines;
    EXPECT_THAT(read.lesson.steps, SizeIs(1)) << lines;
    return read.problems.empty() ? "" : read.problems.front();
}

/// The same of a step that has a title and a text, too, before the line.
std::string problem_with(std::string_view line) {
    return problem_of("title.en = \"T\"\ntext.en = \"A\"\n" + std::string(line));
}

TEST(LessonRead, ReadsAWholeLesson) {
    const ReadLesson read = parsed(R"(
title = { en = "What it computes", fa = "چه حساب می‌کند", he = "מה זה מחשב" }
summary = { en = "One sentence." }

[[step]]
title = { en = "Every word asks" }
panel = "second"
set = { words = "b", level = 1, mask = "causal", heads = true, count = 7 }
part = "heads"
zoom = [0, 16.5, 1.0, 0]
controls = ["mask", "level"]
text = { en = """
The row of **king** holds its [weights](level).
""", fa = "متن" }
try = { en = "Lower it." }
mistake = { en = "A mistake." }
question = { en = "Which?" }
answer = { en = "All." }
notes = { en = "Only the speaker." }
play = { key = "count", from = 1, to = 10, seconds = 6 }
)");
    EXPECT_THAT(read.problems, IsEmpty());
    EXPECT_EQ(read.lesson.name, "my");
    EXPECT_EQ(read.lesson.title.in(Language::hebrew), "מה זה מחשב");
    EXPECT_EQ(read.lesson.summary.in(Language::persian), "One sentence.") << "English, where a language is missing";
    ASSERT_THAT(read.lesson.steps, SizeIs(1));
    const LessonStep& step = read.lesson.steps[0];
    EXPECT_EQ(step.title.in(Language::english), "Every word asks");
    EXPECT_EQ(step.text.in(Language::english), "The row of **king** holds its [weights](level).\n");
    EXPECT_EQ(step.text.in(Language::persian), "متن");
    EXPECT_EQ(step.attempt.in(Language::english), "Lower it.");
    EXPECT_EQ(step.mistake.in(Language::english), "A mistake.");
    EXPECT_EQ(step.question.in(Language::english), "Which?");
    EXPECT_EQ(step.answer.in(Language::english), "All.");
    EXPECT_EQ(step.notes.in(Language::english), "Only the speaker.");
    EXPECT_EQ(step.panel, "second");
    EXPECT_EQ(step.set, (ParamValues{{"words", Value(std::string("b"))},
                                     {"level", Value(1.0)},
                                     {"mask", Value(std::string("causal"))},
                                     {"heads", Value(true)},
                                     {"count", Value(std::int64_t{7})}}))
        << "in the order of the file, and a real is one";
    EXPECT_EQ(step.part, "heads");
    EXPECT_EQ(step.zoom, (std::array{0.0, 16.5, 1.0, 0.0}));
    EXPECT_THAT(step.controls, ElementsAre("mask", "level"));
    EXPECT_EQ(step.play, (Play{"count", 1, 10, 6}));
}

TEST(LessonRead, TheSmallestLessonNeedsTitleTextAndPanel) {
    const ReadLesson read = parsed(std::string(head) + std::string(good));
    EXPECT_THAT(read.problems, IsEmpty());
    ASSERT_THAT(read.lesson.steps, SizeIs(1));
    EXPECT_THAT(read.lesson.steps[0].set, IsEmpty());
    EXPECT_FALSE(read.lesson.steps[0].zoom);
    EXPECT_FALSE(read.lesson.steps[0].play);
}

TEST(LessonRead, LeavesTheSettingsOfThePanelsAsTheyAre) {
    Workspace workspace(lesson_test_panels());
    const ParamValues before = capture(workspace.active().params);
    const auto lesson =
        parse_lesson(std::string(good) + "set = { level = 1, heads = true }\npart = \"heads\"\n", "a.toml", workspace);
    ASSERT_TRUE(lesson);
    EXPECT_THAT(lesson->lesson.steps, SizeIs(1));
    EXPECT_EQ(capture(workspace.active().params), before);
    workspace.record_changes("");
    EXPECT_FALSE(workspace.can_undo());
}

TEST(LessonRead, AStepWithoutPanelTitleOrTextIsLeftOut) {
    EXPECT_EQ(problem_of("title.en = \"T\""),
              "my.toml:6: a step needs a text: text = { en = \"...\" }; step 2 was left out");
    EXPECT_EQ(problem_of("text.en = \"T\""),
              "my.toml:6: a step needs a title: title = { en = \"...\" }; step 2 was left out");
    EXPECT_EQ(problem_of("title.en = \"T\"\ntext = { fa = \"A\" }"),
              "my.toml:10: text has no text in English: en = \"...\"; step 2 was left out");
    EXPECT_EQ(problem_of("title.en = \"T\"\ntext.en = \" \\n\""),
              "my.toml:10: text.en: the text is empty; step 2 was left out");
    EXPECT_EQ(problem_of("title.en = \"T\"\ntext = \"A\""),
              "my.toml:10: text must be a table of languages like { en = \"...\" }, not a text; step 2 was left out");
    EXPECT_EQ(problem_of("title.en = \"T\"\ntext.en = 3"),
              "my.toml:10: text.en: it must be a text, not a whole number; step 2 was left out");
    const auto with_panel = [](const std::string& line) {
        return parsed(std::string(head) + std::string(good) + "[[step]]\ntitle.en = \"T\"\ntext.en = \"A\"\n" + line)
            .problems;
    };
    EXPECT_THAT(with_panel(""),
                ElementsAre("my.toml:6: a step needs a panel, one of first, second; step 2 was left out"));
    EXPECT_THAT(with_panel("panel = \"third\""),
                ElementsAre("my.toml:9: there is no panel \"third\"; there are first, second; step 2 was left out"));
    EXPECT_THAT(with_panel("panel = 3"),
                ElementsAre("my.toml:9: panel must be one of first, second, not a whole number; step 2 was left out"));
}

TEST(LessonRead, WrongSettingsSayWhatWouldBeRight) {
    EXPECT_EQ(
        problem_with("set = { levle = 1 }"),
        "my.toml:11: first has no parameter \"levle\"; it has level, count, heads, mask, words; step 2 was left out");
    EXPECT_THAT(problem_with("set.level = 1\nset.count = 11"),
                StartsWith("my.toml:12: count: 11 is out of range; it must be a whole number from 1 to 10"));
    EXPECT_THAT(problem_with("set.level = 2.5"),
                StartsWith("my.toml:11: level: 2.5 is out of range; it must be a number"));
    EXPECT_THAT(problem_with("set.level = nan"), StartsWith("my.toml:11: level: nan is not a number; it must be"));
    EXPECT_THAT(problem_with("set.count = 1.0"), StartsWith("my.toml:11: count: 1 is not a whole number; it must be"));
    EXPECT_THAT(problem_with("set.mask = \"full\""), HasSubstr("it must be one of none, causal"));
    EXPECT_THAT(problem_with("set.words = [1]"),
                HasSubstr("words must be UTF-8 text of at most 100 bytes, not an array"));
    EXPECT_THAT(problem_with("set.words = \"" + std::string(101, 'a') + "\""), HasSubstr("101 bytes"));
    EXPECT_THAT(problem_with("set = 3"),
                HasSubstr("set must be a table like { temperature = 0.5 }, not a whole number"));
}

TEST(LessonRead, WrongPartsZoomsAndControlsSayWhatWouldBeRight) {
    EXPECT_EQ(problem_with("part = \"heads\""),
              "my.toml:11: part \"heads\" is not there; it must be one of map; step 2 was left out");
    EXPECT_EQ(problem_with("part = \"mpa\"\nset.heads = true"),
              "my.toml:11: part \"mpa\" is not there; it must be one of map, heads; step 2 was left out");
    EXPECT_THAT(problem_with("part = 1"), HasSubstr("part must be one of map, not a whole number"));
    for (const char* bad :
         {"[]", "[0, 1, 1]", "[0, 1, 1, 0, 1]", "[0, 1, 1, inf]", "[nan, 1, 1, 0]", "[0, 1, \"1\", 0]"})
        EXPECT_THAT(problem_with(std::string("zoom = ") + bad),
                    AllOf(StartsWith("my.toml:11: zoom must be four numbers like [0.0, 16.0, 1.0, 0.0]")))
            << bad;
    EXPECT_THAT(problem_with("zoom = 3"), HasSubstr("zoom must be four numbers"));
    EXPECT_THAT(problem_with("zoom = [2, 2.0, 1, 0]"), HasSubstr("left and right must differ"));
    EXPECT_THAT(problem_with("zoom = [0, 2, 1, 1]"), HasSubstr("bottom and top"));
    EXPECT_THAT(problem_with("controls = [\"level\",\n\"lvl\"]"),
                AllOf(StartsWith("my.toml:12: first has no parameter \"lvl\"; it has level, count")));
    EXPECT_THAT(problem_with("controls = [\"level\", \"level\"]"), HasSubstr("level stands twice"));
    EXPECT_THAT(problem_with("controls = [1]"), HasSubstr("a list of parameters like [\"temperature\"]"));
    EXPECT_THAT(problem_with("controls = \"level\""), HasSubstr("a list of parameters like [\"temperature\"]"));
}

TEST(LessonRead, WrongPlaysSayWhatWouldBeRight) {
    EXPECT_THAT(problem_with("play = 3"), HasSubstr("play must be a table like { key = \"temperature\", from"));
    EXPECT_THAT(problem_with("play = { key = \"level\", from = 0 }"),
                HasSubstr("play has no to; it must be a table like {"));
    EXPECT_THAT(problem_with("play = { key = \"lvl\", from = 0, to = 1 }"), HasSubstr("it has level, count"));
    EXPECT_THAT(problem_with("play = { key = \"mask\", from = 0, to = 1 }"), HasSubstr("mask is no number"));
    EXPECT_THAT(problem_with("play = { key = 1, from = 0, to = 1 }"), HasSubstr("the key of a parameter"));
    EXPECT_THAT(problem_with("play = { key = \"level\", from = 0, to = 9 }"),
                HasSubstr("play.to: level: 9 is out of range; it must be a number"));
    EXPECT_THAT(problem_with("play = { key = \"level\", from = \"0\", to = 1 }"),
                HasSubstr("play.from must be a number"));
    EXPECT_THAT(problem_with("play = { key = \"count\", from = 1.5, to = 3 }"), HasSubstr("1.5 is not a whole number"));
    EXPECT_THAT(problem_with("play = { key = \"count\", from = 1, to = 1e300 }"), HasSubstr("play.to: count: "));
    EXPECT_THAT(problem_with("play = { key = \"level\", from = 1, to = 1.0 }"), HasSubstr("must differ"));
    for (const char* bad : {"0.09", "601", "nan", "inf", "-1", "\"5\""})
        EXPECT_THAT(problem_with(std::string("play = { key = \"level\", from = 0, to = 1, seconds = ") + bad + " }"),
                    HasSubstr("play.seconds must be a number from 0.1 to 600"));
    EXPECT_EQ(parsed(std::string(good) + "play = { key = \"level\", from = 0, to = 1 }").lesson.steps[0].play,
              (Play{"level", 0, 1, 5}));
}

TEST(LessonRead, EnglishTextsThatAreWrongLeaveTheirStepOut) {
    EXPECT_THAT(problem_with("notes.en = \"a **b\""),
                AllOf(StartsWith("my.toml:11: notes.en: \"**b\": this bold text does not end"), HasSubstr("left out")));
    EXPECT_THAT(problem_with("try.en = \"[a](levle)\""),
                HasSubstr("try.en: first has no parameter \"levle\"; it has level, count"));
    EXPECT_THAT(problem_with("try.en = \"[a](cell:-1,0)\""), HasSubstr("no target"));
    EXPECT_THAT(problem_with("mistake.en = \"[1](=weights)\""), HasSubstr("no target"));
    EXPECT_EQ(problem_with("answer.en = \"a\""),
              "my.toml:11: an answer needs a question: question = { en = \"...\" }; step 2 was left out");
    EXPECT_THAT(problem_of("title.en = \"a\\n\\nb\"\ntext.en = \"A\""), HasSubstr("it must be one paragraph"));
}

TEST(LessonRead, LimitsCountTheCharactersThatAreSeen) {
    struct Limit {
        const char* key;
        std::size_t most;
    };
    for (const Limit& limit :
         {Limit{"title", 60}, {"text", 420}, {"try", 160}, {"mistake", 240}, {"question", 160}, {"notes", 600}}) {
        std::string letters;
        for (std::size_t i = 0; i < limit.most; ++i) letters += "ب";
        const auto with = [&](const std::string& more) {
            const std::string key = limit.key;
            std::string step =
                "[[step]]\npanel = \"first\"\n" + key + ".en = \"[**" + letters + more + "**](level)\"\n";
            if (key != "title") step += "title.en = \"T\"\n";
            if (key != "text") step += "text.en = \"T\"\n";
            return parsed(std::string(head) + std::string(good) + step).problems;
        };
        EXPECT_THAT(with(""), IsEmpty()) << limit.key;
        EXPECT_THAT(
            with("ש"),
            ElementsAre(HasSubstr(fmt::format("my.toml:8: {}.en: {} characters are too many; at most {} are right",
                                              limit.key, limit.most + 1, limit.most))));
    }
}

TEST(LessonRead, TranslationsThatAreWrongAreLeftOutAlone) {
    const ReadLesson read =
        parsed(std::string(head) + "summary = { en = \"S\", he = \"\" }\n" +
               "[[step]]\npanel = \"first\"\ntitle = { en = \"T\", fa = \"**\", he = \"ט\" }\n" +
               "text = { en = \"A\", fa = \"[ا](lvl)\", he = \"" + std::string(421, 'a') + "\" }\n");
    EXPECT_THAT(
        read.problems,
        ElementsAre("my.toml:2: summary.he: the text is empty; this translation was left out",
                    AllOf(StartsWith("my.toml:5: title.fa: \"**\": "), HasSubstr("; this translation was left out")),
                    AllOf(StartsWith("my.toml:6: text.fa: first has no parameter \"lvl\"; it has level")),
                    AllOf(StartsWith("my.toml:6: text.he: 421 characters are too many; at most 420"))));
    ASSERT_THAT(read.lesson.steps, SizeIs(1));
    EXPECT_EQ(read.lesson.steps[0].title.by_language, (std::array<std::string, 3>{"T", "", "ט"}));
    EXPECT_EQ(read.lesson.steps[0].text.by_language, (std::array<std::string, 3>{"A", "", ""}));
}

TEST(LessonRead, TheLessonsOwnTextsThatAreWrongAreLeftOut) {
    const auto read = [](const std::string& top) { return parsed(top + "\n" + std::string(good)); };
    EXPECT_THAT(read("").problems, ElementsAre("my.toml:1: there is no title: title = { en = \"...\" }"));
    const ReadLesson wrong = read("title = { en = \"*a\", fa = \"ا\" }\nsummary = { en = \"[a](level)\" }");
    EXPECT_THAT(
        wrong.problems,
        ElementsAre(
            AllOf(StartsWith("my.toml:1: title.en: "), HasSubstr("; it was left out")),
            "my.toml:2: summary.en: the link [a] names nothing; links stand in the texts of steps; it was left out"));
    EXPECT_EQ(wrong.lesson.title, LessonText());
    EXPECT_EQ(wrong.lesson.summary, LessonText());
    EXPECT_THAT(wrong.lesson.steps, SizeIs(1));
}

TEST(LessonRead, UnknownKeysAreProblemsThatLeaveNothingOut) {
    const ReadLesson read =
        parsed(std::string(head) + "titel = 1\n" + std::string(good) +
               "texts = 3\ntitle.xx = \"a\"\nplay = { key = \"level\", from = 0, to = 1, loop = true }\n");
    EXPECT_THAT(read.problems,
                testing::UnorderedElementsAre(
                    "my.toml:2: titel means nothing here; there are title, summary, step",
                    AllOf(StartsWith("my.toml:7: texts means nothing here; there are title, panel, set, part")),
                    "my.toml:8: title.xx means nothing here; there are en, fa, he",
                    "my.toml:9: loop means nothing here; there are key, from, to, seconds"));
    ASSERT_THAT(read.lesson.steps, SizeIs(1));
    EXPECT_TRUE(read.lesson.steps[0].play);
}

TEST(LessonRead, FilesWithoutStepsAreErrors) {
    EXPECT_EQ(error_of(""), "my.toml:1: there is no step; each begins with a line [[step]]");
    EXPECT_EQ(error_of("# nothing\n"), error_of(""));
    EXPECT_EQ(error_of("[[steps]]\n"),
              "my.toml:1: there is no step; each begins with a line [[step]]; "
              "my.toml:1: steps means nothing here; there are title, summary, step");
    EXPECT_EQ(error_of("\n[step]\n"), "my.toml:2: step must be a list; each step begins with a line [[step]]");
    EXPECT_EQ(error_of("step = []"), "my.toml:1: a lesson has at least one step");
    EXPECT_EQ(error_of("step = [1]"), "my.toml:1: a step must be a table; it begins with a line [[step]]");
    EXPECT_EQ(error_of("[[step]]\n[[step]]\n"),
              "my.toml:1: a step needs a panel, one of first, second; step 1 was left out");
}

TEST(LessonRead, BrokenFilesNameTheirLine) {
    EXPECT_THAT(error_of(std::string(good) + "title.en = \"again\"\n"), StartsWith("my.toml:5:"));
    EXPECT_THAT(error_of(std::string(good) + "panel = \"first\"\n"), StartsWith("my.toml:5:"));
    EXPECT_THAT(error_of(std::string(good) + "notes.en = \"\"\"open\n"),
                AllOf(StartsWith("my.toml:"), HasSubstr("string")));
    EXPECT_EQ(error_of(std::string(good) + "# \xff"), "my.toml:5:3: this is not UTF-8 (" +
                                                          std::string(code_point_at("\xff", 0).fault) +
                                                          "); a lesson is saved as UTF-8");
    EXPECT_THAT(error_of("a = " + std::string(100000, '[')), StartsWith("my.toml:1:"));
    std::string dots = "a";
    for (int i = 0; i < 50000; ++i) dots += ".a";
    EXPECT_THAT(error_of(dots + " = 1"), AllOf(StartsWith("my.toml:1:"), HasSubstr("dots")));
    EXPECT_EQ(error_of(std::string(262145, '\n')),
              "my.toml: 262145 bytes are too many for a lesson, which has at most 262144");
}

TEST(LessonRead, EndlessFilesAreReadAsFarAsALessonGoes) {
    std::string text(head);
    for (int i = 0; i < 100; ++i) text += good;
    const ReadLesson read = parsed(text);
    EXPECT_THAT(read.lesson.steps, SizeIs(lesson_steps_max));
    EXPECT_THAT(read.problems, ElementsAre("my.toml:162: a lesson has at most 40 steps; the others were left out"));

    std::string keys(head);
    for (int i = 0; i < 5000; ++i) keys += fmt::format("k{} = 1\n", i);
    const ReadLesson many = parsed(keys + std::string(good));
    EXPECT_THAT(many.lesson.steps, SizeIs(1));
    EXPECT_THAT(many.problems, SizeIs(101));
    EXPECT_EQ(many.problems.back(), "my.toml:102: here and below there are more problems");
}

TEST(LessonRead, EveryTruncationIsReadOrRefusedWithItsName) {
    std::ifstream file(ATTNSCOPE_SOURCE_DIR "/app/lessons/corpus/lesson_fuzz/full.toml");
    const std::string whole{std::istreambuf_iterator<char>(file), {}};
    ASSERT_GT(whole.size(), 500U);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto lesson = parse_lesson(std::string_view(whole).substr(0, size), "my.toml", panels());
        if (lesson)
            EXPECT_THAT(lesson->lesson.steps, testing::Not(IsEmpty()));
        else
            EXPECT_THAT(lesson.error().what, StartsWith("my.toml:"));
    }
}

TEST(LessonRead, NamesAreThoseOfTheFilesWithoutNumber) {
    EXPECT_EQ(lesson_name("a/b/01-what-it-is.toml"), "what-it-is");
    EXPECT_EQ(lesson_name("what.toml"), "what");
    EXPECT_EQ(lesson_name("3d.toml"), "3d");
    EXPECT_EQ(lesson_name("07.toml"), "07");
    EXPECT_EQ(lesson_name("07-.toml"), "07-");
    EXPECT_EQ(lesson_name("-a.toml"), "-a");
}

TEST(LessonRead, FilesAreReadWithALimit) {
    const auto missing = read_lesson("no/such.toml", panels());
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::io);
    const std::string path = testing::TempDir() + "/12-large.toml";
    std::ofstream(path) << std::string(lesson_max_bytes + 1, '\n');
    const auto large = read_lesson(path, panels());
    ASSERT_FALSE(large);
    EXPECT_THAT(large.error().what, HasSubstr("262144"));
    std::ofstream(path) << head << good;
    const auto lesson = read_lesson(path, panels());
    ASSERT_TRUE(lesson) << lesson.error().what;
    EXPECT_EQ(lesson->lesson.name, "large");
    EXPECT_THAT(lesson->problems, IsEmpty());
}

}  // namespace lesson_read_test
}  // namespace attnscope
