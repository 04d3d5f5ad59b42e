#include "core/io/csv.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>

#include "core/base/random.hpp"

namespace attnscope {
namespace csv_test {

TEST(CsvField, QuotesOnlyWhatNeedsQuotes) {
    EXPECT_EQ(csv_field("plain text"), "plain text");
    EXPECT_EQ(csv_field(""), "");
    EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
    EXPECT_EQ(csv_field("say \"hi\""), "\"say \"\"hi\"\"\"");
    EXPECT_EQ(csv_field("\""), "\"\"\"\"");
    EXPECT_EQ(csv_field("a\nb"), "\"a\nb\"");
    EXPECT_EQ(csv_field("a\rb"), "\"a\rb\"");
}

TEST(FormatFloat, IsShortest) {
    EXPECT_EQ(format_float(0.1F), "0.1");
    EXPECT_EQ(format_float(1.F / 3), "0.33333334");
    EXPECT_EQ(format_float(-2.F), "-2");
    EXPECT_EQ(format_float(1e-45F), "1e-45");
    EXPECT_EQ(format_float(-0.F), "-0");
}

TEST(FormatFloat, GivesBackTheSameFloat) {
    Random random(1);
    for (int i = 0; i < 100000; ++i) {
        const auto x = std::bit_cast<float>(random.bits());
        if (!std::isfinite(x)) continue;
        ASSERT_EQ(std::strtof(format_float(x).c_str(), nullptr), x);
    }
}

TEST(FormatFloat, NamesWhatIsNoNumber) {
    EXPECT_EQ(format_float(NAN), "nan");
    EXPECT_EQ(format_float(std::copysign(NAN, -1.F)), "nan");
    EXPECT_EQ(format_float(INFINITY), "inf");
    EXPECT_EQ(format_float(-INFINITY), "-inf");
}

}  // namespace csv_test
}  // namespace attnscope
