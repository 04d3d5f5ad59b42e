// Layers measured beside their counts.
#pragma once

#include <vector>

#include "core/base/progress.hpp"
#include "core/base/result.hpp"
#include "core/timing/counts.hpp"

namespace attnscope::timing_panel {

struct LayersRequest {
    Index dim = 64, kernel = 3, window = 129;
    friend bool operator==(const LayersRequest&, const LayersRequest&) = default;
};

/// The median time of a layer written plainly with Eigen (layers.hpp), on one thread.
struct LayerTimes {
    struct Curve {
        LayerKind kind = LayerKind::attention;
        std::vector<double> lengths, seconds;  // ascending
    };
    LayersRequest request;
    std::vector<Curve> curves;  // of every kind
};

/// n = 32, 64 .. 1024, as far as a call stays below a tenth of a second; three rounds in which the layers take turns,
/// the median of them. Under a second or two for d = 64.
Result<LayerTimes> measure_layers(const LayersRequest& request, const Progress& progress);

}  // namespace attnscope::timing_panel
