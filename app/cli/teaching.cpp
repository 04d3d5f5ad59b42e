// The subcommands for teaching: lessons, lecture, handout, record, and a lesson's step as a picture.
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/cli/commands.hpp"
#include "app/cli/prepare.hpp"
#include "app/lessons/lesson_page.hpp"
#include "app/shell/record.hpp"
#include "app/shell/window.hpp"
#include "core/io/file.hpp"

namespace attnscope {
namespace {

// A lesson and the number of a step of it, from 0. What is wrong with other steps is appended to the warnings.
Result<std::pair<Lesson, std::size_t>> lesson_step(const StepArguments& arguments, const Workspace& workspace,
                                                   std::string& warnings) {
    Result<ReadLesson> read = find_lesson(arguments.lesson, workspace);
    if (!read) return read.error();
    for (const std::string& problem : read->problems) warnings += "attnscope: warning: " + problem + "\n";
    const std::size_t count = read->lesson.steps.size();
    if (arguments.step < 1 || static_cast<std::size_t>(arguments.step) > count)
        return usage_error(
            fmt::format("--step {}: the lesson '{}' has the steps 1 to {}", arguments.step, read->lesson.name, count));
    return std::pair(std::move(read->lesson), static_cast<std::size_t>(arguments.step - 1));
}

// Set by Ctrl C; a signal may do no more.
std::stop_source& interrupted() {
    static std::stop_source source;
    return source;
}
std::atomic<bool> interrupt_seen{false};

extern "C" void note_interrupt(int /*signal*/) {
    interrupt_seen.store(true);
}

// While a long command runs: Ctrl C, or the end of the terminal or the system, stops it in order, and a terminal sees
// how far it is.
class Watch {
public:
    Watch() : thread_([this](const std::stop_token& stop) { run(stop); }) {
        for (std::size_t i = 0; i < signals.size(); ++i) before_[i] = std::signal(signals[i], note_interrupt);
    }
    ~Watch() {
        for (std::size_t i = 0; i < signals.size(); ++i) std::signal(signals[i], before_[i]);
        thread_.request_stop();
        thread_.join();
        if (isatty(STDERR_FILENO) != 0) std::fputs("\r                \r", stderr);
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    Progress progress() { return {interrupted().get_token(), &fraction_}; }

private:
    void run(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            if (interrupt_seen.load()) interrupted().request_stop();
            if (isatty(STDERR_FILENO) != 0)
                std::fputs(
                    fmt::format("\r{:.0f} %  (Ctrl C stops) ", 100 * static_cast<double>(fraction_.load())).c_str(),
                    stderr);
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
    }

    std::atomic<float> fraction_{0};
    static constexpr std::array<int, 3> signals{SIGINT, SIGTERM, SIGHUP};
    std::array<void (*)(int), signals.size()> before_{};
    std::jthread thread_;
};

}  // namespace

Result<std::string> render_step(const RenderArguments& arguments, const FigureSize& size, FileFormat format) {
    Workspace workspace;
    std::string warnings;
    const auto found = lesson_step(arguments.step, workspace, warnings);
    if (!found) return found.error();
    const Lesson& lesson = found->first;
    workspace.language = current_language();
    if (arguments.theme == "light") workspace.theme = ThemeName::light;
    show_step(workspace, lesson.steps[found->second]);
    workspace.wait();
    if (const std::optional<Error> error = workspace.active().panel->status().error) return *error;
    Result<std::string> bytes = Error{};
    if (arguments.window) {
        bytes = render_window(workspace, size, &lesson, found->second);
    } else {
        TextShaper shaper;
        const Theme& theme = arguments.paper ? paper_theme : theme_of(workspace.theme);
        const Rect page{{0, 0}, {static_cast<float>(size.width), static_cast<float>(size.height)}};
        bytes = draw_to_bytes(format, size, shaper, theme, [&](Canvas& canvas) {
            draw_lesson_page(canvas, workspace, lesson, found->second, page);
        });
    }
    if (!bytes) return bytes.error();
    if (const Result<void> written = write_output(arguments.panel.out, *bytes); !written) return written.error();
    return warnings;
}

Result<std::string> run_record(const RecordArguments& arguments) {
    Result<Play> play = parse_play(arguments.play);
    if (!play) return usage_error("--play: " + play.error().what);
    play->there_and_back = !arguments.one_way;
    play->seconds = arguments.cycle.value_or(arguments.one_way ? arguments.seconds : arguments.seconds / 2);
    RenderArguments looks;
    looks.panel = arguments.panel;
    looks.size = arguments.size;
    looks.scale = arguments.scale;
    looks.theme = arguments.theme;
    const Result<FigureSize> size = size_of(looks);
    if (!size) return size.error();
    Workspace workspace;
    std::string warnings;
    const auto entry = prepare(workspace, arguments.panel, warnings);
    if (!entry) return entry.error();
    speak(workspace, arguments.panel.language);
    if (!arguments.theme.empty()) workspace.theme = arguments.theme == "light" ? ThemeName::light : ThemeName::dark;
    Watch watch;
    const Result<std::string> written = record({.factory = (*entry)->factory,
                                                .values = capture((*entry)->params),
                                                .play = *play,
                                                .seconds = arguments.seconds,
                                                .frames_per_second = arguments.rate,
                                                .part = arguments.part,
                                                .size = *size,
                                                .theme = &theme_of(workspace.theme),
                                                .out = arguments.panel.out},
                                               watch.progress());
    if (!written) return written.error();
    return warnings + *written + "\n";
}

Result<std::string> run_lessons(bool json) {
    const Workspace workspace;
    std::string text;
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    const Language language = current_language();
    for (const ReadLesson& read : shipped_lessons(workspace)) {
        const Lesson& lesson = read.lesson;
        text +=
            fmt::format("{}: {}\n    {}\n", lesson.name, lesson.title.plain(language), lesson.summary.plain(language));
        nlohmann::ordered_json steps = nlohmann::ordered_json::array();
        for (const LessonStep& step : lesson.steps)
            steps.push_back({{"title", step.title.plain(language)}, {"panel", step.panel}});
        list.push_back({{"name", lesson.name},
                        {"title", lesson.title.plain(language)},
                        {"summary", lesson.summary.plain(language)},
                        {"steps", steps}});
    }
    if (json)
        text =
            nlohmann::ordered_json{{"version", ATTNSCOPE_VERSION}, {"language", code_of(language)}, {"lessons", list}}
                .dump(2) +
            "\n";
    if (const Result<void> written = write_output("-", text); !written) return written.error();
    return std::string();
}

Result<std::string> run_lecture(const StepArguments& arguments) {
    Workspace workspace;
    WindowOptions options;
    std::string warnings;
    auto found = lesson_step(arguments, workspace, warnings);
    if (!found) return found.error();
    open_last_state(workspace, options, arguments.language);
    if (!warnings.empty()) options.message = warnings;
    options.lecture = WindowOptions::Opening{std::move(found->first), found->second,
                                             arguments.lesson.ends_with(".toml") ? arguments.lesson : std::string()};
    if (const Result<void> shown = run_window(workspace, options); !shown) return shown.error();
    return std::string();
}

Result<std::string> run_handout(const HandoutArguments& arguments) {
    const Result<FileFormat> format = format_of(arguments.out);
    if (!format || *format != FileFormat::pdf)
        return usage_error(fmt::format("--out {}: a handout is a PDF; the name must end in .pdf", arguments.out));
    Workspace workspace;
    std::string warnings;
    const auto found = lesson_step({.lesson = arguments.lesson}, workspace, warnings);
    if (!found) return found.error();
    const Result<Handout> made = make_handout(workspace, found->first, {.answers = arguments.answers}, {});
    if (!made) return made.error();
    if (const Result<void> written = write_output(arguments.out, made->pdf); !written) return written.error();
    for (const std::string& problem : made->problems) warnings += "attnscope: warning: " + problem + "\n";
    return warnings;
}

}  // namespace attnscope
