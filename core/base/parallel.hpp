// Parallel loops on oneTBB. Results must not depend on the number of threads: each index writes only its own output.
#pragma once

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <Eigen/Core>
#include <algorithm>

#include "core/base/progress.hpp"

namespace attnscope {

/// How many threads may work at once. Only for how work is cut up, never for what comes out.
inline Eigen::Index parallel_threads() {
    using Control = oneapi::tbb::global_control;
    return std::min<Eigen::Index>(oneapi::tbb::this_task_arena::max_concurrency(),
                                  static_cast<Eigen::Index>(Control::active_value(Control::max_allowed_parallelism)));
}

/// Calls body(begin, end) over blocks of at most `block` indices that cover [0, count). Block borders depend only on
/// `count` and `block`, never on the number of threads: a body that reduces within its block gives the same bits
/// always. Blocks not yet begun are left out once the progress is stopped: the caller checks progress.stopped()
/// afterwards.
template <class Body>
void parallel_blocks(Eigen::Index count, Eigen::Index block, const Progress& progress, const Body& body) {
    const Eigen::Index blocks = (count + block - 1) / block;
    using Range = oneapi::tbb::blocked_range<Eigen::Index>;
    oneapi::tbb::parallel_for(
        Range(0, blocks, 1),
        [&](const Range& range) {
            for (Eigen::Index b = range.begin(); b != range.end(); ++b) {
                if (progress.stopped()) return;
                body(b * block, std::min(count, (b + 1) * block));
            }
        },
        oneapi::tbb::simple_partitioner{});
}

}  // namespace attnscope
