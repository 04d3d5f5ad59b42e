// What the file backends do with coordinates that are not numbers: such shapes are not drawn, such points are gaps.
#pragma once

#include <cmath>
#include <span>

#include "app/draw/geometry.hpp"

namespace attnscope {

inline bool finite(Vec2 p) {
    return std::isfinite(p.x) && std::isfinite(p.y);
}
inline bool drawable(const Rect& r) {
    return finite(r.min) && finite(r.max) && r.max.x > r.min.x && r.max.y > r.min.y;
}

/// Calls draw(run) for each run of at least two finite points.
template <class Draw>
void each_run(std::span<const Vec2> points, const Draw& draw) {
    for (std::size_t begin = 0; begin < points.size();) {
        std::size_t end = begin;
        while (end < points.size() && finite(points[end])) ++end;
        if (end - begin >= 2) draw(points.subspan(begin, end - begin));
        begin = end + 1;
    }
}

}  // namespace attnscope
