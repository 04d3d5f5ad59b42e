// The canvas of the screen: Dear ImGui's draw lists for shapes and glyphs, a shader of ours for matrices.
#pragma once

#include <imgui.h>

#include <deque>
#include <map>
#include <memory>

#include "app/draw/canvas.hpp"
#include "app/draw/glyph_atlas.hpp"
#include "app/draw/png.hpp"

namespace attnscope {

/// What lives longer than one frame: glyphs, shader, textures of matrices. Needs its OpenGL context current throughout.
class ScreenResources {
public:
    ScreenResources();
    ~ScreenResources();
    ScreenResources(const ScreenResources&) = delete;
    ScreenResources& operator=(const ScreenResources&) = delete;

    /// Before ImGui::NewFrame(): makes Dear ImGui draw with our texture, and forgets textures not used lately.
    void begin_frame();
    /// Why the shader on disk was not taken, once: to be told to the user.
    std::string take_error() { return std::exchange(shader_error_, {}); }

private:
    friend class ScreenCanvas;
    // The graphics card had no room: said once, and tried again after some frames.
    struct Refusal {
        int frames = 0;  // until the next try
        bool said = false;
        bool waits() { return frames > 0 && --frames > 0; }
        void say(const std::string& why);
    };
    struct CellsTexture {
        Texture texture;
        std::weak_ptr<const Matrix> values;
        std::uint64_t generation = 0;
        int unused_frames = 0;
        std::string error;  // why there is no texture of these values
        Refusal refusal;
    };
    struct PictureTexture {
        Texture texture;
        std::weak_ptr<const Image> image;
        int unused_frames = 0;
        Refusal refusal;
    };
    struct CellsDraw {
        ScreenResources* resources;
        GLuint values, colors;
        Rect area;  // pixels
        Rect view;  // cells
        ColorRange range;
        Color masked;
    };
    static void draw_cells(const ImDrawList* list, const ImDrawCmd* command);
    const CellsTexture& values_texture(const CellPicture& picture);
    GLuint picture_texture(const std::shared_ptr<const Image>& image);
    GLuint colors_texture(ColorMap map, bool dark);
    void load_program();  // at first, and in a debug build whenever a shader's file has changed

    GlyphAtlas glyphs_;
    Program program_;
    std::int64_t program_stamp_ = -1;
    std::string shader_error_;
    GLuint vertex_array_ = 0;
    std::map<const Matrix*, CellsTexture> textures_;
    std::map<const Image*, PictureTexture> pictures_;
    std::map<std::pair<ColorMap, bool>, Texture> color_textures_;
    std::deque<CellsDraw> draws_;  // of this frame: Dear ImGui calls back with their addresses
};

class ScreenCanvas final : public Canvas {
public:
    /// scale: pixels per point.
    ScreenCanvas(ScreenResources& resources, TextShaper& shaper, const Theme& theme, float scale)
        : Canvas(shaper, theme), resources_(&resources), scale_(scale) {}

    /// Draws into this list until another is set; returns the one before.
    ImDrawList* set_list(ImDrawList* list) { return std::exchange(list_, list); }

    void fill_rect(const Rect& rect, Color color, float radius) override;
    void stroke_rect(const Rect& rect, Color color, float width, float radius) override;
    void polyline(std::span<const Vec2> points, Color color, float width) override;
    void fill_polygon(std::span<const Vec2> points, Color color) override;
    void fill_circle(Vec2 center, float radius, Color color) override;
    void cells(const Rect& area, const CellPicture& picture) override;
    void push_clip(const Rect& rect) override;
    void pop_clip() override;
    float pixels_per_point() const override { return scale_; }
    /// A picture of pixels, stretched to the rectangle. It is no primitive of Canvas: only the window has such
    /// pictures, and no file is made of them. The image must not change afterwards.
    void image(const Rect& rect, const std::shared_ptr<const Image>& image);

protected:
    void draw_text(Vec2 at, std::string_view text, const ShapedText& shaped, const TextStyle& style) override;

private:
    ImVec2 pixel(Vec2 p) const { return {p.x * scale_, p.y * scale_}; }
    // Edges on whole pixels are sharp.
    ImVec2 snapped(Vec2 p) const;

    ScreenResources* resources_;
    ImDrawList* list_ = nullptr;
    float scale_;
};

}  // namespace attnscope
