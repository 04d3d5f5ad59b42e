#include "app/shell/key_events.hpp"

#include <GLFW/glfw3.h>

namespace attnscope {

InputEvent key_event(int key, int action, int mods) {
    const bool control = (mods & GLFW_MOD_CONTROL) != 0, shift = (mods & GLFW_MOD_SHIFT) != 0;
    if (key >= GLFW_KEY_LEFT_SHIFT && key <= GLFW_KEY_RIGHT_SUPER) {  // a modifier
        const bool down = action != GLFW_RELEASE;
        const bool is_control = key == GLFW_KEY_LEFT_CONTROL || key == GLFW_KEY_RIGHT_CONTROL;
        const bool is_shift = key == GLFW_KEY_LEFT_SHIFT || key == GLFW_KEY_RIGHT_SHIFT;
        return Modifiers{is_control ? down : control, is_shift ? down : shift};
    }
    const char* const name = glfwGetKeyName(key, 0);
    if (name != nullptr && name[1] == '\0' && name[0] >= 'a' && name[0] <= 'z') key = GLFW_KEY_A + (name[0] - 'a');
    if (action == GLFW_RELEASE) return KeyRelease{key};
    return KeyPress{key, control, shift, (mods & GLFW_MOD_ALT) != 0, action == GLFW_REPEAT};
}

}  // namespace attnscope
