// Thin owners of OpenGL objects. Each must be destroyed while its context is current.
#pragma once

#include <epoxy/gl.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "core/base/matrix.hpp"
#include "core/base/result.hpp"

namespace attnscope {

/// A 2-D texture without mipmaps.
class Texture {
public:
    Texture() = default;
    ~Texture();
    Texture(Texture&& other) noexcept : id_(std::exchange(other.id_, 0)) {}
    Texture& operator=(Texture&& other) noexcept {
        std::swap(id_, other.id_);
        return *this;
    }
    Texture(const Texture&) = delete;
    Texture& operator=(const Texture&) = delete;

    /// One float a texel, nearest sampling. Error when the card or the memory refuses.
    static Result<Texture> floats(const Matrix& values);
    /// RGBA bytes, linear sampling.
    static Result<Texture> rgba(int width, int height, const std::uint8_t* bytes);
    void update_rgba(int x, int y, int width, int height, const std::uint8_t* bytes) const;

    GLuint id() const { return id_; }

private:
    GLuint id_ = 0;
};

/// A linked vertex + fragment shader.
class Program {
public:
    Program() = default;
    ~Program();
    Program(Program&& other) noexcept : id_(std::exchange(other.id_, 0)) {}
    Program& operator=(Program&& other) noexcept {
        std::swap(id_, other.id_);
        return *this;
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    /// The error holds the compiler's log.
    static Result<Program> link(std::string_view vertex, std::string_view fragment);
    GLint uniform(const char* name) const { return glGetUniformLocation(id_, name); }
    GLuint id() const { return id_; }

private:
    GLuint id_ = 0;
};

/// A colour picture in memory to draw into, where there is no window.
class Framebuffer {
public:
    Framebuffer(int width, int height);
    ~Framebuffer();
    Framebuffer(const Framebuffer&) = delete;
    Framebuffer& operator=(const Framebuffer&) = delete;
    void bind() const;

private:
    GLuint framebuffer_ = 0, color_ = 0;
    int width_, height_;
};

}  // namespace attnscope
