// Instruction sets: which of the engine's kernels run on this machine.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace attnscope {

/// Each has its own build of the kernels, see core/engine/README.md.
enum class Isa {
    sse2,       // every x86-64
    x86_64_v3,  // AVX2, FMA
    x86_64_v4,  // AVX-512
    neon,       // every ARM of 64 bits
};

/// "sse2", "x86-64-v3", "x86-64-v4", "neon".
std::string_view isa_name(Isa isa);

/// Those that this program has kernels for and this machine can run, slowest first. Never empty.
const std::vector<Isa>& available_isas();

/// The one that the environment variable ATTNSCOPE_ISA names, or else the last of available_isas().
/// Errors (usage): a name that is none, or one that this machine or this build does not have, with those it has.
Result<Isa> isa_by_environment();

/// The one in use, by isa_by_environment() at the first call; where that is an error, the last of available_isas():
/// main() has then refused to go on.
Isa isa_in_use();

/// Uses `isa` from now on, one of available_isas(). For tests and benchmarks; not while anything computes.
void use_isa(Isa isa);

}  // namespace attnscope
