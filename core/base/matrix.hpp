// The matrix types of the project: row-major, so that a token's vector, a query's row of weights, is contiguous.
#pragma once

#include <Eigen/Core>

namespace attnscope {

using Eigen::Index;
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using MatrixD = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXf;
using VectorD = Eigen::VectorXd;

}  // namespace attnscope
