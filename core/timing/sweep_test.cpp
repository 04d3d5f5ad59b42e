#include "core/timing/sweep.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "core/timing/timing_report.hpp"

namespace attnscope {
namespace sweep_test {

TimingSetting small(std::vector<TimedMethod> methods) {
    return {.methods = std::move(methods), .dim = 16, .features = 32, .threads = 1};
}

TEST(SweepLengths, ArePowersOfTwoAndThoseHalfWayAndEndWhereTheyShould) {
    EXPECT_EQ(sweep_lengths(512), (std::vector<Index>{128, 192, 256, 384, 512}));
    EXPECT_EQ(sweep_lengths(600), (std::vector<Index>{128, 192, 256, 384, 512, 600}));
    EXPECT_EQ(sweep_lengths(128), (std::vector<Index>{128}));
    EXPECT_EQ(sweep_lengths(50), (std::vector<Index>{50}));
}

TEST(Sweep, MeasuresTheLiveLengthFirstAndThenEveryMethodAtEveryLength) {
    TimingSamples samples;
    const SweepRequest request{.setting = small({TimedMethod::exact, TimedMethod::materialised, TimedMethod::elu}),
                               .live = 300,
                               .longest = 256,
                               .budget = 30};
    std::vector<std::size_t> grown;
    ASSERT_TRUE(run_sweep(request, samples, [&] { grown.push_back(samples.all().size()); }, {}));
    EXPECT_EQ(grown, (std::vector<std::size_t>{3, 6, 9, 12}));
    EXPECT_TRUE(samples.get({TimedMethod::elu, 300}));
    for (const auto& [key, point] : samples.all()) {
        EXPECT_GE(point.seconds.size(), 3U);
        EXPECT_LE(point.seconds.size(), 9U);
        EXPECT_GT(*std::min_element(point.seconds.begin(), point.seconds.end()), 0);
        EXPECT_GT(point.peak, 1e8);
        EXPECT_FALSE(point.bytes);
    }
    // What is there is not measured again.
    const std::uint64_t changes = samples.changes();
    ASSERT_TRUE(run_sweep(request, samples, [] {}, {}));
    EXPECT_EQ(samples.changes(), changes);
}

TEST(Sweep, LeavesOutWhatTheBudgetDoesNotAllowAndSaysFromWhere) {
    TimingSamples samples;
    const SweepRequest request{.setting = small({TimedMethod::exact, TimedMethod::elu}),
                               .longest = 1 << 20,
                               .budget = 0.05,  // half a millisecond a call
                               .bytes = false};
    ASSERT_TRUE(run_sweep(request, samples, [] {}, {}));
    const TimingReport report = timing_report(request.setting, samples);
    EXPECT_FALSE(samples.get({TimedMethod::exact, 1 << 20}));
    for (const TimingSeries& series : report.series) EXPECT_LT(series.lengths.back(), 1 << 20);
    // With more time it goes on, and what was left out is measured.
    TimingSamples more;
    more.leave_out(TimedMethod::elu, 256);
    EXPECT_EQ(more.left_out().at(TimedMethod::elu), 256);
    more.put({TimedMethod::elu, 256}, {.seconds = {1e-3}});
    EXPECT_TRUE(more.left_out().empty());
}

TEST(Sweep, StopsInTheMiddleOfALongCallAndKeepsWhatIsDone) {
    TimingSamples samples;
    std::stop_source source;
    const SweepRequest request{
        .setting = {.methods = {TimedMethod::exact}, .dim = 64, .threads = 1}, .longest = 1 << 16, .budget = 3600};
    const auto start = std::chrono::steady_clock::now();
    const Result<bool> done = run_sweep(request, samples,
                                        [&] {
                                            if (samples.all().size() == 2) source.request_stop();
                                        },
                                        {source.get_token(), nullptr});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::cancelled);
    EXPECT_EQ(samples.all().size(), 2U);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

TEST(Sweep, StopsAndStartsAgainWhileItIsLookedAt) {
    TimingSamples samples;
    const SweepRequest request{
        .setting = small({TimedMethod::exact, TimedMethod::elu}), .live = 160, .longest = 512, .budget = 600};
    const std::size_t wanted = 2 * (sweep_lengths(512).size() + 1);
    std::size_t seen = 0;
    for (int start = 0; start < 20 && seen < wanted; ++start) {
        std::stop_source source;
        std::atomic<int> grown = 0;
        std::thread worker([&] {
            static_cast<void>(run_sweep(request, samples, [&] { ++grown; }, {source.get_token(), nullptr}).has_value());
        });
        // The window looks at it all the time, and then the user changes something.
        for (int look = 0; look < 1000 && grown < 2; ++look) {
            const TimingReport report = timing_report(request.setting, samples);
            EXPECT_GE(static_cast<std::size_t>(report.points), seen) << "nothing is lost";
            seen = static_cast<std::size_t>(report.points);
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        source.request_stop();
        worker.join();
        seen = samples.all().size();
    }
    ASSERT_TRUE(run_sweep(request, samples, [] {}, {}));
    EXPECT_EQ(samples.all().size(), wanted);
}

TEST(Sweep, AsksForTheMemoryAtPowersOfTwoAndTheLiveLength) {
    TimingSamples samples;
    const SweepRequest request{.setting = small({TimedMethod::elu}), .live = 150, .longest = 256, .budget = 30};
    const BytesProbe probe = [](TimedMethod method, const MethodShape& shape, int threads, const Progress&) {
        EXPECT_EQ(method, TimedMethod::elu);
        EXPECT_EQ(threads, 1);
        return std::optional<std::int64_t>(shape.length * 1000);
    };
    ASSERT_TRUE(run_sweep(
        request, samples, [] {}, {}, probe));
    EXPECT_EQ(samples.get({TimedMethod::elu, 150})->bytes, 150000);
    EXPECT_EQ(samples.get({TimedMethod::elu, 256})->bytes, 256000);
    EXPECT_FALSE(samples.get({TimedMethod::elu, 192})->bytes);
}

TEST(Sweep, TheMemoryOfAllWeightsIsThatOfAllWeights) {
#if defined(__SANITIZE_ADDRESS__)
    GTEST_SKIP() << "sanitizers keep freed memory";
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    GTEST_SKIP() << "sanitizers keep freed memory";
#endif
#endif
    const MethodShape shape{.length = 1024, .dim = 16, .features = 32};
    const Result<std::int64_t> held = measure_bytes(TimedMethod::materialised, shape, 1);
    const Result<std::int64_t> streamed = measure_bytes(TimedMethod::exact, shape, 1);
    ASSERT_TRUE(held && streamed);
    const auto all = static_cast<double>(formula_bytes(TimedMethod::materialised, shape));
    EXPECT_NEAR(static_cast<double>(*held) / all, 1, 0.2);
    EXPECT_LT(static_cast<double>(*streamed) / all, 0.2);
}

TEST(Sweep, ReportsHowFarItIs) {
    TimingSamples samples;
    std::atomic<float> fraction = 0;
    std::stop_source source;
    const SweepRequest request{.setting = small({TimedMethod::elu}), .longest = 256, .budget = 30};
    ASSERT_TRUE(run_sweep(request, samples, [] {}, {source.get_token(), &fraction}));
    EXPECT_FLOAT_EQ(fraction, 1);
}

TEST(Sweep, EveryMethodComputesAttention) {
    // The calls are what the engine is tested for; here that each runs, causal or not.
    for (const bool causal : {false, true})
        for (std::size_t k = 0; k < timed_method_names.size(); ++k) {
            const Result<TimedCall> call = make_call(
                static_cast<TimedMethod>(k), {.length = 70, .dim = 8, .heads = 2, .features = 16, .causal = causal});
            ASSERT_TRUE(call);
            EXPECT_TRUE((*call)({})) << timed_method_names[k];
        }
}

TEST(TimingReport, MediansLawsAndCrossoversOfKnownTimes) {
    TimingSamples samples;
    const TimingSetting setting = small({TimedMethod::exact, TimedMethod::positive, TimedMethod::trig});
    for (const Index length : sweep_lengths(8192)) {
        const auto l = static_cast<double>(length);
        const double exact = 1e-9 * l * l, linear = 2e-6 * l;
        samples.put({TimedMethod::exact, length},
                    {.seconds = {exact, 0.9 * exact, 1.1 * exact}, .bytes = 4096, .peak = 5e10});
        samples.put({TimedMethod::positive, length}, {.seconds = {linear, linear, linear}, .peak = 5e10});
    }
    samples.leave_out(TimedMethod::exact, 16384);
    const TimingReport report = timing_report(setting, samples);
    ASSERT_EQ(report.series.size(), 2U) << "trig has not been measured";
    const TimingSeries& exact = report.series[0];
    ASSERT_TRUE(exact.law);
    EXPECT_NEAR(exact.law->exponent, 2, 1e-6);
    EXPECT_NEAR(report.series[1].law->exponent, 1, 1e-6);
    EXPECT_NEAR(exact.million->value, 1e-9 * 1e12, 1);
    EXPECT_EQ(exact.left_out_from, 16384);
    EXPECT_NEAR(exact.low[0], 0.95e-9 * 128 * 128, 1e-12);
    EXPECT_NEAR(exact.operations[0], 2.0 * static_cast<double>(multiplications(TimedMethod::exact, setting.shape(128))),
                0.5);
    EXPECT_NEAR(exact.peak_fraction[0], exact.operations[0] / (exact.median[0] * 5e10), 1e-12);
    ASSERT_EQ(report.crossovers.size(), 1U);
    EXPECT_TRUE(report.crossovers[0].measured);
    EXPECT_NEAR(report.crossovers[0].length, 2000, 1);
    EXPECT_EQ(report.busy_points, 0);
}

TEST(TimingReport, SaysWhereTheMachineWasBusyAndWhereLinesWillMeet) {
    TimingSamples samples;
    const TimingSetting setting = small({TimedMethod::exact, TimedMethod::positive});
    for (const Index length : sweep_lengths(1024)) {
        const auto l = static_cast<double>(length);
        samples.put({TimedMethod::exact, length},
                    {.seconds = std::vector<double>(3, 1e-9 * l * l), .peak = length == 256 ? 1e10 : 5e10});
        samples.put({TimedMethod::positive, length},
                    {.seconds = {1e-5 * l, 1e-5 * l, length == 512 ? 3e-5 * l : 1e-5 * l}, .peak = 5e10});
    }
    const TimingReport report = timing_report(setting, samples);
    EXPECT_EQ(report.points, 14);
    EXPECT_EQ(report.busy_points, 2) << "a slow moment, and rounds that disagree";
    ASSERT_EQ(report.crossovers.size(), 1U);
    EXPECT_FALSE(report.crossovers[0].measured);
    EXPECT_NEAR(report.crossovers[0].length, 10000, 100);
}

}  // namespace sweep_test
}  // namespace attnscope
