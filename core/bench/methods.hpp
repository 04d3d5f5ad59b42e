// The methods that the benchmark compares: ours, and the peers that are there.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/bench/floats.hpp"
#include "core/bench/peer_module.hpp"

namespace attnscope {

/// softmax(q k' / sqrt(dim)) v of each head, self-attention: `length` queries and keys.
struct BenchShape {
    Index length = 128, dim = 64, heads = 1;
    bool causal = false;

    friend bool operator==(const BenchShape&, const BenchShape&) = default;
};

/// Additions and multiplications that the formula needs, all heads: 4 length^2 dim each, causal 2 length (length + 1)
/// dim: an exponential counts nothing, nor what a method computes and throws away.
double exact_operations(const BenchShape& shape);

/// Of random features, r = linear_features of them: 8 r dim for each token and head, 2 r dim each for the features of
/// its query and of its key and for two products with values. Causal the same.
double linear_operations(const BenchShape& shape);
inline constexpr Index linear_features = 256;

/// Arrays from N(0, 1), always the same for a shape.
class BenchArrays {
public:
    explicit BenchArrays(const BenchShape& shape);
    PeerWork work(int threads) const;
    const float* out() const { return out_.get(); }

private:
    BenchShape shape_;
    Floats q_, k_, v_, out_;
};

using BenchCall = std::function<Result<void>()>;

struct BenchMethod {
    std::string name;
    double (*operations)(const BenchShape&) = exact_operations;
    /// The sensible ways to use it for this work are numbered from 0: how many there are.
    std::function<int(const PeerWork&)> ways = [](const PeerWork&) { return 1; };
    /// Does what is done once for many calls; the call then computes work.out.
    std::function<Result<BenchCall>(const PeerWork&, int way)> prepare;
};

BenchMethod ours_exact();     // exact_attention()
BenchMethod ours_positive();  // linear_attention(), orthogonal positive features
BenchMethod eigen_naive();  // two products of Eigen, softmax of rows between them; built for the instruction set in use

/// A peer that is a library of its own, reached by a module that the build makes where the library is installed.
struct PeerName {
    const char *method, *module;
};
inline constexpr PeerName peer_names[] = {{"openblas_gemm_softmax", "openblas"}, {"onednn", "onednn"}};

struct Peer {
    BenchMethod method;
    std::string version;
};

/// Loads attnscope_<module>.so from the folder; it stays loaded. Environment variables that hold a library to old
/// kernels (OPENBLAS_CORETYPE, OPENBLAS_L2_SIZE, ONEDNN_MAX_CPU_ISA, DNNL_MAX_CPU_ISA) are removed from this process
/// first. Errors (io): it is not there, or the system refuses to load it.
Result<Peer> load_peer(const std::filesystem::path& folder, const PeerName& name);

/// The folder where the build puts the modules: peers/ beside the program that runs.
std::filesystem::path peers_folder();

/// The way with the shortest call, best of two after one to warm up; nothing is run where there is one way only.
/// Errors: those of the method.
Result<int> fastest_way(const BenchMethod& method, const PeerWork& work);

}  // namespace attnscope
