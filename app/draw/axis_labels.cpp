#include "app/draw/axis_labels.hpp"

namespace attnscope {

AxisLabels::AxisLabels(std::vector<std::string> names) : count_(static_cast<Index>(names.size())) {
    names_ = std::make_shared<std::vector<std::string>>(std::move(names));
}

AxisLabels AxisLabels::numbers(Index count) {
    AxisLabels labels;
    labels.count_ = count;
    return labels;
}

std::string AxisLabels::operator[](Index i) const {
    return names_ ? (*names_)[static_cast<std::size_t>(i)] : std::to_string(i);
}

void AxisLabels::push_back(std::string name) {
    if (names_ == nullptr || names_.use_count() > 1) {
        std::vector<std::string> names;
        for (Index i = 0; i < count_; ++i) names.push_back((*this)[i]);
        *this = AxisLabels(std::move(names));
    }
    names_->push_back(std::move(name));
    ++count_;
}

bool operator==(const AxisLabels& a, const AxisLabels& b) {
    if (a.count_ != b.count_) return false;
    if (a.names_ == b.names_) return true;
    return a.names_ && b.names_ && *a.names_ == *b.names_;
}

}  // namespace attnscope
