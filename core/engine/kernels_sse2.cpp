// The kernels for sse2; CMakeLists.txt of core says with which options this is compiled.
#if defined(__SSE2__)
#define ATTNSCOPE_KERNELS kernels_sse2
#define VECTORS 2
#define ROWS 4
#define CHANNELS 4
#include "core/engine/kernels.inl"
#else
#include "core/engine/kernels.hpp"
namespace attnscope {
const Kernels* const kernels_sse2 = nullptr;
}
#endif
