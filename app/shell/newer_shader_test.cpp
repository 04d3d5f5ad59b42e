// Shaders on disk, in whatever state: the pictures stay, and what is wrong is said.
#include <cstdlib>
#include <filesystem>
#include <random>

#include "app/shell/headless_fixture.hpp"
#include "assets/embedded.hpp"
#include "core/io/file.hpp"
#include "core/io/temp_folder.hpp"

namespace attnscope {
namespace newer_shader_test {

class NewerShader : public HeadlessApp {
protected:
    void SetUp() override {
        std::filesystem::create_directories(folder / "shaders");
        ASSERT_EQ(::setenv("ATTNSCOPE_ASSETS", folder.path().c_str(), 1), 0);
    }
    void TearDown() override { ::unsetenv("ATTNSCOPE_ASSETS"); }

    // Written a second later each time: what is watched is the file's date.
    void write(const std::string& bytes) {
        const std::filesystem::path file = folder / "shaders/cells.frag";
        ASSERT_TRUE(write_file_atomically(file, bytes).has_value());
        date += std::chrono::seconds(1);
        std::filesystem::last_write_time(file, date);
    }
    Image map() {
        const Rect cells = *app.area_of("heatmap");
        Image all = screen->pixels(), part;
        part.width = static_cast<int>(cells.width()) - 4;
        part.height = static_cast<int>(cells.height()) - 4;
        for (int y = 0; y < part.height; ++y)
            for (int x = 0; x < part.width; ++x)
                part.pixels.push_back(
                    all.at(x + static_cast<int>(cells.min.x) + 2, y + static_cast<int>(cells.min.y) + 2));
        return part;
    }

    TempFolder folder;
    std::string source{embedded("shaders/cells.frag")};
    std::filesystem::file_time_type date = std::filesystem::file_time_type::clock::now();
};

TEST_F(NewerShader, ThatIsMissingOrBrokenLeavesThePicturesAsTheyAre) {
    open(900, 600);
    const Image wanted = map();  // nothing on disk
    EXPECT_EQ(app.message(), "");
    std::mt19937 random(1);
    std::vector<std::string> broken{"", "\n", std::string(2000, '\0'), std::string(300, '\xfe'),
                                    "#version 330\nvoid main() {"};
    // Cut off anywhere before its last line ends main().
    for (int i = 0; i < 12; ++i) broken.push_back(source.substr(0, random() % (source.rfind('}') - 1)));
    for (const std::string& text : broken) {
        SCOPED_TRACE(text.substr(0, 60));
        app.say("something else", false);
        rest();
        ASSERT_EQ(app.message(), "something else");
        ASSERT_NO_FATAL_FAILURE(write(text));
        rest();
        EXPECT_EQ(compare(wanted, map(), 0).differing, 0U);
        EXPECT_NE(app.message().find("shader"), std::string::npos) << app.message();
    }
}

TEST_F(NewerShader, ThatIsBrokenAtTheStartIsNotTaken) {
    open(900, 600);
    const Image wanted = map();
    ASSERT_EQ(app.message(), "");
    ASSERT_NO_FATAL_FAILURE(write("#version 330\nvoid main() {"));
    screen.reset();
    open(900, 600);
    EXPECT_EQ(compare(wanted, map(), 0).differing, 0U);
    EXPECT_NE(app.message().find("shader"), std::string::npos) << app.message();
}

TEST_F(NewerShader, ThatIsSoundIsTaken) {
    open(900, 600);
    const Image before = map();
    std::string inverted = source;
    inverted.insert(inverted.rfind('}'), " color.rgb = 1.0 - color.rgb; ");
    ASSERT_NO_FATAL_FAILURE(write(inverted));
    rest();
    EXPECT_EQ(app.message(), "");
    EXPECT_GT(compare(before, map(), 8).differing, before.pixels.size() / 2);
    std::filesystem::remove(folder / "shaders/cells.frag");
    rest();
    EXPECT_EQ(compare(before, map(), 0).differing, 0U) << "without it that inside is taken";
}

}  // namespace newer_shader_test
}  // namespace attnscope
