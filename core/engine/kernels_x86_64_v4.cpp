// The kernels for x86_64_v4; CMakeLists.txt of core says with which options this is compiled.
#if defined(__AVX512F__)
#define ATTNSCOPE_KERNELS kernels_x86_64_v4
#define VECTORS 3
#define ROWS 8
#define CHANNELS 8
#include "core/engine/kernels.inl"
#else
#include "core/engine/kernels.hpp"
namespace attnscope {
const Kernels* const kernels_x86_64_v4 = nullptr;
}
#endif
