#include "core/timing/layers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/base/random.hpp"

namespace attnscope {
namespace layers_test {

using Kind = LayerKind;
const std::vector<Kind> all_kinds{Kind::attention, Kind::restricted,  Kind::rnn,    Kind::gru,
                                  Kind::lstm,      Kind::convolution, Kind::dilated};
const std::vector<Kind> recurrent_kinds{Kind::rnn, Kind::gru, Kind::lstm};

std::string name_of(Kind kind) {
    return std::string(layer_names[static_cast<std::size_t>(kind)]);
}

Layer layer_of(Kind kind, Index dim, std::uint64_t seed = 5) {
    return {kind, {.dim = dim, .kernel = 3, .window = 7}, seed, kind == Kind::dilated ? 4 : 1};
}

Matrix tokens(Index length, Index dim) {
    return random_normal(length, dim, 1, 3, 1);
}

// --- The formulas by scalar loops in double precision ----------------------------------------------------------------

using Line = Eigen::ArrayXd;

Line line_of(const Matrix& m, Index row) {
    return m.row(row).cast<double>().transpose();
}

// x times the block of columns.
Line times(const Line& x, const Matrix& blocks, Index block) {
    Line result = Line::Zero(x.size());
    for (Index j = 0; j < x.size(); ++j)
        for (Index i = 0; i < x.size(); ++i) result(j) += x(i) * double{blocks(i, block * x.size() + j)};
    return result;
}

Line sigmoid(const Line& x) {
    return x.unaryExpr([](double a) { return 1 / (1 + std::exp(-a)); });
}

Line hyperbolic_tangent(const Line& x) {
    return x.unaryExpr([](double a) { return std::tanh(a); });
}

// W x + U h + b of gate number `gate`.
Line gate(const Layer::Weights& w, Index gate, const Line& x, const Line& h) {
    const Line bias = w.bias.segment(gate * x.size(), x.size()).cast<double>();
    return times(x, w.input, gate) + times(h, w.recurrent, gate) + bias;
}

struct State {
    Line h, c;
};

State next_state(Kind kind, const Layer::Weights& w, const Line& x, const State& last) {
    if (kind == Kind::rnn) return {hyperbolic_tangent(gate(w, 0, x, last.h)), last.c};
    if (kind == Kind::gru) {
        const Line z = sigmoid(gate(w, 0, x, last.h)), r = sigmoid(gate(w, 1, x, last.h));
        return {z * last.h + (1 - z) * hyperbolic_tangent(gate(w, 2, x, r * last.h)), last.c};
    }
    const Line i = sigmoid(gate(w, 0, x, last.h)), f = sigmoid(gate(w, 1, x, last.h));
    const Line o = sigmoid(gate(w, 2, x, last.h)), g = hyperbolic_tangent(gate(w, 3, x, last.h));
    const Line c = f * last.c + i * g;
    return {o * hyperbolic_tangent(c), c};
}

std::vector<Line> recurrent_by_loops(Kind kind, const Layer::Weights& w, const Matrix& x) {
    State state{Line::Zero(x.cols()), Line::Zero(x.cols())};
    std::vector<Line> result;
    for (Index t = 0; t < x.rows(); ++t) {
        state = next_state(kind, w, line_of(x, t), state);
        result.push_back(state.h);
    }
    return result;
}

std::vector<Line> attention_by_loops(const Layer::Weights& w, const Matrix& x, Index reach) {
    std::vector<Line> result;
    for (Index i = 0; i < x.rows(); ++i) {
        const Line query = times(line_of(x, i), w.input, 0);
        Line mixed = Line::Zero(x.cols());
        double weights = 0;
        for (Index j = 0; j < x.rows(); ++j) {
            if (std::abs(i - j) > reach) continue;
            const Line key = times(line_of(x, j), w.input, 1), value = times(line_of(x, j), w.input, 2);
            double score = 0;
            for (Index e = 0; e < key.size(); ++e) score += query(e) * key(e);
            const double weight = std::exp(score / std::sqrt(static_cast<double>(x.cols())));
            weights += weight;
            mixed += weight * value;
        }
        result.push_back(times(mixed / weights, w.output, 0));
    }
    return result;
}

std::vector<Line> convolution_by_loops(const Layer::Weights& w, const Matrix& x, Index dilation) {
    std::vector<Line> result;
    for (Index t = 0; t < x.rows(); ++t) {
        Line out = w.bias.cast<double>();
        for (Index s = 0; s < w.input.cols() / x.cols() && t >= s * dilation; ++s)
            out += times(line_of(x, t - s * dilation), w.input, s);
        result.push_back(out);
    }
    return result;
}

double difference(const Matrix& found, const std::vector<Line>& expected) {
    EXPECT_EQ(found.rows(), static_cast<Index>(expected.size()));
    EXPECT_TRUE(found.allFinite());
    double result = 0;
    for (Index t = 0; t < found.rows(); ++t)
        result = std::max(result, (line_of(found, t) - expected[static_cast<std::size_t>(t)]).abs().maxCoeff());
    return result;
}

// Biases are zeros otherwise, and one that is left out would not be missed.
Layer with_biases(Layer layer) {
    layer.weights().bias = random_normal(1, layer.weights().bias.size(), 1, 8, 2).row(0);
    return layer;
}

TEST(Layers, RecurrentOnesAreTheirFormulas) {
    for (const Kind kind : recurrent_kinds)
        for (const Index dim : {1, 5, 16})
            for (const Index length : {1, 2, 37}) {
                const Layer layer = with_biases(layer_of(kind, dim));
                const Matrix x = tokens(length, dim);
                EXPECT_LT(difference(layer.run(x), recurrent_by_loops(kind, layer.weights(), x)), 1e-5)
                    << name_of(kind) << " " << dim << " " << length;
            }
}

TEST(Layers, AttentionIsItsFormula) {
    for (const Index dim : {1, 5, 16})
        for (const Index length : {1, 2, 37}) {
            const Layer layer = layer_of(Kind::attention, dim);
            const Matrix x = tokens(length, dim);
            EXPECT_LT(difference(layer.run(x), attention_by_loops(layer.weights(), x, length)), 1e-5)
                << dim << " " << length;
        }
}

TEST(Layers, RestrictedAttentionIsItsFormulaAtAnyWindow) {
    for (const Index window : {3, 5, 17, 39, 131})
        for (const Index length : {1, 2, 8, 9, 100, 150}) {
            const Layer layer(Kind::restricted, {.dim = 6, .window = window}, 5);
            const Matrix x = tokens(length, 6);
            const Index reach = (window - 1) / 2;
            EXPECT_LT(difference(layer.run(x), attention_by_loops(layer.weights(), x, reach)), 1e-5)
                << window << " " << length;
        }
}

TEST(Layers, ConvolutionIsItsFormulaAtAnyKernelAndDilation) {
    for (const Index kernel : {2, 3, 8})
        for (const Index dilation : {1, 2, 9})
            for (const Index length : {1, 2, 37}) {
                const Kind kind = dilation == 1 ? Kind::convolution : Kind::dilated;
                const Layer layer = with_biases({kind, {.dim = 5, .kernel = kernel}, 5, dilation});
                const Matrix x = tokens(length, 5);
                EXPECT_LT(difference(layer.run(x), convolution_by_loops(layer.weights(), x, dilation)), 1e-5)
                    << kernel << " " << dilation << " " << length;
            }
}

// --- Numbers of an independent implementation ------------------------------------------------------------------------

Matrix wave(Index rows, Index cols, double a) {
    Matrix result(rows, cols);
    for (Index i = 0; i < rows; ++i)
        for (Index j = 0; j < cols; ++j)
            result(i, j) =
                static_cast<float>(0.5 * std::sin(a + 1.7 * static_cast<double>(i) + 0.9 * static_cast<double>(j)));
    return result;
}

Vector wave(Index size, double a) {
    Vector result(size);
    for (Index i = 0; i < size; ++i) result(i) = static_cast<float>(std::sin(a + 1.3 * static_cast<double>(i)));
    return result;
}

// The last state of four tokens of 2 entries in a cell of 3: a third entry of zeros makes it a layer of 3.
Vector last_state(Kind kind) {
    Layer layer = layer_of(kind, 3);
    Layer::Weights& w = layer.weights();
    for (Index gate = 0; gate < w.input.cols() / 3; ++gate) {
        const double number = static_cast<double>(gate);
        w.input.middleCols(3 * gate, 3).topRows(2) = wave(3, 2, 0.1 + number).transpose();
        w.recurrent.middleCols(3 * gate, 3) = wave(3, 3, 0.6 + number).transpose();
        w.bias.segment(3 * gate, 3) = 0.5F * wave(3, 0.35 + number);
    }
    Matrix x = Matrix::Zero(4, 3);
    for (Index t = 0; t < 4; ++t) x.row(t).head(2) = wave(2, 0.2 + 0.7 * static_cast<double>(t)).transpose();
    return layer.run(x).row(3);
}

TEST(Layers, CellsAgreeWithAnIndependentImplementation) {
    using testing::ElementsAre;
    using testing::FloatNear;
    EXPECT_THAT(last_state(Kind::rnn),
                ElementsAre(FloatNear(0.4163478156972156F, 1e-6F),  //
                            FloatNear(0.8423123956794302F, 1e-6F), FloatNear(-0.3495100577440775F, 1e-6F)));
    EXPECT_THAT(last_state(Kind::lstm),
                ElementsAre(FloatNear(-0.03589157822849274F, 1e-6F), FloatNear(-0.3867395882494156F, 1e-6F),
                            FloatNear(-0.08439991596217826F, 1e-6F)));
    EXPECT_THAT(last_state(Kind::gru),
                ElementsAre(FloatNear(0.6379269560659487F, 1e-6F), FloatNear(-0.35537404557394664F, 1e-6F),
                            FloatNear(-0.6870128208106199F, 1e-6F)));
}

// --- What a token can change -----------------------------------------------------------------------------------------

// The tokens whose output is another one, to the bit, when token `changed` is.
std::vector<Index> reached_from(const Layer& layer, Index changed, Matrix x) {
    const Matrix before = layer.run(x);
    x.row(changed) = -3 * x.row(changed);
    const Matrix after = layer.run(x);
    std::vector<Index> result;
    for (Index t = 0; t < x.rows(); ++t)
        if (before.row(t) != after.row(t)) result.push_back(t);
    return result;
}

std::vector<Index> from_to(Index first, Index last) {
    std::vector<Index> result;
    for (Index t = first; t <= last; ++t) result.push_back(t);
    return result;
}

TEST(Layers, RecurrentOnesCarryATokenForwardsAndNeverBack) {
    for (const Kind kind : recurrent_kinds)
        for (const Index changed : {0, 5, 19})
            EXPECT_EQ(reached_from(layer_of(kind, 16), changed, tokens(20, 16)), from_to(changed, 19))
                << name_of(kind) << " " << changed;
}

TEST(Layers, AttentionCarriesEveryTokenToEveryOther) {
    for (const Index changed : {0, 20, 39})
        EXPECT_EQ(reached_from(layer_of(Kind::attention, 16), changed, tokens(40, 16)), from_to(0, 39)) << changed;
}

TEST(Layers, RestrictedAttentionCarriesATokenHalfAWindowAndNoFurther) {
    for (const Index window : {3, 7, 31})
        for (const Index changed : {0, 7, 8, 20, 39}) {
            const Layer layer(Kind::restricted, {.dim = 16, .window = window}, 5);
            const Index reach = (window - 1) / 2;
            EXPECT_EQ(reached_from(layer, changed, tokens(40, 16)),
                      from_to(std::max<Index>(changed - reach, 0), std::min<Index>(changed + reach, 39)))
                << window << " " << changed;
        }
}

TEST(Layers, ConvolutionCarriesATokenToItsTapsAndNoFurther) {
    EXPECT_EQ(reached_from(layer_of(Kind::convolution, 16), 5, tokens(40, 16)), from_to(5, 7));
    for (const Index kernel : {2, 3, 5})
        for (const Index dilation : {2, 3, 9}) {
            const Layer layer(Kind::dilated, {.dim = 16, .kernel = kernel}, 5, dilation);
            std::vector<Index> taps;
            for (Index s = 0; s < kernel; ++s) taps.push_back(5 + s * dilation);
            EXPECT_EQ(reached_from(layer, 5, tokens(60, 16)), taps) << kernel << " " << dilation;
        }
}

TEST(Layers, RestrictedAttentionThatSeesAllIsAttention) {
    for (const Index length : {1, 2, 10, 33, 200})
        for (const Index beyond : {0, 2, 1000}) {
            const Layer near(Kind::restricted, {.dim = 16, .window = std::max<Index>(2 * length - 1 + beyond, 3)}, 5);
            const Matrix x = tokens(length, 16);
            EXPECT_LT((near.run(x) - layer_of(Kind::attention, 16).run(x)).cwiseAbs().maxCoeff(), 1e-5F)
                << length << " " << beyond;
        }
}

TEST(Layers, ADilationOfOneIsAConvolution) {
    const Matrix x = tokens(20, 8);
    EXPECT_EQ(Layer(Kind::dilated, {.dim = 8}, 5).run(x), Layer(Kind::convolution, {.dim = 8}, 5).run(x));
}

// --- Closed forms ----------------------------------------------------------------------------------------------------

TEST(Layers, AttentionWithoutQueriesIsTheMeanOfTheTokensItSees) {
    for (const Kind kind : {Kind::attention, Kind::restricted}) {
        Layer layer = layer_of(kind, 4);
        layer.weights().input.leftCols(4).setZero();
        layer.weights().input.rightCols(4).setIdentity();
        layer.weights().output.setIdentity();
        const Matrix x = tokens(50, 4), found = layer.run(x);
        for (Index i = 0; i < 50; ++i) {
            const Index reach = kind == Kind::attention ? 50 : 3;
            const Index first = std::max<Index>(i - reach, 0), last = std::min<Index>(i + reach, 49);
            const Eigen::RowVectorXf mean = x.middleRows(first, last - first + 1).colwise().mean();
            EXPECT_LT((found.row(i) - mean).cwiseAbs().maxCoeff(), 1e-6F) << name_of(kind) << " " << i;
        }
    }
}

TEST(Layers, AttentionOfLargeScoresStaysFinite) {
    for (const Kind kind : {Kind::attention, Kind::restricted})
        EXPECT_TRUE(layer_of(kind, 16).run(1000 * tokens(40, 16)).allFinite()) << name_of(kind);
}

TEST(Layers, AnLstmThatForgetsNothingAndTakesNothingKeepsItsCell) {
    // The first token opens the input gate; all others close it.
    Layer layer = layer_of(Kind::lstm, 2);
    Layer::Weights& w = layer.weights();
    w.recurrent.setZero();
    w.input.leftCols(6).setZero();
    w.input.row(0).head(2).setConstant(100);
    w.bias.segment(2, 4).setConstant(100);  // forget and output gates
    Matrix x = tokens(200, 2);
    x.col(0).setConstant(-1);
    x(0, 0) = 1;
    const Matrix found = layer.run(x);
    const Eigen::RowVectorXf cell = (x.row(0) * w.input.rightCols(2)).array().tanh();
    for (Index t = 0; t < 200; ++t)
        for (Index j = 0; j < 2; ++j) EXPECT_NEAR(found(t, j), std::tanh(cell(j)), 1e-6) << t << " " << j;
}

TEST(Layers, AGruThatUpdatesNothingKeepsZeros) {
    Layer layer = layer_of(Kind::gru, 8);
    layer.weights().bias.head(8).setConstant(200);
    EXPECT_TRUE(layer.run(tokens(30, 8)).isZero(1e-6F));
}

// --- Weights and arguments -------------------------------------------------------------------------------------------

TEST(Layers, OutputsDependOnTheSeedAndOnNothingElse) {
    const Matrix x = tokens(20, 16);
    for (const Kind kind : all_kinds) {
        const Layer layer = layer_of(kind, 16, 5);
        const Matrix found = layer.run(x);
        EXPECT_EQ(found, layer.run(x)) << name_of(kind);
        EXPECT_EQ(found, layer_of(kind, 16, 5).run(x)) << name_of(kind);
        EXPECT_GT((found - layer_of(kind, 16, 6).run(x)).norm(), 0.1F) << name_of(kind);
    }
}

TEST(Layers, WeightsHaveAVarianceOfOneOverTheWidthAndBiasesAreZero) {
    for (const Kind kind : all_kinds) {
        const Layer layer = layer_of(kind, 64);
        for (const Matrix* weights : {&layer.weights().input, &layer.weights().recurrent, &layer.weights().output})
            if (weights->size() > 0) {
                EXPECT_NEAR(weights->squaredNorm() / static_cast<float>(weights->cols()), 1, 0.1) << name_of(kind);
                EXPECT_NEAR(weights->mean(), 0, 0.01) << name_of(kind);
            }
        EXPECT_TRUE((layer.weights().bias.array() == 0).all()) << name_of(kind);
    }
}

TEST(Layers, InputAndRecurrentWeightsAreDifferentNumbers) {
    for (const Kind kind : recurrent_kinds)
        EXPECT_GT((layer_of(kind, 16).weights().input - layer_of(kind, 16).weights().recurrent).norm(), 1)
            << name_of(kind);
}

TEST(Layers, ASingleTokenIsEnough) {
    for (const Kind kind : all_kinds) {
        const Matrix found = layer_of(kind, 16).run(tokens(1, 16));
        EXPECT_EQ(found.rows(), 1) << name_of(kind);
        EXPECT_EQ(found.cols(), 16) << name_of(kind);
        EXPECT_TRUE(found.allFinite()) << name_of(kind);
        EXPECT_GT(found.norm(), 0) << name_of(kind);
    }
}

TEST(Layers, TokensMayBePartOfALargerMatrix) {
    const Matrix all = tokens(30, 40), part = all.block(3, 7, 20, 16);
    for (const Kind kind : all_kinds)
        EXPECT_LT((layer_of(kind, 16).run(all.block(3, 7, 20, 16)) - layer_of(kind, 16).run(part)).norm(), 1e-4F)
            << name_of(kind);
}

TEST(LayersDeathTest, ShapesThatMeanNothingAreRefused) {
    EXPECT_DEATH(layer_of(Kind::rnn, 16).run(tokens(5, 15)), "as wide as its weights");
    EXPECT_DEATH(layer_of(Kind::rnn, 16).run(Matrix(0, 16)), "a token at least");
    EXPECT_DEATH(layer_of(Kind::rnn, 0), "have entries");
    EXPECT_DEATH(Layer(Kind::convolution, {.kernel = 1}, 1), "two taps or more");
    EXPECT_DEATH(Layer(Kind::convolution, {}, 1, 2), "have a dilation");
    EXPECT_DEATH(Layer(Kind::dilated, {}, 1, 0), "have a dilation");
    EXPECT_DEATH(Layer(Kind::restricted, {.window = 4}, 1), "an odd number of tokens");
}

}  // namespace layers_test
}  // namespace attnscope
