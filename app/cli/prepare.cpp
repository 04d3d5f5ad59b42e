#include "app/cli/prepare.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "app/lessons/lesson_page.hpp"
#include "app/shell/app.hpp"
#include "app/shell/headless.hpp"
#include "app/state/state_file.hpp"
#include "core/io/file.hpp"

namespace attnscope {
namespace {

constexpr int frames_to_rest = 6;

std::string names_of(const Workspace& workspace) {
    std::string names;
    for (const Workspace::Entry& entry : workspace.entries()) names += (names.empty() ? "" : ", ") + entry.info.name;
    return names;
}

Result<void> assign(const Workspace::Entry& entry, const std::string& assignment) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos)
        return usage_error(fmt::format("--set {}: it must be key=value", printable(assignment)));
    const std::string key = assignment.substr(0, equals);
    const Param* param = find(entry.params, key);
    if (param == nullptr) {
        std::string keys;
        for (const Param& p : entry.params) keys += (keys.empty() ? "" : ", ") + p.key;
        return usage_error(fmt::format("--set {}: panel '{}' has no parameter '{}'; it has {}", printable(assignment),
                                       entry.info.name, printable(key, 80), keys));
    }
    const Result<void> done = set_from_text(*param, assignment.substr(equals + 1));
    if (!done) return usage_error(done.error().what);
    return {};
}

Result<int> whole_number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return usage_error("not a whole number");
    return value;
}

}  // namespace

Result<const Workspace::Entry*> prepare(Workspace& workspace, const PanelArguments& arguments, std::string& warnings) {
    if (arguments.panel.empty())
        return usage_error(fmt::format("a panel is required; there is: {}", names_of(workspace)));
    const Workspace::Entry* entry = workspace.find_panel(arguments.panel);
    if (entry == nullptr)
        return usage_error(
            fmt::format("there is no panel '{}'; there is: {}", printable(arguments.panel, 80), names_of(workspace)));
    if (!arguments.state.empty()) {
        const Result<StateFile> state = read_state(arguments.state);
        if (!state) return state.error();
        const auto applied = workspace.apply_state(*state);
        if (!applied) return Error{applied.error().code, arguments.state + ": " + applied.error().what};
        for (const std::string& warning : *applied)
            warnings += "attnscope: warning: " + arguments.state + ": " + warning + "\n";
    }
    for (const std::string& assignment : arguments.assign)
        if (const Result<void> done = assign(*entry, assignment); !done) return done.error();
    workspace.activate(static_cast<std::size_t>(entry - workspace.entries().data()));
    return entry;
}

Result<FigureSize> size_of(const RenderArguments& arguments) {
    const std::string text = arguments.size.value_or(
        arguments.step.lesson.empty() ? "1600x1000" : fmt::format("{}x{}", lesson_page_width, lesson_page_height));
    const std::size_t cross = text.find('x');
    FigureSize size;
    size.scale = arguments.scale;
    if (cross != std::string::npos) {
        const Result<int> width = whole_number(std::string_view(text).substr(0, cross));
        const Result<int> height = whole_number(std::string_view(text).substr(cross + 1));
        if (width && height && *width >= 200 && *height >= 150) {
            size.width = *width;
            size.height = *height;
            // The picture itself is checked again when it is made; here it is the command line that is wrong.
            const double pixels = (arguments.panel.out.ends_with(".png") ? size.scale : 1) * std::max(*width, *height);
            if (pixels > 16384)
                return usage_error(fmt::format("--size {}: a side must be at most 16384 pixels", printable(text, 80)));
            return size;
        }
    }
    return usage_error(fmt::format("--size {}: it must be WIDTHxHEIGHT in points, at least 200x150, as in 1600x1000",
                                   printable(text, 80)));
}

Result<std::string> render_window(Workspace& workspace, const FigureSize& size, const Lesson* lesson,
                                  std::size_t step) {
    const auto pixels = [&](double points) { return static_cast<int>(std::lround(points * size.scale)); };
    const int width = pixels(size.width), height = pixels(size.height);
    if (width > 8192 || height > 8192)
        return usage_error(fmt::format("--window: {} x {} pixels is too large; at most 8192 x 8192", width, height));
    auto headless = Headless::create(width, height, static_cast<float>(size.scale));
    if (!headless) return headless.error();
    App app(workspace, Clipboard{[] { return std::string(); }, [](const std::string&) {}});
    if (lesson != nullptr) app.start_lecture(*lesson, step, {});
    InputQueue nothing;
    for (int i = 0; i < frames_to_rest; ++i) {
        workspace.wait();
        (*headless)->run(app, nothing);
    }
    const Image image = (*headless)->pixels();
    return encode_png(image.width, image.height, image.pixels);
}

void speak(Workspace& workspace, std::optional<Language> asked) {
    if (asked) workspace.language = *asked;
    set_language(workspace.language);
}

void open_last_state(Workspace& workspace, WindowOptions& options, std::optional<Language> asked) {
    workspace.language = language_of_system();
    const std::filesystem::path folder = state_folder();
    if (!folder.empty()) {
        options.state_path = folder / "state.toml";
        const LoadedState loaded = load_or_set_aside(options.state_path);
        options.message = loaded.message;
        for (const std::string& message : workspace.restore_state(loaded.state)) options.message += message + "  ";
        options.width = loaded.state.window_width.value_or(options.width);
        options.height = loaded.state.window_height.value_or(options.height);
    }
    speak(workspace, asked);
}

}  // namespace attnscope
