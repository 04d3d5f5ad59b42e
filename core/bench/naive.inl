// One source for every instruction set. ATTNSCOPE_NAIVE names the kernels; `Eigen` has been defined as a name of this
// unit's own, so that no two units share a function of Eigen's that was compiled for different machines.
#if !defined(__clang__)  // g++ 12 takes its own header's _mm512_undefined_ps() for a mistake
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <Eigen/Core>

#include "core/bench/naive.hpp"

namespace attnscope {
namespace {

using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstMap = Eigen::Map<const Rows>;

void softmax_rows(const SoftmaxRows& rows) {
    for (std::ptrdiff_t i = rows.begin; i < rows.end; ++i) {
        float* const row = rows.scores + (i - rows.begin) * rows.length;
        const std::ptrdiff_t seen = rows.causal ? i + 1 : rows.length;
        Eigen::Map<Eigen::ArrayXf> s(row, seen);
        s = (s - s.maxCoeff()).exp();
        s *= 1 / s.sum();
        Eigen::Map<Eigen::ArrayXf>(row + seen, rows.length - seen).setZero();
    }
}

void attention_rows(const NaiveRows& in) {
    const std::ptrdiff_t rows = in.end - in.begin;
    const ConstMap q(in.q + in.begin * in.dim, rows, in.dim), k(in.k, in.length, in.dim), v(in.v, in.length, in.dim);
    Eigen::Map<Rows> scores(in.scores, rows, in.length), out(in.out + in.begin * in.dim, rows, in.dim);
    scores.noalias() = 1 / __builtin_sqrtf(static_cast<float>(in.dim)) * q * k.transpose();
    softmax_rows({in.scores, in.length, in.begin, in.end, in.causal});
    out.noalias() = scores * v;
}

constexpr NaiveKernels kernels{attention_rows, softmax_rows};

}  // namespace

extern const NaiveKernels* const ATTNSCOPE_NAIVE;
const NaiveKernels* const ATTNSCOPE_NAIVE = &kernels;

}  // namespace attnscope
