#include "core/timing/counts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

namespace attnscope {
namespace counts_test {

using testing::ElementsAre;
using Kind = LayerKind;

constexpr Kind all_kinds[] = {Kind::attention, Kind::restricted,  Kind::rnn,    Kind::gru,
                              Kind::lstm,      Kind::convolution, Kind::dilated};
constexpr TimedMethod all_methods[] = {TimedMethod::exact, TimedMethod::materialised, TimedMethod::positive,
                                       TimedMethod::trig,  TimedMethod::hyperbolic,   TimedMethod::elu};

std::string name_of(Kind kind) {
    return std::string(layer_names.at(static_cast<std::size_t>(kind)));
}

// ---- numbers of an independent count

TEST(HeadCounts, EqualAnIndependentCount) {
    // Projections, scores, mixing, both; of a causal mask both; what softmax does to each score; all products; all.
    const auto listed = [](const HeadShape& shape) {
        const HeadCounts c = head_counts(shape, false), causal = head_counts(shape, true);
        return std::vector<Count>{c.projections, c.scores,          c.mixing,
                                  c.products(),  causal.products(), c.exponentials,
                                  c.divisions,   c.scalings,        c.projections + c.products(),
                                  c.all()};
    };
    EXPECT_THAT(listed({10, 512, 64, 64}), ElementsAre(983040, 6400, 6400, 12800, 7040, 100, 100, 100, 995840, 996140));
    EXPECT_THAT(listed({1000, 512, 512, 512}), ElementsAre(786432000, 512000000, 512000000, 1024000000, 512512000,
                                                           1000000, 1000000, 1000000, 1810432000, 1813432000));
}

TEST(LayerCounts, EqualAnIndependentCountOfMultiHeadAttention) {
    const auto total = [](Index n) { return layer_multiplications(Kind::attention, {.length = n, .dim = 512}); };
    EXPECT_EQ(total(10), 10588160);
    EXPECT_EQ(total(512), 805306368);
    EXPECT_EQ(total(10) - layer_multiplications(Kind::attention, {.length = 10, .dim = 512}, true), 10485760);
    EXPECT_EQ(multiplications(TimedMethod::exact, {.length = 10, .dim = 64, .heads = 8}), 51200 + 51200);
    EXPECT_EQ(multiplications(TimedMethod::exact, {.length = 512, .dim = 64, .heads = 8}), 2 * 134217728);
}

using OfKinds = std::array<Count, std::size(all_kinds)>;

constexpr LayerShape small_layer{.length = 16, .dim = 8, .kernel = 3, .window = 5};
constexpr LayerShape large_layer{.length = 1024, .dim = 512, .kernel = 3, .window = 129};

template <typename Of>
OfKinds of_kinds(const Of& of) {
    OfKinds found{};
    std::transform(std::begin(all_kinds), std::end(all_kinds), found.begin(), of);
    return found;
}

TEST(LayerCounts, EqualAnIndependentTable) {
    const auto counts = [](const LayerShape& shape) {
        return of_kinds([&](Kind kind) { return layer_multiplications(kind, shape, true); });
    };
    EXPECT_EQ(counts(small_layer), (OfKinds{4096, 1280, 2048, 6144, 8192, 3072, 3072}));
    EXPECT_EQ(counts(large_layer),
              (OfKinds{1073741824, 135266304, 536870912, 1610612736, 2147483648, 805306368, 805306368}));
    EXPECT_EQ(layer_multiplications(Kind::attention, small_layer), 8192);
    EXPECT_EQ(layer_multiplications(Kind::attention, large_layer), 2147483648);
}

TEST(LayerPaths, EqualAnIndependentTable) {
    const auto paths = [](const LayerShape& shape) {
        return of_kinds([&](Kind kind) { return path_length(kind, shape); });
    };
    EXPECT_EQ(paths(small_layer), (OfKinds{1, 8, 15, 15, 15, 8, 3}));
    EXPECT_EQ(paths(large_layer), (OfKinds{1, 16, 1023, 1023, 1023, 512, 7}));
    EXPECT_EQ(of_kinds([](Kind kind) { return sequential_operations(kind, large_layer); }),
              (OfKinds{1, 1, 1024, 1024, 1024, 1, 1}));
}

TEST(MethodCounts, EqualAnIndependentCountOfLinearAttention) {
    const MethodShape shape{.length = 4096, .dim = 64, .features = 256};
    EXPECT_EQ(multiplications(TimedMethod::exact, shape), 2147483648);
    const Count making_features = 2 * shape.length * shape.features * shape.dim;
    EXPECT_EQ(multiplications(TimedMethod::positive, shape) - making_features, 135266304)
        << "keys with values, queries with that, and the normaliser";
    EXPECT_EQ(formula_bytes(TimedMethod::materialised, shape), 4 * 16777216);
    EXPECT_EQ(formula_bytes(TimedMethod::positive, shape) / 4 - shape.features + 2 * shape.length * shape.features,
              2113536)
        << "of one that keeps all features, and no sum of them";
}

// ---- identities

TEST(HeadCounts, CausalAndWhatLiesAboveTheDiagonalAreAll) {
    for (const Index n : {1, 2, 7, 100}) {
        const HeadShape shape{.length = n, .model = 12, .dim = 5, .value_dim = 3};
        const HeadCounts full = head_counts(shape, false), causal = head_counts(shape, true);
        const Count above = n * (n - 1) / 2;
        EXPECT_EQ(causal.scores + above * 5, full.scores);
        EXPECT_EQ(causal.mixing + above * 3, full.mixing);
        EXPECT_EQ(causal.all() + above * (5 + 3 + 3), full.all()) << "a score's exponential, division and scaling";
    }
}

TEST(HeadCounts, HeadsAndTheirOutputProjectionMakeTheLayer) {
    const Index n = 37, d = 24, heads = 4;
    const HeadCounts head = head_counts({.length = n, .model = d, .dim = d / heads, .value_dim = d / heads}, false);
    const LayerShape shape{.length = n, .dim = d};
    EXPECT_EQ(heads * (head.projections + head.products()) + n * d * d, layer_multiplications(Kind::attention, shape));
    EXPECT_EQ(heads * head.products(), layer_multiplications(Kind::attention, shape, true));
}

TEST(MethodCounts, OnlyTheQuadraticOnesAreSavedAnythingByACausalMask) {
    for (const TimedMethod method : all_methods) {
        const MethodShape all{.length = 50}, causal{.length = 50, .causal = true};
        EXPECT_EQ(multiplications(method, causal) < multiplications(method, all), is_quadratic(method));
        EXPECT_EQ(formula_bytes(method, causal), formula_bytes(method, all));
    }
}

TEST(MethodCounts, GrowWithTheSquareOfTheLengthOrWithTheLengthAndWithTheHeads) {
    for (const TimedMethod method : all_methods) {
        const Count once = multiplications(method, {.length = 64});
        EXPECT_EQ(multiplications(method, {.length = 128}), once * (is_quadratic(method) ? 4 : 2));
        EXPECT_EQ(multiplications(method, {.length = 64, .heads = 5}), 5 * once);
    }
}

TEST(MethodCounts, OnlyMaterialisedWeightsNeedMemoryThatGrows) {
    for (const TimedMethod method : all_methods) {
        const Count once = formula_bytes(method, {.length = 64}), twice = formula_bytes(method, {.length = 128});
        EXPECT_EQ(twice, once * (method == TimedMethod::materialised ? 4 : 1));
        EXPECT_EQ(formula_bytes(method, {.length = 64, .heads = 8}), once) << "one head at a time";
    }
    EXPECT_EQ(formula_bytes(TimedMethod::exact, {}), 0);
    EXPECT_EQ(formula_bytes(TimedMethod::elu, {.dim = 10}), 4 * 10 * 11);
    EXPECT_EQ(formula_bytes(TimedMethod::trig, {.dim = 10, .features = 7}), 4 * 14 * 11);
}

TEST(Counts, AreExactForTheLargestSizes) {
    const Index n = Index{1} << 20, d = 1024;
    EXPECT_EQ(multiplications(TimedMethod::exact, {.length = n, .dim = d, .heads = 64}), Count{1} << 57);
    EXPECT_EQ(layer_multiplications(Kind::attention, {.length = n, .dim = d}), (Count{1} << 42) + (Count{1} << 51));
    EXPECT_EQ(head_counts({.length = n, .model = d, .dim = d, .value_dim = d}, true).scores,
              (Count{1} << 29) * ((Count{1} << 20) + 1));
    EXPECT_EQ(path_length(Kind::dilated, {.length = n, .kernel = 2}), 20);
    EXPECT_EQ(path_length(Kind::dilated, {.length = n + 1, .kernel = 2}), 21);
}

// ---- loops that count their multiplications

Count products_made = 0;

double times(double a, double b) {
    ++products_made;
    return a * b;
}

MatrixD grid(Index rows, Index cols) {
    return MatrixD::Constant(rows, cols, 0.5);
}

MatrixD product(const MatrixD& a, const MatrixD& b) {
    MatrixD c = grid(a.rows(), b.cols());
    for (Index i = 0; i < a.rows(); ++i)
        for (Index j = 0; j < b.cols(); ++j)
            for (Index k = 0; k < a.cols(); ++k) c(i, j) += times(a(i, k), b(k, j));
    return c;
}

template <typename Work>
Count counted(const Work& work) {
    const Count before = products_made;
    work();
    return products_made - before;
}

// The scores of queries with the keys they see, first(i) .. last(i), and the mixture of as many values.
template <typename First, typename Last>
Count attending_by_loops(const HeadShape& head, const First& first, const Last& last) {
    return counted([&] {
        for (Index i = 0; i < head.length; ++i)
            for (Index j = first(i); j <= last(i); ++j)
                product(product(grid(1, head.dim), grid(head.dim, 1)), grid(1, head.value_dim));
    });
}

Count attending_by_loops(const HeadShape& head, bool causal) {
    return attending_by_loops(
        head, [](Index) { return 0; }, [&](Index i) { return causal ? i : head.length - 1; });
}

TEST(HeadCounts, AreThoseOfLoops) {
    const HeadShape shape{.length = 7, .model = 6, .dim = 4, .value_dim = 3};
    const Count projecting = counted([&] {
        for (const Index width : {4, 4, 3}) product(grid(7, 6), grid(6, width));
    });
    for (const bool causal : {false, true}) {
        EXPECT_EQ(head_counts(shape, causal).projections, projecting);
        EXPECT_EQ(head_counts(shape, causal).products(), attending_by_loops(shape, causal));
    }
}

// All queries and keys at once, or token by token with running sums.
Count linear_by_loops(Index n, Index d, Index r, Index random_vectors, bool causal) {
    return counted([&] {
        if (random_vectors > 0)
            for (int side = 0; side < 2; ++side) product(grid(n, d), grid(d, random_vectors));
        const Index blocks = causal ? n : 1, tokens = causal ? 1 : n;
        for (Index block = 0; block < blocks; ++block) {
            const MatrixD sums = product(grid(r, tokens), grid(tokens, d));
            product(grid(tokens, r), sums);
            product(grid(tokens, r), grid(r, 1));
        }
    });
}

TEST(MethodCounts, AreThoseOfLoops) {
    const Index n = 9, d = 4, m = 6;
    for (const bool causal : {false, true}) {
        const MethodShape shape{.length = n, .dim = d, .features = m, .causal = causal};
        const Count quadratic = attending_by_loops({.length = n, .dim = d, .value_dim = d}, causal);
        EXPECT_EQ(multiplications(TimedMethod::exact, shape), quadratic);
        EXPECT_EQ(multiplications(TimedMethod::materialised, shape), quadratic);
        EXPECT_EQ(multiplications(TimedMethod::positive, shape), linear_by_loops(n, d, m, m, causal));
        EXPECT_EQ(multiplications(TimedMethod::trig, shape), linear_by_loops(n, d, 2 * m, m, causal));
        EXPECT_EQ(multiplications(TimedMethod::hyperbolic, shape), linear_by_loops(n, d, 2 * m, m, causal));
        EXPECT_EQ(multiplications(TimedMethod::elu, shape), linear_by_loops(n, d, d, 0, causal));
    }
}

// W x and U h for each gate of each token.
Count recurrent_by_loops(const LayerShape& shape, Index gates) {
    return counted([&] {
        for (Index i = 0; i < shape.length * gates * 2; ++i) product(grid(shape.dim, shape.dim), grid(shape.dim, 1));
    });
}

TEST(LayerCounts, AreThoseOfLoops) {
    const LayerShape shape{.length = 11, .dim = 4, .kernel = 3, .window = 5};
    const Index n = shape.length, d = shape.dim;
    const MatrixD x = grid(n, d);
    const Count projecting = 4 * counted([&] { product(x, grid(d, d)); });
    const HeadShape head{.length = n, .dim = d, .value_dim = d};
    const Count attending = attending_by_loops(head, false);
    EXPECT_EQ(layer_multiplications(Kind::attention, shape), projecting + attending);
    EXPECT_EQ(layer_multiplications(Kind::attention, shape, true), attending);
    // Two tokens beyond either end are there, as zeros.
    const Count nearby = attending_by_loops(
        head, [](Index i) { return i - 2; }, [](Index i) { return i + 2; });
    EXPECT_EQ(layer_multiplications(Kind::restricted, shape), projecting + nearby);
    EXPECT_EQ(layer_multiplications(Kind::rnn, shape), recurrent_by_loops(shape, 1));
    EXPECT_EQ(layer_multiplications(Kind::gru, shape), recurrent_by_loops(shape, 3));
    EXPECT_EQ(layer_multiplications(Kind::lstm, shape), recurrent_by_loops(shape, 4));
    const Count taps = counted([&] {
        for (Index tap = 0; tap < shape.kernel; ++tap) product(x, grid(d, d));
    });
    EXPECT_EQ(layer_multiplications(Kind::convolution, shape), taps);
    EXPECT_EQ(layer_multiplications(Kind::dilated, shape), taps);
}

// ---- paths

// Whether a layer's output at `to` takes its input at `from`; `step` numbers the layers from 0.
bool is_connected(Kind kind, const LayerShape& shape, Index step, Index from, Index to) {
    switch (kind) {
        case Kind::attention:
            return true;
        case Kind::restricted:
            return std::abs(to - from) <= shape.window / 2;
        case Kind::rnn:
        case Kind::gru:
        case Kind::lstm:
            return to - from == 1;
        case Kind::convolution:
            return to >= from && to - from < shape.kernel;
        case Kind::dilated: {
            const auto dilation = std::lround(std::min(std::pow(shape.kernel, step), 1e6));
            return to >= from && (to - from) % dilation == 0 && (to - from) / dilation < shape.kernel;
        }
    }
    return false;
}

// Layers until information of `start` has been everywhere it ever gets to, by breadth first.
Index steps_to_all(Kind kind, const LayerShape& shape, Index start) {
    std::set<Index> seen{start}, here{start};
    Index last_news = 0;
    for (Index step = 0; step < shape.length; ++step) {
        std::set<Index> next;
        for (const Index from : here)
            for (Index to = 0; to < shape.length; ++to)
                if (is_connected(kind, shape, step, from, to)) next.insert(to);
        for (const Index to : next)
            if (seen.insert(to).second) last_news = step + 1;
        here = next;
    }
    EXPECT_TRUE(start > 0 || static_cast<Index>(seen.size()) == shape.length) << "the first token reaches every other";
    return last_news;
}

TEST(LayerPaths, AreTheLongestOfAllShortestOnesInTheGraphOfConnections) {
    for (const Kind kind : all_kinds)
        for (const Index kernel : {2, 3, 5})
            for (const Index length : {1, 2, 3, 4, 5, 8, 9, 10, 16, 17, 25, 26, 27, 28}) {
                const LayerShape shape{.length = length, .kernel = kernel, .window = 2 * kernel - 1};
                Index longest = 0;
                for (Index start = 0; start < length; ++start)
                    longest = std::max(longest, steps_to_all(kind, shape, start));
                EXPECT_EQ(path_length(kind, shape), longest) << name_of(kind) << " " << kernel << " " << length;
            }
}

bool leads_to_the_last(Kind kind, const LayerShape& shape, const std::vector<Index>& path) {
    bool good = static_cast<Index>(path.size()) == path_length(kind, shape) + 1 && path.front() == 0 &&
                path.back() == shape.length - 1 && std::is_sorted(path.begin(), path.end());
    for (std::size_t s = 1; s < path.size(); ++s)
        good = good && is_connected(kind, shape, static_cast<Index>(s) - 1, path[s - 1], path[s]);
    return good;
}

TEST(LayerPaths, PositionsGoFromTheFirstTokenToTheLastByStepsThatTheLayerAllows) {
    for (const Kind kind : all_kinds)
        for (const Index kernel : {2, 3, 5})
            for (const Index length : {1, 2, 3, 4, 5, 9, 10, 26, 27, 28, 1000}) {
                const LayerShape shape{.length = length, .kernel = kernel, .window = 2 * kernel + 1};
                EXPECT_TRUE(leads_to_the_last(kind, shape, path_positions(kind, shape)))
                    << name_of(kind) << " " << kernel << " " << length;
            }
}

TEST(LayerPaths, PositionsOfSmallLayersAreThoseOneDraws) {
    const LayerShape shape{.length = 8, .kernel = 3, .window = 7};
    EXPECT_THAT(path_positions(Kind::attention, shape), ElementsAre(0, 7));
    EXPECT_THAT(path_positions(Kind::restricted, shape), ElementsAre(0, 3, 6, 7));
    EXPECT_THAT(path_positions(Kind::gru, shape), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
    EXPECT_THAT(path_positions(Kind::convolution, shape), ElementsAre(0, 2, 4, 6, 7));
    EXPECT_THAT(path_positions(Kind::dilated, shape), ElementsAre(0, 1, 7)) << "7 = 1 + 2 * 3";
    EXPECT_THAT(path_positions(Kind::dilated, {.length = 9, .kernel = 3}), ElementsAre(0, 2, 8));
    EXPECT_THAT(path_positions(Kind::dilated, {.length = 10, .kernel = 3}), ElementsAre(0, 0, 0, 9));
}

TEST(LayerPathsDeathTest, LayersThatCarryNothingAreRefused) {
    EXPECT_DEATH(path_length(Kind::convolution, {.kernel = 1}), "one tap");
    EXPECT_DEATH(path_length(Kind::dilated, {.kernel = 1}), "one tap");
    EXPECT_DEATH(path_length(Kind::restricted, {.window = 1}), "either side");
}

// ---- formulas and crossovers

TEST(LayerFormulas, SayWhatIsCounted) {
    const char* counts[] = {"4 n d^2 + 2 n^2 d", "4 n d^2 + 2 n r d", "2 n d^2", "6 n d^2",
                            "8 n d^2",           "k n d^2",           "k n d^2"};
    const char* paths[] = {"1",     "ceil((n − 1) / floor(r / 2))", "n − 1",        "n − 1",
                           "n − 1", "ceil((n − 1) / (k − 1))",      "ceil(log_k n)"};
    for (std::size_t i = 0; i < std::size(all_kinds); ++i) {
        EXPECT_EQ(layer_formula(all_kinds[i]), counts[i]);
        EXPECT_EQ(path_formula(all_kinds[i]), paths[i]);
        EXPECT_EQ(layer_formula(all_kinds[i], i > 1), counts[i]) << "recurrent layers and convolutions project nothing";
    }
    EXPECT_EQ(layer_formula(Kind::attention, true), "2 n^2 d");
    EXPECT_EQ(layer_formula(Kind::restricted, true), "2 n r d");
}

TEST(LayerCrossovers, AreThoseOfAnIndependentDerivation) {
    for (const Index d : {1, 8, 512}) {
        const LayerShape shape{.dim = d};
        EXPECT_EQ(layer_crossover(Kind::attention, Kind::rnn, shape, true), static_cast<double>(d));
        EXPECT_EQ(layer_crossover(Kind::attention, Kind::lstm, shape), static_cast<double>(2 * d));
        EXPECT_EQ(layer_crossover(Kind::attention, Kind::gru, shape), static_cast<double>(d));
        EXPECT_EQ(layer_crossover(Kind::attention, Kind::rnn, shape), std::nullopt) << "never cheaper";
    }
    EXPECT_EQ(layer_crossover(Kind::attention, Kind::convolution, {.dim = 8, .kernel = 7}), 12) << "(k - 4) d / 2";
    EXPECT_EQ(layer_crossover(Kind::attention, Kind::convolution, {.dim = 1, .kernel = 5}), std::nullopt) << "1/2";
    EXPECT_EQ(layer_crossover(Kind::attention, Kind::restricted, {.dim = 8, .window = 33}), 33);
}

TEST(LayerCrossovers, CountsChangeTheirOrderThereAndNowhereElse) {
    for (const bool core : {false, true})
        for (const Kind a : all_kinds)
            for (const Kind b : all_kinds) {
                const auto costs_more = [&](Index n) {
                    const LayerShape shape{.length = n, .dim = 6, .kernel = 7, .window = 9};
                    return layer_multiplications(a, shape, core) > layer_multiplications(b, shape, core);
                };
                const auto found = layer_crossover(a, b, {.dim = 6, .kernel = 7, .window = 9}, core);
                const bool begins = !costs_more(1) && costs_more(1000);
                ASSERT_EQ(found.has_value(), begins) << name_of(a) << " " << name_of(b);
                for (Index n = 1; found && n < 100; ++n)
                    EXPECT_EQ(costs_more(n), static_cast<double>(n) > *found) << name_of(a) << " " << n;
            }
}

}  // namespace counts_test
}  // namespace attnscope
