// The names along a side of a picture.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/matrix.hpp"

namespace attnscope {

/// A list of names, or the numbers 0, 1, ... Cheap to copy, however many there are.
class AxisLabels {
public:
    AxisLabels() = default;  // none
    AxisLabels(std::vector<std::string> names);
    static AxisLabels numbers(Index count);

    Index size() const { return count_; }
    bool empty() const { return count_ == 0; }
    bool are_numbers() const { return names_ == nullptr; }
    /// 0 <= i < size()
    std::string operator[](Index i) const;

    /// One more name; names of an empty object are a list.
    void push_back(std::string name);
    void clear() { *this = {}; }

    friend bool operator==(const AxisLabels& a, const AxisLabels& b);

private:
    std::shared_ptr<std::vector<std::string>> names_;  // null: numbers. Copied before it changes when it is shared
    Index count_ = 0;
};

}  // namespace attnscope
