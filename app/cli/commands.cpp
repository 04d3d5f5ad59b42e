#include "app/cli/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/cli/prepare.hpp"
#include "app/cli/reference.hpp"
#include "app/panels/workspace.hpp"
#include "app/shell/export.hpp"
#include "app/shell/window.hpp"
#include "app/state/list_json.hpp"
#include "core/io/file.hpp"

namespace attnscope {
namespace {

Result<std::string> written_out(const std::string& text) {
    if (const Result<void> written = write_output("-", text); !written) return written.error();
    return std::string();
}

Result<void> compare_with(Workspace& workspace, const std::string& path, std::string& warnings) {
    const Result<StateFile> state = read_state(path);
    if (!state) return state.error();
    std::vector<std::string> unknown = state->warnings;
    const auto values = state->panels.find(workspace.active().info.name);
    if (values == state->panels.end())
        return invalid_input(fmt::format("{}: it has no settings of the panel '{}': there is no table [panels.{}]",
                                         path, workspace.active().info.name, workspace.active().info.name));
    const Result<void> pinned = workspace.pin_a(workspace.active_index(), values->second, unknown);
    if (!pinned) return Error{pinned.error().code, path + ": " + pinned.error().what};
    for (const std::string& warning : unknown) warnings += fmt::format("attnscope: warning: {}: {}\n", path, warning);
    return {};
}

// The size on paper in place of the one in points.
Result<FigureSize> on_paper(const RenderArguments& arguments, const FigureSize& size) {
    ExportSettings settings;
    const ParamList params = describe(settings);
    const auto put = [&](const char* key, const char* option, const std::optional<std::string>& text) -> Result<void> {
        if (!text) return {};
        const Result<void> done = set_from_text(*find(params, key), *text);
        if (!done)
            return usage_error(fmt::format("{} {}: it must be {}", option, *text, legal_values(*find(params, key))));
        return {};
    };
    if (const auto done = put("width_cm", "--width-cm", arguments.width_cm); !done) return done.error();
    if (const auto done = put("font_pt", "--font-pt", arguments.font_pt); !done) return done.error();
    Result<FigureSize> paper =
        paper_size(settings, arguments.size ? std::optional(size.height / size.width) : std::nullopt);
    if (!paper) return usage_error("--paper: " + paper.error().what);
    return paper;
}

Result<std::string> render_picture(Workspace& workspace, const RenderArguments& arguments, const FigureSize& size,
                                   FileFormat format) {
    Shot shot;
    shot.part = arguments.part;
    shot.size = size;
    shot.theme = arguments.paper ? &paper_theme : &theme_of(workspace.theme);
    TextShaper shaper;
    const auto drawing = record_panel(workspace.active(), shot, shaper);
    if (!drawing) return drawing.error();
    return drawing_to_bytes(**drawing, format, size, {});
}

Result<DataFormat> data_format(const DataArguments& arguments) {
    const auto by_name = [](std::string_view name) -> std::optional<DataFormat> {
        if (name == "json") return DataFormat::json;
        if (name == "csv") return DataFormat::csv;
        if (name == "npy") return DataFormat::npy;
        return std::nullopt;
    };
    if (!arguments.format.empty()) {
        if (const auto format = by_name(arguments.format)) return *format;
        return usage_error(fmt::format("--format {}: it must be json, csv or npy", arguments.format));
    }
    if (arguments.panel.out == "-") return DataFormat::json;
    std::string extension = std::filesystem::path(arguments.panel.out).extension().string();
    for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (const auto format = by_name(extension.empty() ? "" : extension.substr(1))) return *format;
    return usage_error(fmt::format("--out {}: the name must end in .json, .csv or .npy", arguments.panel.out));
}

}  // namespace

Result<std::string> run_render(const RenderArguments& arguments) {
    const Result<FileFormat> format = format_of(arguments.panel.out);
    if (!format) return usage_error("--out " + arguments.panel.out + ": " + format.error().what);
    Result<FigureSize> size = size_of(arguments);
    if (size && arguments.paper) size = on_paper(arguments, *size);
    if (!size) return size.error();
    if (arguments.window && *format != FileFormat::png)
        return usage_error("--window: the whole window is a picture of pixels; --out must end in .png");
    if (!arguments.step.lesson.empty()) return render_step(arguments, *size, *format);
    Workspace workspace;
    std::string warnings;
    const auto entry = prepare(workspace, arguments.panel, warnings);
    if (!entry) return entry.error();
    speak(workspace, arguments.panel.language);
    if (!arguments.theme.empty()) workspace.theme = arguments.theme == "light" ? ThemeName::light : ThemeName::dark;
    if (!arguments.window) workspace.close_a(workspace.active_index());  // a picture is of one setting unless asked
    if (!arguments.compare.empty())
        if (const Result<void> done = compare_with(workspace, arguments.compare, warnings); !done) return done.error();
    workspace.wait();
    if (!arguments.window && !TextShaper().has_system_fonts())
        warnings += "attnscope: warning: no font was found on this system: text is drawn with the built-in one\n";
    const Result<std::string> bytes =
        arguments.window ? render_window(workspace, *size) : render_picture(workspace, arguments, *size, *format);
    if (!bytes) return bytes.error();
    if (const Result<void> written = write_output(arguments.panel.out, *bytes); !written) return written.error();
    return warnings;
}

Result<std::string> run_data(const DataArguments& arguments) {
    const Result<DataFormat> format = data_format(arguments);
    if (!format) return format.error();
    Workspace workspace;
    std::string warnings;
    const auto entry = prepare(workspace, arguments.panel, warnings);
    if (!entry) return entry.error();
    const Result<std::string> bytes = (*entry)->panel->data_job(*format)({});
    if (!bytes) return bytes.error();
    if (const Result<void> written = write_output(arguments.panel.out, *bytes); !written) return written.error();
    return warnings;
}

Result<std::string> run_list(const ListArguments& arguments, const ProgramHelp& program) {
    const Workspace workspace;
    std::string text;
    if (arguments.markdown) text = markdown_reference(program, workspace);
    if (arguments.man) text = man_page(program, workspace);
    if (!arguments.completion.empty()) {
        const auto* const shell = std::ranges::find(completion_shells, arguments.completion);
        text = completion(static_cast<CompletionShell>(shell - completion_shells.begin()), program, workspace);
    }
    if (!text.empty()) return written_out(text);
    nlohmann::ordered_json panels = nlohmann::ordered_json::array();
    for (const Workspace::Entry& entry : workspace.entries()) {
        panels.push_back({{"name", entry.info.name},
                          {"title", entry.info.title},
                          {"help", entry.info.help},
                          {"parameters", describe_json(entry.params)}});
        if (arguments.names)
            text += entry.info.name + "\n";
        else
            text += fmt::format("{}: {}\n\n{}\n", entry.info.name, entry.info.help, describe_table(entry.params));
    }
    if (arguments.json)
        text = nlohmann::ordered_json{{"version", ATTNSCOPE_VERSION}, {"panels", panels}}.dump(2) + "\n";
    return written_out(text);
}

Result<std::string> run_gui(const std::string& state_file, std::optional<Language> language) {
    Workspace workspace;
    WindowOptions options;
    if (state_file.empty()) {
        open_last_state(workspace, options, language);
    } else {  // a file that the user names must be right; the last state is then left alone
        const Result<StateFile> state = read_state(state_file);
        if (!state) return state.error();
        workspace.language = language_of_system();
        const auto applied = workspace.apply_state(*state);
        if (!applied) return Error{applied.error().code, state_file + ": " + applied.error().what};
        for (const std::string& warning : *applied) options.message += warning + "  ";
        options.width = state->window_width.value_or(options.width);
        options.height = state->window_height.value_or(options.height);
        speak(workspace, language);
    }
    if (const Result<void> shown = run_window(workspace, options); !shown) return shown.error();
    return std::string();
}

}  // namespace attnscope
