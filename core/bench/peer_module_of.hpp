// For the modules: the functions of a PeerModule from a class
//     struct Call { static int ways(const PeerWork&); Call(const PeerWork&, int way); void run(); };
// whose constructor and run() throw when the library refuses.
#pragma once

#include <cstdio>
#include <exception>
#include <memory>

#include "core/bench/peer_module.hpp"

namespace attnscope {

template <class Call>
PeerModule peer_module_of(const char* version) {
    PeerModule module{};
    std::snprintf(module.version, sizeof module.version, "%s", version);
    module.ways = Call::ways;
    module.prepare = [](const PeerWork& work, int way, char* error, std::size_t error_size) -> void* {
        try {
            return std::make_unique<Call>(work, way).release();
        } catch (const std::exception& failure) {
            std::snprintf(error, error_size, "%s", failure.what());
            return nullptr;
        }
    };
    module.run = [](void* call) {
        try {
            static_cast<Call*>(call)->run();
            return true;
        } catch (const std::exception&) {
            return false;
        }
    };
    module.release = [](void* call) { std::unique_ptr<Call>(static_cast<Call*>(call)).reset(); };
    return module;
}

}  // namespace attnscope
