// Memory measured in a process of its own, which does nothing else.
#pragma once

#include "core/timing/sweep.hpp"

namespace attnscope::timing_panel {

/// Runs this program again with the subcommand measure-memory and waits for its answer; ended when `progress` is
/// stopped. Nothing when this process is not that program (a test), or when it does not answer with a number.
std::optional<std::int64_t> bytes_in_own_process(TimedMethod method, const MethodShape& shape, int threads,
                                                 const Progress& progress);

}  // namespace attnscope::timing_panel
