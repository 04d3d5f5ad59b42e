// Closed forms against numbers of an independent implementation.
#include "core/features/test_theory.hpp"

namespace attnscope {
namespace theory_test {

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

}  // namespace theory_test
}  // namespace attnscope
