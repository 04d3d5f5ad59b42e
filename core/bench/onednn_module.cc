// oneDNN 2 or 3 as a peer: matrix product, softmax and matrix product as its primitives, made once and run many times.
// Built only where it is installed.
#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <oneapi/dnnl/dnnl.hpp>
#include <string>
#include <unordered_map>

#include "core/base/parallel.hpp"
#include "core/bench/floats.hpp"
#include "core/bench/peer_module_of.hpp"

namespace attnscope {
namespace {

using dnnl::memory;

// What differs between versions 2 and 3 of the C++ interface.
#if DNNL_VERSION_MAJOR >= 3
constexpr int factor_argument = DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC;
void set_factor(dnnl::primitive_attr& attr, float) {
    attr.set_scales_mask(DNNL_ARG_SRC, 0);
}
dnnl::matmul make_matmul(const dnnl::engine& engine, const memory::desc& a, const memory::desc& b,
                         const memory::desc& out, const dnnl::primitive_attr& attr) {
    return dnnl::matmul(dnnl::matmul::primitive_desc(engine, a, b, out, attr));
}
dnnl::softmax_forward make_softmax(const dnnl::engine& engine, const memory::desc& x, int axis) {
    return dnnl::softmax_forward(dnnl::softmax_forward::primitive_desc(engine, dnnl::prop_kind::forward_inference,
                                                                       dnnl::algorithm::softmax_accurate, x, x, axis));
}
#else
constexpr int factor_argument = 0;  // none: it is an attribute
void set_factor(dnnl::primitive_attr& attr, float factor) {
    attr.set_output_scales(0, {factor});
}
dnnl::matmul make_matmul(const dnnl::engine& engine, const memory::desc& a, const memory::desc& b,
                         const memory::desc& out, const dnnl::primitive_attr& attr) {
    return dnnl::matmul(dnnl::matmul::primitive_desc(dnnl::matmul::desc(a, b, out), attr, engine));
}
dnnl::softmax_forward make_softmax(const dnnl::engine& engine, const memory::desc& x, int axis) {
    return dnnl::softmax_forward(dnnl::softmax_forward::primitive_desc(
        dnnl::softmax_forward::desc(dnnl::prop_kind::forward_inference, x, axis), engine));
}
#endif

using SetThreads = void (*)(int);

/// Of the OpenMP that the library has brought along; null where it was built without.
SetThreads find_set_threads() {
    if (dnnl_version()->cpu_runtime != DNNL_RUNTIME_OMP) return nullptr;
    for (const char* const library : {"libgomp.so.1", "libomp.so.5", "libiomp5.so"})
        if (void* const handle = dlopen(library, RTLD_NOW | RTLD_NOLOAD))
            if (void* const found = dlsym(handle, "omp_set_num_threads")) return reinterpret_cast<SetThreads>(found);
    return nullptr;
}

void limit_threads(int threads) {
    static const SetThreads set_threads = find_set_threads();
    if (set_threads != nullptr) set_threads(threads);
}

// Three choices make the ways. All threads, or one that need not wait for another. Primitives for all heads at once, or
// for one and run for each. A causal mask: an operand that the product adds (made once, of minus infinities), or else
// written into the scores by a loop of our own.
struct Way {
    int threads;
    bool one_head, mask_added;
};
std::vector<Way> ways_of(const PeerWork& work) {
    std::vector<Way> ways;
    const auto add = [&](bool one_head, bool mask_added) {
        ways.push_back({work.threads, one_head, mask_added});
        if (work.threads > 1) ways.push_back({1, one_head, mask_added});
    };
    for (const bool one_head : {false, true}) {
        if (one_head && work.heads == 1) break;
        add(one_head, false);
        if (work.causal) add(one_head, true);
    }
    return ways;
}

class Call {
public:
    static int ways(const PeerWork& work) { return static_cast<int>(ways_of(work).size()); }

    Call(const PeerWork& work, int way) : work_(work), way_(ways_of(work)[static_cast<std::size_t>(way)]) {
        limit_threads(way_.threads);
        const memory::dim n = group(), length = work.length, dim = work.dim;
        const memory::desc rows({n, length, dim}, memory::data_type::f32, memory::format_tag::abc);
        const memory::desc columns({n, dim, length}, memory::data_type::f32, memory::format_tag::acb);
        const memory::desc scores({n, length, length}, memory::data_type::f32, memory::format_tag::abc);
        scores_floats_ = make_floats(n * length * length);
        scores_ = memory(scores, engine_, scores_floats_.get());
        q_ = memory(rows, engine_, nullptr);
        k_ = memory(columns, engine_, nullptr);
        v_ = memory(rows, engine_, nullptr);
        out_ = memory(rows, engine_, nullptr);

        dnnl::primitive_attr attr;
        set_factor(attr, factor_);
        factor_memory_ = memory({{1}, memory::data_type::f32, memory::format_tag::a}, engine_, &factor_);
        if (way_.mask_added) add_mask(attr);
        scores_product_ = make_matmul(engine_, rows, columns, scores, attr);
        softmax_ = make_softmax(engine_, scores, 2);
        output_product_ = make_matmul(engine_, scores, rows, rows, {});
    }

    void run() {
        limit_threads(way_.threads);
        for (std::ptrdiff_t head = 0; head < work_.heads; head += group()) run_from(head);
        stream_.wait();
    }

private:
    using Arguments = std::unordered_map<int, memory>;
    static constexpr float minus_infinity = -std::numeric_limits<float>::infinity();

    std::ptrdiff_t group() const { return way_.one_head ? 1 : work_.heads; }

    void add_mask(dnnl::primitive_attr& attr) {
        const Index length = work_.length;
        const memory::desc mask({1, length, length}, memory::data_type::f32, memory::format_tag::abc);
        mask_floats_ = make_floats(length * length);
        std::fill_n(mask_floats_.get(), length * length, 0.F);
        write_mask(mask_floats_.get(), length);
        mask_ = memory(mask, engine_, mask_floats_.get());
        dnnl::post_ops ops;
        ops.append_binary(dnnl::algorithm::binary_add, mask);
        attr.set_post_ops(ops);
    }

    /// Into `rows` rows of scores, one head's after the other's.
    void write_mask(float* scores, Index rows) const {
        const Index length = work_.length, blocks = way_.threads == 1 ? 1 : 4 * way_.threads;
        parallel_blocks(rows, std::max<Index>(1, rows / blocks), {}, [=](Index begin, Index end) {
            for (Index i = begin; i < end; ++i)
                std::fill(scores + i * length + i % length + 1, scores + (i + 1) * length, minus_infinity);
        });
    }

    void run_from(std::ptrdiff_t head) {
        const std::ptrdiff_t at = head * work_.length * work_.dim;
        // The interface takes no pointer to const, but sources are only read.
        q_.set_data_handle(const_cast<float*>(work_.q) + at);
        k_.set_data_handle(const_cast<float*>(work_.k) + at);
        v_.set_data_handle(const_cast<float*>(work_.v) + at);
        out_.set_data_handle(work_.out + at);
        Arguments product{{DNNL_ARG_SRC, q_}, {DNNL_ARG_WEIGHTS, k_}, {DNNL_ARG_DST, scores_}};
        if (factor_argument != 0) product.insert({factor_argument, factor_memory_});
        if (way_.mask_added) product.insert({DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1, mask_});
        scores_product_.execute(stream_, product);
        if (work_.causal && !way_.mask_added) write_mask(scores_floats_.get(), group() * work_.length);
        softmax_.execute(stream_, {{DNNL_ARG_SRC, scores_}, {DNNL_ARG_DST, scores_}});
        output_product_.execute(stream_, {{DNNL_ARG_SRC, scores_}, {DNNL_ARG_WEIGHTS, v_}, {DNNL_ARG_DST, out_}});
    }

    PeerWork work_;
    Way way_;
    dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream_{engine_};
    float factor_ = 1 / std::sqrt(static_cast<float>(work_.dim));
    dnnl::matmul scores_product_, output_product_;
    dnnl::softmax_forward softmax_;
    Floats scores_floats_, mask_floats_;
    memory q_, k_, v_, out_, scores_, mask_, factor_memory_;
};

std::string version() {
    const dnnl_version_t* const v = dnnl_version();
    return "oneDNN " + std::to_string(v->major) + '.' + std::to_string(v->minor) + '.' + std::to_string(v->patch);
}

}  // namespace
}  // namespace attnscope

extern "C" __attribute__((visibility("default"))) const attnscope::PeerModule* attnscope_peer_module() {
    static const attnscope::PeerModule module =
        attnscope::peer_module_of<attnscope::Call>(attnscope::version().c_str());
    return &module;
}
