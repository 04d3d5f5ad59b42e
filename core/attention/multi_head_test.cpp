#include "core/attention/multi_head.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/attention/test_input.hpp"

namespace attnscope {
namespace multi_head_test {

using testing_input::wave;

TEST(ConcatHeads, PutsHeadsSideBySide) {
    const Matrix a = (Matrix(2, 1) << 1, 2).finished(), b = (Matrix(2, 2) << 3, 4, 5, 6).finished();
    EXPECT_EQ(concat_heads(std::vector<const Matrix*>{&a, &b}), (Matrix(2, 3) << 1, 3, 4, 2, 5, 6).finished());
}

TEST(OutputProjection, KeepsUnitVarianceAndAHeadsRowsDoNotDependOnTheNumberOfHeads) {
    const Matrix w = output_projection(8, 16, 40, 3);
    ASSERT_EQ(w.rows(), 128);
    ASSERT_EQ(w.cols(), 40);
    const Matrix y = random_normal(200, 128, 1.0, 1, 0) * w;
    EXPECT_NEAR(static_cast<double>(y.squaredNorm()) / static_cast<double>(y.size()), 1, 0.06);
    const Matrix two = output_projection(2, 16, 40, 3) * std::sqrt(2.0F / 8.0F);
    EXPECT_TRUE(two.isApprox(w.topRows(32), 1e-6F));
    EXPECT_NE(w.topRows(16), w.middleRows(16, 16));
    EXPECT_NE(w, output_projection(8, 16, 40, 4));
}

TEST(AttentionCosts, OfOneHeadMatchTheOracle) {
    const MultiHeadShape shape{.queries = 10, .keys = 10, .model_dim = 512, .heads = 1, .key_dim = 64, .value_dim = 64};
    const AttentionCosts costs = attention_costs(shape);
    EXPECT_EQ(costs.projections, 983040);
    EXPECT_EQ(costs.scores, 6400);
    EXPECT_EQ(costs.mixing, 6400);
    EXPECT_EQ(costs.multiplications() - costs.output, 995840);
    EXPECT_EQ(costs.exponentials, 100);
    const AttentionCosts causal = attention_costs(shape, 55);
    EXPECT_EQ(causal.scores + causal.mixing, 7040);
    EXPECT_EQ(causal.projections, 983040);

    const AttentionCosts large = attention_costs(
        {.queries = 1000, .keys = 1000, .model_dim = 512, .heads = 1, .key_dim = 512, .value_dim = 512});
    EXPECT_EQ(large.projections, 786432000);
    EXPECT_EQ(large.scores, 512000000);
    EXPECT_EQ(large.multiplications() - large.output, 1810432000);
}

TEST(AttentionCosts, OfEightHeadsMatchTheOracle) {
    for (const auto& [n, projections, scores, total] :
         {std::tuple{10, 10485760.0, 51200.0, 10588160.0}, std::tuple{512, 536870912.0, 134217728.0, 805306368.0}}) {
        const AttentionCosts costs =
            attention_costs({.queries = n, .keys = n, .model_dim = 512, .heads = 8, .key_dim = 64, .value_dim = 64});
        EXPECT_EQ(costs.parameters, 1048576);
        EXPECT_EQ(costs.parameters + costs.biases, 1050624);
        EXPECT_EQ(costs.projections + costs.output, projections);
        EXPECT_EQ(costs.scores, scores);
        EXPECT_EQ(costs.mixing, scores);
        EXPECT_EQ(costs.multiplications(), total);
        EXPECT_EQ(costs.exponentials, 8.0 * n * n);
    }
}

TEST(AttentionCosts, CrossAttentionTakesQueriesAndKeysApart) {
    const AttentionCosts costs =
        attention_costs({.queries = 3, .keys = 5, .model_dim = 7, .heads = 2, .key_dim = 11, .value_dim = 13});
    EXPECT_EQ(costs.projections, 7 * 2 * (3 * 11 + 5 * 11 + 5 * 13));
    EXPECT_EQ(costs.scores, 15 * 2 * 11);
    EXPECT_EQ(costs.mixing, 15 * 2 * 13);
    EXPECT_EQ(costs.output, 3 * 26 * 7);
    EXPECT_EQ(costs.parameters, 7 * 2 * (2 * 11 + 13) + 26 * 7);
}

// The oracle's block: row vectors, y = x W; W_Q, W_K, W_V, W_O = 2M(4,4,1..4); two heads of two entries.
struct MultiHead {
    std::vector<Matrix> weights;
    Matrix output;
};

Matrix weight(Index rows, Index cols, double phase) {
    return (2 * wave(rows, cols, phase)).cast<float>();
}

MultiHead multi_head(const Matrix& from, const Matrix& to, MaskKind mask = MaskKind::none) {
    const Matrix q = from * weight(4, 4, 1), k = to * weight(4, 4, 2), v = to * weight(4, 4, 3);
    MultiHead result;
    std::vector<Matrix> outputs;
    for (const Index head : {0, 1}) {
        const auto part = [&](const Matrix& x) { return Matrix(x.middleCols(2 * head, 2)); };
        const Attention one = testing_input::compute({part(q), part(k), part(v)}, {.mask = {mask}});
        result.weights.push_back(one.weights);
        outputs.push_back(one.output);
    }
    const std::vector<const Matrix*> heads = {outputs.data(), outputs.data() + 1};
    result.output = concat_heads(heads) * weight(4, 4, 4);
    return result;
}

Matrix layer_norm(const Matrix& x) {
    MatrixD y = x.cast<double>();
    y.colwise() -= VectorD(y.rowwise().mean());
    const VectorD variance = y.rowwise().squaredNorm() / static_cast<double>(y.cols());
    return ((variance.array() + 1e-5).rsqrt().matrix().asDiagonal() * y).cast<float>();
}

// W1 = 2M(4,6,5), b1 = v(6,.1), W2 = 2M(6,4,6), b2 = v(4,.2), v(n,a)_i = sin(a + 1.3 i).
Matrix feed_forward(const Matrix& x) {
    const auto bias = [](Index n, double a) {
        return Eigen::RowVectorXf::NullaryExpr(
            n, [a](Index i) { return static_cast<float>(std::sin(a + 1.3 * static_cast<double>(i))); });
    };
    const Matrix hidden = ((x * weight(4, 6, 5)).rowwise() + bias(6, 0.1)).cwiseMax(0.0F);
    return (hidden * weight(6, 4, 6)).rowwise() + bias(4, 0.2);
}

Matrix encoder_block(const Matrix& x) {
    const Matrix attended = layer_norm(x + multi_head(x, x).output);
    return layer_norm(attended + feed_forward(attended));
}

double error(const Matrix& found, const MatrixD& expected) {
    return (found.cast<double>() - expected).cwiseAbs().maxCoeff();
}

TEST(MultiHeadOracle, SelfAttentionWithAndWithoutACausalMask) {
    const Matrix x = weight(3, 4, 0.2);
    const MultiHead self = multi_head(x, x);
    const MatrixD head0 =
        (MatrixD(3, 3) << 0.4379716541683931, 0.43317142113381024, 0.1288569246977966, 0.06917447403544807,
         0.22302042845609943, 0.7078050975084524, 0.2766624799939682, 0.2068843817215193, 0.5164531382845124)
            .finished();
    const MatrixD head1 =
        (MatrixD(3, 3) << 0.2413570871300316, 0.5460478065539981, 0.21259510631597026, 0.02960470812658276,
         0.8723968859707361, 0.09799840590268111, 0.4953441346489625, 0.09155883164431552, 0.41309703370672185)
            .finished();
    const MatrixD out =
        (MatrixD(3, 4) << 0.5582777441416314, -0.1106755574293512, -0.6958718036256248, -0.7544461421149984,
         -0.7164192521234771, -1.3232140354240816, -0.9286268170270446, 0.1687266628891432, 0.14977898465453543,
         -0.04874539896963561, -0.21038023646824755, -0.2128035052619689)
            .finished();
    EXPECT_LT(error(self.weights[0], head0), 1e-6);
    EXPECT_LT(error(self.weights[1], head1), 1e-6);
    EXPECT_LT(error(self.output, out), 2e-6);

    const MultiHead causal = multi_head(x, x, MaskKind::causal);
    const MatrixD causal_head0 = (MatrixD(3, 3) << 1, 0, 0, 0.23674086524301746, 0.7632591347569826, 0,
                                  0.2766624799939682, 0.2068843817215193, 0.5164531382845124)
                                     .finished();
    const Eigen::RowVectorXd causal_out =
        (Eigen::RowVectorXd(4) << 0.9198296303825975, -0.4520919632634938, -1.4818793722618815, -1.3902100158818274)
            .finished();
    EXPECT_LT(error(causal.weights[0], causal_head0), 1e-6);
    EXPECT_LT((causal.output.row(1).cast<double>() - causal_out).cwiseAbs().maxCoeff(), 2e-6);
}

// Queries 2M(2,4,.9), keys and values what the encoder block makes of 2M(3,4,.2).
TEST(MultiHeadOracle, CrossAttention) {
    const Matrix encoded = encoder_block(weight(3, 4, 0.2));
    const MatrixD block =
        (MatrixD(3, 4) << 1.1440558240609293, 0.7205508743487397, -0.4667064395169386, -1.3979002588927305,
         1.033196505862899, -0.7776257345562853, -1.1990024544745306, 0.9434316831679171, 1.15394343238191,
         0.7564740878555022, -0.586927796321642, -1.3234897239157706)
            .finished();
    EXPECT_LT(error(encoded, block), 3e-6);

    const MultiHead cross = multi_head(weight(2, 4, 0.9), encoded);
    const MatrixD head0 = (MatrixD(2, 3) << 0.24802767673462353, 0.48767243368105373, 0.2642998895843227,
                           0.005572864111629499, 0.9879261715255285, 0.006500964362842003)
                              .finished();
    const MatrixD out =
        (MatrixD(2, 4) << -0.22203949373567658, -1.6521951202321759, -1.8320024187932609, -0.6253868106035432,
         -2.84584665738168, -3.1264675414767136, -1.041040121131524, 1.832225708146603)
            .finished();
    EXPECT_LT(error(cross.weights[0], head0), 2e-6);
    EXPECT_LT(error(cross.output, out), 5e-6);
}

TEST(MultiHeadDeathTest, HeadsThatDoNotFitAreABrokenInvariant) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const Matrix a = Matrix::Ones(2, 3), b = Matrix::Ones(3, 3);
    EXPECT_DEATH((void)concat_heads({}), "at least one head");
    EXPECT_DEATH((void)concat_heads(std::vector<const Matrix*>{&a, &b}), "equally many rows");
    EXPECT_DEATH((void)output_projection(0, 2, 3, 1), "at least one row");
}

}  // namespace multi_head_test
}  // namespace attnscope
