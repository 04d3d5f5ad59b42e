// OKLab (Bjoern Ottosson, 2020): a colour space in which equal distances look about equally different.
#pragma once

#include "app/draw/geometry.hpp"

namespace attnscope {

/// L: lightness 0 (black) .. 1 (white); a: green to red; b: blue to yellow.
struct Oklab {
    double L = 0, a = 0, b = 0;
};

/// From and to sRGB; alpha is left out. to_srgb rounds to 8 bits and takes colours outside sRGB to its border.
Oklab to_oklab(Color color);
Color to_srgb(const Oklab& lab);

}  // namespace attnscope
