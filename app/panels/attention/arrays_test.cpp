// The user's own arrays, from files to the panel.
#include "app/panels/attention/arrays.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "app/panels/attention/attention_panel.hpp"
#include "core/io/npy.hpp"
#include "core/io/temp_folder.hpp"

namespace attnscope::attention_panel {
namespace arrays_test {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

std::string npy(const std::vector<Index>& shape, const std::function<float(Index)>& value) {
    std::vector<float> values(static_cast<std::size_t>(*element_count(shape)));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = value(static_cast<Index>(i));
    return format_npy(shape, values);
}

float wave(Index i) {
    return std::sin(0.7F * static_cast<float>(i));
}

/// Rows of attention that sum to 1: layer l and head h look h + l keys back.
std::string stack(Index layers, Index heads, Index length) {
    return npy({layers, heads, length, length}, [=](Index flat) {
        const Index key = flat % length, query = flat / length % length, head = flat / length / length % heads,
                    layer = flat / length / length / heads;
        return key == std::max<Index>(0, query - head - layer) ? 1.0F : 0.0F;
    });
}

/// One little-endian float32 array behind a safetensors header.
std::string safetensors(const std::string& header, std::size_t data) {
    std::string bytes(8, '\0');
    for (unsigned i = 0; i < 8; ++i) bytes[i] = static_cast<char>(header.size() >> (8 * i));
    return bytes + header + std::string(data, '\0');
}

class OwnArrays : public testing::Test {
protected:
    std::string inputs_error(const std::string& q, const std::string& k, const std::string& v) {
        return error_of(load_arrays({.source = Source::qkv, .q = q, .k = k, .v = v}, {}));
    }
    std::string weights_error(const std::string& bytes, const std::string& tokens = "") {
        ArraysRequest request{.source = Source::weights, .weights = folder_.file("w.npy", bytes)};
        if (!tokens.empty()) request.tokens = folder_.file("t.txt", tokens);
        return error_of(load_arrays(request, {}));
    }
    std::string array(const std::string& name, const std::vector<Index>& shape) {
        return folder_.file(name, npy(shape, wave));
    }
    TempFolder folder_;
};

TEST_F(OwnArrays, LayersAndHeadsAreSlicesOfTheArray) {
    const auto loaded = load_arrays({.source = Source::weights, .weights = folder_.file("w.npy", stack(3, 2, 5))}, {});
    ASSERT_TRUE(loaded) << error_of(loaded);
    EXPECT_EQ(loaded->layers(), 3);
    EXPECT_EQ(loaded->heads(), 2);
    EXPECT_EQ(loaded->weights.slice(2, 1)(4, 1), 1.0F) << "three keys back";
    EXPECT_EQ(loaded->weights.slice(2, 1)(4, 2), 0.0F);
    EXPECT_THAT(note_of(*loaded, Reader::window), IsEmpty());
}

TEST_F(OwnArrays, TwoAndThreeDimensionsAreOneHeadAndOneLayer) {
    const auto one = load_arrays(
        {.source = Source::weights, .weights = folder_.file("w.npy", npy({2, 2}, [](Index) { return 0.5F; }))}, {});
    ASSERT_TRUE(one) << error_of(one);
    EXPECT_EQ(one->heads() * one->layers(), 1);
    const auto heads = load_arrays(
        {.source = Source::weights, .weights = folder_.file("h.npy", npy({4, 2, 2}, [](Index) { return 0.5F; }))}, {});
    ASSERT_TRUE(heads) << error_of(heads);
    EXPECT_EQ(heads->heads(), 4);
}

TEST_F(OwnArrays, RowsThatAreNoDistributionAreNoted) {
    const auto loaded =
        load_arrays({.source = Source::weights,
                     .weights = folder_.file("w.npy", npy({2, 2, 2}, [](Index i) { return i < 4 ? 0.5F : 0.75F; }))},
                    {});
    ASSERT_TRUE(loaded);
    EXPECT_THAT(note_of(*loaded, Reader::window), AllOf(HasSubstr("head 2"), HasSubstr("row 0"), HasSubstr("1.5")));
}

TEST_F(OwnArrays, WhatIsMissingOrDoesNotFitIsSaid) {
    const std::string q = array("q.npy", {2, 5, 4}), k = array("k.npy", {2, 6, 4}), v = array("v.npy", {2, 6, 3});
    EXPECT_TRUE(load_arrays({.source = Source::qkv, .q = q, .k = k, .v = v}, {}));
    EXPECT_THAT(inputs_error(q, "", v), AllOf(HasSubstr("K"), HasSubstr("no file is named")));
    EXPECT_THAT(inputs_error(q, array("k1.npy", {6, 4}), v), AllOf(HasSubstr("2 heads"), HasSubstr("K 1")));
    EXPECT_THAT(inputs_error(q, k, array("v5.npy", {2, 5, 3})), AllOf(HasSubstr("6 rows"), HasSubstr("V 5")));
    EXPECT_THAT(inputs_error(array("q1.npy", {7}), k, v),
                AllOf(HasSubstr("Q"), HasSubstr("[7]"), HasSubstr("dimensions")));
    EXPECT_THAT(inputs_error(array("q0.npy", {0, 4}), k, v), HasSubstr("empty"));
    EXPECT_THAT(weights_error(npy({1, 1, 1, 2, 2}, wave)), HasSubstr("2 to 4 dimensions"));
    EXPECT_THAT(weights_error(npy({4097, 1}, wave)), AllOf(HasSubstr("4097"), HasSubstr("4096")));
    EXPECT_THAT(weights_error(npy({1, 4097}, wave)), AllOf(HasSubstr("4097"), HasSubstr("4096")));
    EXPECT_THAT(weights_error(npy({2, 2}, [](Index i) { return i == 2 ? NAN : 0.5F; })),
                AllOf(HasSubstr("w.npy"), HasSubstr("nan"), HasSubstr("[1, 0]")));
    EXPECT_THAT(weights_error(stack(1, 1, 3), "a\nb\n"), AllOf(HasSubstr("2 tokens"), HasSubstr("3 queries")));
}

TEST_F(OwnArrays, ADroppedFileIsRecognisedByWhatIsInIt) {
    const auto as = [&](const std::string& path) {
        const auto looked = look_at_dropped(path);
        EXPECT_TRUE(looked) << error_of(looked);
        return looked ? looked->as : DroppedAs::nothing;
    };
    EXPECT_EQ(as("some/where/q.npy"), DroppedAs::q);
    EXPECT_EQ(as("layer0.keys.npy"), DroppedAs::k);
    EXPECT_EQ(as("x_v.npy"), DroppedAs::v);
    EXPECT_EQ(as("attention.npy"), DroppedAs::weights);
    EXPECT_EQ(as("words.TXT"), DroppedAs::tokens);
    EXPECT_EQ(as("holiday.jpg"), DroppedAs::nothing);
    const std::string entry = R"("dtype":"F32","shape":[1,1],"data_offsets":)";
    const std::string qkv = folder_.file(
        "m.safetensors",
        safetensors("{\"a.q\":{" + entry + "[0,4]},\"a.k\":{" + entry + "[4,8]},\"a.v\":{" + entry + "[8,12]}}", 12));
    EXPECT_EQ(as(qkv), DroppedAs::qkv_of_one_file);
    EXPECT_EQ(look_at_dropped(qkv)->k, "a.k");
    const std::string weights = folder_.file(
        "w.safetensors", safetensors("{\"embedding\":{" + entry + "[0,4]},\"attn\":{" + entry + "[4,8]}}", 8));
    EXPECT_EQ(look_at_dropped(weights)->weights_name, "attn");
    EXPECT_FALSE(look_at_dropped(folder_.file("bad.safetensors", "no")));
}

TEST_F(OwnArrays, ADroppedTensorIsShownHeadByHead) {
    AttentionPanel panel;
    EXPECT_TRUE(panel.drop_file(folder_.file("attention.npy", stack(3, 2, 5))));
    panel.params().pin_query = 4;
    panel.params().pin_key = 1;
    panel.wait();
    ASSERT_FALSE(panel.status().error) << panel.status().error->what;
    EXPECT_EQ(panel.status().provenance, "weights: yours");
    EXPECT_THAT(panel.explain_text(), AllOf(HasSubstr("4 → 1"), HasSubstr("weight 0"), HasSubstr("file")));
    panel.params().layer = 3;
    panel.params().head = 2;
    panel.wait();
    EXPECT_THAT(panel.explain_text(), HasSubstr("weight 1,"));
    EXPECT_TRUE(panel.drop_file(folder_.file("words.txt", "a\nb\nc\nd\ne\n")));
    panel.wait();
    EXPECT_THAT(panel.explain_text(), HasSubstr("e → b"));
    panel.params().layer = 4;
    panel.wait();
    ASSERT_TRUE(panel.status().error);
    EXPECT_THAT(panel.status().error->what, AllOf(HasSubstr("layer: 4"), HasSubstr("3 layers")));
    panel.agree();
    EXPECT_EQ(panel.params().layer, 3);
}

TEST_F(OwnArrays, DroppedQueriesKeysAndValuesAreOneHeadsInputs) {
    AttentionPanel panel;
    EXPECT_TRUE(panel.drop_file(array("q.npy", {3, 4})));
    panel.wait();
    ASSERT_TRUE(panel.status().error) << "K and V are still missing";
    EXPECT_THAT(panel.status().error->what, HasSubstr("K"));
    EXPECT_TRUE(panel.drop_file(array("k.npy", {5, 4})));
    EXPECT_TRUE(panel.drop_file(array("v.npy", {5, 2})));
    panel.params().pin_query = 2;
    panel.params().pin_key = 4;
    panel.wait();
    ASSERT_FALSE(panel.status().error) << panel.status().error->what;
    double raw = 0;
    for (Index c = 0; c < 4; ++c) raw += static_cast<double>(wave(2 * 4 + c)) * static_cast<double>(wave(4 * 4 + c));
    char expected[32];
    std::snprintf(expected, sizeof expected, "%.3f", std::abs(raw));
    EXPECT_THAT(panel.explain_text(), HasSubstr(expected));
    EXPECT_FALSE(panel.drop_file("picture.png"));
}

TEST_F(OwnArrays, AfterCancelTheFileIsNotReadUntilSomethingChanges) {
    AttentionPanel panel;
    panel.wait();
    const std::string before = panel.explain_text();
    panel.drop_file(folder_.file("attention.npy", stack(12, 12, 200)));
    panel.update();
    panel.cancel();
    panel.wait();
    ASSERT_TRUE(panel.status().error);
    EXPECT_EQ(panel.status().error->code, ErrorCode::cancelled);
    EXPECT_EQ(panel.explain_text(), before) << "the picture before stays";
    panel.drop_file(folder_.file("other.npy", stack(2, 2, 5)));
    panel.wait();
    EXPECT_FALSE(panel.status().error);
}

TEST_F(OwnArrays, TheErrorOfADroppedFileGoesWhenTheUserGoesOn) {
    AttentionPanel panel;
    panel.wait();
    EXPECT_TRUE(panel.drop_file(folder_.file("bad.safetensors", "no")));
    panel.wait();
    ASSERT_TRUE(panel.status().error);
    EXPECT_THAT(panel.status().error->what, HasSubstr("bad.safetensors"));
    panel.params().temperature = 2;
    panel.wait();
    EXPECT_FALSE(panel.status().error);
}

}  // namespace arrays_test
}  // namespace attnscope::attention_panel
