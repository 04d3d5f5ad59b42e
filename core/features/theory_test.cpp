#include "core/features/theory.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace attnscope {
namespace theory_test {

constexpr double pi = std::numbers::pi;
constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr FeatureMethod with_error[] = {FeatureMethod::trig, FeatureMethod::positive, FeatureMethod::hyperbolic,
                                        FeatureMethod::smreg, FeatureMethod::oprf};

KernelDraw draw_of(FeatureMethod method, bool orthogonal, Index features, Index dim, double oprf_a = 0) {
    return {.method = method, .orthogonal = orthogonal, .features = features, .dim = dim, .oprf_a = oprf_a};
}
double mse(FeatureMethod method, bool orthogonal, Index features, Index dim, const KernelPoint& p, double oprf_a = 0) {
    return kernel_mse(draw_of(method, orthogonal, features, dim, oprf_a), p).value();
}
double deviation(FeatureMethod method, bool orthogonal, Index features, Index dim, const KernelPoint& p,
                 double oprf_a = 0) {
    return kernel_deviation(draw_of(method, orthogonal, features, dim, oprf_a), p).value();
}

// C, the covariance of two features of a block, from two features' error V1 / 2 + C / 2.
double covariance(FeatureMethod method, Index dim, const KernelPoint& p) {
    return 2 * mse(method, true, 2, dim, p) - mse(method, true, 1, dim, p);
}

// `found` is `expected` up to a relative 1e-10; 0 up to the rounding of cos.
void expect_same(double found, double expected, const std::string& where) {
    EXPECT_NEAR(found, expected, 1e-10 * std::abs(expected) + 1e-200) << where;
}

// ---- Numbers of an independent implementation, in double unless said otherwise.

struct ClosedForms {
    Index dim;
    double norm, angle;
    double trig, positive, hyperbolic;               // the error of one feature
    double positive_covariance, trig_covariance;     // C
    double best_a, oprf, regularised, all_positive;  // A and its error; SMREG; the error of d orthogonal features
};
constexpr ClosedForms closed_forms[] = {
    {4, 0.5, pi / 2, 0.12762596520638075, 0.6487212707001282, 0.12762596520638078, -0.01838651300375016,
     -0.023605672727029726, -0.05317381620988826, 0.5117544916105394, 0.9904192236261657, 0.14839043292221943},
    {4, 1, pi / 2, 2.7621956910836314, 6.38905609893065, 2.7621956910836314, -0.20292787746187535, -0.5469530285901589,
     -0.1767766952966369, 2.3363584830311233, 0.8810098622595738, 1.445068116636256},
    {4, 1, 3 * pi / 4, 3.455410861507048, 0.19361894268125793, 0.04291874574182819, -0.006005582631312761,
     -0.5398651392589049, -0.06119101530562501, 0.14670002790709805, 0.48667738660665705, 0.04390054869682991},
    {4, 1.5, 2.5, 44.98138628630977, 0.039333876492185144, 0.011629702316524979, -0.001450854191237836,
     -0.5204771032257424, -0.08865026780590578, 0.025702296165249917, 0.16013965201743138, 0.008745328479617908},
    {16, 0.5, pi / 2, 0.12762596520638075, 0.6487212707001282, 0.12762596520638078, -0.006596035663096633,
     -0.007288834822832985, -0.014798024328343498, 0.6033528977281053, 0.9966443555990306, 0.03436129598460492},
    {16, 1, pi / 2, 2.7621956910836314, 6.38905609893065, 2.7621956910836314, -0.0890873127841767, -0.1318284266725343,
     -0.05317381620988826, 4.223060669391228, 0.9519636159331214, 0.315796650448},
    {16, 1, 3 * pi / 4, 3.455410861507048, 0.19361894268125793, 0.04291874574182819, -0.0021811145861546366,
     -0.10061043541578144, -0.017198791162127046, 0.17748722458260194, 0.49081129354278874, 0.010056388993058649},
    {16, 1.5, 2.5, 44.98138628630977, 0.039333876492185144, 0.011629702316524979, -0.0005503743594721631,
     -0.04301020018972115, -0.025588310405049684, 0.03404882930482484, 0.16315103446281015, 0.0019423913187564185},
    {64, 0.5, pi / 2, 0.12762596520638075, 0.6487212707001282, 0.12762596520638078, -0.001864884018326074,
     -0.0019205080266840536, -0.003847921762420159, 0.6362739214825515, 0.9990626307742233, 0.008300524649149774},
    {64, 1, pi / 2, 2.7621956910836314, 6.38905609893065, 2.7621956910836314, -0.028243017972081397,
     -0.031726656446642576, -0.014798024328343498, 5.608706793678948, 0.9855184123899691, 0.07202728072952379},
    {64, 1, 3 * pi / 4, 3.455410861507048, 0.19361894268125793, 0.04291874574182819, -0.0006205667854579933,
     -0.022827778811358012, -0.004496994089356103, 0.18912231653292425, 0.49243545753720364, 0.002414425549959443},
    {64, 1.5, 2.5, 44.98138628630977, 0.039333876492185144, 0.011629702316524979, -0.00016023849659904665,
     -0.013398770535825201, -0.006810436656476834, 0.037774456372221044, 0.16438330440379897, 0.0004568570501007063}};

TEST(KernelTheory, MatchesIndependentClosedForms) {
    for (const ClosedForms& c : closed_forms) {
        const KernelPoint p = at_angle(c.norm, c.norm, c.angle);
        const std::string where = "d = " + std::to_string(c.dim) + ", l = " + std::to_string(c.norm);
        expect_same(mse(FeatureMethod::trig, false, 1, c.dim, p), c.trig, where);
        expect_same(mse(FeatureMethod::positive, false, 1, c.dim, p), c.positive, where);
        expect_same(mse(FeatureMethod::hyperbolic, false, 1, c.dim, p), c.hyperbolic, where);
        expect_same(mse(FeatureMethod::oprf, false, 1, c.dim, p, c.best_a), c.oprf, where);
        expect_same(covariance(FeatureMethod::positive, c.dim, p), c.positive_covariance, where);
        expect_same(covariance(FeatureMethod::hyperbolic, c.dim, p), c.positive_covariance, where);
        expect_same(covariance(FeatureMethod::trig, c.dim, p), c.trig_covariance, where);
        expect_same(regularised_kernel(p, c.dim), c.regularised, where);
        expect_same(mse(FeatureMethod::positive, true, c.dim, c.dim, p), c.all_positive, where);
    }
}

// One feature's error by Gauss-Hermite quadrature, also where samples are too heavy-tailed to check anything.
struct Quadrature {
    double norm, angle, kernel, trig, positive, hyperbolic;
};
constexpr Quadrature quadratures[] = {
    {0.5, 0, 1.2840254166877414, 0, 2.8329677996379354, 0.8953885943252209},
    {0.5, pi / 2, 1, 0.1276259652063807, 0.648721270700128, 0.1276259652063808},
    {0.5, pi, 0.7788007830714049, 0.32939505571164535, 0, 0},
    {0.75, pi / 4, 1.488468240130588, 0.12136645957076966, 12.904037234302887, 5.506575999891895},
    {1, pi / 2, 1, 2.7621956910836296, 6.389056098930656, 2.7621956910836345},
    {1, 2 * pi / 3, 0.6065306597126335, 3.335806427738249, 0.6321205588285583, 0.19978820044686435},
    {1, 3 * pi / 4, 0.49306869139523984, 3.4554108615070467, 0.19361894268125796, 0.042918745741828204},
    {1, pi, 0.3678794411714424, 3.5604321423170457, 0, 0},
    {1.5, 3 * pi / 4, 0.20372377278591594, 44.967071842453706, 0.11355385032767946, 0.04157973563389715},
    {1.5, pi, 0.10539922456186433, 44.9974573392022, 0, 0},
    {2, 5 * pi / 6, 0.03130111324493289, 1490.4780137613334, 0.0018817484808362223, 0.000618725709183311},
    {1, 0, 2.718281828459045, 0, 396.03973739380456, 194.39300828905527},
    {1, pi / 4, 2.0281149816474726, 0.726134906304576, 120.9009238552783, 58.46150437986597},
    {2, pi / 2, 1.0000000000000002, 1489.4791612521776, 2979.957987041732, 1489.47916125218}};

TEST(KernelTheory, MatchesGaussHermiteQuadratureAlsoWhereTailsAreHeavy) {
    for (const Quadrature& q : quadratures) {
        const KernelPoint p = at_angle(q.norm, q.norm, q.angle);
        const std::string where = "l = " + std::to_string(q.norm) + ", angle " + std::to_string(q.angle);
        expect_same(softmax_kernel(p), q.kernel, where);
        expect_same(mse(FeatureMethod::trig, false, 1, 16, p), q.trig, where);
        expect_same(mse(FeatureMethod::positive, false, 1, 16, p), q.positive, where);
        expect_same(mse(FeatureMethod::hyperbolic, false, 1, 16, p), q.hyperbolic, where);
    }
}

// |x| = |y| = 1, x . y = 0: of m features, iid and in orthogonal blocks. 0: no Theorem 2 for m > d.
struct OrthogonalErrors {
    Index dim, features;
    double positive_iid, positive, trig_iid, trig, hyperbolic_iid, hyperbolic, bound;
};
constexpr OrthogonalErrors orthogonal_errors[] = {
    {16, 8, 0.798632012366332, 0.7206806136801776, 0.34527446138545387, 0.22992458804698646, 0.3452744613854542,
     0.2673230626992998, 0.7597843067238862},
    {16, 16, 0.399316006183166, 0.31579665044800054, 0.17263723069272693, 0.04904808068722613, 0.1726372306927271,
     0.08911787495756165, 0.3576934644234026},
    {16, 24, 0.2662106707887773, 0.22042969060801995, 0.11509148712848462, 0.04734632342176566, 0.11509148712848473,
     0.06931050694772738, 0},
    {16, 32, 0.199658003091583, 0.15789832522400027, 0.08631861534636347, 0.024524040343613066, 0.08631861534636355,
     0.04455893747878083, 0},
    {16, 48, 0.13310533539438865, 0.1052655501493335, 0.05754574356424231, 0.01634936022907537, 0.057545743564242365,
     0.029705958319187216, 0},
    {16, 64, 0.0998290015457915, 0.07894916261200013, 0.043159307673181734, 0.012262020171806533, 0.043159307673181775,
     0.022279468739390414, 0},
    {32, 16, 0.39931600618316554, 0.3508267259499063, 0.17263723069272693, 0.11230995154383802, 0.17263723069272693,
     0.12414795045946769, 0.3772805428985849},
    {32, 32, 0.19965800309158277, 0.14955241351721488, 0.08631861534636347, 0.02398042689251159, 0.08631861534636347,
     0.03621302577199559, 0.17688802436418283},
    {32, 48, 0.1331053353943885, 0.10544848666875177, 0.05754574356424231, 0.023136851012653822, 0.05754574356424231,
     0.029888894838605563, 0},
    {32, 64, 0.09982900154579138, 0.07477620675860744, 0.043159307673181734, 0.011990213446255796, 0.043159307673181734,
     0.018106512885997794, 0},
    {32, 96, 0.06655266769719426, 0.0498508045057383, 0.028772871782121155, 0.007993475630837195, 0.028772871782121155,
     0.012071008590665195, 0},
    {32, 128, 0.04991450077289569, 0.03738810337930372, 0.021579653836590867, 0.005995106723127898,
     0.021579653836590867, 0.009053256442998897, 0},
    {64, 32, 0.19965800309158283, 0.1722975794311292, 0.08631861534636348, 0.055583416913678685, 0.08631861534636348,
     0.05895819168590984, 0.18792801405019496},
    {64, 64, 0.09982900154579141, 0.07202728072952401, 0.04315930767318174, 0.011928380233518159, 0.04315930767318174,
     0.015357586856914334, 0.08790981913276827},
    {64, 96, 0.06655266769719427, 0.05115630026102502, 0.02877287178212116, 0.01147743753863904, 0.02877287178212116,
     0.013376504345951912, 0},
    {64, 128, 0.049914500772895706, 0.036013640364762005, 0.02157965383659087, 0.005964190116759079,
     0.02157965383659087, 0.007678793428457167, 0},
    {64, 192, 0.033276333848597135, 0.024009093576508, 0.01438643589106058, 0.003976126744506054, 0.01438643589106058,
     0.005119195618971445, 0},
    {64, 256, 0.024957250386447853, 0.018006820182381002, 0.010789826918295435, 0.0029820950583795396,
     0.010789826918295435, 0.0038393967142285835, 0}};

TEST(KernelTheory, MatchesIndependentErrorsOfOrthogonalBlocksWholeAndCutOff) {
    const KernelPoint p = at_angle(1, 1, pi / 2);
    for (const OrthogonalErrors& e : orthogonal_errors) {
        const std::string where = "d = " + std::to_string(e.dim) + ", m = " + std::to_string(e.features);
        expect_same(mse(FeatureMethod::positive, false, e.features, e.dim, p), e.positive_iid, where);
        expect_same(mse(FeatureMethod::positive, true, e.features, e.dim, p), e.positive, where);
        expect_same(mse(FeatureMethod::trig, false, e.features, e.dim, p), e.trig_iid, where);
        expect_same(mse(FeatureMethod::trig, true, e.features, e.dim, p), e.trig, where);
        expect_same(mse(FeatureMethod::hyperbolic, false, e.features, e.dim, p), e.hyperbolic_iid, where);
        expect_same(mse(FeatureMethod::hyperbolic, true, e.features, e.dim, p), e.hyperbolic, where);
        if (e.bound > 0) expect_same(orthogonal_bound(e.features, e.dim, p), e.bound, where);
    }
}

// The closed forms evaluated with 400 digits, orthogonal blocks: where they cancel, and where parts of them leave
// double's range. A factor of e^700 needs its exponent to 1e-13.
struct Extreme {
    FeatureMethod method;
    Index dim, features;
    KernelPoint point;
    double oprf_a, error, deviation;
};
constexpr Extreme extremes[] = {
    {FeatureMethod::trig, 3, 3, {600, 500, -20}, 0, infinity, 2.9709095059850714e+238},
    {FeatureMethod::trig, 7, 7, {40, 30, -30}, 0, 1.7967419078923716e+29, 423879924966065.31},
    {FeatureMethod::trig, 64, 64, {0.0001, 0.0002, 1e-05}, 0, 2.7836655100911464e-11, 5.2760454036059492e-6},
    {FeatureMethod::trig, 65, 150, {30, 20, -10}, 0, 1.7282351761956908e+19, 4157204801.5411639},
    {FeatureMethod::positive, 64, 64, {1e-05, 2e-05, 1e-06}, 0, 5.0000136373061233e-7, 0.00070710774548905369},
    {FeatureMethod::positive, 5, 12, {200, 300, -100}, 0, 2.2400976181801129e+42, 1.4966955662993436e+21},
    {FeatureMethod::positive, 64, 100, {12, 20, -9}, 0, 0.00018315090775651791, 0.013533325820230514},
    {FeatureMethod::hyperbolic, 16, 16, {1e-05, 2e-05, 1e-06}, 0, 5.3334293362763693e-12, 2.3094218619118442e-6},
    {FeatureMethod::hyperbolic, 33, 33, {500, 600, -450}, 0, 1.4938903854181471e-306, 1.2222480866903196e-153},
    {FeatureMethod::smreg, 1, 1, {3, 2, 1}, 0, 4.8976568985042601, 0.57554217246626935},
    {FeatureMethod::smreg, 2, 3, {500, 400, 300}, 0, 3.7730203009299398e+260, 2.3845200604301335e-173},
    {FeatureMethod::smreg, 64, 128, {0.0001, 0.0001, 1e-05}, 0, 1.7187729283233627e-6, 0.0013110198047029378},
    {FeatureMethod::smreg, 64, 64, {300, 280, 30}, 0, 1.1420073898156843e+26, 1.4093170956327512e-59},
    {FeatureMethod::smreg, 64, 64, {30, 40, -20}, 0, 1.3733197693135212e-15, 3.7012340193493823e-8},
    {FeatureMethod::oprf, 64, 64, {8, 9, 1}, -0.1, 67618.052880009668, 260.03471475941374},
    {FeatureMethod::oprf, 16, 24, {300, 300, -250}, -1.5, 2.6503079997133067e-211, 5.1481142175687077e-106},
    {FeatureMethod::oprf, 8, 8, {0.0001, 0.0001, 1e-05}, -3e-05, 2.7502057823109385e-5, 0.005244240442915388}};

TEST(KernelTheory, IsAccurateWhereTheFormulasCancelOrLeaveTheRangeOfDouble) {
    for (const Extreme& e : extremes) {
        const std::string where = std::string(feature_method_names.at(static_cast<std::size_t>(e.method))) +
                                  ", d = " + std::to_string(e.dim) + ", |x|^2 = " + std::to_string(e.point.x_square);
        const double error = mse(e.method, true, e.features, e.dim, e.point, e.oprf_a);
        if (std::isinf(e.error)) {
            EXPECT_EQ(error, infinity) << where;
        } else {
            EXPECT_NEAR(error / e.error, 1, 1e-11) << where;
        }
        EXPECT_NEAR(deviation(e.method, true, e.features, e.dim, e.point, e.oprf_a) / e.deviation, 1, 1e-11) << where;
    }
}

// ---- The same by integration, which shares nothing with the closed forms.

// The integral of f over [begin, end] by the trapezoid rule: to rounding, where f and its slopes vanish at both ends.
template <class F>
double integral(double begin, double end, Index steps, F f) {
    const double width = (end - begin) / static_cast<double>(steps);
    double sum = 0;
    for (Index i = 0; i <= steps; ++i)
        sum += f(begin + width * static_cast<double>(i)) * (i == 0 || i == steps ? 0.5 : 1.0);
    return sum * width;
}

// E[f(g)], g ~ N(0, 1), for f that grows like exp(tilt g) at most.
template <class F>
double gaussian_mean(double tilt, F f) {
    return integral(-12 - std::abs(tilt), 12 + std::abs(tilt), 600,
                    [&](double g) { return std::exp(-0.5 * g * g) * f(g); }) /
           std::sqrt(2 * pi);
}

// E[f(e . v)], v a fixed unit vector and e uniform on the unit sphere in d >= 4 dimensions, d even.
template <class F>
double sphere_mean(Index dim, F f) {
    const auto weight = [dim](double t) { return std::pow(std::sin(t), static_cast<double>(dim - 2)); };
    return integral(0, pi, 400, [&](double t) { return weight(t) * f(std::cos(t)); }) / integral(0, pi, 400, weight);
}

// E[f(|v + w|)] for the independent lengths |v|, |w| ~ chi(d) of orthogonal v, w: |v + w| ~ chi(2d).
template <class F>
double pair_length_mean(Index dim, F f) {
    const double power = static_cast<double>(2 * dim - 1), peak = std::sqrt(power);
    const auto weight = [=](double r) { return std::exp(power * std::log(r / peak) - 0.5 * (r * r - peak * peak)); };
    const double begin = std::max(peak - 8, 1e-9), end = peak + 12;
    return integral(begin, end, 400, [&](double r) { return weight(r) * f(r); }) / integral(begin, end, 400, weight);
}

struct IntegrationPoint {
    Index dim;
    KernelPoint point;
};
const IntegrationPoint integration_points[] = {
    {4, at_angle(0.7, 0.4, 1)}, {4, at_angle(1.5, 1.2, 2)}, {16, at_angle(1, 1.3, 0.5)}, {64, at_angle(1.4, 0.9, 1.8)}};

TEST(KernelTheory, OneFeaturesVarianceIsItsIntegral) {
    for (const auto& [dim, p] : integration_points) {
        const double z = std::sqrt(p.sum_square()), difference = std::sqrt(p.difference_square());
        const double scale = std::exp(-p.x_square - p.y_square), square = std::exp(2 * p.product);
        const std::string where = "d = " + std::to_string(dim) + ", x . y = " + std::to_string(p.product);
        const double trig = gaussian_mean(0, [&](double g) { return std::pow(std::cos(difference * g), 2); }) / scale;
        expect_same(mse(FeatureMethod::trig, false, 1, dim, p), trig - square, where);
        const double positive = gaussian_mean(2 * z, [&](double g) { return std::exp(2 * z * g); }) * scale;
        expect_same(mse(FeatureMethod::positive, false, 1, dim, p), positive - square, where);
        const double hyperbolic = gaussian_mean(2 * z, [&](double g) { return std::pow(std::cosh(z * g), 2); }) * scale;
        expect_same(mse(FeatureMethod::hyperbolic, false, 1, dim, p), hyperbolic - square, where);

        // oprf's feature is a product over the entries of w, one of them along x + y.
        const double d = static_cast<double>(dim), a = oprf_parameter(p.sum_square() / d), root = std::sqrt(1 - 4 * a);
        const double along =
            gaussian_mean(2 * z, [&](double g) { return std::exp(4 * a * g * g + 2 * root * z * g); }) * root * root;
        const double across = gaussian_mean(0, [&](double g) { return std::exp(4 * a * g * g); }) * root * root;
        const double oprf = along * std::pow(across, d - 1) * scale;
        expect_same(mse(FeatureMethod::oprf, false, 1, dim, p, a), oprf - square, where);
    }
}

TEST(KernelTheory, SmregsMeanAndVarianceAreIntegralsOverTheSphere) {
    for (const auto& [dim, p] : integration_points) {
        const double z = std::sqrt(p.sum_square()), scale = std::exp(-0.5 * (p.x_square + p.y_square));
        const auto moment = [dim = dim, z](double radius) {
            return sphere_mean(dim, [=](double t) { return std::exp(radius * z * t); });
        };
        const double d = static_cast<double>(dim), mean = scale * moment(std::sqrt(d));
        const double variance = scale * scale * moment(2 * std::sqrt(d)) - mean * mean;
        const double pair = scale * scale * moment(std::sqrt(2 * d)) - mean * mean;
        const double bias = mean - std::exp(p.product);
        const std::string where = "d = " + std::to_string(dim) + ", x . y = " + std::to_string(p.product);
        EXPECT_NEAR(regularised_kernel(p, dim), mean, 1e-11 * mean) << where;
        expect_same(mse(FeatureMethod::smreg, false, 1, dim, p), variance + bias * bias, where);
        expect_same(std::pow(deviation(FeatureMethod::smreg, false, 7, dim, p), 2), variance / 7, where);
        // m = 3 d + 2
        const double m = 3 * d + 2, pairs = 3 * d * (d - 1) + 2;
        expect_same(mse(FeatureMethod::smreg, true, 3 * dim + 2, dim, p),
                    variance / m + pairs / (m * m) * pair + bias * bias, where);
    }
}

TEST(KernelTheory, TheCovarianceWithinABlockIsItsIntegral) {
    for (const auto& [dim, p] : integration_points) {
        const double z = std::sqrt(p.sum_square()), difference = std::sqrt(p.difference_square());
        const double scale = std::exp(-p.x_square - p.y_square), square = std::exp(2 * p.product);
        const double positive = scale * pair_length_mean(dim, [dim = dim, z](double r) {
                                    return sphere_mean(dim, [=](double t) { return std::exp(r * z * t); });
                                });
        const double trig =
            pair_length_mean(dim,
                             [dim = dim, difference](double r) {
                                 return sphere_mean(dim, [=](double t) { return std::cos(r * difference * t); });
                             }) /
            scale;
        // Not relative to C, of which the integrals know few digits.
        EXPECT_NEAR(covariance(FeatureMethod::positive, dim, p), positive - square, 1e-11 * positive) << dim;
        EXPECT_NEAR(covariance(FeatureMethod::hyperbolic, dim, p), positive - square, 1e-11 * positive) << dim;
        EXPECT_NEAR(covariance(FeatureMethod::trig, dim, p), trig - square, 1e-11 / scale) << dim;
    }
}

// ---- The same by drawing.

// phi(x) . phi(y) for rows w of N(0, I), in double.
double estimate(const KernelDraw& draw, const MatrixD& w, const VectorD& x, const VectorD& y) {
    const double half = 0.5 * (x.squaredNorm() + y.squaredNorm()), d = static_cast<double>(x.size());
    const VectorD sums = w * (x + y), squares = w.rowwise().squaredNorm();
    switch (draw.method) {
        case FeatureMethod::trig:
            return std::exp(half) * (w * (x - y)).array().cos().mean();
        case FeatureMethod::hyperbolic:
            return std::exp(-half) * sums.array().cosh().mean();
        case FeatureMethod::smreg:
            return std::exp(-half) * (sums.array() * (d / squares.array()).sqrt()).exp().mean();
        case FeatureMethod::oprf: {
            const double stretch = 1 - 4 * draw.oprf_a;
            return std::exp(-half) * std::pow(stretch, d / 2) *
                   (2 * draw.oprf_a * squares.array() + std::sqrt(stretch) * sums.array()).exp().mean();
        }
        default:
            return std::exp(-half) * sums.array().exp().mean();
    }
}

struct Sums {
    double value = 0, square = 0;

    void add(double v) {
        value += v;
        square += v * v;
    }
    double mean(double n) const { return value / n; }
    double standard_error(double n) const { return std::sqrt((square / n - mean(n) * mean(n)) / n); }
};

TEST(KernelTheory, DrawsHaveTheMeanAndErrorOfTheory) {
    const VectorD x = (VectorD(4) << 0.5, -0.2, 0.4, 0.1).finished(),
                  y = (VectorD(4) << -0.3, 0.4, 0.2, 0.3).finished();
    const KernelPoint p{x.squaredNorm(), y.squaredNorm(), x.dot(y)};
    const Index trials = 20000, features = 6;  // a whole block and half of one
    for (const bool orthogonal : {false, true}) {
        std::vector<Sums> values(std::size(with_error)), errors(std::size(with_error));
        for (Index seed = 0; seed < trials; ++seed) {
            const MatrixD w =
                draw_projections(features, 4, orthogonal, static_cast<std::uint64_t>(seed)).cast<double>();
            for (std::size_t i = 0; i < std::size(with_error); ++i) {
                const double found = estimate(draw_of(with_error[i], orthogonal, features, 4, -0.05), w, x, y);
                values[i].add(found);
                errors[i].add(std::pow(found - softmax_kernel(p), 2));
            }
        }
        for (std::size_t i = 0; i < std::size(with_error); ++i) {
            const KernelDraw draw = draw_of(with_error[i], orthogonal, features, 4, -0.05);
            const double n = static_cast<double>(trials);
            const std::string where = std::string(feature_method_names.at(i)) + (orthogonal ? ", orthogonal" : "");
            const double mean_error = values[i].standard_error(n), mse_error = errors[i].standard_error(n);
            EXPECT_NEAR(values[i].mean(n), kernel_mean(draw, p).value(), 4.5 * mean_error) << where;
            EXPECT_NEAR(errors[i].mean(n), kernel_mse(draw, p).value(), 4.5 * mse_error) << where;
            EXPECT_LT(mse_error, 0.03 * errors[i].mean(n)) << where;  // light tails: the test means something
            EXPECT_NEAR(mean_error * std::sqrt(n) / kernel_deviation(draw, p).value(), 1, 0.07) << where;
        }
    }
}

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

TEST(ReluKernel, IsItsIntegral) {
    for (const double angle : {0.0, 0.3, 1.0, pi / 2, 2.0, 3.0, pi}) {
        // w in the plane of x and y: E[r^2] = 2, and the direction is uniform; kinks cost the rule digits.
        const double mean =
            integral(-pi, pi, 20000,
                     [angle](double t) { return std::max(std::cos(t), 0.0) * std::max(std::cos(t - angle), 0.0); }) /
            pi;
        EXPECT_NEAR(relu_kernel(at_angle(0.7, 3, angle)), 2.1 * mean, 1e-7) << angle;
    }
    EXPECT_NEAR(relu_kernel(at_angle(2, 2, 0)), 2, 1e-15);  // half of |x|^2
    EXPECT_EQ(relu_kernel(at_angle(2, 5, pi)), 0);
    EXPECT_EQ(relu_kernel(at_angle(0, 5, 1)), 0);
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
