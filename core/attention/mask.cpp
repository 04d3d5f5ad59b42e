#include "core/attention/mask.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace attnscope {

KeyRange visible_keys(const MaskSpec& mask, Index query, Index keys) {
    check(query >= 0 && keys >= 0, "a mask needs a query and a number of keys that are not negative");
    switch (mask.kind) {
        case MaskKind::none:
            return {0, keys};
        case MaskKind::causal:
            return {0, query < keys ? query + 1 : keys};
        case MaskKind::window: {
            check(mask.window >= 0, "a mask's window is not negative");
            const Index begin = std::min(std::max<Index>(query - mask.window, 0), keys);
            // Not query + window + 1 < keys: a huge window would overflow.
            const Index end = mask.window < keys - query ? query + mask.window + 1 : keys;
            return {begin, std::max(begin, std::min(end, keys))};
        }
    }
    check(false, "a mask kind that exists");
    return {};
}

}  // namespace attnscope
