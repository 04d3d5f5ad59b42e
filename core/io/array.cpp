#include "core/io/array.hpp"

#include <cmath>

#include "core/base/tr.hpp"
#include "core/io/file.hpp"
#include "core/io/npy.hpp"
#include "core/io/safetensors.hpp"

namespace attnscope {

Result<Tensor> load_array(std::string_view spec) {
    constexpr std::uint64_t most = std::uint64_t{8} << 30U;
    constexpr std::string_view safetensors = ".safetensors";
    // The first ".safetensors:" ends the file's name: the name of an array may contain anything, ".npy" too.
    if (const std::size_t place = spec.find(".safetensors:"); place != std::string_view::npos) {
        const std::string_view name = spec.substr(place + safetensors.size() + 1);
        if (name.empty())
            return usage_error(tr("{}: the name of the array after ':' is missing", printable(spec, 1000)));
        return load_safetensors(spec.substr(0, place + safetensors.size()), name);
    }
    if (spec.ends_with(safetensors)) return load_safetensors(spec, {});
    if (!spec.ends_with(".npy"))
        return usage_error(
            tr("'{}' is not the name of an array, F.npy or F.safetensors:NAME is needed", printable(spec, 1000)));
    const Result<std::string> bytes = read_file(spec, most);
    if (!bytes) return bytes.error();
    return parse_npy(*bytes, spec);
}

Result<void> require_finite(const Tensor& tensor, std::string_view name) {
    // 0 x is 0 for a finite x and NaN otherwise: a sum that the compiler makes vectors of.
    const Eigen::Map<const Eigen::ArrayXf> all(tensor.values.data(), tensor.size());
    if (tensor.size() == 0 || (all * 0.0F).sum() == 0.0F) return {};
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
        const float x = tensor.values[i];
        if (std::isfinite(x)) continue;
        return invalid_input(tr("{}: {} at {}; attention needs finite numbers", printable(name, 1000),
                                std::isnan(x) ? "nan"
                                : x > 0       ? "inf"
                                              : "-inf",
                                place_text(tensor.shape, static_cast<Index>(i))));
    }
    return {};
}

}  // namespace attnscope
