#include "core/io/safetensors.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>

#include "core/io/temp_folder.hpp"
#include "project_paths.hpp"

namespace attnscope {
namespace safetensors_test {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// What safetensors.numpy.save_file wrote (see safetensors_fuzz.cpp).
std::string fixture_path(const std::string& name) {
    return ATTNSCOPE_SOURCE_DIR "/core/io/corpus/safetensors_fuzz/" + name + ".safetensors";
}

std::string made(const std::string& json, std::size_t data, std::uint64_t claimed) {
    std::string bytes(8, '\0');
    for (unsigned i = 0; i < 8; ++i) bytes[i] = static_cast<char>(claimed >> (8 * i));
    return bytes + json + std::string(data, '\0');
}

std::string made(const std::string& json, std::size_t data) {
    return made(json, data, json.size());
}

/// The error for a file made so; the reader of files must say the same as the reader of bytes.
std::string error_for(const std::string& bytes, const std::string& name = "a") {
    const TempFolder folder;
    const std::string path = folder.file("m.safetensors", bytes);
    const std::string what = error_of(parse_safetensors(bytes, name, path));
    EXPECT_EQ(what, error_of(load_safetensors(path, name)));
    EXPECT_THAT(what, StartsWith(path + ": "));
    return what;
}

std::string json_error(const std::string& json, std::size_t data = 8, const std::string& name = "a") {
    return error_for(made(json, data), name);
}

// The values are what NumPy itself says of [0, -1.5, 2^-14, 65504, 0.333, -3e-7] in each dtype.
TEST(Safetensors, ReadsWhatTheReferenceWriterWrote) {
    const std::string path = fixture_path("mixed"), bytes = content_of(path);
    const auto expect = [&](const std::string& name, const std::vector<float>& values) {
        for (const auto& tensor : {load_safetensors(path, name), parse_safetensors(bytes, name, path)}) {
            ASSERT_TRUE(tensor) << error_of(tensor);
            EXPECT_THAT(tensor->shape, ElementsAre(2, 3));
            EXPECT_EQ(tensor->values, values) << name;
        }
    };
    expect("single", {0, -1.5F, 0x1p-14F, 65504, 0.333F, -3e-7F});
    expect("double", {0, -1.5F, 0x1p-14F, 65504, 0.333F, -3e-7F});
    expect("half", {0, -1.5F, 0x1p-14F, 65504, 0x1.55p-2F, -0x1.4p-22F});
    expect("brain", {0, -1.5F, 0x1p-14F, 65536, 0.33203125F, -2.998858690261841e-07F});
}

TEST(Safetensors, WithoutANameReadsTheOnlyArray) {
    const auto tensor = load_safetensors(fixture_path("one"), "");
    ASSERT_TRUE(tensor) << error_of(tensor);
    EXPECT_THAT(tensor->values, ElementsAre(0, 1, 2, 3, 4, 5));
    EXPECT_THAT(error_of(load_safetensors(fixture_path("mixed"), "")),
                AllOf(HasSubstr("holds 5 arrays, say which"), HasSubstr("brain")));
    EXPECT_THAT(error_of(load_safetensors(fixture_path("none"), "")), HasSubstr("it holds no array"));
}

TEST(Safetensors, ReadsSingleNumbersAndEmptyArrays) {
    const std::string bytes = made(
        R"({"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[0,3],"data_offsets":[4,4]}})",
        4);
    const auto single = parse_safetensors(bytes, "a", "m"), empty = parse_safetensors(bytes, "b", "m");
    ASSERT_TRUE(single && empty);
    EXPECT_THAT(single->shape, IsEmpty());
    EXPECT_THAT(single->values, ElementsAre(0));
    EXPECT_THAT(empty->shape, ElementsAre(0, 3));
    EXPECT_THAT(empty->values, IsEmpty());
}

TEST(Safetensors, AnUnknownNameListsUpToEight) {
    EXPECT_THAT(error_of(load_safetensors(fixture_path("one"), "v")), HasSubstr("no array 'v'; there are: q"));
    std::string json = "{";
    for (int i = 0; i < 12; ++i)
        json += fmt::format(R"({}"t{}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})", i > 0 ? "," : "", i);
    EXPECT_THAT(json_error(json + "}", 0),
                testing::EndsWith("there are: t0, t1, t2, t3, t4, t5, t6, t7, ... (12 in all)"));
}

TEST(Safetensors, RefusesADtypeThatIsNoFloat) {
    EXPECT_THAT(error_of(load_safetensors(fixture_path("mixed"), "whole")),
                HasSubstr("'whole' has dtype I64, F16, BF16, F32 or F64 is needed"));
    EXPECT_THAT(json_error(R"({"a":{"dtype":"F4","shape":[16],"data_offsets":[0,8]}})"), HasSubstr("has dtype F4"));
}

TEST(Safetensors, RefusesEveryTruncationOfAFile) {
    const std::string bytes = content_of(fixture_path("one"));
    for (std::size_t size = 0; size < bytes.size(); ++size)
        ASSERT_THAT(error_of(parse_safetensors(bytes.substr(0, size), "q", "m")), HasSubstr("cut short")) << size;
}

TEST(Safetensors, RefusesAHeaderLengthThatLies) {
    EXPECT_THAT(error_for("\x01"), HasSubstr("cut short: 1 bytes"));
    EXPECT_THAT(error_for(made("{}", 0, 3)), HasSubstr("the header claims 3 bytes, after its length the file has 2"));
    EXPECT_THAT(error_for(made("{}", 0, ~std::uint64_t{0})), HasSubstr("the header claims 18446744073709551615 bytes"));
    EXPECT_THAT(error_for(made("{}", 0, 1)), HasSubstr("not valid JSON at byte 9"));
    // A file that is really so large, but sparse: nothing of it is read.
    const TempFolder folder;
    const std::string path = folder.file("m.safetensors", made("{", 0, 200'000'000));
    std::filesystem::resize_file(path, 300'000'000);
    EXPECT_THAT(error_of(load_safetensors(path, "a")), HasSubstr("more than the 100000000 that are read"));
}

TEST(Safetensors, RefusesAHeaderThatIsNotTheAgreedJson) {
    EXPECT_THAT(json_error("[]"), HasSubstr("the header is a list, a JSON object is needed"));
    EXPECT_THAT(json_error("7"), HasSubstr("the header is a number"));
    EXPECT_THAT(json_error("{'a':1}"), HasSubstr("not valid JSON at byte 9 of the file"));
    EXPECT_THAT(json_error("{}{}"), HasSubstr("not valid JSON at byte"));
    EXPECT_THAT(json_error("{\"\xff\":1}"), HasSubstr("not valid JSON"));
    EXPECT_THAT(json_error(R"({"a":3})"),
                HasSubstr("'a' is a number, an object with dtype, shape and data_offsets is needed"));
    EXPECT_THAT(json_error(R"({"a":[[[)"), HasSubstr("'a' is a list"));
    EXPECT_THAT(json_error(R"({"a":{"dtype":4}})"), HasSubstr("'a' has a number in dtype, a string is needed"));
    EXPECT_THAT(json_error(R"({"a":{"dtype":["F32"]}})"), HasSubstr("'a' has a list in dtype"));
    EXPECT_THAT(json_error(R"({"a":{"shape":"2"}})"), HasSubstr("'a' has a string in shape, a list of whole numbers"));
    EXPECT_THAT(json_error(R"({"a":{"shape":{"x":1}}})"), HasSubstr("'a' has an object in shape"));
    EXPECT_THAT(json_error(R"({"a":{"shape":[-2]}})"), HasSubstr("'a' has -2 in shape"));
    EXPECT_THAT(json_error(R"({"a":{"shape":[2.5]}})"), HasSubstr("'a' has 2.5 in shape"));
    EXPECT_THAT(json_error(R"({"a":{"shape":[null]}})"), HasSubstr("'a' has null in shape"));
    EXPECT_THAT(json_error(R"({"a":{"shape":[true]}})"), HasSubstr("'a' has a truth value in shape"));
    EXPECT_THAT(json_error(R"({"a":{"shape":[[2]]}})"), HasSubstr("'a' has a list in shape"));
    EXPECT_THAT(json_error(R"({"a":{"color":1}})"), HasSubstr("'a' has the unknown entry 'color'"));
    EXPECT_THAT(json_error(R"({"a":{"data_offsets":[1]}})"), HasSubstr("exactly two data_offsets"));
    EXPECT_THAT(json_error(R"({"a":{"data_offsets":[1,2,3]}})"), HasSubstr("exactly two data_offsets"));
    EXPECT_THAT(json_error(R"({"a":{"dtype":"F32","shape":[2]}})"), HasSubstr("'a' has no data_offsets"));
    EXPECT_THAT(json_error(R"({"__metadata__":{"x":{}}})"), HasSubstr("__metadata__ contains an object"));
    EXPECT_THAT(json_error(R"({"__metadata__":{"x":1}})"), HasSubstr("__metadata__ contains a number"));
    EXPECT_THAT(json_error(R"({"__metadata__":1})"), HasSubstr("__metadata__ contains a number"));
    std::string ones;
    for (int i = 0; i < 65; ++i) ones += i > 0 ? ",1" : "1";
    EXPECT_THAT(json_error(R"({"a":{"shape":[)" + ones + "]}}"), HasSubstr("a shape beyond what is possible"));
    EXPECT_THAT(json_error(R"({"a":{"shape":[9223372036854775808]}})"), HasSubstr("a shape beyond what is possible"));
}

TEST(Safetensors, RefusesNamesAndEntriesThatAreThereTwice) {
    const std::string one = R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
    EXPECT_THAT(json_error("{" + one + "," + one + "}"), HasSubstr("the name 'a' is there twice"));
    EXPECT_THAT(json_error(R"({"__metadata__":{},"__metadata__":{}})"), HasSubstr("'__metadata__' is there twice"));
    EXPECT_THAT(json_error(R"({"a":{"dtype":"F32","dtype":"F32"}})"), HasSubstr("'a' has dtype twice"));
}

TEST(Safetensors, EndsAtOnceInDeepNesting) {
    EXPECT_THAT(json_error("{\"a\":" + std::string(5'000'000, '[')), HasSubstr("'a' is a list"));
}

TEST(Safetensors, RefusesOffsetsThatLie) {
    const auto one = [](const std::string& shape, const std::string& offsets) {
        return R"({"a":{"dtype":"F32","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
    };
    EXPECT_THAT(json_error(one("[3]", "[0,12]")),
                HasSubstr("'a' has data_offsets [0, 12], the file has 8 bytes of data"));
    EXPECT_THAT(json_error(one("[2]", "[8,0]")), HasSubstr("end before they begin"));
    EXPECT_THAT(json_error(one("[3]", "[0,8]")), HasSubstr("8 bytes, but shape [3] of F32 needs 12"));
    EXPECT_THAT(json_error(one("[4294967296,4294967296]", "[0,8]")), HasSubstr("more than any file can hold"));
    EXPECT_THAT(json_error(one("[4611686018427387904]", "[0,8]")), HasSubstr("more than any file can hold"));
    EXPECT_THAT(json_error(one("[2]", "[0,18446744073709551615]")), HasSubstr("the file has 8 bytes of data"));
    EXPECT_THAT(json_error(one("[2]", "[0,8]"), 9),
                HasSubstr("too long: the arrays end at byte 8 of the data, the file has 9"));
    EXPECT_THAT(json_error(one("[1]", "[4,8]")), HasSubstr("begin at 4, after a gap that begins at 0"));
    EXPECT_THAT(
        json_error(
            R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})"),
        HasSubstr("'b' begin at 4, inside the array that ends at 8"));
}

TEST(Safetensors, ReadsOneArrayOfAFileFarLargerThanIsRead) {
    const TempFolder folder;
    const std::uint64_t big = std::uint64_t{1} << 40U;  // a sparse terabyte in front of 8 bytes
    const std::string json = fmt::format(
        R"({{"big":{{"dtype":"U8","shape":[{0}],"data_offsets":[0,{0}]}},"a":{{"dtype":"F32","shape":[2],"data_offsets":[{0},{1}]}}}})",
        big, big + 8);
    const std::string path = folder.file("m.safetensors", made(json, 0));
    std::error_code error;
    std::filesystem::resize_file(path, 8 + json.size() + big + 8, error);
    if (error) GTEST_SKIP() << "this file system has no sparse files: " << error.message();
    const auto tensor = load_safetensors(path, "a");
    ASSERT_TRUE(tensor) << error_of(tensor);
    EXPECT_THAT(tensor->values, ElementsAre(0, 0));
}

TEST(Safetensors, SaysThatTheFileDoesNotExist) {
    const TempFolder folder;
    EXPECT_THAT(error_of(load_safetensors(folder / "none.safetensors", "a")),
                HasSubstr("none.safetensors': it does not exist"));
}

TEST(Safetensors, NamesFileAndArrayAtADoubleBeyondTheRangeOfFloat) {
    const std::string json = R"({"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}})";
    std::string bytes = made(json, 8);
    const double x = 1e300;
    bytes.replace(8 + json.size(), 8, reinterpret_cast<const char*>(&x), 8);
    EXPECT_THAT(error_of(parse_safetensors(bytes, "a", "m.safetensors")),
                StartsWith("m.safetensors:a: 1e+300 at [0] is beyond"));
}

TEST(Safetensors, ListsItsArraysFromTheHeaderAlone) {
    const TempFolder folder;
    const std::string json = R"({"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                             R"("a":{"dtype":"F16","shape":[2,3],"data_offsets":[4,16]}})";
    const auto listed = list_safetensors(folder.file("m.safetensors", made(json, 16)));
    ASSERT_TRUE(listed) << error_of(listed);
    ASSERT_EQ(listed->size(), 2U);
    EXPECT_EQ((*listed)[0].name, "b");
    EXPECT_EQ((*listed)[1].name, "a");
    EXPECT_THAT((*listed)[1].shape, ElementsAre(2, 3));
    EXPECT_THAT(error_of(list_safetensors(folder.file("cut.safetensors", made(json, 3)))), HasSubstr("cut short"));
    EXPECT_THAT(error_of(list_safetensors(folder / "none.safetensors")), HasSubstr("none.safetensors"));
}

}  // namespace safetensors_test
}  // namespace attnscope
