#include "app/gl/objects.hpp"
#include "core/base/tr.hpp"

#include <fmt/format.h>

#include <string>

namespace attnscope {
namespace {

Result<GLuint> compile(GLenum kind, std::string_view source) {
    const GLuint shader = glCreateShader(kind);
    const char* text = source.data();
    const auto length = static_cast<GLint>(source.size());
    glShaderSource(shader, 1, &text, &length);
    glCompileShader(shader);
    GLint ok = 0;
    glGetShaderiv(shader, GL_COMPILE_STATUS, &ok);
    if (ok != 0) return shader;
    char log[2048] = {};
    glGetShaderInfoLog(shader, sizeof log, nullptr, log);
    glDeleteShader(shader);
    return invalid_input(tr("a shader does not compile: {}", log));
}

// An upload that the driver refuses (too large, no memory) leaves an error flag: turn it into a Result.
Result<void> upload_error(int width, int height) {
    if (glGetError() == GL_NO_ERROR) return {};
    return Error{ErrorCode::out_of_memory, tr("the graphics driver refused a texture of {} x {}", width, height)};
}

}  // namespace

Texture::~Texture() {
    if (id_ != 0) glDeleteTextures(1, &id_);
}

Result<Texture> Texture::floats(const Matrix& values) {
    Texture texture;
    glGenTextures(1, &texture.id_);
    glBindTexture(GL_TEXTURE_2D, texture.id_);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
    const auto width = static_cast<GLsizei>(values.cols()), height = static_cast<GLsizei>(values.rows());
    glTexImage2D(GL_TEXTURE_2D, 0, GL_R32F, width, height, 0, GL_RED, GL_FLOAT, values.data());
    if (auto ok = upload_error(width, height); !ok) return ok.error();
    return texture;
}

Result<Texture> Texture::rgba(int width, int height, const std::uint8_t* bytes) {
    Texture texture;
    glGenTextures(1, &texture.id_);
    glBindTexture(GL_TEXTURE_2D, texture.id_);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, bytes);
    if (auto ok = upload_error(width, height); !ok) return ok.error();
    return texture;
}

void Texture::update_rgba(int x, int y, int width, int height, const std::uint8_t* bytes) const {
    glBindTexture(GL_TEXTURE_2D, id_);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
    glTexSubImage2D(GL_TEXTURE_2D, 0, x, y, width, height, GL_RGBA, GL_UNSIGNED_BYTE, bytes);
}

Program::~Program() {
    if (id_ != 0) glDeleteProgram(id_);
}

Result<Program> Program::link(std::string_view vertex, std::string_view fragment) {
    const Result<GLuint> v = compile(GL_VERTEX_SHADER, vertex);
    if (!v) return v.error();
    const Result<GLuint> f = compile(GL_FRAGMENT_SHADER, fragment);
    if (!f) {
        glDeleteShader(*v);
        return f.error();
    }
    Program program;
    program.id_ = glCreateProgram();
    glAttachShader(program.id_, *v);
    glAttachShader(program.id_, *f);
    glLinkProgram(program.id_);
    glDeleteShader(*v);
    glDeleteShader(*f);
    GLint ok = 0;
    glGetProgramiv(program.id_, GL_LINK_STATUS, &ok);
    if (ok != 0) return program;
    char log[2048] = {};
    glGetProgramInfoLog(program.id_, sizeof log, nullptr, log);
    return invalid_input(tr("a shader program does not link: {}", log));
}

Framebuffer::Framebuffer(int width, int height) : width_(width), height_(height) {
    glGenTextures(1, &color_);
    glBindTexture(GL_TEXTURE_2D, color_);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glGenFramebuffers(1, &framebuffer_);
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, color_, 0);
    check(glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE, "an RGBA8 framebuffer is complete");
}

Framebuffer::~Framebuffer() {
    glDeleteFramebuffers(1, &framebuffer_);
    glDeleteTextures(1, &color_);
}

void Framebuffer::bind() const {
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
    glViewport(0, 0, width_, height_);
}

}  // namespace attnscope
