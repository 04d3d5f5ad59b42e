#include "core/engine/isa.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <string>

#include "core/engine/kernels.hpp"

namespace attnscope {
namespace {

struct Entry {
    Isa isa;
    std::string_view name;
    const Kernels* kernels;
};

// By the enumerators' values; slowest first on each kind of machine.
const std::array<Entry, 4>& entries() {
    static const std::array<Entry, 4> all{Entry{Isa::sse2, "sse2", kernels_sse2},
                                          {Isa::x86_64_v3, "x86-64-v3", kernels_x86_64_v3},
                                          {Isa::x86_64_v4, "x86-64-v4", kernels_x86_64_v4},
                                          {Isa::neon, "neon", kernels_neon}};
    return all;
}

const Entry& entry_of(Isa isa) {
    return entries()[static_cast<std::size_t>(isa)];
}

// What the compiler was allowed to use in each unit. The rest of each level (LZCNT, MOVBE, F16C) has come with these on
// every processor so far, and not every compiler can ask for it.
bool machine_has(Isa isa) {
    switch (isa) {
#if defined(__x86_64__)
        case Isa::sse2:
            return true;
        case Isa::x86_64_v3:
            return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
                   __builtin_cpu_supports("bmi2");
        case Isa::x86_64_v4:
            return machine_has(Isa::x86_64_v3) && __builtin_cpu_supports("avx512f") &&
                   __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
                   __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
        case Isa::neon:
            return false;
#else
        case Isa::sse2:
        case Isa::x86_64_v3:
        case Isa::x86_64_v4:
            return false;
        case Isa::neon:
            return true;
#endif
    }
    return false;
}

std::atomic<const Kernels*>& chosen() {
    static std::atomic<const Kernels*> kernels =
        entry_of(isa_by_environment() ? *isa_by_environment() : available_isas().back()).kernels;
    return kernels;
}

}  // namespace

std::string_view isa_name(Isa isa) {
    return entry_of(isa).name;
}

const std::vector<Isa>& available_isas() {
    static const std::vector<Isa> available = [] {
        std::vector<Isa> found;
        for (const Entry& entry : entries())
            if (entry.kernels != nullptr && machine_has(entry.isa)) found.push_back(entry.isa);
        return found;
    }();
    return available;
}

Result<Isa> isa_by_environment() {
    const std::vector<Isa>& available = available_isas();
    const char* const wanted = std::getenv("ATTNSCOPE_ISA");
    if (wanted == nullptr || *wanted == '\0') return available.back();
    std::string here;
    for (const Isa isa : available) {
        if (isa_name(isa) == wanted) return isa;
        here += (here.empty() ? "" : ", ") + std::string(isa_name(isa));
    }
    const bool known =
        std::any_of(entries().begin(), entries().end(), [&](const Entry& e) { return e.name == wanted; });
    return usage_error(
        fmt::format("ATTNSCOPE_ISA is '{}', {}: here it can be {}, or left out", wanted,
                    known ? "which this machine or this build does not have" : "which is no instruction set", here));
}

Isa isa_in_use() {
    for (const Entry& entry : entries())
        if (entry.kernels == chosen().load()) return entry.isa;
    return available_isas().back();
}

void use_isa(Isa isa) {
    chosen().store(entry_of(isa).kernels);
}

const Kernels& kernels_in_use() {
    return *chosen().load();
}

}  // namespace attnscope
