#include "core/bench/methods.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <memory>

#include "core/base/random.hpp"
#include "core/bench/slices.hpp"
#include "core/engine/exact.hpp"
#include "core/engine/isa.hpp"
#include "core/engine/linear.hpp"

namespace attnscope {
namespace {

Floats random_floats(const BenchShape& shape, std::uint64_t stream) {
    const Index rows = shape.heads * shape.length;
    Floats floats = make_floats(rows * shape.dim);
    Eigen::Map<Matrix>(floats.get(), rows, shape.dim) = random_normal(rows, shape.dim, 1, 1, stream);
    return floats;
}

HeadsView view(const float* array, const PeerWork& work) {
    return view_of(array, work.heads, work.length, work.dim);
}
HeadsSpan span(float* array, const PeerWork& work) {
    return span_of(array, work.heads, work.length, work.dim);
}
MaskSpec mask_of(const PeerWork& work) {
    return {work.causal ? MaskKind::causal : MaskKind::none};
}

Result<BenchCall> prepare_module(const std::string& name, const PeerModule& module, const PeerWork& work, int way) {
    std::array<char, 512> error{};
    std::shared_ptr<void> call(module.prepare(work, way, error.data(), error.size()), module.release);
    if (call == nullptr) return invalid_input(fmt::format("{}: {}", name, error.data()));
    return BenchCall([name, call, run = module.run]() -> Result<void> {
        if (!run(call.get())) return invalid_input(name + ": the library refused to compute");
        return {};
    });
}

BenchMethod module_method(const std::string& name, const PeerModule& module) {
    BenchMethod method;
    method.name = name;
    method.ways = module.ways;
    method.prepare = [name, &module](const PeerWork& work, int way) { return prepare_module(name, module, work, way); };
    return method;
}

}  // namespace

double exact_operations(const BenchShape& shape) {
    const auto length = static_cast<double>(shape.length), dim = static_cast<double>(shape.dim);
    return static_cast<double>(shape.heads) * dim * (shape.causal ? 2 * length * (length + 1) : 4 * length * length);
}

double linear_operations(const BenchShape& shape) {
    return 8.0 * static_cast<double>(linear_features * shape.dim) * static_cast<double>(shape.heads * shape.length);
}

BenchArrays::BenchArrays(const BenchShape& shape)
    : shape_(shape),
      q_(random_floats(shape, 0)),
      k_(random_floats(shape, 1)),
      v_(random_floats(shape, 2)),
      out_(random_floats(shape, 3)) {}

PeerWork BenchArrays::work(int threads) const {
    return {q_.get(),      k_.get(),   v_.get(),      out_.get(), shape_.heads,
            shape_.length, shape_.dim, shape_.causal, threads,    naive_in_use().softmax};
}

BenchMethod ours_exact() {
    BenchMethod method{.name = "ours_exact"};
    method.prepare = [](const PeerWork& work, int) -> Result<BenchCall> {
        return BenchCall([work, options = ExactOptions{.mask = mask_of(work)}] {
            return exact_attention(view(work.q, work), view(work.k, work), view(work.v, work), options,
                                   span(work.out, work));
        });
    };
    return method;
}

BenchMethod ours_positive() {
    BenchMethod method{.name = "ours_positive", .operations = linear_operations};
    method.prepare = [](const PeerWork& work, int) -> Result<BenchCall> {
        return BenchCall([work, options = LinearOptions{.mask = mask_of(work)},
                          projections = draw_projections(linear_features, work.dim, true, 1)]() -> Result<void> {
            const Result<LinearReport> done = linear_attention(
                view(work.q, work), view(work.k, work), view(work.v, work), projections, options, span(work.out, work));
            if (!done) return done.error();
            return {};
        });
    };
    return method;
}

BenchMethod eigen_naive() {
    BenchMethod method{.name = "eigen_naive"};
    method.ways = [](const PeerWork& work) { return work.threads > 1 ? 2 : 1; };
    method.prepare = [](const PeerWork& work, int way) -> Result<BenchCall> {
        const Index parts = way == 0 ? 1 : work.threads;  // of a head
        return BenchCall([slices = std::make_shared<Slices>(work, parts)]() -> Result<void> {
            slices->run([](const NaiveRows& rows) { naive_in_use().attention(rows); });
            return {};
        });
    };
    return method;
}

Result<Peer> load_peer(const std::filesystem::path& folder, const PeerName& name) {
    for (const char* const variable :
         {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"})
        unsetenv(variable);
    const std::filesystem::path path = folder / fmt::format("attnscope_{}.so", name.module);
    std::error_code error;
    if (!std::filesystem::exists(path, error))
        return io_error(fmt::format("{}: there is no {}: the library was not installed when AttnScope was built",
                                    name.method, path.string()));
    void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) return io_error(fmt::format("{}: cannot be loaded: {}", name.method, dlerror()));
    void* const symbol = dlsym(handle, peer_module_function);
    if (symbol == nullptr) return io_error(fmt::format("{}: {} is no module of AttnScope", name.method, path.string()));
    const PeerModule& module = *reinterpret_cast<PeerModuleFunction>(symbol)();
    Peer peer;
    peer.method = module_method(name.method, module);
    peer.version = static_cast<const char*>(module.version);
    return peer;
}

std::filesystem::path peers_folder() {
    std::error_code error;
    return std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / "peers";
}

Result<int> fastest_way(const BenchMethod& method, const PeerWork& work) {
    const int ways = method.ways(work);
    if (ways == 1) return 0;
    constexpr double hopeless = 3;  // so much slower, even before it is warm, that it need not be tried again
    int best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (int way = 0; way < ways; ++way) {
        const Result<BenchCall> call = method.prepare(work, way);
        if (!call) return call.error();
        for (int round = 0; round < 3; ++round) {
            const auto start = std::chrono::steady_clock::now();
            if (const Result<void> done = (*call)(); !done) return done.error();
            const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
            if (round == 0 && seconds > hopeless * least) break;
            if (round == 0 || seconds >= least) continue;
            least = seconds;
            best = way;
        }
    }
    return best;
}

}  // namespace attnscope
