// The window on a display.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "app/lessons/lesson.hpp"
#include "app/panels/workspace.hpp"
#include "core/base/result.hpp"

namespace attnscope {

struct WindowOptions {
    int width = 1600, height = 1000;   // points
    std::filesystem::path state_path;  // saved here; empty: not saved
    std::string message;               // shown at the start; empty: none
    /// A lesson to begin with.
    struct Opening {
        Lesson lesson;
        std::size_t step = 0;
        std::filesystem::path file;  // it was read from; empty: it is part of the program
    };
    std::optional<Opening> lecture;
};

/// Opens the window and returns when it is closed. Errors: no display, no OpenGL 3.3.
Result<void> run_window(Workspace& workspace, const WindowOptions& options);

}  // namespace attnscope
