// What the closed forms must be like, and Figure 2 of the paper.
#include "core/features/test_theory.hpp"

namespace attnscope {
namespace theory_test {

// ---- Properties.

// Vectors of many lengths and angles.
std::vector<KernelPoint> point_grid() {
    std::vector<KernelPoint> result;
    for (const double x : {0.0, 1e-6, 0.1, 0.5, 1.0, 2.0, 4.0})
        for (const double y : {0.1, 1.0, 3.0})
            for (const double angle : {0.0, 0.1, pi / 4, pi / 2, 3 * pi / 4, 3.1, pi})
                result.push_back(at_angle(x, y, angle));
    return result;
}

TEST(KernelTheory, OrthogonalPositiveFeaturesStayBelowTheorem2) {
    for (const Index dim : {Index{1}, Index{2}, Index{5}, Index{16}, Index{64}})
        for (const Index m : {Index{1}, Index{2}, (dim + 1) / 2, dim})
            for (const KernelPoint& p : point_grid()) {
                if (m > dim) continue;
                const double bound = orthogonal_bound(m, dim, p), iid = mse(FeatureMethod::positive, false, m, dim, p);
                EXPECT_LE(mse(FeatureMethod::positive, true, m, dim, p), bound * (1 + 1e-13)) << dim << " " << m;
                EXPECT_LE(bound, iid * (1 + 1e-13)) << dim << " " << m;
            }
}

TEST(KernelTheory, TheVarianceFallsWithM) {
    for (const FeatureMethod method : with_error)
        for (const KernelPoint& p : point_grid()) {
            double last = infinity;
            for (const Index m : {1, 2, 7, 8, 9, 16, 17, 1000}) {
                const double found = deviation(method, false, m, 8, p, -0.1);
                EXPECT_LE(found, last * (1 + 1e-13)) << static_cast<int>(method) << " " << m;
                last = found;
            }
            last = infinity;
            for (const Index m : {1, 2, 3, 7, 8, 16, 24, 800}) {  // whole blocks, but for the first
                const double found = deviation(method, true, m, 8, p, -0.1);
                EXPECT_LE(found, last * (1 + 1e-13)) << static_cast<int>(method) << " " << m;
                last = found;
            }
        }
    // But not from whole blocks to one feature more: it has the weight of the others and no partner.
    const KernelPoint p = at_angle(0.5, 0.5, pi / 2);
    EXPECT_GT(mse(FeatureMethod::trig, true, 17, 8, p), 1.1 * mse(FeatureMethod::trig, true, 16, 8, p));
}

TEST(KernelTheory, OrthogonalBlocksAreNoWorseExceptThoseOfTrigForDistantVectors) {
    for (const FeatureMethod method : with_error)
        for (const KernelPoint& p : point_grid())
            for (const Index m : {1, 2, 7, 8, 9, 16, 17, 40}) {
                if (method == FeatureMethod::trig && p.difference_square() > 8) continue;
                EXPECT_LE(deviation(method, true, m, 8, p, -0.1), deviation(method, false, m, 8, p, -0.1) * (1 + 1e-13))
                    << static_cast<int>(method) << " " << m;
            }
    // 1F1(8; 4; -|x - y|^2 / 2) has zeros, beyond which cosines of orthogonal w are correlated. By little.
    const KernelPoint distant = at_angle(3, 0, 0);
    const double ratio = mse(FeatureMethod::trig, true, 8, 8, distant) / mse(FeatureMethod::trig, false, 8, 8, distant);
    EXPECT_GT(ratio, 1);
    EXPECT_LT(ratio, 1.01);
}

TEST(KernelTheory, TheErrorIsTheVarianceExceptForTheBiasOfSmreg) {
    const KernelPoint p = at_angle(0.8, 1.1, 1);
    for (const FeatureMethod method : with_error) {
        const double variance = std::pow(deviation(method, true, 24, 16, p, -0.02), 2);
        const double bias = kernel_mean(draw_of(method, true, 24, 16), p).value() - softmax_kernel(p);
        EXPECT_EQ(bias != 0, method == FeatureMethod::smreg);
        expect_same(mse(method, true, 24, 16, p, -0.02), variance + bias * bias, "");
    }
}

TEST(KernelTheory, OprfWithoutAIsPositiveAndItsParameterHasTheLeastVariance) {
    for (const KernelPoint& p : point_grid()) {
        const std::string where = "|x + y|^2 = " + std::to_string(p.sum_square());
        expect_same(mse(FeatureMethod::oprf, true, 5, 3, p, 0), mse(FeatureMethod::positive, true, 5, 3, p), where);
        const double best = oprf_parameter(std::max(p.sum_square(), 0.0) / 3);
        const double least = mse(FeatureMethod::oprf, false, 1, 3, p, best);
        for (const double a : {1.1 * best, 0.9 * best, best / 4, 4 * best})
            EXPECT_LE(least, mse(FeatureMethod::oprf, false, 1, 3, p, a)) << where;
    }
}

TEST(KernelTheory, TheSameVectorHasNoTrigErrorAndTheOppositeNoPositiveError) {
    for (const double norm : {1e-3, 0.3, 1.0, 5.0, 30.0}) {
        for (const Index m : {Index{1}, Index{16}, Index{40}}) {
            EXPECT_EQ(mse(FeatureMethod::trig, true, m, 16, at_angle(norm, norm, 0)), 0);
            for (const FeatureMethod method :
                 {FeatureMethod::positive, FeatureMethod::hyperbolic, FeatureMethod::smreg})
                EXPECT_EQ(deviation(method, true, m, 16, at_angle(norm, norm, pi)), 0);
        }
        expect_same(regularised_kernel(at_angle(norm, norm, pi), 16), std::exp(-norm * norm), "");
    }
}

// Whether kernel_mse() and all the others are numbers >= 0, or infinite, for every method.
bool all_are_numbers(const KernelPoint& p, Index dim) {
    const double a = oprf_parameter(std::max(p.sum_square(), 0.0) / static_cast<double>(dim));
    bool result = orthogonal_bound(1, dim, p) >= 0 && relu_kernel(p) >= 0;
    for (const FeatureMethod method : with_error) {
        const KernelDraw draw = draw_of(method, true, dim + 1, dim, a);
        result &= kernel_mse(draw, p).value() >= 0;
        result &= kernel_deviation(draw, p).value() >= 0;
        result &= kernel_mean(draw, p).value() >= 0;
    }
    return result;
}

TEST(KernelTheory, NothingIsNanHoweverLongTheVectors) {
    for (const double x : {0.0, 1e-160, 1e-9, 1.0, 20.0, 30.0, 70.0, 300.0, 3e4, 1e50, 1e140})
        for (const double y : {0.0, 1.0, 25.0, 70.0, 1e5, 1e140})
            for (const double angle : {0.0, 1.0, pi / 2, 2.5, pi})
                for (const Index dim : {Index{1}, Index{2}, Index{3}, Index{64}, Index{1000}})
                    EXPECT_TRUE(all_are_numbers(at_angle(x, y, angle), dim)) << x << " " << y << " " << angle;
    EXPECT_EQ(mse(FeatureMethod::positive, true, 64, 64, at_angle(40, 40, pi / 2)), infinity);
    EXPECT_EQ(mse(FeatureMethod::trig, true, 64, 64, at_angle(40, 40, pi / 2)), infinity);
    EXPECT_EQ(mse(FeatureMethod::positive, true, 64, 64, at_angle(40, 40, 3)), 0);
}

TEST(KernelTheory, ElusMeanAndTheErrorsOfSderfEluAndReluAreNotKnown) {
    const KernelPoint p = at_angle(1, 1, 1);
    for (const FeatureMethod method : {FeatureMethod::sderf, FeatureMethod::elu, FeatureMethod::relu}) {
        EXPECT_FALSE(kernel_mse(draw_of(method, true, 8, 8), p));
        EXPECT_FALSE(kernel_deviation(draw_of(method, false, 8, 8), p));
    }
    EXPECT_FALSE(kernel_mean(draw_of(FeatureMethod::elu, true, 8, 8), p));
    EXPECT_EQ(kernel_mean(draw_of(FeatureMethod::sderf, true, 8, 8), p), softmax_kernel(p));
    EXPECT_EQ(kernel_mean(draw_of(FeatureMethod::relu, true, 8, 8), p), relu_kernel(p));
    EXPECT_EQ(kernel_mean(draw_of(FeatureMethod::smreg, true, 8, 8), p), regularised_kernel(p, 8));
}

// ---- Figure 2.

TEST(VarianceRatio, IsTheRatioOfTheErrors) {
    for (const double norm : {0.01, 0.3, 1.0, 2.0, 10.0})
        for (const double angle : {0.2, 1.0, pi / 2, 2.0, 3.0}) {
            const KernelPoint p = at_angle(norm, norm, angle);
            const double ratio =
                mse(FeatureMethod::trig, false, 1, 8, p) / mse(FeatureMethod::positive, false, 1, 8, p);
            EXPECT_NEAR(log10_variance_ratio(angle, norm), std::log10(ratio), 1e-10) << norm << " " << angle;
        }
}

TEST(VarianceRatio, MatchesIndependentNumbers) {
    const double angles[] = {pi / 4, pi / 2, 2 * pi / 3, 3 * pi / 4, 0.9 * pi, 0.99 * pi};
    struct Row {
        double norm;
        double ratios[6];
    };
    const Row rows[] = {{0.25,
                         {0.0028179035215082303, 0.058751548707702286, 0.27335191420310695, 0.6128652930814875,
                          4.870204524380606, 509.0236009608535}},
                        {0.5,
                         {0.007969347162226512, 0.19673467014368323, 1.0375243459314074, 2.453423606478323,
                          20.779375676123852, 2199.7575500614475}},
                        {1,
                         {0.0060060327344874575, 0.4323323583816936, 5.2771680673068815, 17.846450422960228,
                          231.0774788007555, 26617.59042334538}},
                        {1.5,
                         {0.0004621222056776474, 0.49444550173087864, 50.19359401807957, 395.9977729746138,
                          13189.389185381422, 1818108.338971727}},
                        {2,
                         {4.98657200102636e-06, 0.4998322686860483, 1518.268739914565, 45320.40491859103,
                          6266937.876467777, 1118885743.4484196}}};
    for (const Row& row : rows)
        for (std::size_t i = 0; i < std::size(angles); ++i)
            expect_same(std::pow(10, log10_variance_ratio(angles[i], row.norm)), row.ratios[i],
                        "l = " + std::to_string(row.norm) + ", angle " + std::to_string(angles[i]));

    // With 60 digits: the angle over pi, l, log10 r.
    const double precise[][3] = {
        {0.001, 0.001, -16.914491007609242}, {0.25, 0.001, -7.2988427952328335}, {0.5, 0.001, -6.0000004342944096},
        {0.75, 0.001, -5.0021880690198945},  {0.99, 0.001, -2.091388363577301},  {0.001, 0.1, -12.923204959665198},
        {0.99, 0.1, 1.9086673702436189},     {0.001, 1, -12.041576653047917},    {0.25, 1, -2.22141230510931},
        {0.001, 3, -24.038508971825314},     {0.25, 3, -11.360832521459653},     {0.75, 3, 10.756537584576203},
        {0.001, 10, -180.0297953142001},     {0.25, 10, -123.13805926993907},    {0.5, 10, -0.30102999566399183},
        {0.75, 10, 122.53599927861109},      {0.99, 10, 174.35803308240332}};
    for (const auto& [part, norm, expected] : precise)
        EXPECT_NEAR(log10_variance_ratio(part * pi, norm), expected, 1e-12 * std::max(1.0, std::abs(expected)));
}

TEST(VarianceRatio, IsEven) {
    for (const double norm : {0.0, 0.2, 1.0, 10.0})
        for (const double angle : {0.0, 0.4, 2.0, 3.14, pi}) {
            const double found = log10_variance_ratio(angle, norm);
            EXPECT_EQ(found, log10_variance_ratio(-angle, norm));
            EXPECT_EQ(found, log10_variance_ratio(angle, -norm));
            EXPECT_EQ(found, log10_variance_ratio(-angle, -norm));
        }
}

TEST(VarianceRatio, IsInfiniteAtTheEdgesAlone) {
    for (const double angle : {0.0, 1e-150, 0.4, 2.0, 3.14}) {
        EXPECT_EQ(log10_variance_ratio(angle, 0), -infinity);
        for (const double norm : {1e-150, 0.2, 1.0, 10.0})
            EXPECT_EQ(std::isfinite(log10_variance_ratio(angle, norm)), angle != 0) << angle << " " << norm;
    }
    for (const double norm : {0.0, 1e-150, 0.2, 1.0, 10.0}) {
        EXPECT_EQ(log10_variance_ratio(pi, norm), infinity);
        EXPECT_EQ(log10_variance_ratio(std::nextafter(pi, 4), norm), infinity);  // the last point of an axis
    }
    EXPECT_EQ(log10_variance_ratio(0, 1), -infinity);
}

TEST(VarianceRatio, TendsToZeroLikeTheSquareOfTheNorm) {
    const double cosine = std::cos(2.0), limit = std::pow(1 - cosine, 2) / (1 + cosine);
    for (const double exponent : {-10, -50, -100})
        EXPECT_NEAR(log10_variance_ratio(2, std::pow(10, exponent)), 2 * exponent + std::log10(limit), 1e-10);
}

TEST(AngleOfRatio, MatchesIndependentCrossings) {
    const double crossings[][3] = {{0.25, 2.4969813039734072, 2.2931104719739874},
                                   {0.5, 2.0827485706797595, 1.8616973865303372},
                                   {1, 1.742627451081756, 1.6003007419101218},
                                   {1.5, 1.647882144723608, 1.5720170168231113},
                                   {2, 1.6141315843247281, 1.570817286176773}};
    for (const auto& [norm, at_one, at_half] : crossings) {
        EXPECT_NEAR(angle_of_ratio(norm, 1), at_one, 1e-10) << norm;
        EXPECT_NEAR(angle_of_ratio(norm, 0.5), at_half, 1e-10) << norm;
    }
}

TEST(AngleOfRatio, InvertsTheRatioWhichGrows) {
    for (const double norm : {0.05, 0.7, 2.0, 10.0}) {
        double last = -infinity;
        for (Index i = 1; i < 200; ++i) {
            const double angle = pi * static_cast<double>(i) / 200, ratio = log10_variance_ratio(angle, norm);
            EXPECT_GT(ratio, last);
            EXPECT_NEAR(angle_of_ratio(norm, std::pow(10, ratio)), angle, 1e-11) << norm;
            last = ratio;
        }
    }
}

TEST(KernelTheoryDeathTest, ArgumentsOutOfRangeAreABrokenInvariant) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH((void)mse(FeatureMethod::trig, true, 0, 8, {}), "at least one feature");
    EXPECT_DEATH((void)orthogonal_bound(9, 8, {}), "1 .. d features");
    EXPECT_DEATH((void)angle_of_ratio(0, 1), "ratio of errors");
}

}  // namespace theory_test
}  // namespace attnscope
