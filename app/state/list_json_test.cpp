#include "app/state/list_json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace attnscope {
namespace list_json_test {

enum class Mask { none, causal };

struct Sample {
    bool flag = true;
    int heads = 4;
    double temperature = 1;
    Mask mask = Mask::causal;
    std::string text = "a\nשב";

    void describe(Describe& d) {
        d.group("Score");
        d.real("temperature", temperature, {.label = "T", .min = 0.5, .max = 20, .above = 0, .help = "divides scores"});
        d.choice("mask", mask, {"none", "causal"}, {.label = "mask", .help = "who is seen"});
        d.group("Source");
        d.integer("heads", heads, {.label = "heads", .min = 1, .max = 16, .unit = "maps"});
        d.toggle("flag", flag, {.label = "flag"});
        d.text("text", text, {.label = "text", .max_bytes = 99});
    }
};

TEST(ListJson, SaysEverythingAboutEachParameter) {
    Sample sample;
    const std::string expected =
        R"j([{"key":"temperature","label":"T","group":"Score","type":"real","range":[0.5,20.0],)j"
        R"j("legal":"a number greater than 0 (slider from 0.5 to 20)","default":1.0,)j"
        R"j("unit":"","help":"divides scores"},)j"
        R"j({"key":"mask","label":"mask","group":"Score","type":"choice","choices":["none","causal"],)j"
        R"j("legal":"one of none, causal","default":"causal","unit":"","help":"who is seen"},)j"
        R"j({"key":"heads","label":"heads","group":"Source","type":"integer","range":[1,16],)j"
        R"j("legal":"a whole number from 1 to 16","default":4,"unit":"maps","help":""},)j"
        R"j({"key":"flag","label":"flag","group":"Source","type":"toggle",)j"
        R"j("legal":"true or false","default":true,"unit":"","help":""},)j"
        R"j({"key":"text","label":"text","group":"Source","type":"text","max_bytes":99,)j"
        R"j("legal":"UTF-8 text of at most 99 bytes","default":"a\nשב","unit":"","help":""}])j";
    EXPECT_EQ(describe_json(describe(sample)).dump(), expected);
    EXPECT_EQ(describe_json({}).dump(), "[]");
}

TEST(ListTable, AlignsItsColumnsUnderTheGroups) {
    Sample sample;
    EXPECT_EQ(describe_table(describe(sample)),
              "Score\n"
              "  temperature  1.0        a number greater than 0 (slider from 0.5 to 20)  divides scores\n"
              "  mask         causal     one of none, causal                              who is seen\n"
              "Source\n"
              "  heads        4 maps     a whole number from 1 to 16\n"
              "  flag         true       true or false\n"
              "  text         \"a\\x0aשב\"  UTF-8 text of at most 99 bytes\n");
    EXPECT_EQ(describe_table({}), "");
}

}  // namespace list_json_test
}  // namespace attnscope
