#include "app/lessons/lesson_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stop_token>

#include "app/draw/recording_canvas.hpp"
#include "app/language/scoped_language.hpp"
#include "app/lessons/test_panel.hpp"
#include "project_paths.hpp"

namespace attnscope {
namespace lesson_page_test {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr Color whole_color = Color::hex(0x102030), part_color = Color::hex(0x405060);

/// Its picture is one rectangle; it may refuse to compute.
class PicturePanel final : public Panel {
public:
    PanelInfo info() const override { return {.name = "picture", .title = "picture", .help = "For tests."}; }
    void draw_icon(Canvas& /*canvas*/, const Rect& /*rect*/, Color /*color*/) const override {}
    void describe(Describe& d) override { d.toggle("broken", broken_, {.label = "broken", .help = "an error"}); }
    void update() override {}
    void wait() override { computed_ = true; }
    void cancel() override {}
    PanelStatus status() const override {
        PanelStatus status;
        if (broken_ && computed_) status.error = invalid_input("the picture is broken");
        return status;
    }
    void draw(Canvas& canvas, Interaction& /*interaction*/, const Rect& area) override {
        canvas.fill_rect(area, whole_color);
    }
    void draw_explain(Canvas& /*canvas*/, const Rect& /*area*/) override {}
    std::vector<std::string> parts() const override { return {"map"}; }
    void draw_part(std::string_view /*part*/, Canvas& canvas, Interaction& /*interaction*/, const Rect& area) override {
        canvas.fill_rect(area, part_color);
    }
    DataJob data_job(DataFormat /*format*/) const override {
        return [](const Progress&) -> Result<std::string> { return std::string(); };
    }

private:
    bool broken_ = false, computed_ = false;
};

LessonText text_of(std::string english, std::string persian) {
    LessonText text;
    text.by_language = {std::move(english), std::move(persian), ""};
    return text;
}

LessonStep step_of(std::string panel, std::string title) {
    LessonStep step;
    step.panel = std::move(panel);
    step.title = text_of(std::move(title), "گام");
    step.text = text_of("Prose with [a level](level) and `QK^T`.", "متن با [تراز](level) و `QK^T`.");
    return step;
}

class LessonPage : public testing::Test {
protected:
    LessonPage() {
        lesson_.name = "toy";
        lesson_.title = text_of("Toys", "بازی");
        lesson_.steps = {step_of("first", "Beginning"), step_of("second", "Ending")};
        lesson_.steps[1].question = text_of("Why so", "چرا");
        lesson_.steps[1].answer = text_of("Because", "زیرا");
    }

    static std::vector<PanelFactory> panels() {
        std::vector<PanelFactory> factories = lesson_test_panels();
        factories.emplace_back([] { return std::make_unique<PicturePanel>(); });
        return factories;
    }

    Result<std::string> handout(bool answers = false, const Progress& progress = {}) {
        Workspace workspace(panels());
        Result<Handout> made = make_handout(workspace, lesson_, {.answers = answers}, progress);
        if (!made) return made.error();
        problems_ = made->problems;
        return std::move(made->pdf);
    }

    /// Step `index` as draw_lesson_page() draws it.
    std::unique_ptr<Recorder> page(std::size_t index) {
        Workspace workspace(panels());
        show_step(workspace, lesson_.steps[index]);
        auto canvas = std::make_unique<Recorder>(shaper_);
        draw_lesson_page(
            *canvas, workspace, lesson_, index,
            Rect::sized({0, 0}, static_cast<float>(lesson_page_width), static_cast<float>(lesson_page_height)));
        EXPECT_EQ(canvas->clips, 0);
        return canvas;
    }

    Lesson lesson_;
    std::vector<std::string> problems_;  // of the last handout
    TextShaper shaper_;
};

/// Where the words stand that have this part; far outside where there are none.
Rect box_of(const Recorder& canvas, std::string_view part) {
    for (const TextBox& text : canvas.texts)
        if (text.text.find(part) != std::string::npos) return {text.corners[3], text.corners[1]};
    ADD_FAILURE() << "nowhere: " << part;
    return Rect::sized({-1e6F, -1e6F}, 0, 0);
}

Rect area_of(const Recorder& canvas, Color color) {
    for (const auto& rect : canvas.rects)
        if (rect.second == color) return rect.first;
    ADD_FAILURE() << "no such picture";
    return {};
}

bool installed(const std::string& program) {
    return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0;
}

/// What a program of poppler-utils says of the PDF.
std::string said_of(const std::string& pdf, const std::string& program, const std::string& arguments = "") {
    const auto folder = std::filesystem::path(ATTNSCOPE_BUILD_DIR) / "lesson_page_test";
    std::filesystem::create_directories(folder);
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    const std::string in = (folder / (name + ".pdf")).string(), out = (folder / (name + ".txt")).string();
    std::ofstream(in, std::ios::binary) << pdf;
    EXPECT_EQ(std::system((program + " '" + in + "' " + arguments + " > '" + out + "'").c_str()), 0);
    std::ostringstream said;
    said << std::ifstream(out, std::ios::binary).rdbuf();
    return said.str();
}

TEST_F(LessonPage, AHandoutHasAPageForEachStep) {
    const Result<std::string> pdf = handout();
    ASSERT_TRUE(pdf) << pdf.error().what;
    EXPECT_THAT(*pdf, StartsWith("%PDF-"));
    if (!installed("pdfinfo")) GTEST_SKIP() << "pdfinfo (poppler-utils) is not installed";
    EXPECT_THAT(said_of(*pdf, "pdfinfo"), AllOf(ContainsRegex("Pages: +2\n"), ContainsRegex("Page size: .*A4")));
}

TEST_F(LessonPage, AHandoutsTextIsText) {
    if (!installed("pdftotext")) GTEST_SKIP() << "pdftotext (poppler-utils) is not installed";
    const Result<std::string> pdf = handout();
    ASSERT_TRUE(pdf);
    EXPECT_THAT(said_of(*pdf, "pdftotext -f 1 -l 1", "-"),
                AllOf(HasSubstr("Toys"), HasSubstr("Beginning"), ContainsRegex("1 ?/ ?2"),
                      HasSubstr("Prose with a level"), Not(HasSubstr("Ending"))));
    EXPECT_THAT(said_of(*pdf, "pdftotext -f 2 -l 2", "-"),
                AllOf(HasSubstr("Ending"), ContainsRegex("2 ?/ ?2"), HasSubstr("Why so"), Not(HasSubstr("Because")),
                      Not(HasSubstr("Enter"))));
    const Result<std::string> answers = handout(true);
    ASSERT_TRUE(answers);
    EXPECT_THAT(said_of(*answers, "pdftotext", "-"), HasSubstr("Because"));
}

TEST_F(LessonPage, AHandoutIsTheSameEachTime) {
    for (const Language language : {Language::english, Language::persian}) {
        const ScopedLanguage in(language);
        const Result<std::string> first = handout(), second = handout();
        ASSERT_TRUE(first && second);
        EXPECT_GT(first->size(), 1000U);
        EXPECT_TRUE(*first == *second) << code_of(language);
    }
}

TEST_F(LessonPage, AHandoutIsMadeInPersian) {
    const ScopedLanguage in(Language::persian);
    const Result<std::string> pdf = handout();
    ASSERT_TRUE(pdf) << pdf.error().what;
    EXPECT_THAT(*pdf, StartsWith("%PDF-"));
    if (!installed("pdfinfo")) GTEST_SKIP() << "pdfinfo (poppler-utils) is not installed";
    EXPECT_THAT(said_of(*pdf, "pdfinfo"), ContainsRegex("Pages: +2\n"));
}

TEST_F(LessonPage, AHandoutHasThePictures) {
    lesson_.steps[0].panel = "picture";
    const Result<std::string> with = handout();
    lesson_.steps[0].panel = "first";
    const Result<std::string> without = handout();
    ASSERT_TRUE(with && without);
    EXPECT_FALSE(*with == *without);
}

TEST_F(LessonPage, AStepThatCannotBeComputedKeepsItsPageAndIsSaid) {
    const Result<std::string> whole = handout();
    EXPECT_THAT(problems_, testing::IsEmpty());
    lesson_.steps[1].panel = "picture";
    lesson_.steps[1].set = {{"broken", Value(true)}};
    const Result<std::string> pdf = handout();
    ASSERT_TRUE(whole && pdf);
    EXPECT_THAT(problems_, testing::ElementsAre("step 2: the picture is broken"));
    EXPECT_THAT(*pdf, HasSubstr("/Count 2")) << "pages";
    EXPECT_THAT(*whole, HasSubstr("/Count 2"));
}

TEST_F(LessonPage, AHandoutCanBeStopped) {
    std::stop_source stop;
    stop.request_stop();
    const Result<std::string> pdf = handout(false, Progress(stop.get_token(), nullptr));
    ASSERT_FALSE(pdf);
    EXPECT_EQ(pdf.error().code, ErrorCode::cancelled);
}

TEST_F(LessonPage, AHandoutReportsItsProgressAndLeavesTheLastStep) {
    std::atomic<float> done = 0;
    Workspace workspace(panels());
    ASSERT_TRUE(make_handout(workspace, lesson_, {}, Progress({}, &done)));
    EXPECT_EQ(done, 1);
    EXPECT_TRUE(shows_step(workspace, lesson_.steps[1]));
}

TEST_F(LessonPage, WordsStandAtTheRightOfThePicture) {
    lesson_.steps[0].panel = "picture";
    const std::unique_ptr<Recorder> canvas = page(0);
    const Rect picture = area_of(*canvas, whole_color);
    EXPECT_EQ(picture.min.x, 0);
    EXPECT_NEAR(picture.max.x, 0.64 * lesson_page_width, 1);
    EXPECT_GT(box_of(*canvas, "Beginning").min.x, picture.max.x);
    EXPECT_GT(box_of(*canvas, "Prose").min.x, picture.max.x);
    EXPECT_LT(box_of(*canvas, "Toys").min.x, 40);
    EXPECT_GT(box_of(*canvas, "1 / 2").max.x, lesson_page_width - 40);
}

TEST_F(LessonPage, WordsStandAtTheLeftOfThePictureInPersian) {
    const ScopedLanguage in(Language::persian);
    lesson_.steps[0].panel = "picture";
    const std::unique_ptr<Recorder> canvas = page(0);
    const Rect picture = area_of(*canvas, whole_color);
    EXPECT_EQ(picture.max.x, static_cast<float>(lesson_page_width));
    EXPECT_NEAR(picture.min.x, 0.36 * lesson_page_width, 1);
    for (const char* words : {"گام", "متن"}) {
        EXPECT_LT(box_of(*canvas, words).max.x, picture.min.x) << words;
        EXPECT_GT(box_of(*canvas, words).max.x, picture.min.x - 40) << words << " begins at the column's right end";
    }
    EXPECT_GT(box_of(*canvas, "بازی").max.x, lesson_page_width - 40);
    EXPECT_LT(box_of(*canvas, "۱ / ۲").min.x, 40);
}

TEST_F(LessonPage, ThePictureIsThePartThatTheStepNames) {
    lesson_.steps[0].panel = "picture";
    lesson_.steps[0].part = "map";
    const std::unique_ptr<Recorder> canvas = page(0);
    EXPECT_GT(area_of(*canvas, part_color).width(), 500);
    for (const auto& rect : canvas->rects) EXPECT_FALSE(rect.second == whole_color);
}

}  // namespace lesson_page_test
}  // namespace attnscope
