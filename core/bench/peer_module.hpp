// What the program and a peer's module say to each other. A peer is another library that computes attention; a module
// is the little of ours that calls it, a shared object beside the program, so that the program itself does not need it.
#pragma once

#include <cstddef>

#include "core/bench/naive.hpp"

namespace attnscope {

/// out = softmax(q k' / sqrt(dim)) v of each head; all arrays heads x length x dim, contiguous.
struct PeerWork {
    const float *q, *k, *v;
    float* out;
    std::ptrdiff_t heads, length, dim;
    bool causal;
    int threads;
    void (*softmax)(const SoftmaxRows&);  // for libraries that have none
};

struct PeerModule {
    char version[64];
    /// The sensible ways to use the library for this work are numbered from 0. How many there are.
    int (*ways)(const PeerWork& work);
    /// Whatever a user does once for many calls: primitives, memory. Null when the library refuses; `error` then holds
    /// why.
    void* (*prepare)(const PeerWork& work, int way, char* error, std::size_t error_size);
    /// Computes `out`. False when the library refuses.
    bool (*run)(void* call);
    void (*release)(void* call);
};

/// Each module exports one function, of this type, under this name. It does not fail.
using PeerModuleFunction = const PeerModule* (*)();
inline constexpr const char* peer_module_function = "attnscope_peer_module";

}  // namespace attnscope
