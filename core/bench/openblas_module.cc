// OpenBLAS as a peer: its matrix products, and the softmax of rows between them. Built only where it is installed.
#include <cblas.h>

#include <algorithm>
#include <cmath>

#include "core/bench/peer_module_of.hpp"
#include "core/bench/slices.hpp"

namespace attnscope {
namespace {

class Call {
public:
    // 0: whole heads, each by one thread. 1: each thread a part of a head. 2: head after head, products by all of the
    // library's own threads.
    static int ways(const PeerWork& work) { return work.threads > 1 ? 3 : 1; }

    Call(const PeerWork& work, int way) : work_(work), slices_(work, way == 1 ? work.threads : 1) {
        if (way == 2) whole_ = make_floats(work.length * work.length);
    }

    void run() {
        openblas_set_num_threads(whole_ ? work_.threads : 1);
        if (!whole_) return slices_.run([this](const NaiveRows& rows) { attention(rows); });
        for (std::ptrdiff_t head = 0; head < work_.heads; ++head) {
            const std::ptrdiff_t at = head * work_.length * work_.dim;
            attention({work_.q + at, work_.k + at, work_.v + at, work_.out + at, whole_.get(), work_.length, work_.dim,
                       0, work_.length, work_.causal});
        }
    }

private:
    void attention(const NaiveRows& in) const {
        const auto rows = static_cast<blasint>(in.end - in.begin), keys = static_cast<blasint>(in.length),
                   dim = static_cast<blasint>(in.dim);
        const float scale = 1 / std::sqrt(static_cast<float>(in.dim));
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, keys, dim, scale, in.q + in.begin * in.dim, dim,
                    in.k, dim, 0, in.scores, keys);
        const auto softmax = [&](Index begin, Index end) {
            work_.softmax({in.scores + begin * in.length, in.length, in.begin + begin, in.begin + end, in.causal});
        };
        if (whole_)
            parallel_blocks(rows, std::max<Index>(1, rows / (4 * work_.threads)), {}, softmax);
        else
            softmax(0, rows);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, dim, keys, 1, in.scores, keys, in.v, dim, 0,
                    in.out + in.begin * in.dim, dim);
    }

    PeerWork work_;
    Slices slices_;
    Floats whole_;  // way 2: one head's scores
};

}  // namespace
}  // namespace attnscope

extern "C" __attribute__((visibility("default"))) const attnscope::PeerModule* attnscope_peer_module() {
    static const attnscope::PeerModule module = attnscope::peer_module_of<attnscope::Call>(openblas_get_config());
    return &module;
}
