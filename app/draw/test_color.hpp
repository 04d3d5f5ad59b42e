// For messages of failed tests.
#pragma once

#include <ostream>

#include "app/draw/geometry.hpp"

namespace attnscope {

inline void PrintTo(const Color& c, std::ostream* out) {
    *out << "rgba(" << int{c.r} << ", " << int{c.g} << ", " << int{c.b} << ", " << int{c.a} << ")";
}

}  // namespace attnscope
