// For tests: settings that are computed at once.
#pragma once

#include "app/panels/random_features/params.hpp"

namespace attnscope::random_features_panel {

inline void quick(Params& p) {
    p.length = 64;
    p.seeds = 2;
    p.features_to = 64;
}

}  // namespace attnscope::random_features_panel
