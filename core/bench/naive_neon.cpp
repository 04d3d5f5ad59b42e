// Eigen for neon; CMakeLists.txt of core says with which options this is compiled.
#if defined(__ARM_NEON)
#define Eigen Eigen_neon
#define ATTNSCOPE_NAIVE naive_neon
#include "core/bench/naive.inl"
#else
#include "core/bench/naive.hpp"
namespace attnscope {
const NaiveKernels* const naive_neon = nullptr;
}
#endif
