#include "app/draw/screen_canvas.hpp"

#include <spdlog/spdlog.h>

#include <cmath>
#include <cstdint>
#include <new>
#include <numbers>
#include <utility>

#include "assets/embedded.hpp"

namespace attnscope {
namespace {

constexpr int frames_kept = 120;
constexpr const char* vertex_shader = "shaders/cells.vert";
constexpr const char* fragment_shader = "shaders/cells.frag";

ImU32 packed(Color c) {
    return IM_COL32(c.r, c.g, c.b, c.a);
}

ImTextureID texture_id(GLuint id) {
    return reinterpret_cast<ImTextureID>(static_cast<std::uintptr_t>(id));  // NOLINT: ImGui's own convention
}

void set_color(GLint location, Color c) {
    glUniform4f(location, static_cast<float>(c.r) / 255, static_cast<float>(c.g) / 255, static_cast<float>(c.b) / 255,
                static_cast<float>(c.a) / 255);
}

}  // namespace

ScreenResources::ScreenResources() {
    glGenVertexArrays(1, &vertex_array_);
    load_program();
}

ScreenResources::~ScreenResources() {
    glDeleteVertexArrays(1, &vertex_array_);
}

void ScreenResources::begin_frame() {
    load_program();
    glyphs_.begin_frame();
    draws_.clear();
    for (auto& [values, entry] : textures_) ++entry.unused_frames;
    std::erase_if(textures_, [](const auto& item) {
        return item.second.values.expired() || item.second.unused_frames > frames_kept;
    });
    for (auto& [image, entry] : pictures_) ++entry.unused_frames;
    std::erase_if(pictures_, [](const auto& item) {
        return item.second.image.expired() || item.second.unused_frames > frames_kept;
    });
    ImFontAtlas* fonts = ImGui::GetIO().Fonts;
    fonts->TexID = texture_id(glyphs_.texture());
    fonts->TexUvWhitePixel = {glyphs_.white().x, glyphs_.white().y};
}

void ScreenResources::load_program() {
    const std::int64_t stamp = embedded_stamp(vertex_shader) + embedded_stamp(fragment_shader);
    if (stamp == program_stamp_) return;
    program_stamp_ = stamp;
    Result<Program> made = Program::link(embedded_or_newer(vertex_shader), embedded_or_newer(fragment_shader));
    if (!made) {
        shader_error_ = made.error().what;
        spdlog::error("{}", shader_error_);
        // What worked before goes on working while a shader is being edited.
        if (program_.id() != 0) return;
        made = Program::link(embedded(vertex_shader), embedded(fragment_shader));
        if (!made) return;
    }
    program_ = std::move(*made);
}

void ScreenResources::Refusal::say(const std::string& why) {
    if (!std::exchange(said, true)) spdlog::error("{}", why);
    frames = frames_kept;
}

const ScreenResources::CellsTexture& ScreenResources::values_texture(const CellPicture& picture) {
    CellsTexture& entry = textures_[picture.values.get()];
    entry.unused_frames = 0;
    const bool same = entry.generation == picture.generation && entry.values.lock() == picture.values;
    if (same && (entry.texture.id() != 0 || entry.refusal.waits())) return entry;
    Result<Texture> made = Texture::floats(*picture.values);
    entry.error = made ? "" : made.error().what;
    entry.texture = made ? std::move(*made) : Texture();
    entry.generation = picture.generation;
    entry.values = picture.values;
    if (made)
        entry.refusal = {};
    else
        entry.refusal.say(entry.error);
    return entry;
}

GLuint ScreenResources::picture_texture(const std::shared_ptr<const Image>& image) {
    PictureTexture& entry = pictures_[image.get()];
    entry.unused_frames = 0;
    const bool same = entry.image.lock() == image;
    if (same && entry.texture.id() == 0 && entry.refusal.waits()) return 0;
    if (!same || entry.texture.id() == 0) {
        std::vector<std::uint8_t> bytes;
        bytes.reserve(image->pixels.size() * 4);
        for (const Color c : image->pixels) bytes.insert(bytes.end(), {c.r, c.g, c.b, c.a});
        Result<Texture> made = Texture::rgba(image->width, image->height, bytes.data());
        entry.image = image;
        entry.texture = made ? std::move(*made) : Texture();
        if (made)
            entry.refusal = {};
        else
            entry.refusal.say(made.error().what);
    }
    return entry.texture.id();
}

GLuint ScreenResources::colors_texture(ColorMap map, bool dark) {
    Texture& texture = color_textures_[{map, dark}];
    if (texture.id() == 0) {
        std::vector<std::uint8_t> bytes;
        for (const Color c : color_table(map, dark)) bytes.insert(bytes.end(), {c.r, c.g, c.b, c.a});
        Result<Texture> made = Texture::rgba(256, 1, bytes.data());
        if (!made) throw std::bad_alloc();  // nothing at all can be drawn any more
        texture = std::move(*made);
    }
    return texture.id();
}

void ScreenResources::draw_cells(const ImDrawList* /*list*/, const ImDrawCmd* command) {
    const auto& draw = *static_cast<const CellsDraw*>(command->UserCallbackData);
    const Program& program = draw.resources->program_;
    const ImVec2 screen = ImGui::GetIO().DisplaySize;
    glUseProgram(program.id());
    glUniform4f(program.uniform("area"), draw.area.min.x, draw.area.min.y, draw.area.max.x, draw.area.max.y);
    glUniform2f(program.uniform("viewport"), screen.x, screen.y);
    glUniform4f(program.uniform("view"), draw.view.min.x, draw.view.min.y, draw.view.max.x, draw.view.max.y);
    glUniform2f(program.uniform("footprint"), draw.view.width() / draw.area.width(),
                draw.view.height() / draw.area.height());
    glUniform2f(program.uniform("range"), static_cast<float>(draw.range.low), static_cast<float>(draw.range.high));
    glUniform1i(program.uniform("scale"), static_cast<int>(draw.range.scale));
    set_color(program.uniform("masked"), draw.masked);
    glUniform1i(program.uniform("values"), 0);
    glUniform1i(program.uniform("colors"), 1);
    glActiveTexture(GL_TEXTURE1);
    glBindTexture(GL_TEXTURE_2D, draw.colors);
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_2D, draw.values);
    glBindSampler(0, 0);
    glBindSampler(1, 0);
    const ImVec4 clip = command->ClipRect;
    glScissor(static_cast<GLint>(clip.x), static_cast<GLint>(screen.y - clip.w), static_cast<GLsizei>(clip.z - clip.x),
              static_cast<GLsizei>(clip.w - clip.y));
    glBindVertexArray(draw.resources->vertex_array_);
    glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

ImVec2 ScreenCanvas::snapped(Vec2 p) const {
    return {std::round(p.x * scale_), std::round(p.y * scale_)};
}

void ScreenCanvas::fill_rect(const Rect& rect, Color color, float radius) {
    list_->AddRectFilled(snapped(rect.min), snapped(rect.max), packed(color), radius * scale_);
}

void ScreenCanvas::stroke_rect(const Rect& rect, Color color, float width, float radius) {
    list_->AddRect(snapped(rect.min), snapped(rect.max), packed(color), radius * scale_, 0, width * scale_);
}

void ScreenCanvas::polyline(std::span<const Vec2> points, Color color, float width) {
    // Dear ImGui's indices have 16 bits: a longer line would silently be drawn wrong.
    constexpr std::size_t most = 4096;
    std::vector<ImVec2> pixels;
    for (std::size_t first = 0; first + 1 < points.size(); first += most - 1) {
        pixels.clear();
        for (std::size_t i = first; i < std::min(points.size(), first + most); ++i) pixels.push_back(pixel(points[i]));
        list_->AddPolyline(pixels.data(), static_cast<int>(pixels.size()), packed(color), 0, width * scale_);
    }
}

void ScreenCanvas::fill_polygon(std::span<const Vec2> points, Color color) {
    std::vector<ImVec2> pixels;
    for (const Vec2 p : points) pixels.push_back(pixel(p));
    list_->AddConvexPolyFilled(pixels.data(), static_cast<int>(pixels.size()), packed(color));
}

void ScreenCanvas::fill_circle(Vec2 center, float radius, Color color) {
    list_->AddCircleFilled(pixel(center), radius * scale_, packed(color));
}

void ScreenCanvas::cells(const Rect& area, const CellPicture& picture) {
    if (!picture.values || picture.values->size() == 0 || resources_->program_.id() == 0) return;
    const ScreenResources::CellsTexture& cells = resources_->values_texture(picture);
    if (!cells.error.empty()) {  // said where the picture would be
        const TextStyle style{.color = theme().warning, .size = 13, .align = Align::center};
        text_middle(area.center(), shaper().fit(cells.error, area.width() - 10, style), style);
        return;
    }
    const GLuint values = cells.texture.id();
    const ImVec2 min = snapped(area.min), max = snapped(area.max);
    resources_->draws_.push_back({resources_, values, resources_->colors_texture(picture.map, picture.dark),
                                  Rect{{min.x, min.y}, {max.x, max.y}}, picture.view, picture.range, picture.masked});
    list_->AddCallback(ScreenResources::draw_cells, &resources_->draws_.back());
    list_->AddCallback(ImDrawCallback_ResetRenderState, nullptr);
}

void ScreenCanvas::image(const Rect& rect, const std::shared_ptr<const Image>& image) {
    const GLuint texture = resources_->picture_texture(image);
    if (texture != 0) list_->AddImage(texture_id(texture), snapped(rect.min), snapped(rect.max));
}

void ScreenCanvas::push_clip(const Rect& rect) {
    list_->PushClipRect(snapped(rect.min), snapped(rect.max), true);
}

void ScreenCanvas::pop_clip() {
    list_->PopClipRect();
}

void ScreenCanvas::draw_text(Vec2 at, std::string_view /*text*/, const ShapedText& shaped, const TextStyle& style) {
    const float angle = style.angle * std::numbers::pi_v<float> / 180;
    const float c = std::cos(angle), s = std::sin(angle);
    const Vec2 origin = at * scale_;
    // Of a line that is much longer than its place the rest is not drawn. The widest letter there is, the bismillah,
    // has some ten times the width of its height.
    const float reach = 16 * style.size * scale_, left = list_->GetClipRectMin().x - reach,
                right = list_->GetClipRectMax().x + reach;
    for (const Glyph& glyph : shaped.glyphs) {
        const Vec2 along = glyph.at * scale_;
        const Vec2 pen{origin.x + along.x * c + along.y * s, origin.y - along.x * s + along.y * c};
        if (pen.x < left || pen.x > right) continue;
        // Upright text stands on whole pixel rows; turned text would jump along its baseline, so it gets quarters there
        // too.
        const float x4 = std::round(pen.x * 4);
        const float y4 = style.angle == 0 ? std::round(pen.y) * 4 : std::round(pen.y * 4);
        const float x = std::floor(x4 / 4), y = std::floor(y4 / 4);
        const GlyphAtlas::Image* image =
            resources_->glyphs_.find(glyph, style, scale_, static_cast<int>(x4 - x * 4), static_cast<int>(y4 - y * 4));
        if (image == nullptr) continue;
        const ImVec2 min{x + image->x, y + image->y};
        const Color color = image->colored ? Color{255, 255, 255, style.color.a} : style.color;
        list_->PrimReserve(6, 4);
        list_->PrimRectUV(min, {min.x + image->width, min.y + image->height}, {image->uv_min.x, image->uv_min.y},
                          {image->uv_max.x, image->uv_max.y}, packed(color));
    }
}

}  // namespace attnscope
