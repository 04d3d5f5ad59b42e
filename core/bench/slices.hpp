// One way to share attention among threads: each takes whole heads, or a range of one head's queries with all of its
// keys.
#pragma once

#include <oneapi/tbb/enumerable_thread_specific.h>

#include "core/base/parallel.hpp"
#include "core/bench/floats.hpp"
#include "core/bench/peer_module.hpp"

namespace attnscope {

class Slices {
public:
    /// Each head in so many parts: 1 when there are as many heads as threads, or when one thread is faster than to wait
    /// for another.
    Slices(const PeerWork& work, Index parts)
        : work_(work),
          parts_(parts),
          rows_((work.length + parts - 1) / parts),
          scores_([this] { return make_floats(rows_ * work_.length); }) {}
    Slices(const Slices&) = delete;
    Slices& operator=(const Slices&) = delete;
    ~Slices() = default;

    /// body(rows) for all of them, in parallel. A thread's scores stay with it from call to call.
    template <class Body>
    void run(const Body& body) {
        parallel_blocks(work_.heads * parts_, 1, {}, [&](Index slice, Index) {
            const Index begin = slice % parts_ * rows_, end = std::min(begin + rows_, work_.length);
            const Index head = slice / parts_ * work_.length * work_.dim;
            if (begin < end)
                body(NaiveRows{work_.q + head, work_.k + head, work_.v + head, work_.out + head, scores_.local().get(),
                               work_.length, work_.dim, begin, end, work_.causal});
        });
    }

private:
    PeerWork work_;
    Index parts_, rows_;
    oneapi::tbb::enumerable_thread_specific<Floats> scores_;
};

}  // namespace attnscope
