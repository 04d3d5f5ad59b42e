// Where a slider stands and what it gives.
#include <gtest/gtest.h>

#include "app/shell/ui.hpp"

namespace attnscope {
namespace controls_test {

struct Settings {
    int length = 64, position = 12, steps = 10;
    void describe(Describe& d) {
        d.integer("length", length, {.label = "length", .min = 2, .max = 8192, .log = true});
        d.integer("position", position, {.label = "position", .min = 0, .max = 8191, .ends = [this] {
                                             return std::pair(0.0, length - 1.0);
                                         }});
        d.integer("steps", steps, {.label = "steps", .min = 0, .max = 10});
    }
};

TEST(Slider, EndsWhereAnotherParameterSaysNow) {
    Settings settings;
    const ParamList params = describe(settings);
    const Param& position = *find(params, "position");
    EXPECT_EQ(slider_value(position, 1), 63);
    EXPECT_EQ(slider_value(position, 0), 0);
    EXPECT_EQ(slider_position(position, 63), 1);
    settings.length = 2001;
    EXPECT_EQ(slider_value(position, 0.5), 1000);
    EXPECT_NEAR(slider_position(position, 500), 0.25, 1e-12);
    EXPECT_TRUE(set(position, Value(std::int64_t{5000}))) << "typing reaches every legal value";
    EXPECT_EQ(slider_position(position, 5000), 1);
    settings.length = 1;
    EXPECT_EQ(slider_position(position, 0), 0) << "no room at all";
    EXPECT_EQ(slider_value(position, 0.7), 0);
    settings.length = 100'000;
    EXPECT_EQ(slider_value(position, 1), 8191) << "never beyond its own range";
}

TEST(Slider, WithoutSuchEndsKeepsItsOwn) {
    Settings settings;
    const ParamList params = describe(settings);
    EXPECT_EQ(slider_value(*find(params, "steps"), 1), 10);
    EXPECT_EQ(slider_value(*find(params, "length"), 0.5), 128);
    EXPECT_NEAR(slider_position(*find(params, "length"), 128), 0.5, 1e-12);
}

}  // namespace controls_test
}  // namespace attnscope
