#include "app/state/params.hpp"
#include "app/state/differences.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "core/base/random.hpp"

namespace attnscope {
namespace params_test {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

enum class Mask { none, causal, window };

struct Sample {
    bool log_scale = false;
    int heads = 4;
    int seed = 1;
    double temperature = 1;
    double share = 0.5;
    double shift = 0;
    Mask mask = Mask::none;
    std::string text = "the cat";

    void describe(Describe& d) {
        d.group("Score");
        d.real("temperature", temperature,
               {.label = "temperature", .min = 0.05, .max = 20, .above = 0, .log = true, .help = "divides the scores"});
        d.real("share", share, {.label = "share", .min = 0, .max = 1, .unit = "%"});
        d.real("shift", shift, {.label = "shift", .min = -1, .max = 1, .lowest = -5, .highest = 10});
        d.choice("mask", mask, {"none", "causal", "window"}, {.label = "mask"});
        d.group("Source");
        d.integer("heads", heads, {.label = "heads", .min = 1, .max = 16});
        d.integer("seed", seed, {.label = "seed", .min = 1, .max = 100, .lowest = 0, .highest = 2147483647});
        d.toggle("log_scale", log_scale, {.label = "log scale"});
        d.text("text", text, {.label = "text", .max_bytes = 20});
    }
};

class Params : public testing::Test {
protected:
    const Param& param(std::string_view key) {
        const Param* found = find(params, key);
        check(found != nullptr, "the test names a described parameter");
        return *found;
    }
    std::string error_of(std::string_view key, const Value& value) {
        const auto done = set(param(key), value);
        return done ? "" : done.error().what;
    }
    std::string text_error_of(std::string_view key, std::string_view text) {
        const ParamValues before = capture(params);
        const auto done = set_from_text(param(key), text);
        if (!done) {
            EXPECT_EQ(capture(params), before) << "a refused value changed something";
        }
        return done ? "" : done.error().what;
    }
    Sample sample;
    ParamList params = describe(sample);
};

TEST_F(Params, AreDescribedInOrderWithGroupUnitAndDefault) {
    std::vector<std::string> keys;
    for (const Param& p : params) keys.push_back(p.group + "/" + p.key);
    EXPECT_THAT(keys, ElementsAre("Score/temperature", "Score/share", "Score/shift", "Score/mask", "Source/heads",
                                  "Source/seed", "Source/log_scale", "Source/text"));
    EXPECT_EQ(param("share").unit, "%");
    EXPECT_EQ(param("temperature").help, "divides the scores");
    EXPECT_TRUE(param("temperature").logarithmic);
    EXPECT_EQ(param("mask").default_value, Value(std::string("none")));
    EXPECT_EQ(param("heads").default_value, Value(std::int64_t{4}));
    EXPECT_EQ(find(params, "no_such"), nullptr);
}

TEST_F(Params, SayTheirLegalValues) {
    EXPECT_EQ(legal_values(param("temperature")), "a number greater than 0 (slider from 0.05 to 20)");
    EXPECT_EQ(legal_values(param("share")), "a number from 0 to 1");
    EXPECT_EQ(legal_values(param("shift")), "a number from -5 to 10 (slider from -1 to 1)");
    EXPECT_EQ(legal_values(param("heads")), "a whole number from 1 to 16");
    EXPECT_EQ(legal_values(param("seed")), "a whole number from 0 to 2147483647 (slider from 1 to 100)");
    EXPECT_EQ(legal_values(param("mask")), "one of none, causal, window");
    EXPECT_EQ(legal_values(param("log_scale")), "true or false");
    EXPECT_EQ(legal_values(param("text")), "UTF-8 text of at most 20 bytes");
}

TEST(ParamRanges, AreSaidInWordsWhenOneSideIsOpen) {
    const double infinity = std::numeric_limits<double>::infinity();
    double x = 1;
    Describe d;
    d.real("a", x, {.label = "", .min = 1, .max = 2, .highest = infinity});
    d.real("b", x, {.label = "", .min = 1, .max = 2, .lowest = -infinity});
    d.real("c", x, {.label = "", .min = 1, .max = 2, .highest = 4, .above = 0});
    d.real("d", x, {.label = "", .min = 1, .max = 2, .lowest = -infinity, .highest = infinity});
    const ParamList params = d.take();
    EXPECT_EQ(legal_values(params[0]), "a number of at least 1 (slider from 1 to 2)");
    EXPECT_EQ(legal_values(params[1]), "a number of at most 2 (slider from 1 to 2)");
    EXPECT_EQ(legal_values(params[2]), "a number greater than 0 and at most 4 (slider from 1 to 2)");
    EXPECT_EQ(legal_values(params[3]), "a number (slider from 1 to 2)");
    EXPECT_FALSE(set(params[3], Value(infinity)));
    EXPECT_TRUE(set(params[2], Value(4.0)));
    EXPECT_FALSE(set(params[2], Value(4.5)));
    EXPECT_FALSE(set(params[2], Value(0.0)));
    EXPECT_EQ(params[0].label, "a") << "an empty label falls back to the key";
}

TEST_F(Params, SetWritesTheFieldAndResetRestoresIt) {
    EXPECT_TRUE(set(param("temperature"), Value(50.0))) << "the slider's end is no limit for what is typed";
    EXPECT_EQ(sample.temperature, 50);
    EXPECT_TRUE(set(param("temperature"), Value(std::int64_t{3}))) << "an integer serves as a real";
    EXPECT_EQ(sample.temperature, 3);
    EXPECT_FALSE(is_default(param("temperature")));
    reset(param("temperature"));
    EXPECT_EQ(sample.temperature, 1);
    EXPECT_TRUE(is_default(param("temperature")));
    EXPECT_TRUE(set(param("mask"), Value(std::string("window"))));
    EXPECT_EQ(sample.mask, Mask::window);
    EXPECT_TRUE(set(param("heads"), Value(std::int64_t{16})));
    EXPECT_EQ(sample.heads, 16);
    EXPECT_TRUE(set(param("log_scale"), Value(true)));
    EXPECT_TRUE(sample.log_scale);
    EXPECT_TRUE(set(param("text"), Value(std::string("שלום"))));
    EXPECT_EQ(sample.text, "שלום");
}

TEST_F(Params, RefuseOutOfRangeValuesWithTheRange) {
    EXPECT_EQ(error_of("temperature", Value(-3.0)),
              "temperature: -3 is out of range; it must be a number greater than 0 (slider from 0.05 to 20)");
    EXPECT_EQ(text_error_of("temperature", "-3"),
              "temperature: -3 is out of range; it must be a number greater than 0 (slider from 0.05 to 20)");
    EXPECT_EQ(text_error_of("heads", "17"), "heads: 17 is out of range; it must be a whole number from 1 to 16");
    EXPECT_EQ(text_error_of("heads", "0"), "heads: 0 is out of range; it must be a whole number from 1 to 16");
    EXPECT_THAT(error_of("temperature", Value(0.0)), HasSubstr("0 is out of range"));
    EXPECT_THAT(error_of("temperature", Value(-0.0)), HasSubstr("-0 is out of range"));
    EXPECT_THAT(error_of("share", Value(std::nextafter(1.0, 2.0))), HasSubstr("from 0 to 1"));
    EXPECT_THAT(error_of("temperature", Value(std::numeric_limits<double>::infinity())), HasSubstr("out of range"));
    EXPECT_THAT(error_of("temperature", Value(std::nan(""))), HasSubstr("nan is not a number"));
    EXPECT_EQ(sample.temperature, 1);
}

TEST_F(Params, RefuseTextThatIsNotWhollyAFiniteNumber) {
    for (const char* bad : {"", " ", "nan", "inf", "-inf", "1e999", "-1e999", "1 ", " 1", "1,5", "1.0x", "0x10", "--1",
                            "+1", "1e", "one", "1\n"})
        EXPECT_THAT(text_error_of("temperature", bad),
                    AllOf(HasSubstr("temperature: "), HasSubstr("it must be a number greater than 0")))
            << bad;
    for (const char* bad : {"", "1.0", "1e1", "0x2", "nan", "99999999999999999999", " 3", "+3", "3.5"})
        EXPECT_THAT(text_error_of("heads", bad), HasSubstr("it must be a whole number from 1 to 16")) << bad;
    EXPECT_THAT(text_error_of("heads", "99999999999999999999"), HasSubstr("99999999999999999999 is out of range"));
    EXPECT_THAT(text_error_of("seed", "2147483648"), HasSubstr("out of range"));
    EXPECT_THAT(text_error_of("heads", "many"), HasSubstr("\"many\" is not a whole number"));
    EXPECT_THAT(text_error_of("temperature", ""), HasSubstr("\"\" is not a number"));
}

TEST_F(Params, ErrorsStayOnOneLineWhateverWasTyped) {
    const std::string error = text_error_of("temperature", std::string(5000, 'x') + "\n\x1b[31m");
    EXPECT_LT(error.size(), 250U);
    EXPECT_EQ(text_error_of("mask", "a\nb\x01").find('\n'), std::string::npos);
}

TEST_F(Params, TogglesTakeTheUsualWords) {
    for (const char* yes : {"true", "on", "yes", "1"}) {
        sample.log_scale = false;
        EXPECT_EQ(text_error_of("log_scale", yes), "");
        EXPECT_TRUE(sample.log_scale) << yes;
    }
    for (const char* no : {"false", "off", "no", "0"}) {
        sample.log_scale = true;
        EXPECT_EQ(text_error_of("log_scale", no), "");
        EXPECT_FALSE(sample.log_scale) << no;
    }
    EXPECT_EQ(text_error_of("log_scale", "maybe"),
              "log_scale: \"maybe\" is neither true nor false; it must be true or false");
}

TEST_F(Params, ChoicesAreNamesOnly) {
    EXPECT_EQ(text_error_of("mask", "causal"), "");
    EXPECT_EQ(sample.mask, Mask::causal);
    EXPECT_EQ(text_error_of("mask", "Causal"),
              "mask: \"Causal\" is not one of the choices; it must be one of none, causal, window");
    EXPECT_THAT(text_error_of("mask", "1"), HasSubstr("one of none, causal, window"));
}

TEST_F(Params, TextMustBeUtf8AndFit) {
    EXPECT_EQ(text_error_of("text", std::string(20, 'a')), "");
    EXPECT_EQ(text_error_of("text", std::string(21, 'a')),
              "text: a text of 21 bytes is too long; it must be UTF-8 text of at most 20 bytes");
    EXPECT_THAT(text_error_of("text", "ab\xff"), AllOf(HasSubstr("text: "), HasSubstr("UTF-8"), HasSubstr("2")));
    EXPECT_EQ(text_error_of("text", ""), "");
    EXPECT_EQ(sample.text, "");
}

TEST_F(Params, RefuseValuesOfAnotherKind) {
    EXPECT_THAT(error_of("heads", Value(4.0)), HasSubstr("is not a whole number"));
    EXPECT_THAT(error_of("heads", Value(true)), HasSubstr("true is not a whole number"));
    EXPECT_THAT(error_of("temperature", Value(std::string("1"))), HasSubstr("\"1\" is not a number"));
    EXPECT_THAT(error_of("mask", Value(std::int64_t{1})), HasSubstr("1 is not one of the choices"));
    EXPECT_THAT(error_of("log_scale", Value(std::int64_t{1})), HasSubstr("neither true nor false"));
    EXPECT_THAT(error_of("text", Value(1.5)), HasSubstr("1.5 is not a text"));
}

TEST_F(Params, TextRestoresEveryValueExactly) {
    Random random(5);
    const Param& shift = param("shift");
    for (int i = 0; i < 20000; ++i) {
        const double x = -5 + 15 * random.uniform() * std::pow(10.0, -300 * random.uniform());
        ASSERT_TRUE(set(shift, Value(x)));
        const std::string text = to_text(shift);
        sample.shift = 0;
        ASSERT_TRUE(set_from_text(shift, text)) << text;
        ASSERT_EQ(std::memcmp(&sample.shift, &x, sizeof x), 0) << text;
    }
    for (const Param& p : params) {
        const Value before = p.get();
        ASSERT_TRUE(set_from_text(p, to_text(p)));
        EXPECT_EQ(p.get(), before);
    }
}

TEST_F(Params, DisplayIsShort) {
    const auto display = [&](double x) {
        sample.temperature = x;
        return to_display(param("temperature"));
    };
    EXPECT_EQ(display(1), "1");
    EXPECT_EQ(display(2.0 / 3), "0.6667");
    EXPECT_EQ(display(1234.56), "1235");
    EXPECT_EQ(display(100000), "100000");
    EXPECT_EQ(display(2e9), "2e9");
    EXPECT_EQ(display(1.5e-7), "1.5e-7");
    EXPECT_EQ(display(1e100), "1e100");
    EXPECT_EQ(to_display(param("log_scale")), "off");
    EXPECT_EQ(to_display(param("mask")), "none");
    EXPECT_EQ(to_display(param("heads")), "4");
}

TEST_F(Params, CaptureAndRestoreGoBackToTheSameState) {
    sample = {.log_scale = true, .heads = 7, .seed = 3, .temperature = 0.3, .mask = Mask::causal, .text = "x\ny"};
    const ParamValues values = capture(params);
    sample = Sample();
    EXPECT_THAT(restore(params, values), IsEmpty());
    EXPECT_EQ(capture(params), values);
    EXPECT_EQ(sample.heads, 7);
    EXPECT_EQ(sample.text, "x\ny");
}

TEST_F(Params, RestoreKeepsWhatIsLegalAndSaysWhatIsNot) {
    const auto complaints =
        restore(params, {{"colour", Value(1.0)}, {"heads", Value(std::int64_t{99})}, {"temperature", Value(2.0)}});
    EXPECT_THAT(complaints, ElementsAre(AllOf(HasSubstr("\"colour\""), HasSubstr("not a parameter")),
                                        AllOf(HasSubstr("heads: 99"), HasSubstr("from 1 to 16"))));
    EXPECT_EQ(sample.heads, 4);
    EXPECT_EQ(sample.temperature, 2);
}

using ParamsDeathTest = Params;

TEST_F(ParamsDeathTest, ABrokenDescriptionEndsTheProgram) {
    double x = 1;
    int n = 1;
    EXPECT_DEATH(
        {
            Describe d;
            d.real("x", x, {.label = "x", .min = 0, .max = 2});
            d.integer("x", n, {.label = "again"});
        },
        "key is unique");
    EXPECT_DEATH(Describe().real("Bad Key", x, {.label = "x", .min = 0, .max = 2}), "snake_case");
    EXPECT_DEATH(Describe().real("x", x, {.label = "x", .min = 2, .max = 2}), "range is not empty");
    EXPECT_DEATH(Describe().real("x", x, {.label = "x", .min = 0, .max = 2, .log = true}), "logarithmic");
    EXPECT_DEATH(Describe().real("x", x, {.label = "x", .min = 2, .max = 3}), "from 2 to 3");
    EXPECT_DEATH(Describe().integer("n", n, {.label = "n", .min = 0, .max = 9, .highest = 1LL << 40}), "fits the int");
    Mask mask = static_cast<Mask>(9);
    EXPECT_DEATH(Describe().choice("mask", mask, {"none", "causal"}, {.label = "mask"}), "named values");
}

// ---- differences ---------------------------------------------------------------------------------------------------

TEST(Differences, NameWhatDiffersAsAPersonReadsIt) {
    Sample a, b;
    const ParamList in_a = describe(a), in_b = describe(b);
    EXPECT_TRUE(differences(in_a, in_b).empty());
    b.temperature = 0.5;
    b.share = 0.125;
    b.mask = Mask::causal;
    b.log_scale = true;
    const std::vector<ParamDifference> found = differences(in_a, in_b);
    ASSERT_EQ(found.size(), 4U);
    EXPECT_EQ(found[0].label + " " + found[0].a + " " + found[0].b, "temperature 1 0.5");
    EXPECT_EQ(found[1].b, "0.125 %") << "the unit stands once";
    EXPECT_EQ(found[1].a, "0.5");
    EXPECT_EQ(found[2].label + " " + found[2].a + " " + found[2].b, "mask none causal");
    EXPECT_EQ(found[3].a + " " + found[3].b, "off on");
}

TEST(Differences, LeaveOutWhatHasNoControlInEitherState) {
    struct Hidden {
        bool shown = false;
        int pin = 1;
        void describe(Describe& d) {
            d.integer("pin", pin, {.label = "pin", .visible = [this] { return shown; }});
        }
    } a, b;
    b.pin = 2;
    const ParamList in_a = describe(a), in_b = describe(b);
    EXPECT_TRUE(differences(in_a, in_b).empty());
    EXPECT_EQ(differences(in_a, in_b, "pin").size(), 1U) << "asked for by its key";
    b.shown = true;
    EXPECT_EQ(differences(in_a, in_b).size(), 1U);
}

}  // namespace params_test
}  // namespace attnscope
