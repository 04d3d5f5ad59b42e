#include "app/draw/ticks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>

namespace attnscope {
namespace ticks_test {

void replace_all(std::string& text, const std::string& what, const std::string& with) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
        text.replace(at, what.size(), with);
    }
}

/// Reads a label back, by other means than those that wrote it.
double parse(std::string text) {
    replace_all(text, "−", "-");
    const char* superscripts[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    bool raised = false;
    for (int digit = 0; digit < 10; ++digit) {
        raised = raised || text.find(superscripts[digit]) != std::string::npos;
        replace_all(text, superscripts[digit], std::to_string(digit));
    }
    replace_all(text, "⁻", "-");
    if (raised) {
        const std::size_t dot = text.find("·10");
        const std::string mantissa = dot == std::string::npos ? "1" : text.substr(0, dot);
        const std::string exponent = dot == std::string::npos ? text.substr(2) : text.substr(dot + 4);
        text = mantissa + "e" + exponent;
    }
    std::size_t used = 0;
    const double value = std::stod(text, &used);
    EXPECT_EQ(used, text.size()) << text;
    return value;
}

struct Case {
    double low, high;
    int about;
};

std::vector<Case> random_ranges(bool positive) {
    std::vector<Case> cases;
    std::mt19937 random(5);
    std::uniform_real_distribution<double> exponent(-30, 30);
    std::uniform_real_distribution<double> sign(-1, 1);
    for (int i = 0; i < 2000; ++i) {
        const double size = std::pow(10, exponent(random));
        const double a = positive ? size : size * sign(random);
        const double b =
            positive ? size * std::pow(10, std::abs(exponent(random)) / 4) : a + size * std::abs(sign(random));
        if (b - a > 1e-6 * std::max(std::abs(a), std::abs(b))) cases.push_back({a, b, 2 + i % 11});
    }
    return cases;
}

TEST(Ticks, LinearOnesCoverTheRangeInStepsOfOneTwoFive) {
    for (const Case& c : random_ranges(false)) {
        const auto ticks = linear_ticks(c.low, c.high, c.about);
        ASSERT_GE(ticks.size(), 1U) << c.low << " " << c.high;
        const double slack = 1e-8 * (c.high - c.low);
        EXPECT_GE(ticks.front().value, c.low - slack);
        EXPECT_LE(ticks.back().value, c.high + slack);
        if (ticks.size() < 2) continue;
        const double step = ticks[1].value - ticks[0].value;
        EXPECT_LT(ticks.front().value - c.low, step * (1 + 1e-6));
        EXPECT_LT(c.high - ticks.back().value, step * (1 + 1e-6));
        const double mantissa = step / std::pow(10, std::floor(std::log10(step * (1 + 1e-6))));
        EXPECT_TRUE(std::abs(mantissa - 1) < 1e-4 || std::abs(mantissa - 2) < 1e-4 || std::abs(mantissa - 5) < 1e-4)
            << c.low << " " << c.high << " " << mantissa;
    }
}

TEST(Ticks, AreAboutAsManyAsWanted) {
    for (const Case& c : random_ranges(false)) {
        const auto count = static_cast<int>(linear_ticks(c.low, c.high, c.about).size());
        // Steps grow by at most 2.5: the nearest of the possible counts is within a factor of 1.8, and one for the
        // ends.
        EXPECT_LE(count, 1.8 * c.about + 1) << c.low << " " << c.high << " " << c.about;
        EXPECT_GE(count, c.about / 1.8 - 1.5) << c.low << " " << c.high << " " << c.about;
    }
}

TEST(Ticks, LabelsRestoreTheValues) {
    for (const Case& c : random_ranges(false)) {
        for (const Tick& tick : linear_ticks(c.low, c.high, c.about)) {
            EXPECT_NEAR(parse(tick.label), tick.value, 1e-14 * std::abs(tick.value)) << tick.label;
        }
    }
    for (const Case& c : random_ranges(true)) {
        for (const Tick& tick : log_ticks(c.low, c.high, c.about)) {
            if (tick.label.empty()) continue;
            EXPECT_NEAR(parse(tick.label), tick.value, 1e-13 * tick.value) << tick.label;
        }
    }
}

std::string joined(const std::vector<Tick>& ticks) {
    std::string text;
    for (const Tick& tick : ticks) {
        if (!tick.label.empty()) text += (text.empty() ? "" : " ") + tick.label;
    }
    return text;
}

TEST(Ticks, LabelsHaveJustTheDecimalsTheStepNeeds) {
    EXPECT_EQ(joined(linear_ticks(0, 1, 5)), "0 0.2 0.4 0.6 0.8 1.0");
    EXPECT_EQ(joined(linear_ticks(0, 10, 5)), "0 2 4 6 8 10");
    EXPECT_EQ(joined(linear_ticks(-0.1, 0.1, 5)), "−0.10 −0.05 0 0.05 0.10");
    EXPECT_EQ(joined(linear_ticks(0, 3e6, 4)), "0 1·10⁶ 2·10⁶ 3·10⁶");
    EXPECT_EQ(joined(linear_ticks(0, 2e-7, 4)), "0 0.5·10⁻⁷ 1.0·10⁻⁷ 1.5·10⁻⁷ 2.0·10⁻⁷");
    EXPECT_EQ(joined(linear_ticks(1000000, 1000002, 3)), "1000000 1000001 1000002");
}

TEST(Ticks, WholeNumbersNeverGetFractions) {
    EXPECT_EQ(joined(integer_ticks(0, 3, 12)), "0 1 2 3");
    EXPECT_EQ(joined(integer_ticks(0, 100, 5)), "0 20 40 60 80 100");
    EXPECT_TRUE(integer_ticks(0.2, 0.7, 5).empty());
}

TEST(Ticks, LogarithmicOnesAreDecadesAndTwosAndFivesWhereFew) {
    EXPECT_EQ(joined(log_ticks(0.001, 10000, 8)), "0.001 0.01 0.1 1 10 100 1000 10000");
    EXPECT_EQ(joined(log_ticks(1, 100, 8)), "1 2 5 10 20 50 100");
    EXPECT_EQ(joined(log_ticks(1e-8, 1e-5, 4)), "10⁻⁸ 10⁻⁷ 10⁻⁶ 10⁻⁵");
    EXPECT_EQ(joined(log_ticks(1e-5, 1e-4, 6)), "10⁻⁵ 2·10⁻⁵ 5·10⁻⁵ 10⁻⁴");
    EXPECT_EQ(joined(log_ticks(1e-20, 1e20, 5)), "10⁻¹⁸ 10⁻⁹ 10⁰ 10⁹ 10¹⁸");
    EXPECT_EQ(joined(log_ticks(2, 3, 5)), "2.0 2.2 2.4 2.6 2.8 3.0");
}

TEST(Ticks, MinorOnesHaveNoLabelAndStayInside) {
    int minor = 0;
    for (const Tick& tick : log_ticks(0.5, 5000, 5)) {
        EXPECT_GE(tick.value, 0.5 * (1 - 1e-9));
        EXPECT_LE(tick.value, 5000 * (1 + 1e-9));
        EXPECT_EQ(tick.major, !tick.label.empty());
        minor += !tick.major;
    }
    EXPECT_GT(minor, 20);
}

TEST(Ticks, ExtremesAndNonsenseAreHarmless) {
    const double infinity = std::numeric_limits<double>::infinity();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(linear_ticks(3, 3, 5).size(), 1U);
    EXPECT_EQ(linear_ticks(3, 3, 5)[0].label, "3");
    EXPECT_EQ(linear_ticks(0, 0, 5).size(), 1U);
    EXPECT_EQ(linear_ticks(1, 0, 5).size(), linear_ticks(0, 1, 5).size());
    EXPECT_GE(linear_ticks(0, 1e-299, 5).size(), 2U);
    EXPECT_EQ(linear_ticks(0, 1e-300, 5).size(), 1U);
    EXPECT_EQ(linear_ticks(1e-300, 2e-300, 5).size(), 1U);
    EXPECT_GE(linear_ticks(-1e308, 1e308, 5).size(), 2U);
    EXPECT_GE(log_ticks(1e-300, 1e300, 6).size(), 3U);
    EXPECT_LE(log_ticks(1e-300, 1e300, 6).size(), 1000U);
    EXPECT_EQ(linear_ticks(1e15, std::nextafter(1e15, 2e15), 5).size(), 1U);
    EXPECT_TRUE(linear_ticks(0, infinity, 5).empty());
    EXPECT_TRUE(linear_ticks(nan, 1, 5).empty());
    EXPECT_TRUE(log_ticks(0, 1, 5).empty());
    EXPECT_TRUE(log_ticks(-1, 1, 5).empty());
    EXPECT_TRUE(log_ticks(1, nan, 5).empty());
    EXPECT_LE(linear_ticks(0, 1, 1 << 30).size(), 2001U);
    EXPECT_GE(linear_ticks(0, 1, -5).size(), 1U);
}

TEST(ShortNumber, KeepsTheDigitsThatMatter) {
    EXPECT_EQ(short_number(0), "0");
    EXPECT_EQ(short_number(-0.0), "0");
    EXPECT_EQ(short_number(64), "64");
    EXPECT_EQ(short_number(1048576), "1048576");
    EXPECT_EQ(short_number(0.2134567), "0.2135");
    EXPECT_EQ(short_number(0.5), "0.5000");
    EXPECT_EQ(short_number(25.0249), "25.02");
    EXPECT_EQ(short_number(9.99996), "10.00");
    EXPECT_EQ(short_number(-1.673), "−1.673");
    EXPECT_EQ(short_number(12345.678), "12346");
    EXPECT_EQ(short_number(1e-7), "1.00·10⁻⁷");
    EXPECT_EQ(short_number(-2.5e9), "−2.50·10⁹");
    EXPECT_EQ(short_number(0.3333, 2), "0.33");
    EXPECT_EQ(short_number(std::numeric_limits<double>::quiet_NaN()), "NaN");
    EXPECT_EQ(short_number(-std::numeric_limits<double>::infinity()), "−∞");
    EXPECT_EQ(short_number(1e-300), "1.00·10⁻³⁰⁰");
}

TEST(ShortNumber, IsWithinHalfAUnitOfItsLastDigit) {
    std::mt19937 random(9);
    std::uniform_real_distribution<double> exponent(-12, 12);
    for (int i = 0; i < 3000; ++i) {
        const double value = (i % 2 == 0 ? 1 : -1) * std::pow(10, exponent(random));
        EXPECT_NEAR(parse(short_number(value)), value, 0.0051 * std::abs(value)) << value;
        EXPECT_EQ(short_number(value).find('-'), std::string::npos);
    }
}

}  // namespace ticks_test
}  // namespace attnscope
