// The numbers behind the random-features panel's pictures.
#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "app/panels/random_features/random_features_panel.hpp"

namespace attnscope::random_features_panel {
namespace data_test {

using testing::HasSubstr;

nlohmann::json json_of(const RandomFeaturesPanel& panel) {
    const Result<std::string> bytes = panel.data_job(DataFormat::json)({});
    EXPECT_TRUE(bytes) << (bytes ? "" : bytes.error().what);
    return bytes ? nlohmann::json::parse(*bytes) : nlohmann::json();
}

TEST(RandomFeaturesData, HasEveryNumberOfTheContract) {
    RandomFeaturesPanel panel;
    panel.params().seeds = 3;
    const nlohmann::json data = json_of(panel);
    EXPECT_EQ(data["panel"], "random_features");
    EXPECT_EQ(data["provenance"], "random (seed 1)");
    ASSERT_EQ(data["curves"].size(), 6U);
    for (const auto& curve : data["curves"]) {
        EXPECT_EQ(curve["metric"], "output");
        EXPECT_TRUE(curve["orthogonal"].is_boolean());
        EXPECT_EQ(curve["m"], (nlohmann::json{16, 32, 64, 128, 256}));
        for (const char* key : {"median", "q10", "q90", "mean"}) EXPECT_EQ(curve[key].size(), 5U);
        EXPECT_TRUE(curve["theory"].is_null());
    }
    EXPECT_EQ(data["curves"][0]["estimator"], "trig");
    EXPECT_GT(data["uniform_baseline"].get<double>(), 0);
    const auto& map = data["variance_map"];
    ASSERT_EQ(map["log10_r"].size(), map["l"].size());
    ASSERT_EQ(map["log10_r"][0].size(), map["phi"].size());
    EXPECT_LT(map["l"][0].get<double>(), map["l"].back().get<double>());
    EXPECT_LT(map["log10_r"][100][10].get<double>(), map["log10_r"][100][170].get<double>());
    const auto& kernel = data["kernel"];
    EXPECT_NEAR(kernel["true"].get<double>(), std::exp(-0.5), 1e-12);
    EXPECT_NEAR(kernel["estimate_std"].get<double>() / kernel["theory_std"].get<double>(), 1, 0.1);
    EXPECT_NEAR(kernel["estimate_mean"].get<double>(), kernel["true"].get<double>(),
                4 * kernel["theory_std"].get<double>() / std::sqrt(kernel["draws"].get<double>()));
    EXPECT_EQ(data["parameters"]["sigma"], 0.5);
}

TEST(RandomFeaturesData, TheMetricOfOneKernelValueHasTheory) {
    RandomFeaturesPanel panel;
    panel.params().metric = ErrorMetric::kernel;
    panel.params().seeds = 2;
    panel.params().estimators = "positive,sderf";
    panel.params().orthogonal = Drawing::independent;
    const nlohmann::json data = json_of(panel);
    ASSERT_EQ(data["curves"].size(), 2U);
    // Lemma 2 at l = 1, phi = 2 pi / 3, m = 1: 0.632121.
    EXPECT_NEAR(data["curves"][0]["theory"][0].get<double>(), 0.6321205588285577 / 16, 1e-12);
    EXPECT_TRUE(data["curves"][1]["theory"].is_null()) << "no closed form";
}

TEST(RandomFeaturesData, HasWhatTheViewShowsBesides) {
    RandomFeaturesPanel panel;
    panel.params().seeds = 1;
    panel.params().length = 64;
    const std::pair<View, const char*> keys[] = {{View::variance, "histograms"},
                                                 {View::kernel, "clouds"},
                                                 {View::matrices, "matrices"},
                                                 {View::failures, "failure"},
                                                 {View::factoring, "factoring"}};
    for (const auto& [view, key] : keys) {
        panel.params().view = view;
        EXPECT_TRUE(json_of(panel).contains(key)) << key;
    }
    panel.params().view = View::failures;
    panel.params().failure = FailureMode::overflow;
    const nlohmann::json failure = json_of(panel)["failure"];
    EXPECT_EQ(failure["mode"], "overflow");
    EXPECT_TRUE(failure["points"].back()["unfused"].is_null()) << "NaN is no number";
    EXPECT_TRUE(failure["points"].back()["fused"].is_number());
    panel.params().failure = FailureMode::epsilon;
    EXPECT_EQ(json_of(panel)["failure"]["setting"]["epsilon"], 1e-4) << "so that the numbers can be had again";
}

TEST(RandomFeaturesData, CsvAndNpyHoldTheCurves) {
    RandomFeaturesPanel panel;
    panel.params().seeds = 2;
    panel.params().length = 64;
    panel.params().features_to = 32;
    const std::string csv = *panel.data_job(DataFormat::csv)({});
    EXPECT_THAT(csv, testing::StartsWith("estimator,orthogonal,metric,m,samples,median,q10,q90,mean,theory\n"
                                         "trig,false,output,16,2,"));
    EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + 6 * 2);
    EXPECT_THAT(*panel.data_job(DataFormat::npy)({}), HasSubstr("(6, 2)"));
}

TEST(RandomFeaturesData, OtherViewsHaveTablesOfTheirOwn) {
    RandomFeaturesPanel panel;
    panel.params().length = 8;
    const std::pair<View, const char*> heads[] = {
        {View::variance, "estimator,orthogonal,m,draw,estimate\ntrig,false,64,0,"},
        {View::kernel, "estimator,orthogonal,m,draw,estimate\ntrig,false,64,0,"},
        {View::matrices, "query,key,exact,approximate\n0,0,"},
        {View::failures, "dim,trig,positive,hyperbolic,oprf,sampled_positive\n1,"},
        {View::factoring, "dim,score_rank,exp_rank,exp_99\n1,1,"}};
    for (const auto& [view, head] : heads) {
        panel.params().view = view;
        const Result<std::string> csv = panel.data_job(DataFormat::csv)({});
        ASSERT_TRUE(csv) << csv.error().what;
        EXPECT_THAT(*csv, testing::StartsWith(head));
    }
    panel.params().view = View::matrices;
    EXPECT_THAT(*panel.data_job(DataFormat::npy)({}), HasSubstr("(8, 8)"));
    panel.params().view = View::factoring;
    const Result<std::string> none = panel.data_job(DataFormat::npy)({});
    ASSERT_FALSE(none);
    EXPECT_THAT(none.error().what, HasSubstr("no array"));
}

TEST(RandomFeaturesData, RefusesWhatThePictureWouldRefuse) {
    RandomFeaturesPanel panel;
    panel.params().estimators = "soft";
    const Result<std::string> data = panel.data_job(DataFormat::json)({});
    ASSERT_FALSE(data);
    EXPECT_THAT(data.error().what, HasSubstr("'soft' in estimators is none of"));
}

}  // namespace data_test
}  // namespace attnscope::random_features_panel
