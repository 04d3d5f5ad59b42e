// Eigen for sse2; CMakeLists.txt of core says with which options this is compiled.
#if defined(__SSE2__)
#define Eigen Eigen_sse2
#define ATTNSCOPE_NAIVE naive_sse2
#include "core/bench/naive.inl"
#else
#include "core/bench/naive.hpp"
namespace attnscope {
const NaiveKernels* const naive_sse2 = nullptr;
}
#endif
