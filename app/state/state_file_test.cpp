#include "app/state/state_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "core/base/random.hpp"
#include "core/io/file.hpp"
#include "core/io/temp_folder.hpp"
#include "core/text/utf8.hpp"

namespace attnscope {
namespace state_file_test {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

StateFile sample_state() {
    StateFile state;
    state.panel = "attention";
    state.theme = "light";
    state.scale = 1.25;
    state.window_width = 1600;
    state.window_height = 1000;
    state.panels["attention"] = {{"temperature", Value(0.1 + 0.2)},
                                 {"mask", Value(std::string("causal"))},
                                 {"heads", Value(std::int64_t{8})},
                                 {"whole", Value(2.0)},
                                 {"average", Value(true)}};
    state.panels["positions"] = {};
    return state;
}

StateFile parsed(std::string_view text) {
    auto state = parse_state(text, "s.toml");
    EXPECT_TRUE(state) << state.error().what << "\n" << text;
    return state ? *state : StateFile();
}

/// A state with this one text survives the way to TOML and back.
void expect_text_survives(const std::string& text) {
    StateFile state;
    state.panels["p"] = {{"text", Value(text)}, {"after", Value(std::int64_t{1})}};
    EXPECT_EQ(parsed(format_state(state)), state) << format_state(state);
}

TEST(StateFile, IsReadableAndInAStableOrder) {
    StateFile state = sample_state();
    state.panels["attention"].emplace_back("text", Value(std::string("one \"two\"\nthree")));
    EXPECT_EQ(format_state(state), "# The state of AttnScope " ATTNSCOPE_VERSION
                                   ". Written when the program ends; edit it while it does not run.\n"
                                   "version = 1\n"
                                   "panel = \"attention\"\n"
                                   "theme = \"light\"\n"
                                   "scale = 1.25\n"
                                   "\n"
                                   "[window]\n"
                                   "width = 1600\n"
                                   "height = 1000\n"
                                   "\n"
                                   "[panels.attention]\n"
                                   "temperature = 0.30000000000000004\n"
                                   "mask = \"causal\"\n"
                                   "heads = 8\n"
                                   "whole = 2.0\n"
                                   "average = true\n"
                                   "text = \"\"\"\n"
                                   "one \"two\"\n"
                                   "three\"\"\"\n"
                                   "\n"
                                   "[panels.positions]\n");
}

TEST(StateFile, ComesBackEqualWithItsKindsAndItsOrder) {
    EXPECT_EQ(parsed(format_state(sample_state())), sample_state());
    EXPECT_EQ(parsed(format_state({})), StateFile());
    EXPECT_EQ(parsed("version = 1"), StateFile());
}

TEST(StateFile, RestoresEveryDoubleBitForBit) {
    std::vector<double> numbers{0.0,   -0.0, 5e-324, -5e-324, 2.2250738585072014e-308, 1.7976931348623157e308,
                                1e22,  1e23, 0.1,    1.0 / 3, 9007199254740993.0,      123456789012345680.0,
                                1e100, -1e-7};
    Random random(11);
    while (numbers.size() < 2000) {
        const std::uint64_t bits = random.bits();
        double x = 0;
        std::memcpy(&x, &bits, sizeof x);
        if (std::isfinite(x)) numbers.push_back(x);
    }
    StateFile state;
    for (std::size_t i = 0; i < numbers.size(); ++i)
        state.panels["p"].emplace_back("x" + std::to_string(i), numbers[i]);
    const StateFile back = parsed(format_state(state));
    const ParamValues& values = back.panels.at("p");
    ASSERT_EQ(values.size(), numbers.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        ASSERT_TRUE(std::holds_alternative<double>(values[i].second)) << numbers[i];
        const double x = std::get<double>(values[i].second);
        EXPECT_EQ(std::memcmp(&x, &numbers[i], sizeof x), 0) << numbers[i] << " came back as " << x;
    }
}

TEST(StateFile, RestoresTheExtremeIntegers) {
    StateFile state;
    state.panels["p"] = {{"a", Value(std::numeric_limits<std::int64_t>::min())},
                         {"b", Value(std::numeric_limits<std::int64_t>::max())}};
    EXPECT_EQ(parsed(format_state(state)), state);
}

TEST(StateFile, RestoresEveryText) {
    for (const char* text : {"",
                             "\n",
                             "\n\n",
                             "a\n",
                             "\na",
                             "\"",
                             "\"\"\"",
                             "a\n\"\"\"\"\"",
                             "\"\n\"\"",
                             "\\",
                             "\\\n",
                             "a \\\n  b",
                             "\r\n",
                             "\t\n",
                             "x\ry",
                             " spaces \n  kept  ",
                             "# no comment\n[no.table]\nk = 1",
                             "'''\n'''",
                             "\x7f\x01\x1f",
                             "\\u0041",
                             "\xEF\xBB\xBFmark",
                             "שלום עולם\nمرحبا"})
        expect_text_survives(text);
    expect_text_survives(std::string("zero\0byte\n\0", 11));
    Random random(3);
    const std::string_view alphabet = "\"\\\n\r\t'#=[]a \x01";
    for (int i = 0; i < 2000; ++i) {
        std::string text;
        for (std::uint64_t n = random.bits() % 12; n > 0; --n) text += alphabet[random.bits() % alphabet.size()];
        expect_text_survives(text);
    }
}

TEST(StateFile, RestoresEveryCodePoint) {
    std::string all;
    for (char32_t code = 0; code <= 0x10FFFF; ++code)
        if (code < 0xD800 || code > 0xDFFF) append_utf8(all, code);
    StateFile state;
    state.panels["p"] = {{"text", Value(all)}};
    const StateFile back = parsed(format_state(state));
    EXPECT_TRUE(back == state);  // not EXPECT_EQ: it would print four megabytes
}

TEST(StateFile, QuotesKeysThatNeedIt) {
    StateFile state;
    state.panel = "two\nlines";
    state.panels["a.b \"c\"\n"] = {{"", Value(true)}, {"x.y", Value(1.5)}, {"שם", Value(2.5)}};
    EXPECT_EQ(parsed(format_state(state)), state);
}

class StateApply : public testing::Test {
protected:
    double temperature_ = 1;
    int heads_ = 4;
    ParamList params_ = [this] {
        Describe d;
        d.real("temperature", temperature_, {.label = "T", .min = 0.05, .max = 20, .above = 0});
        d.integer("heads", heads_, {.label = "heads", .min = 1, .max = 16});
        return d.take();
    }();
    std::vector<std::string> warnings_;
};

TEST_F(StateApply, WritesWhatIsLegalAndWarnsAboutUnknownKeys) {
    const ParamValues values{
        {"colour", Value(true)}, {"temperature", Value(std::int64_t{2})}, {"heads", Value(std::int64_t{8})}};
    EXPECT_TRUE(apply(params_, values, warnings_));
    EXPECT_EQ(temperature_, 2);
    EXPECT_EQ(heads_, 8);
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("\"colour\" is not a parameter")));
}

TEST_F(StateApply, AnIllegalValueIsAnErrorWithTheRangeAndChangesNothing) {
    const auto done = apply(params_, {{"temperature", Value(2.0)}, {"heads", Value(std::int64_t{17})}}, warnings_);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().what, "heads: 17 is out of range; it must be a whole number from 1 to 16");
    EXPECT_EQ(temperature_, 1);
    EXPECT_EQ(heads_, 4);
    EXPECT_FALSE(apply(params_, {{"temperature", Value(std::nan(""))}}, warnings_));
}

class StateOnDisk : public testing::Test {
protected:
    TempFolder folder_;
    std::filesystem::path path_ = folder_.path() / "deep" / "er" / "state.toml";

    void write(const std::string& text) {
        std::filesystem::create_directories(path_.parent_path());
        std::ofstream(path_, std::ios::binary) << text;
    }
    std::string read(const std::filesystem::path& path) {
        const auto text = read_file(path, 1U << 20U);
        return text ? *text : text.error().what;
    }
};

TEST_F(StateOnDisk, IsSavedWithItsFolderAndLoadedAgain) {
    ASSERT_TRUE(save_state(path_, sample_state()));
    const LoadedState loaded = load_or_set_aside(path_);
    EXPECT_EQ(loaded.state, sample_state());
    EXPECT_EQ(loaded.message, "");
    EXPECT_EQ(std::filesystem::status(path_.parent_path()).permissions(), std::filesystem::perms::owner_all);
    ASSERT_TRUE(save_state(path_, StateFile()));
    EXPECT_EQ(load_or_set_aside(path_).state, StateFile());
}

TEST_F(StateOnDisk, AMissingFileGivesTheDefaultsSilently) {
    const LoadedState loaded = load_or_set_aside(path_);
    EXPECT_EQ(loaded.state, StateFile());
    EXPECT_EQ(loaded.message, "");
}

TEST_F(StateOnDisk, ADamagedFileIsSetAsideUnderAFreeName) {
    const std::filesystem::path aside = path_.parent_path();
    for (const char* name : {"state.toml.damaged", "state.toml.damaged.2", "state.toml.damaged.3"}) {
        write(std::string("version = ") + name);
        const LoadedState loaded = load_or_set_aside(path_);
        EXPECT_EQ(loaded.state, StateFile());
        EXPECT_THAT(loaded.message, AllOf(HasSubstr("state.toml:1:"), HasSubstr("defaults"), HasSubstr(name)));
        EXPECT_FALSE(std::filesystem::exists(path_));
    }
    EXPECT_EQ(read(aside / "state.toml.damaged"), "version = state.toml.damaged");
    EXPECT_EQ(read(aside / "state.toml.damaged.2"), "version = state.toml.damaged.2");
}

TEST_F(StateOnDisk, AStateOfANewerVersionIsKeptAside) {
    write("version = 9\n");
    EXPECT_THAT(load_or_set_aside(path_).message, AllOf(HasSubstr("newer"), HasSubstr("set aside")));
    EXPECT_EQ(read(path_.string() + ".damaged"), "version = 9\n");
}

TEST_F(StateOnDisk, AHugeFileIsSetAsideUnread) {
    write("version = 1\n");
    std::filesystem::resize_file(path_, std::uintmax_t{1} << 40U);  // sparse
    EXPECT_THAT(load_or_set_aside(path_).message, AllOf(HasSubstr("1099511627776 bytes"), HasSubstr("set aside")));
}

TEST_F(StateOnDisk, WhatIsNoFileIsReportedAndLeftAlone) {
    std::filesystem::create_directories(path_);
    EXPECT_THAT(load_or_set_aside(path_).message, AllOf(HasSubstr("state.toml"), HasSubstr("defaults")));
    EXPECT_TRUE(std::filesystem::is_directory(path_));
    EXPECT_FALSE(save_state(path_, {}));
    write("");
    const auto done = save_state(folder_.path() / "file" / "state.toml", {});
    EXPECT_TRUE(done);
    const auto below_a_file = save_state(folder_.path() / "file" / "state.toml" / "x" / "state.toml", {});
    ASSERT_FALSE(below_a_file);
    EXPECT_THAT(below_a_file.error().what, HasSubstr("cannot make the folder"));
}

/// Sets a variable of the environment for one scope; null unsets it.
class Environment {
public:
    Environment(const char* name, const char* value) : name_(name) {
        if (const char* old = std::getenv(name)) old_ = old;
        put(value);
    }
    ~Environment() { put(old_ ? old_->c_str() : nullptr); }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

private:
    void put(const char* value) const {
        if (value != nullptr)
            setenv(name_, value, 1);
        else
            unsetenv(name_);
    }
    const char* name_;
    std::optional<std::string> old_;
};

TEST(StateFolder, FollowsTheXdgRules) {
    const Environment home("HOME", "/home/user");
    {
        const Environment state("XDG_STATE_HOME", "/var/state");
        EXPECT_EQ(state_folder(), "/var/state/attnscope");
    }
    for (const char* useless : {static_cast<const char*>(nullptr), "", "relative/path"}) {
        const Environment state("XDG_STATE_HOME", useless);
        EXPECT_EQ(state_folder(), "/home/user/.local/state/attnscope");
        const Environment nowhere("HOME", useless);
        EXPECT_EQ(state_folder(), "");
    }
}

}  // namespace state_file_test
}  // namespace attnscope
