#include "core/bench/naive.hpp"

#include "core/base/check.hpp"
#include "core/engine/isa.hpp"

namespace attnscope {

const NaiveKernels& naive_in_use() {
    const NaiveKernels* found = nullptr;
    switch (isa_in_use()) {
        case Isa::sse2:
            found = naive_sse2;
            break;
        case Isa::x86_64_v3:
            found = naive_x86_64_v3;
            break;
        case Isa::x86_64_v4:
            found = naive_x86_64_v4;
            break;
        case Isa::neon:
            found = naive_neon;
            break;
    }
    check(found != nullptr, "no naive attention for this instruction set, though there are kernels");
    return *found;
}

}  // namespace attnscope
