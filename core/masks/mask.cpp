#include "core/masks/mask.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/tr.hpp"

namespace attnscope {
namespace {

const char* size_name(MaskKind kind) {
    switch (kind) {
        case MaskKind::none:
        case MaskKind::causal:
            return nullptr;
        case MaskKind::padding:
            return translatable("number of real keys");
        case MaskKind::window:
            return translatable("window");
        case MaskKind::prefix:
            return translatable("prefix");
        case MaskKind::block:
            return translatable("block");
    }
    return nullptr;
}

}  // namespace

bool operator==(const MaskSpec& a, const MaskSpec& b) {
    static const CellSet nothing;
    return a.kind == b.kind && a.size == b.size &&
           (a.hidden == b.hidden || (a.hidden ? *a.hidden : nothing) == (b.hidden ? *b.hidden : nothing));
}

KeyRange visible_keys(const MaskSpec& mask, Index query, Index keys) {
    check(query >= 0 && keys >= 0, "a mask needs a query and a number of keys that are not negative");
    check(mask.size >= (mask.kind == MaskKind::block ? 1 : 0), "a mask's size is not negative, a block's at least 1");
    const Index causal_end = query < keys ? query + 1 : keys;
    switch (mask.kind) {
        case MaskKind::none:
            return {0, keys};
        case MaskKind::causal:
            return {0, causal_end};
        case MaskKind::padding:
            return {0, std::min(mask.size, keys)};
        case MaskKind::window: {
            const Index begin = std::min(std::max<Index>(query - mask.size, 0), keys);
            // Not query + size + 1 < keys: a huge window would overflow.
            const Index end = mask.size < keys - query ? query + mask.size + 1 : keys;
            return {begin, std::max(begin, std::min(end, keys))};
        }
        case MaskKind::prefix:
            return {0, std::max(std::min(mask.size, keys), causal_end)};
        case MaskKind::block: {
            const Index begin = query - query % mask.size;  // the first query of the block: no overflow
            if (begin >= keys) return {keys, keys};
            return {begin, mask.size < keys - begin ? begin + mask.size : keys};
        }
    }
    check(false, "a mask kind that exists");
    return {};
}

Result<void> validate_mask(const MaskSpec& mask) {
    const char* const name = size_name(mask.kind);
    const Index least = mask.kind == MaskKind::block ? 1 : 0;
    if (name == nullptr || mask.size >= least) return {};
    return invalid_input(tr("the mask's {} is {}: it must be {} or more", tr(name), mask.size, least));
}

std::span<const KeyRange> hidden_keys(const MaskSpec& mask, Index query) {
    return mask.hidden ? mask.hidden->ranges(query) : std::span<const KeyRange>();
}

bool sees(const MaskSpec& mask, Index query, Index key) {
    check(key >= 0, "a key that is asked for is not negative");
    return visible_keys(mask, query, key + 1).contains(key) && !(mask.hidden && mask.hidden->contains(query, key));
}

bool sees_any(const MaskSpec& mask, Index query, Index keys) {
    return any_not_hidden(mask, query, visible_keys(mask, query, keys));
}

bool any_not_hidden(const MaskSpec& mask, Index query, KeyRange keys) {
    if (keys.empty()) return false;
    // Hidden ranges do not touch: all keys are hidden only where a single one covers them.
    const std::span<const KeyRange> hidden = hidden_keys(mask, query);
    return std::none_of(hidden.begin(), hidden.end(),
                        [&](const KeyRange& range) { return range.begin <= keys.begin && keys.end <= range.end; });
}

}  // namespace attnscope
