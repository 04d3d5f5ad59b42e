#include "app/state/differences.hpp"

#include "app/language/language.hpp"

namespace attnscope {

std::vector<ParamDifference> differences(const ParamList& a, const ParamList& b, std::string_view always) {
    const auto counts = [&](const Param& param) {
        return !param.visible || param.visible() || (!always.empty() && param.key == always);
    };
    std::vector<ParamDifference> found;
    for (const Param& theirs : a) {
        const Param* ours = find(b, theirs.key);
        if (ours == nullptr || theirs.get() == ours->get() || (!counts(theirs) && !counts(*ours))) continue;
        std::string shown = to_display(*ours);
        if (!ours->unit.empty()) shown.append(1, ' ').append(tr_in("unit", ours->unit));
        found.push_back({ours->label, to_display(theirs), std::move(shown)});
    }
    return found;
}

}  // namespace attnscope
