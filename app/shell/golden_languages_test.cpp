// Lessons in lecture mode, and the window, in each language: pictures as they should look.
#include <algorithm>
#include <ostream>

#include "app/shell/golden.hpp"

namespace attnscope {
namespace golden_languages_test {

struct Shown {
    const char* lesson;
    std::size_t step;  // from 1
    Language language;
};

// In a test's name: without it gtest prints bytes, which differ from run to run.
std::ostream& operator<<(std::ostream& out, const Shown& shown) {
    return out << shown.lesson << " " << shown.step << " " << code_of(shown.language);
}

class GoldenLesson : public Golden, public testing::WithParamInterface<Shown> {};

std::vector<Shown> one_step_of_each_panel() {
    std::vector<Shown> all;
    for (const Language language : {Language::english, Language::persian, Language::hebrew})
        for (const Shown& step :
             {Shown{"masks", 2, language}, Shown{"sinusoids", 2, language},
              Shown{"kernels-and-performers", 5, language}, Shown{"what-length-costs", 5, language}})
            all.push_back(step);
    return all;
}

}  // namespace golden_languages_test

using namespace golden_languages_test;

TEST_P(GoldenLesson, IsShown) {
    const Shown& shown = GetParam();
    workspace.language = shown.language;
    const Result<ReadLesson> read = find_lesson(shown.lesson, workspace);
    ASSERT_TRUE(read.has_value()) << read.error().what;
    app.start_lecture(read->lesson, shown.step - 1, {});
    open(1180, 664);
    expect_picture(std::string("lesson_") + shown.lesson + "_" + std::string(code_of(shown.language)));
    set_language(Language::english);
}

INSTANTIATE_TEST_SUITE_P(GoldenLessons, GoldenLesson, testing::ValuesIn(one_step_of_each_panel()),
                         [](const testing::TestParamInfo<Shown>& shown) {
                             std::string name =
                                 shown.param.lesson + std::string("_") + std::string(code_of(shown.param.language));
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

TEST_F(Golden, TheWindowInPersian) {
    workspace.language = Language::persian;
    open(1280, 800);
    expect_picture("window_fa");
    set_language(Language::english);
}

TEST_F(Golden, TheWindowInHebrewInTheLightTheme) {
    workspace.language = Language::hebrew;
    workspace.theme = ThemeName::light;
    ASSERT_NE(workspace.find_panel("positions"), nullptr);
    workspace.activate(static_cast<std::size_t>(workspace.find_panel("positions") - workspace.entries().data()));
    open(1280, 800);
    expect_picture("window_he");
    set_language(Language::english);
}

}  // namespace attnscope
