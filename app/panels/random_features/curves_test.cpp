#include "app/panels/random_features/curves.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <numbers>

namespace attnscope::random_features_panel {
namespace curves_test {

using testing::HasSubstr;

CurvesRequest request_of(const Params& params) {
    const Result<CurvesRequest> request = make_curves_request(params);
    check(request.has_value(), request ? "" : request.error().what);
    return *request;
}

Params small() {
    Params p;
    p.length = 128;
    p.dim = 8;
    p.seeds = 4;
    p.features_to = 64;
    return p;
}

CurveSet computed(const Params& params) {
    CurveSamples samples;
    const CurvesRequest request = request_of(params);
    const Result<bool> done = compute_curves(request, samples, [] {}, {});
    check(done.has_value(), done ? "" : done.error().what);
    return samples.summary(request);
}

const Curve& curve_of(const CurveSet& set, FeatureMethod method, bool orthogonal) {
    for (const Curve& curve : set.curves)
        if (curve.method == method && curve.orthogonal == orthogonal) return curve;
    check(false, "the curve is there");
    return set.curves.front();
}

TEST(CurvesRequest, GoesByFactorsOfTwoNearestToTheSliderFirst) {
    EXPECT_EQ(feature_counts(16, 256), (std::vector<Index>{16, 32, 64, 128, 256}));
    EXPECT_EQ(feature_counts(3, 20), (std::vector<Index>{3, 6, 12, 20}));
    EXPECT_EQ(feature_counts(5, 5), (std::vector<Index>{5}));
    Params p;
    EXPECT_EQ(request_of(p).features, (std::vector<Index>{64, 32, 128, 16, 256}));
    p.features = 256;
    EXPECT_EQ(request_of(p).features, (std::vector<Index>{256, 128, 64, 32, 16}));
}

TEST(CurvesRequest, SaysWhatIsWrongWithAListOfEstimators) {
    Params p;
    p.estimators = "trig, positve";
    Result<CurvesRequest> request = make_curves_request(p);
    ASSERT_FALSE(request);
    EXPECT_THAT(request.error().what, HasSubstr("'positve' in estimators is none of trig, positive, hyperbolic"));
    p.estimators = " ,";
    request = make_curves_request(p);
    ASSERT_FALSE(request);
    EXPECT_THAT(request.error().what, HasSubstr("is empty"));
    p.estimators = "elu;relu elu";
    EXPECT_EQ(request_of(p).methods, (std::vector<FeatureMethod>{FeatureMethod::elu, FeatureMethod::relu}));
    p.metric = ErrorMetric::kernel;
    request = make_curves_request(p);
    ASSERT_FALSE(request);
    EXPECT_THAT(request.error().what, HasSubstr("kernels of their own"));
    p = {};
    p.features_from = 100;
    p.features_to = 50;
    request = make_curves_request(p);
    ASSERT_FALSE(request);
    EXPECT_THAT(request.error().what, HasSubstr("from m = 100 to 50"));
}

TEST(Curves, EveryCurveHasAllItsSamplesAndItsQuantilesInOrder) {
    Params p = small();
    p.estimators = "trig,positive,hyperbolic,smreg,oprf,sderf,elu,relu";
    for (const ErrorMetric metric : {ErrorMetric::output, ErrorMetric::frobenius, ErrorMetric::kernel}) {
        p.metric = metric;
        const CurveSet set = computed(p);
        EXPECT_EQ(set.curves.size(), metric == ErrorMetric::kernel ? 12U : 15U);  // elu is drawn once
        EXPECT_TRUE(set.complete());
        ASSERT_EQ(set.uniform.has_value(), metric != ErrorMetric::kernel) << "one value has no uniform attention";
        if (set.uniform) {
            EXPECT_GT(*set.uniform, 0);
        }
        for (const Curve& curve : set.curves) {
            EXPECT_EQ(curve.features, (std::vector<Index>{16, 32, 64}));
            for (std::size_t k = 0; k < 3; ++k) {
                EXPECT_EQ(curve.samples[k], 4);
                EXPECT_GT(curve.low[k], 0);
                EXPECT_LE(curve.low[k], curve.median[k]);
                EXPECT_LE(curve.median[k], curve.high[k]);
                EXPECT_TRUE(std::isfinite(curve.mean[k]));
            }
        }
    }
}

TEST(Curves, ErrorsFallWithTheNumberOfFeaturesAndOrthogonalOnesAreSmaller) {
    Params p;
    p.seeds = 15;
    const CurveSet set = computed(p);
    for (const FeatureMethod method : {FeatureMethod::trig, FeatureMethod::positive, FeatureMethod::hyperbolic}) {
        const Curve &iid = curve_of(set, method, false), &orthogonal = curve_of(set, method, true);
        EXPECT_LT(orthogonal.median.back(), iid.median.back() * 1.05) << name_of(method);
        for (const Curve* curve : {&iid, &orthogonal}) {
            const double slope = std::log(curve->median.back() / curve->median.front()) / std::log(16.0);
            EXPECT_LT(slope, -0.6) << name_of(method);
        }
    }
    // At sigma = .5 trigonometric features are the best; at sigma = 1 positive ones, and none beats uniform weights.
    EXPECT_LT(curve_of(set, FeatureMethod::trig, true).median[2],
              curve_of(set, FeatureMethod::positive, true).median[2]);
    p.sigma = 1;
    const CurveSet sharp = computed(p);
    EXPECT_GT(curve_of(sharp, FeatureMethod::trig, true).median[2],
              curve_of(sharp, FeatureMethod::positive, true).median[2]);
    EXPECT_GT(curve_of(sharp, FeatureMethod::positive, true).median[2], *sharp.uniform);
}

TEST(Curves, OneKernelValuesErrorIsThatOfTheory) {
    Params p;
    p.metric = ErrorMetric::kernel;
    p.estimators = "trig,positive,hyperbolic,smreg,oprf";
    p.angle = 2 * std::numbers::pi / 3;
    p.norm = 0.8;
    p.seeds = 20;
    const CurveSet set = computed(p);
    for (const Curve& curve : set.curves) {
        ASSERT_EQ(curve.theory.size(), 5U) << name_of(curve.method);
        for (std::size_t k = 0; k < 5; ++k)  // the mean of 2000 draws, whose squares are about chi-squared
            EXPECT_NEAR(curve.mean[k] / curve.theory[k], 1, 0.25)
                << name_of(curve.method) << curve.orthogonal << " m = " << curve.features[k];
    }
}

TEST(Curves, SameBitsForOneAndTwoThreads) {
    const auto medians = [](std::size_t threads) {
        const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism, threads);
        std::vector<double> all;
        for (const Curve& curve : computed(small()).curves)
            all.insert(all.end(), curve.median.begin(), curve.median.end());
        return all;
    };
    EXPECT_EQ(medians(1), medians(2));
}

TEST(Curves, WhatIsDoneIsKeptAndOnlyTheRestIsComputed) {
    Params p = small();
    CurveSamples samples;
    std::atomic<int> grown = 0;
    const auto count = [&grown] { ++grown; };
    ASSERT_TRUE(compute_curves(request_of(p), samples, count, {}));
    EXPECT_EQ(grown, 6 * 3 * 4);
    const std::uint64_t changes = samples.changes();
    ASSERT_TRUE(compute_curves(request_of(p), samples, count, {}));
    EXPECT_EQ(samples.changes(), changes) << "nothing is missing";
    p.seeds = 6;
    ASSERT_TRUE(compute_curves(request_of(p), samples, count, {}));
    EXPECT_EQ(grown, 6 * (3 * 4 + 3 * 2));
    p.estimators = "trig,elu";
    ASSERT_TRUE(compute_curves(request_of(p), samples, count, {}));
    EXPECT_EQ(grown, 6 * (3 * 4 + 3 * 2) + 6) << "elu does not know m";
    // Samples are the same however they came about.
    EXPECT_EQ(samples.summary(request_of(p)).curves[0].median, computed(p).curves[0].median);
    p.seeds = 1;
    const CurveSet one = samples.summary(request_of(p));
    EXPECT_TRUE(one.complete());
    EXPECT_EQ(one.curves[0].low, one.curves[0].high);
}

TEST(Curves, EverySampleIsThereAsSoonAsItIsComputed) {
    Params p = small();
    CurveSamples samples;
    const CurvesRequest request = request_of(p);
    std::mutex mutex;
    std::vector<Index> done;
    ASSERT_TRUE(compute_curves(request, samples,
                               [&] {
                                   const std::lock_guard lock(mutex);
                                   done.push_back(samples.summary(request).done);
                               },
                               {}));
    ASSERT_EQ(done.size(), 6U * 3 * 4);
    EXPECT_TRUE(std::is_sorted(done.begin(), done.end()));
    EXPECT_LE(done.front(), 6);
    EXPECT_EQ(done.back(), 6 * 3 * 4);
    EXPECT_FALSE(samples.summary(request_of(Params())).complete());
}

TEST(Curves, StopBetweenSamplesAndLeaveThoseThatAreDone) {
    Params p = small();
    CurveSamples samples;
    std::stop_source source;
    std::atomic<int> left = 30;
    const Result<bool> done = compute_curves(request_of(p), samples,
                                             [&] {
                                                 if (--left == 0) source.request_stop();
                                             },
                                             {source.get_token(), nullptr});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::cancelled);
    EXPECT_GE(samples.summary(request_of(p)).done, 30);
    EXPECT_LT(samples.summary(request_of(p)).done, 6 * 3 * 4);
}

TEST(Curves, ProgressIsOfWhatWasMissing) {
    Params p = small();
    CurveSamples samples;
    ASSERT_TRUE(compute_curves(request_of(p), samples, [] {}, {}));
    p.seeds = 5;  // one more
    std::atomic<float> fraction = 0;
    std::stop_source source;
    std::vector<float> seen;
    std::mutex mutex;
    ASSERT_TRUE(compute_curves(request_of(p), samples,
                               [&] {
                                   const std::lock_guard lock(mutex);
                                   seen.push_back(fraction);
                               },
                               {source.get_token(), &fraction}));
    EXPECT_EQ(seen.front(), 0.0F) << "what is kept counts for nothing";
    EXPECT_NEAR(fraction, 1, 1e-6);
}

TEST(Curves, AMethodThatFailsLeavesTheOthersAlone) {
    Params p = small();
    p.sigma = 10;
    p.dim = 256;
    p.length = 16;
    p.estimators = "elu,positive";
    CurveSamples samples;
    const Result<bool> done = compute_curves(request_of(p), samples, [] {}, {});
    const CurveSet set = samples.summary(request_of(p));
    EXPECT_EQ(done.has_value(), set.complete());
    EXPECT_EQ(curve_of(set, FeatureMethod::elu, false).samples[0], 4);
}

TEST(CurvesRequest, RefusesMoreFeaturesThanThereIsMemoryFor) {
    Params p;
    p.metric = ErrorMetric::frobenius;
    p.length = longest;
    p.features_to = most_features;
    const Result<CurvesRequest> request = make_curves_request(p);
    ASSERT_FALSE(request);
    EXPECT_THAT(request.error().what, HasSubstr("would need 8 GB"));
}

TEST(Curves, OfATextEverySampleIsAnotherDrawOfTheSameWords) {
    Params p = small();
    p.source = Source::text;
    p.text = "the king drank water";
    const CurveSet set = computed(p);
    EXPECT_TRUE(set.complete());
    EXPECT_LT(set.curves[0].low[0], set.curves[0].high[0]);
    p.text = "";
    CurveSamples samples;
    const Result<bool> none = compute_curves(request_of(p), samples, [] {}, {});
    ASSERT_FALSE(none);
    EXPECT_THAT(none.error().what, HasSubstr("the text is empty"));
}

TEST(CurveJob, SettingsThatComeBackFindTheirSamples) {
    CurveJob job([] {});
    Params p = small();
    job.submit(request_of(p));
    job.wait();
    std::optional<CurveSet> set = job.newer();
    ASSERT_TRUE(set);
    EXPECT_TRUE(set->complete());
    EXPECT_FALSE(job.newer()) << "nothing is new";
    p.sigma = 0.9;
    job.submit(request_of(p));
    job.wait();
    ASSERT_TRUE(job.newer());
    p.sigma = 0.5;
    job.submit(request_of(p));
    set = job.newer();  // before anything has run
    ASSERT_TRUE(set);
    EXPECT_TRUE(set->complete());
}

}  // namespace curves_test
}  // namespace attnscope::random_features_panel
