#include "core/timing/samples.hpp"

#include <gtest/gtest.h>

namespace attnscope {
namespace samples_test {

TEST(Samples, MedianIsTheMiddleOneWhateverTheOrder) {
    EXPECT_EQ(median({3}), 3);
    EXPECT_EQ(median({9, 1, 4}), 4);
    EXPECT_EQ(median({1, 1000, 2, 3, 2}), 2);
}

TEST(Samples, MedianOfAnEvenNumberIsTheMeanOfTheMiddleTwo) {
    EXPECT_EQ(median({4, 1, 2, 100}), 3);
}

TEST(Samples, RatiosArePairedBeforeTheirMedianIsTaken) {
    // Every round is twice as fast as in the other, but the machine slowed down on the way: the quotient of the medians
    // of unequal rounds would be another.
    const double a[] = {2, 20, 200}, b[] = {1, 10, 100};
    EXPECT_EQ(median_ratio(a, b), 2);
    const double x[] = {6, 3, 10}, y[] = {1, 3, 5};
    EXPECT_EQ(median_ratio(x, y), 2) << "of 6, 1 and 2; the quotient of the medians also is 2";
    const double u[] = {1, 8, 9}, v[] = {4, 2, 3};
    EXPECT_EQ(median_ratio(u, v), 3) << "of 0.25, 4 and 3; the quotient of the medians is 8/3";
}

TEST(Samples, ShortCallsAreRepeatedUntilTheyLastLongEnough) {
    EXPECT_EQ(repeats_for(0.5e-3, 2e-3), 4);
    EXPECT_EQ(repeats_for(0.6e-3, 2e-3), 4);
    EXPECT_EQ(repeats_for(5, 2e-3), 1);
    EXPECT_EQ(repeats_for(1e-12, 2e-3), 100000);
    EXPECT_EQ(repeats_for(0, 2e-3), 100000) << "a clock too coarse to see the call";
}

}  // namespace samples_test
}  // namespace attnscope
