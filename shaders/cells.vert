#version 330 core
// One rectangle, given in pixels from the top left corner of the screen.
uniform vec4 area;      // left, top, right, bottom, pixels
uniform vec2 viewport;  // width, height, pixels
uniform vec4 view;      // the cells shown: left, top, right, bottom
out vec2 cell;

void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    vec2 pixel = mix(area.xy, area.zw, corner);
    cell = mix(view.xy, view.zw, corner);
    gl_Position = vec4(pixel.x / viewport.x * 2.0 - 1.0, 1.0 - pixel.y / viewport.y * 2.0, 0.0, 1.0);
}
