// Eigen for x86_64_v4; CMakeLists.txt of core says with which options this is compiled.
#if defined(__AVX512F__)
#define Eigen Eigen_x86_64_v4
#define ATTNSCOPE_NAIVE naive_x86_64_v4
#include "core/bench/naive.inl"
#else
#include "core/bench/naive.hpp"
namespace attnscope {
const NaiveKernels* const naive_x86_64_v4 = nullptr;
}
#endif
