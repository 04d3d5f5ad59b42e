// Maps too large to hold, at a size at which they can be held: both ways must agree.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <thread>

#include "app/panels/attention/compute.hpp"
#include "app/panels/attention/huge_compute.hpp"
#include "core/io/temp_folder.hpp"

namespace attnscope::attention_panel {
namespace huge_test {

using testing::AllOf;
using testing::HasSubstr;

Request random_tokens(Index queries, Index keys) {
    Request r;
    r.source = r.queries.source = Source::random;
    r.queries.length = queries;
    r.queries.seed = r.seed = 3;
    r.heads = 4;
    r.head = 2;
    r.dim = r.key_dim = 16;
    r.projection = ProjectionKind::random;
    r.temperature = 0.7;
    if (keys != queries) {
        r.keys = r.queries;
        r.keys->second = true;
        r.keys->length = keys;
    }
    return r;
}

Request huge(Request r, MapLimits limits = {.held = 10, .exact = 100000}) {
    r.limits = limits;
    return r;
}

template <class T>
T value_of(Result<T> result) {
    EXPECT_TRUE(result) << error_of(result);
    check(result.has_value(), "a computation of the test failed");
    return std::move(*result);
}

std::shared_ptr<const HugeInput> input_of(const Request& request) {
    return value_of(compute_shown(huge(request), {})).huge;
}

OverviewRequest overview_request(std::shared_ptr<const HugeInput> input, Reduce reduce = Reduce::average) {
    OverviewRequest request{std::move(input), reduce, nullptr};
    const MapPart whole = request.part();
    request.growing = std::make_shared<GrowingPicture>(whole.height, whole.width);
    return request;
}

/// What the pixels of a part are by their definition, from the map that is held.
Matrix pixels_of(const Matrix& weights, const MapPart& part, Reduce reduce) {
    Matrix pixels(part.height, part.width);
    for (Index y = 0; y < part.height; ++y)
        for (Index x = 0; x < part.width; ++x) {
            const KeyRange rows = MapPart::pixel_range(part.queries, part.height, y);
            const KeyRange columns = MapPart::pixel_range(part.keys, part.width, x);
            const auto block =
                weights.block(rows.begin, columns.begin, rows.size(), columns.size()).cast<double>().eval();
            const auto filled = block.array().isNaN().select(0.0, block.array()).eval();
            const bool all_masked = block.array().isNaN().all();
            const double value = reduce == Reduce::average ? filled.mean() : filled.maxCoeff();
            pixels(y, x) = all_masked ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(value);
        }
    return pixels;
}

void expect_same(const Matrix& is, const Matrix& wanted, const std::string& what) {
    ASSERT_EQ(is.rows(), wanted.rows()) << what;
    ASSERT_EQ(is.cols(), wanted.cols()) << what;
    double worst = 0;
    Index masks_apart = 0;
    for (Index i = 0; i < is.size(); ++i) {
        const auto a = static_cast<double>(is.data()[i]), b = static_cast<double>(wanted.data()[i]);
        if (std::isnan(a) != std::isnan(b)) ++masks_apart;
        if (!std::isnan(a) && !std::isnan(b)) worst = std::max(worst, std::abs(a - b) / (1e-5 * b + 1e-12));
    }
    EXPECT_EQ(masks_apart, 0) << what;
    EXPECT_LE(worst, 1) << what;
}

// ---- every setting ------------------------------------------------------------------------------------------------

struct Setting {
    std::string name;
    std::function<void(Request&)> make;
};

const Setting settings[] = {
    {"plain", [](Request&) {}},
    {"causal", [](Request& r) { r.mask = MaskKind::causal; }},
    {"padding", [](Request& r) { r.mask = MaskKind::padding, r.mask_size = 70; }},
    {"window", [](Request& r) { r.mask = MaskKind::window, r.mask_size = 9; }},
    {"prefix", [](Request& r) { r.mask = MaskKind::prefix, r.mask_size = 40; }},
    {"block", [](Request& r) { r.mask = MaskKind::block, r.mask_size = 33; }},
    {"rope", [](Request& r) { r.position = PositionKind::rope; }},
    {"alibi", [](Request& r) { r.position = PositionKind::alibi; }},
    {"sinusoidal", [](Request& r) { r.position = PositionKind::sinusoidal, r.position_amount = 0.5; }},
    {"identity", [](Request& r) { r.projection = ProjectionKind::identity; }},
    {"shared", [](Request& r) { r.projection = ProjectionKind::shared; }},
    {"dot", [](Request& r) { r.score = ScoreKind::dot, r.temperature = 6; }},
    {"general", [](Request& r) { r.score = ScoreKind::general, r.key_dim = 12; }},
    {"cosine", [](Request& r) { r.score = ScoreKind::cosine, r.temperature = 0.1; }},
    {"sum", [](Request& r) { r.score = ScoreKind::sum, r.temperature = 3; }},
    {"shuffled", [](Request& r) { r.queries.shuffle = 5; }},
};

TEST(HugeMap, EverySettingGivesTheWeightsEntropiesAndOutputsOfTheMapThatIsHeld) {
    for (const Setting& setting : settings) {
        Request request = random_tokens(90, 90);
        setting.make(request);
        const Shown held = value_of(compute_shown(request, {}));
        const auto input = input_of(request);
        ASSERT_NE(input, nullptr) << setting.name;
        const Overview overview = value_of(compute_overview(overview_request(input), {}));
        expect_same(*overview.pixels.values, *held.weights, setting.name);
        for (const Index i : {Index{0}, Index{17}, Index{89}}) {
            const HugeRow row = value_of(compute_row({input, i}, {}));
            EXPECT_NEAR(row.entropy_bits, held.entropy_bits(i), 1e-5) << setting.name;
            EXPECT_NEAR((*overview.entropy_bits)[static_cast<std::size_t>(i)], held.entropy_bits(i), 1e-5);
            EXPECT_NEAR(row.distance, held.distance(i), 1e-4) << setting.name;
            EXPECT_LE((row.output - held.output.row(i)).cwiseAbs().maxCoeff(), 1e-5F) << setting.name;
            const HeadInput& in = held.inputs.front();
            for (const Index j : {Index{0}, Index{20}, Index{89}}) {
                const CellExplanation a = explain_huge(*input, row, j);
                const CellExplanation b = explain_cell(in.q.row(i), in.k, in.options, i, j);
                EXPECT_EQ(a.visible, b.visible) << setting.name;
                EXPECT_NEAR(a.raw, b.raw, 1e-6 * (1 + std::abs(b.raw))) << setting.name;
                EXPECT_NEAR(a.score, b.score, 1e-6 * (1 + std::abs(b.score))) << setting.name;
                EXPECT_NEAR(a.shift, b.shift, 1e-6 * (1 + std::abs(b.shift))) << setting.name;
                EXPECT_NEAR(a.row_sum, b.row_sum, 2e-6 * b.row_sum) << setting.name;
                EXPECT_NEAR(a.weight, b.weight, 2e-6 * b.weight) << setting.name;
                const double w = huge_weight(*input, (*overview.rows)[static_cast<std::size_t>(i)], i, j);
                EXPECT_EQ(std::isnan(w), held.masked(i, j)) << setting.name;
                if (!std::isnan(w)) {
                    EXPECT_NEAR(w, held.weight(i, j), 1e-6) << setting.name;
                }
            }
        }
    }
}

// ---- overviews ----------------------------------------------------------------------------------------------------

TEST(HugeMap, OverviewPixelsAreAveragesAndMaximaOfTheWeights) {
    for (const MaskKind mask : {MaskKind::none, MaskKind::causal}) {
        Request request = random_tokens(1100, 1500);
        request.mask = mask;
        const Shown held = value_of(compute_shown(request, {}));
        const auto input = input_of(request);
        for (const Reduce reduce : {Reduce::average, Reduce::maximum}) {
            const OverviewRequest asked = overview_request(input, reduce);
            const Overview overview = value_of(compute_overview(asked, {}));
            ASSERT_EQ(overview.pixels.values->rows(), 1024);
            ASSERT_EQ(overview.pixels.values->cols(), 1024);
            expect_same(*overview.pixels.values, pixels_of(*held.weights, asked.part(), reduce), "overview");
            EXPECT_EQ(overview.samples, 0);
            EXPECT_EQ(overview.received.empty(), reduce == Reduce::maximum);
            EXPECT_NEAR(overview.pixels.largest,
                        static_cast<double>(*std::max_element(
                            overview.pixels.values->data(), overview.pixels.values->data() + 1024 * 1024,
                            [](float a, float b) { return !(a >= b) && !std::isnan(b); })),
                        1e-9);
        }
    }
}

TEST(HugeMap, AKeysBarIsTheSumOfTheWeightsItReceives) {
    const Request request = random_tokens(90, 70);
    const Shown held = value_of(compute_shown(request, {}));
    const Overview overview = value_of(compute_overview(overview_request(input_of(request)), {}));
    ASSERT_EQ(overview.received.size(), 70U);
    for (std::size_t j = 0; j < 70; ++j)
        EXPECT_NEAR(overview.received[j], held.column_sums(static_cast<Index>(j)), 1e-4);
}

TEST(HugeMap, TheOverviewGrowsFromSamplesToTheExactPicture) {
    const OverviewRequest request = overview_request(input_of(random_tokens(2500, 2500)));
    std::uint64_t seen = 0;
    EXPECT_EQ(request.growing->newer_than(seen), nullptr) << "nothing is there yet";
    const Overview overview = value_of(compute_overview(request, {}));
    const std::shared_ptr<const Matrix> grown = request.growing->newer_than(seen);
    ASSERT_NE(grown, nullptr);
    EXPECT_EQ(*grown, *overview.pixels.values);
    EXPECT_GE(seen, 17U) << "16 bands of samples, and those of the exact pass";
    EXPECT_EQ(request.growing->newer_than(seen), nullptr) << "nothing newer";
    EXPECT_EQ(request, overview_request(request.input)) << "where it grows is not a part of what is asked";
}

TEST(HugeMap, AStoppedOverviewIsCancelledAndWhatHasGrownStays) {
    const OverviewRequest request = overview_request(input_of(random_tokens(4000, 4000)));
    std::stop_source stop;
    std::atomic<float> fraction = 0;
    std::thread user([&] {
        std::uint64_t seen = 0;
        while (!request.growing->newer_than(seen)) std::this_thread::yield();
        stop.request_stop();
    });
    const Result<Overview> overview = compute_overview(request, Progress(stop.get_token(), &fraction));
    user.join();
    ASSERT_FALSE(overview);
    EXPECT_EQ(overview.error().code, ErrorCode::cancelled);
    std::uint64_t seen = 0;
    const std::shared_ptr<const Matrix> grown = request.growing->newer_than(seen);
    ASSERT_NE(grown, nullptr);
    EXPECT_FALSE(std::isnan((*grown)(0, 0)));
    EXPECT_TRUE(std::isnan((*grown)(1023, 1023)));
}

TEST(HugeMap, BeyondTheLimitThePixelsAreMadeOfSamples) {
    Request request = random_tokens(3000, 3000);
    request.projection = ProjectionKind::identity;
    const auto exact = input_of(request);
    const auto sampled = value_of(compute_shown(huge(request, {.held = 10, .exact = 2999}), {})).huge;
    EXPECT_TRUE(exact->exact_overview);
    EXPECT_FALSE(sampled->exact_overview);
    const Overview a = value_of(compute_overview(overview_request(exact), {}));
    const Overview b = value_of(compute_overview(overview_request(sampled), {}));
    EXPECT_EQ(b.samples, 2);
    EXPECT_EQ(b.rows, nullptr);
    EXPECT_EQ(b.entropy_bits, nullptr);
    EXPECT_FALSE(b.pixels.values->hasNaN());
    EXPECT_NE(*a.pixels.values, *b.pixels.values);
    EXPECT_NEAR(b.pixels.values->cast<double>().mean() / a.pixels.values->cast<double>().mean(), 1, 0.01);
}

// ---- parts --------------------------------------------------------------------------------------------------------

TEST(HugeMap, APartIsTheSameWhetherItsRowsWereKnownOrNot) {
    const Request request = random_tokens(600, 900);
    const Shown held = value_of(compute_shown(request, {}));
    const auto input = input_of(request);
    const Overview overview = value_of(compute_overview(overview_request(input), {}));
    const auto known = std::make_shared<KnownRows>();
    for (const MapPart& part : {MapPart{{100, 400}, {50, 850}, 60, 80}, MapPart{{390, 400}, {880, 900}, 10, 20}}) {
        const PartRequest by_all{input, Reduce::average, part, 0, overview.rows, nullptr};
        const PartRequest by_some{input, Reduce::average, part, 0, nullptr, known};
        EXPECT_EQ(by_all, by_some) << "where row sums come from is not a part of what is asked";
        const MapPixels a = value_of(compute_part(by_all, {})), b = value_of(compute_part(by_some, {}));
        expect_same(*a.values, pixels_of(*held.weights, part, Reduce::average), "all rows known");
        expect_same(*b.values, pixels_of(*held.weights, part, Reduce::average), "rows on demand");
    }
    const auto count = std::count_if(known->rows.begin(), known->rows.end(), [](const RowSum& r) { return r.known(); });
    EXPECT_EQ(count, 300) << "no row that was not looked at";
}

TEST(HugeMap, SamplesAreExactWhereAPixelHasNoMoreCells) {
    EXPECT_TRUE(is_exact({{0, 100}, {0, 60}, 50, 60}, 2));
    EXPECT_FALSE(is_exact({{0, 101}, {0, 60}, 50, 60}, 2));
    EXPECT_TRUE(is_exact({{0, 100000}, {0, 100000}, 10, 10}, 0));
}

TEST(HugeMap, APartAtRestIsAsExactAsItIsAffordable) {
    const auto input = input_of(random_tokens(20, 20));  // 16 products a cell
    EXPECT_EQ(samples_at_rest(*input, {{0, 20000}, {0, 20000}, 900, 900}, true), 0);
    const Index some = samples_at_rest(*input, {{0, 60000}, {0, 60000}, 900, 900}, true);
    EXPECT_GT(some, 2);
    EXPECT_LT(some, 60);
    EXPECT_GE(samples_at_rest(*input, {{0, 1000000}, {0, 1000000}, 4096, 4096}, true), 2);
}

// ---- input --------------------------------------------------------------------------------------------------------

TEST(HugeMap, EqualQueriesKeysAndValuesAreHeldOnce) {
    Request request = random_tokens(50, 50);
    request.projection = ProjectionKind::identity;
    const auto identity = input_of(request);
    EXPECT_EQ(identity->q.data(), identity->k.data());
    EXPECT_EQ(identity->v.data(), identity->k.data());
    EXPECT_EQ(identity->product_q.data(), identity->q.data());
    request.projection = ProjectionKind::shared;
    const auto shared = input_of(request);
    EXPECT_EQ(shared->q.data(), shared->k.data());
    EXPECT_NE(shared->v.data(), shared->k.data());
    request.position = PositionKind::rope;
    const auto turned = input_of(request);
    EXPECT_EQ(turned->q.data(), turned->k.data());
}

std::shared_ptr<Arrays> own_arrays(Index heads, Index rows) {
    auto arrays = std::make_shared<Arrays>();
    for (Stack* stack : {&arrays->q, &arrays->k, &arrays->v}) {
        stack->tensor.shape = {heads, rows, 4};
        for (Index i = 0; i < heads * rows * 4; ++i)
            stack->tensor.values.push_back(static_cast<float>(std::sin(static_cast<double>(i))));
        stack->heads = heads;
        stack->rows = rows;
        stack->columns = 4;
    }
    return arrays;
}

TEST(HugeMap, TheUsersArraysAreLookedAtWhereTheyAre) {
    auto arrays = own_arrays(2, 30);
    for (int i = 0; i < 30; ++i) arrays->tokens.push_back(i == 3 ? " " : fmt::format("t{}", i));
    Request request;
    request.source = Source::qkv;
    request.arrays = arrays;
    request.head = 2;
    const auto input = input_of(request);
    EXPECT_EQ(input->q.data(), arrays->q.tensor.values.data() + 120) << "the second head";
    EXPECT_EQ(input->rows[3], "␣");
    EXPECT_EQ(input->columns[29], "t29");
    arrays.reset();
    const Shown held = value_of(compute_shown(request, {}));
    expect_same(*value_of(compute_overview(overview_request(input), {})).pixels.values, *held.weights, "own arrays");
}

TEST(HugeMap, AMillionKeysAreNotAMatterOfMemoryForTheMap) {
    const auto input = input_of(random_tokens(3, 200000));
    const PartRequest request{input, Reduce::average, {{0, 3}, {199990, 200000}, 3, 10},
                              0,     nullptr,         std::make_shared<KnownRows>()};
    const MapPixels pixels = value_of(compute_part(request, {}));
    const HugeRow row = value_of(compute_row({input, 1}, {}));
    for (Index j = 0; j < 10; ++j) {
        EXPECT_NEAR(static_cast<double>((*pixels.values)(1, j)), explain_huge(*input, row, 199990 + j).weight, 1e-10);
    }
    Request most = random_tokens(most_tokens, most_tokens);
    EXPECT_TRUE(check_request(most));
    EXPECT_TRUE(value_of(is_huge(most)));
    EXPECT_THAT(in_words(most), HasSubstr("L = 1000000"));
}

TEST(HugeMap, ALearnedTableThatEndsBeforeTheLastTokenIsRefused) {
    const auto error = [](Request request) {
        request.position = PositionKind::learned;
        request.position_rows = 15;
        return error_of(compute_shown(huge(std::move(request)), {}));
    };
    Request words = random_tokens(5, 5);
    words.source = words.queries.source = Source::text;
    words.dim = words.key_dim = 4;
    words.queries.text = "a b c d e f g h i j k l m n o";
    EXPECT_EQ(error(words), "");
    words.queries.text += " p";
    EXPECT_THAT(error(words), HasSubstr("15 rows has no code for position 15"));
    Request shuffled = random_tokens(20, 20);
    shuffled.queries.shuffle = 1;
    for (const Request& request : {random_tokens(20, 20), random_tokens(12, 20), random_tokens(20, 12), shuffled})
        EXPECT_THAT(error(request), HasSubstr("15 rows has no code for position 19"));
    Request own;
    own.source = Source::qkv;
    own.head = 1;
    own.arrays = own_arrays(1, 16);
    EXPECT_THAT(error(own), HasSubstr("15 rows has no code for position 15"));
    own.arrays = own_arrays(1, 15);
    EXPECT_EQ(error(own), "");
}

TEST(HugeMap, WhatItCannotDoIsRefusedWithTheReasonAndTheWayOut) {
    const auto error = [](const std::function<void(Request&)>& make) {
        Request request = huge(random_tokens(20, 20));
        make(request);
        return error_of(check_request(request));
    };
    EXPECT_EQ(error([](Request&) {}), "");
    EXPECT_THAT(error([](Request& r) { r.head = 0; }), AllOf(HasSubstr("head: the average"), HasSubstr("10 tokens")));
    EXPECT_THAT(error([](Request& r) { r.score = ScoreKind::additive; }),
                AllOf(HasSubstr("score:"), HasSubstr("scaled_dot, dot, general, cosine or sum")));
    EXPECT_THAT(error([](Request& r) { r.score = ScoreKind::concat; }), HasSubstr("score:"));
    for (const Select select : {Select::hard, Select::argmax, Select::local})
        EXPECT_THAT(error([&](Request& r) { r.select = select; }),
                    AllOf(HasSubstr("select:"), HasSubstr("select=soft")));
    EXPECT_THAT(error([](Request& r) { r.method = Method::positive; }), HasSubstr("method=exact is needed"));
    EXPECT_THAT(error([](Request& r) { r.painted = "0:1"; }), HasSubstr("painted: single cells"));
    EXPECT_THAT(error([](Request& r) { r.other_head = 1; }), HasSubstr("view=map is needed"));
    EXPECT_THAT(error([](Request& r) { r.whole_output = true; }), HasSubstr("view=map is needed"));
    EXPECT_THAT(error([](Request& r) { r.exclude_first = true; }), HasSubstr("exclude_first=false"));
    EXPECT_THAT(error([](Request& r) { r.merge_words = true; }), HasSubstr("merge_words=false"));
    Request held = random_tokens(20, 20);
    held.head = 0;
    held.exclude_first = true;
    EXPECT_TRUE(check_request(held)) << "a small map can";
    EXPECT_TRUE(value_of(compute_strip(huge(random_tokens(20, 20)), {})).maps.empty());
}

}  // namespace huge_test
}  // namespace attnscope::attention_panel
