#include "core/bench/methods.hpp"

#include <gmock/gmock.h>
#include <oneapi/tbb/global_control.h>

#include <algorithm>
#include <cstdlib>

#include "core/attention/reference.hpp"
#include "core/bench/naive.hpp"
#include "core/engine/isa.hpp"
#include "core/features/kernel_attention.hpp"
#include "core/io/temp_folder.hpp"
#include "project_paths.hpp"

namespace attnscope {
namespace methods_test {

using testing::HasSubstr;

// Odd on purpose: nothing is a multiple of a vector, a tile or the number of threads.
const std::vector<BenchShape> shapes = {
    {.length = 1, .dim = 1},    {.length = 7, .dim = 5, .heads = 3},
    {.length = 33, .dim = 64},  {.length = 130, .dim = 17, .heads = 2},
    {.length = 257, .dim = 64},
};

class MethodsTest : public testing::Test {
protected:
    void TearDown() override { use_isa(*isa_by_environment()); }

    static MatrixD head_of(const float* array, const BenchShape& shape, Index head) {
        return Eigen::Map<const Matrix>(array + head * shape.length * shape.dim, shape.length, shape.dim)
            .cast<double>();
    }

    static MaskSpec mask_of(const BenchShape& shape) { return {shape.causal ? MaskKind::causal : MaskKind::none}; }

    static MatrixD exact(const PeerWork& work, const BenchShape& shape, Index head) {
        const auto reference = reference_attention(head_of(work.q, shape, head), head_of(work.k, shape, head),
                                                   head_of(work.v, shape, head), {.mask = mask_of(shape)});
        check(reference.has_value(), "reference");
        return reference->output;
    }

    /// Every shape, causal and not, every way: the largest difference to `expected` of each head.
    template <class Expected>
    static void expect_right(const BenchMethod& method, int threads, const Expected& expected, double tolerance) {
        const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism,
                                                static_cast<std::size_t>(threads));
        for (BenchShape shape : shapes)
            for (const bool causal : {false, true}) {
                shape.causal = causal;
                SCOPED_TRACE(testing::Message() << method.name << ", L = " << shape.length << ", heads " << shape.heads
                                                << ", causal " << causal << ", threads " << threads);
                const BenchArrays arrays(shape);
                const PeerWork work = arrays.work(threads);
                const int ways = method.ways(work);
                ASSERT_GE(ways, 1);
                for (int way = 0; way < ways; ++way) {
                    std::fill_n(work.out, shape.heads * shape.length * shape.dim, -1e9F);
                    const Result<BenchCall> call = method.prepare(work, way);
                    ASSERT_TRUE(call.has_value()) << call.error().what;
                    // Twice: what a call leaves behind must not be in the way of the next.
                    for (int i = 0; i < 2; ++i) {
                        const Result<void> done = (*call)();
                        ASSERT_TRUE(done.has_value()) << done.error().what;
                    }
                    for (Index h = 0; h < shape.heads; ++h)
                        EXPECT_LE((head_of(work.out, shape, h) - expected(work, shape, h)).cwiseAbs().maxCoeff(),
                                  tolerance)
                            << "way " << way << ", head " << h;
                }
            }
    }
};

TEST_F(MethodsTest, OursExactIsWhatItIsCalled) {
    for (const int threads : {1, 2}) expect_right(ours_exact(), threads, exact, 5e-6);
}

TEST_F(MethodsTest, OursPositiveIsRandomFeatureAttention) {
    const auto expected = [](const PeerWork& work, const BenchShape& shape, Index head) {
        const auto kernel =
            kernel_attention(head_of(work.q, shape, head).cast<float>(), head_of(work.k, shape, head).cast<float>(),
                             head_of(work.v, shape, head).cast<float>(),
                             {.features = {.estimator = Estimator::positive, .features = linear_features, .seed = 1},
                              .mask = mask_of(shape)});
        check(kernel.has_value(), "kernel_attention");
        return MatrixD(kernel->output.cast<double>());
    };
    for (const int threads : {1, 2}) expect_right(ours_positive(), threads, expected, 2e-5);
}

TEST_F(MethodsTest, EigenIsExactAttentionWithEveryInstructionSet) {
    for (const Isa isa : available_isas()) {
        SCOPED_TRACE(isa_name(isa));
        use_isa(isa);
        for (const int threads : {1, 2}) expect_right(eigen_naive(), threads, exact, 1e-5);
    }
}

TEST_F(MethodsTest, EveryInstructionSetHasItsOwnEigen) {
    std::vector<const NaiveKernels*> seen;
    for (const Isa isa : available_isas()) {
        use_isa(isa);
        EXPECT_THAT(seen, testing::Not(testing::Contains(&naive_in_use())));
        seen.push_back(&naive_in_use());
    }
}

TEST_F(MethodsTest, PeersThatAreInstalledComputeExactAttention) {
    for (const PeerName& name : peer_names) {
        const std::filesystem::path folder = std::filesystem::path(ATTNSCOPE_BUILD_DIR) / "peers";
        const Result<Peer> peer = load_peer(folder, name);
        const bool built = std::filesystem::exists(folder / ("attnscope_" + std::string(name.module) + ".so"));
        ASSERT_EQ(peer.has_value(), built) << (peer ? "" : peer.error().what);
        if (!built) continue;
        EXPECT_EQ(peer->method.name, name.method);
        EXPECT_NE(peer->version, "");
        for (const int threads : {1, 2}) expect_right(peer->method, threads, exact, 1e-5);
    }
}

TEST_F(MethodsTest, PeersAreNotHeldToOldKernels) {
    setenv("OPENBLAS_CORETYPE", "Prescott", 1);
    setenv("OPENBLAS_L2_SIZE", "1", 1);
    const TempFolder folder;
    EXPECT_FALSE(load_peer(folder.path(), peer_names[0]).has_value());
    EXPECT_EQ(std::getenv("OPENBLAS_CORETYPE"), nullptr);
    EXPECT_EQ(std::getenv("OPENBLAS_L2_SIZE"), nullptr);
}

TEST_F(MethodsTest, MissingAndBrokenModulesAreNamed) {
    const TempFolder folder;
    const Result<Peer> missing = load_peer(folder.path(), {"blas", "missing"});
    ASSERT_FALSE(missing.has_value());
    EXPECT_THAT(missing.error().what, HasSubstr("blas: there is no "));
    EXPECT_THAT(missing.error().what, HasSubstr("attnscope_missing.so"));
    EXPECT_THAT(missing.error().what, HasSubstr("not installed when AttnScope was built"));

    folder.file("attnscope_text.so", "no library");
    const Result<Peer> broken = load_peer(folder.path(), {"blas", "text"});
    ASSERT_FALSE(broken.has_value());
    EXPECT_EQ(broken.error().code, ErrorCode::io);
    EXPECT_THAT(broken.error().what, HasSubstr("blas: cannot be loaded"));
}

TEST_F(MethodsTest, FastestWayIsOneThatThereIsAndPassesFailuresOn) {
    const BenchArrays arrays({.length = 4, .dim = 2});
    const PeerWork work = arrays.work(1);
    std::vector<int> calls(3);
    BenchMethod method{.name = "three ways", .ways = [](const PeerWork&) { return 3; }};
    method.prepare = [&calls](const PeerWork&, int way) -> Result<BenchCall> {
        return BenchCall([&calls, way]() -> Result<void> {
            ++calls[static_cast<std::size_t>(way)];
            return {};
        });
    };
    const Result<int> fastest = fastest_way(method, work);
    ASSERT_TRUE(fastest.has_value());
    EXPECT_THAT(*fastest, testing::AllOf(testing::Ge(0), testing::Lt(3)));
    EXPECT_THAT(calls, testing::Each(testing::AllOf(testing::Ge(1), testing::Le(3))));
    EXPECT_EQ(calls[0], 3) << "one to warm up and two that count";
    const std::vector<int> before = calls;
    method.ways = [](const PeerWork&) { return 1; };
    EXPECT_EQ(*fastest_way(method, work), 0);
    EXPECT_EQ(calls, before) << "there was nothing to choose";
    method.ways = [](const PeerWork&) { return 3; };

    method.prepare = [](const PeerWork&, int way) -> Result<BenchCall> {
        if (way == 2) return invalid_input("refused");
        return BenchCall([]() -> Result<void> { return {}; });
    };
    EXPECT_EQ(fastest_way(method, work).error().what, "refused");
}

TEST(BenchOperations, ExactCountsBothProductsAndCausalTheVisibleHalf) {
    EXPECT_EQ(exact_operations({.length = 10, .dim = 3, .heads = 1}), 4 * 10 * 10 * 3);
    EXPECT_EQ(exact_operations({.length = 10, .dim = 3, .heads = 2}), 2 * 4 * 10 * 10 * 3);
    EXPECT_EQ(exact_operations({.length = 10, .dim = 3, .heads = 1, .causal = true}), 4 * 3 * (10 * 11 / 2));
}

TEST(BenchOperations, LinearCountsFourProductsForEachToken) {
    EXPECT_EQ(linear_operations({.length = 10, .dim = 64, .heads = 3}), 3 * 10 * 4 * (2 * 256 * 64));
    EXPECT_EQ(linear_operations({.length = 512, .dim = 64}), exact_operations({.length = 512, .dim = 64}))
        << "where random features begin to pay off, on paper";
}

}  // namespace methods_test
}  // namespace attnscope
