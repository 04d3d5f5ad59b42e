// The numbers behind the positions panel's pictures.
#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "app/panels/positions/positions_panel.hpp"

namespace attnscope::positions_panel {
namespace data_test {

using testing::HasSubstr;

nlohmann::json json_of(const PositionsPanel& panel) {
    const Result<std::string> bytes = panel.data_job(DataFormat::json)({});
    EXPECT_TRUE(bytes) << (bytes ? "" : bytes.error().what);
    return bytes ? nlohmann::json::parse(*bytes) : nlohmann::json();
}

TEST(PositionsData, HasEveryNumberOfTheContractAndMatchesTheOracle) {
    PositionsPanel panel;
    panel.params().length = 4;
    panel.params().dim = 4;
    const nlohmann::json data = json_of(panel);
    EXPECT_EQ(data["panel"], "positions");
    const double row2[] = {0.9092974268256816, -0.4161468365471424, 0.01999866669333308, 0.999800006666578};
    ASSERT_EQ(data["encoding"].size(), 4U);
    for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(data["encoding"][2][k].get<double>(), row2[k], 1e-15);
    EXPECT_EQ(data["frequencies"], (nlohmann::json{1.0, 0.01}));
    EXPECT_NEAR(data["wavelengths"][1].get<double>(), 628.3185307179587, 1e-12);
    const double dots[] = {2.0, 1.540252306284805, 0.5836531701194356, 0.00955753714854235};
    ASSERT_EQ(data["dot_by_offset"].size(), 4U);
    for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(data["dot_by_offset"][k].get<double>(), dots[k], 1e-14);
    EXPECT_EQ(data["distance_by_offset"][0], 0.0);
    EXPECT_EQ(data["criteria"].size(), 25U);
    EXPECT_EQ(data["criteria"][0]["encoding"], "sinusoidal");
    EXPECT_EQ(data["criteria"][0]["criterion"], "unique");
    EXPECT_TRUE(data["criteria"][0]["holds"].is_boolean());
    EXPECT_EQ(data["alibi"]["slopes"].size(), 8U);
    panel.params().offset = 1;
    panel.params().position = 0;
    const nlohmann::json rotation = json_of(panel)["rotation"];
    EXPECT_EQ(rotation["offset"], 1);
    EXPECT_NEAR(rotation["matrix"][0][1].get<double>(), 0.8414709848078965, 1e-15);
    EXPECT_NEAR(rotation["matrix"][1][0].get<double>(), -0.8414709848078965, 1e-15);
    EXPECT_LT(rotation["max_residual"].get<double>(), 1e-12);
    EXPECT_LT(rotation["max_residual_any_position"].get<double>(), 1e-12);
}

TEST(PositionsData, RefusesWhatThePictureWouldRefuse) {
    PositionsPanel panel;
    panel.params().offset = 64;
    const Result<std::string> far = panel.data_job(DataFormat::json)({});
    ASSERT_FALSE(far);
    EXPECT_THAT(far.error().what, HasSubstr("offset 64 is beyond the text"));
    panel.params().offset = 1;
    panel.params().dim = 5;
    EXPECT_FALSE(panel.data_job(DataFormat::csv)({}));
}

TEST(PositionsData, CsvAndNpyHoldTheCodes) {
    PositionsPanel panel;
    panel.params().length = 3;
    panel.params().dim = 2;
    panel.params().encoding = Encoding::binary;
    EXPECT_EQ(*panel.data_job(DataFormat::csv)({}), "position,entry_0,entry_1\n0,0,0\n1,1,0\n2,0,1\n");
    const std::string npy = *panel.data_job(DataFormat::npy)({});
    EXPECT_THAT(npy, HasSubstr("(3, 2)"));
    panel.params().encoding = Encoding::learned;
    panel.params().table = 2;
    EXPECT_THAT(*panel.data_job(DataFormat::npy)({}), HasSubstr("(2, 2)"));
}

}  // namespace data_test
}  // namespace attnscope::positions_panel
