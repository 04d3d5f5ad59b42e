// Eigen for x86_64_v3; CMakeLists.txt of core says with which options this is compiled.
#if defined(__AVX2__)
#define Eigen Eigen_x86_64_v3
#define ATTNSCOPE_NAIVE naive_x86_64_v3
#include "core/bench/naive.inl"
#else
#include "core/bench/naive.hpp"
namespace attnscope {
const NaiveKernels* const naive_x86_64_v3 = nullptr;
}
#endif
