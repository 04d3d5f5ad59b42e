#include "app/shell/key_help.hpp"

#include "app/language/language.hpp"

namespace attnscope {

KeyHelp general_keys() {
    return {
        {"F1", tr("this list")},
        {"1 … 9", tr("panels")},
        {"Ctrl L", tr("edit the text")},
        {"Ctrl Z   Ctrl Shift Z", tr("undo, redo")},
        {"Ctrl +   Ctrl −   Ctrl 0", tr("larger, smaller, usual size (projector)")},
        {"F5", tr("lessons, in full screen")},
        {"P   Shift P   I O   , .", tr("the slider touched last runs by itself; there and back; its ends; its speed")},
        {"F6", tr("the language: English, Persian, Hebrew")},
        {"Ctrl T", tr("dark or light")},
        {"Ctrl S", tr("export the picture or its numbers")},
        {"Ctrl D   Alt 1 … 9", tr("snapshots: named states to come back to, or to make a lesson of")},
        {"Ctrl C   Ctrl Shift C", tr("copy the Explain line, the numbers")},
        {"B", tr("compare: put the settings aside as A, change B")},
        {"Tab   ←  →", tr("next control, change it (Enter types, Delete resets); then buttons (Enter) and pictures")},
        {tr("Tab on a picture"), tr("arrows move a pointer, Enter clicks, Space takes hold, Home shows all")},
        {"+  −", tr("zoom there; while X or Y is held: that axis alone")},
        {tr("on a slider"), tr("double-click types, right-click resets, Shift-drag is fine")},
        {tr("on a picture"), tr("wheel zooms (Shift: only x, Ctrl: only y), drag pans, double-click shows all")}};
}

KeyHelp lecture_keys() {
    return {{"F1", tr("this list")},
            {tr("Page Down, Space, →"), tr("next step")},
            {tr("Page Up, Backspace, ←"), tr("step before")},
            {"1 … 9", tr("that step")},
            {"Home", tr("the step's own state, after changes")},
            {"Enter", tr("the answer of a question")},
            {"B   .", tr("everything black, and back")},
            {tr("hold S"), tr("a spotlight on the mouse")},
            {"D   C", tr("draw on the picture with the mouse; clear what was drawn")},
            {"P", tr("the step's parameter, or the slider touched last, runs by itself")},
            {"Ctrl +   Ctrl −   Ctrl 0", tr("larger, smaller, usual size (projector)")},
            {"F7", tr("notes and the next step in a window of their own")},
            {"Ctrl T   F6", tr("dark or light; the language")},
            {"Tab   Esc", tr("controls, pictures and underlined words by keys; back to the lesson")},
            {"Esc   F5", tr("ends the lesson")}};
}

}  // namespace attnscope
