#version 330 core
// A matrix as colours: the formula of app/draw/cells.hpp. Where several cells share a pixel, their area average is drawn.
uniform sampler2D values;   // one float a cell; NaN = masked
uniform sampler2D colors;   // the colour table, 256 x 1
uniform vec2 footprint;     // cells per pixel, horizontally and vertically
uniform vec2 range;         // low, high
uniform int scale;          // 0 linear, 1 square root, 2 logarithmic
uniform vec4 masked;
in vec2 cell;
out vec4 color;

float position(float x) {
    if (scale == 2) {
        if (range.y <= 0.0) return 0.0;
        float low = max(range.x, range.y * 1e-4);
        return clamp(log(max(x, low) / low) / log(range.y / low), 0.0, 1.0);
    }
    float t = clamp((x - range.x) / (range.y - range.x), 0.0, 1.0);
    return scale == 1 ? sqrt(t) : t;
}

void main() {
    ivec2 size = textureSize(values, 0);
    vec2 spread = max(footprint, vec2(0.0));
    float value;
    bool found = false;
    if (spread.x <= 1.0 && spread.y <= 1.0) {
        value = texelFetch(values, clamp(ivec2(floor(cell)), ivec2(0), size - 1), 0).r;
        found = !isnan(value);
    } else {
        // At most 9 x 9 samples: exact up to 8 cells a pixel, beyond that evenly spaced cells.
        vec2 low = clamp(cell - spread * 0.5, vec2(0.0), vec2(size));
        vec2 high = clamp(cell + spread * 0.5, vec2(0.0), vec2(size));
        ivec2 first = ivec2(floor(low)), last = min(ivec2(ceil(high)), size) - 1;
        ivec2 stride = max(ivec2(1), (last - first + 1 + 8) / 9);
        float sum = 0.0, weights = 0.0;
        for (int y = first.y; y <= last.y; y += stride.y) {
            float height = min(high.y, float(y + stride.y)) - max(low.y, float(y));
            for (int x = first.x; x <= last.x; x += stride.x) {
                float v = texelFetch(values, ivec2(x, y), 0).r;
                float weight = height * (min(high.x, float(x + stride.x)) - max(low.x, float(x)));
                if (!isnan(v)) {
                    sum += weight * v;
                    weights += weight;
                }
            }
        }
        found = weights > 0.0;
        value = sum / max(weights, 1e-30);
    }
    color = found ? texelFetch(colors, ivec2(int(position(value) * 255.0 + 0.5), 0), 0) : masked;
}
