// The kernels for neon; CMakeLists.txt of core says with which options this is compiled.
#if defined(__ARM_NEON)
#define ATTNSCOPE_KERNELS kernels_neon
#define VECTORS 4
#define ROWS 6
#define CHANNELS 6
#include "core/engine/kernels.inl"
#else
#include "core/engine/kernels.hpp"
namespace attnscope {
const Kernels* const kernels_neon = nullptr;
}
#endif
