#include "app/state/play.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace attnscope {
namespace play_test {

struct Settings {
    double temperature = 1;
    int heads = 4;
    bool on = false;
    void describe(Describe& d) {
        d.real("temperature", temperature, {.label = "temperature", .min = 0.1, .max = 10, .log = true});
        d.integer("heads", heads, {.label = "heads", .min = 1, .max = 16});
        d.toggle("on", on, {.label = "on"});
    }
};

}  // namespace play_test

using play_test::Settings;

TEST(Play, RunsFromOneEndToTheOtherAndBack) {
    Settings settings;
    const ParamList params = describe(settings);
    const Play play{.key = "heads", .from = 2, .to = 10, .seconds = 4};
    const Param& heads = *find(params, "heads");
    EXPECT_EQ(play_value(heads, play, 0), 2);
    EXPECT_EQ(play_value(heads, play, 2), 6);
    EXPECT_EQ(play_value(heads, play, 4), 10);
    EXPECT_EQ(play_value(heads, play, 6), 6);
    EXPECT_EQ(play_value(heads, play, 8), 2);
    EXPECT_EQ(play_value(heads, play, -1), 2);
    put_played(heads, play, 3);
    EXPECT_EQ(settings.heads, 8);
}

TEST(Play, OneWayItBeginsAgain) {
    Settings settings;
    const ParamList params = describe(settings);
    const Play play{.key = "heads", .from = 2, .to = 10, .seconds = 4, .there_and_back = false};
    EXPECT_EQ(play_value(*find(params, "heads"), play, 4), 10);
    EXPECT_EQ(play_value(*find(params, "heads"), play, 5), 4);
}

TEST(Play, ALogarithmicParameterMovesByRatios) {
    Settings settings;
    const ParamList params = describe(settings);
    const Play play{.key = "temperature", .from = 0.1, .to = 10, .seconds = 2};
    EXPECT_NEAR(play_value(*find(params, "temperature"), play, 1), 1, 1e-12);
    put_played(*find(params, "temperature"), play, 1.5);
    EXPECT_NEAR(settings.temperature, std::sqrt(10), 1e-12);
}

TEST(Play, WhatCannotBePlayedIsRefusedWithAReason) {
    Settings settings;
    const ParamList params = describe(settings);
    const auto error = [&](const Play& play) {
        const Result<void> checked = check_play(params, play);
        return checked ? std::string() : checked.error().what;
    };
    EXPECT_EQ(error({.key = "heads", .from = 1, .to = 16}), "");
    EXPECT_NE(error({.key = "hats"}).find("temperature, heads"), std::string::npos);
    EXPECT_NE(error({.key = "on"}).find("no number"), std::string::npos);
    EXPECT_NE(error({.key = "heads", .from = 0, .to = 16}).find("from 1 to 16"), std::string::npos);
    EXPECT_NE(error({.key = "heads", .from = 1, .to = 2, .seconds = 0}).find("600"), std::string::npos);
    EXPECT_NE(error({.key = "heads", .from = 1, .to = 2, .seconds = std::nan("")}).find("600"), std::string::npos);
}

TEST(Play, TheCommandLinesFormIsReadAndNothingElse) {
    const Result<Play> play = parse_play("temperature=0.1..5");
    ASSERT_TRUE(play);
    EXPECT_EQ(*play, (Play{.key = "temperature", .from = 0.1, .to = 5}));
    for (const char* const text : {"", "temperature", "temperature=", "temperature=1", "temperature=1..", "=1..2",
                                   "temperature=a..b", "temperature=1..nan", "temperature=1..2x"})
        EXPECT_FALSE(parse_play(text)) << text;
    EXPECT_TRUE(parse_play("offset=-8..-1"));
}

}  // namespace attnscope
