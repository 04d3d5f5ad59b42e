#include "app/cli/reference.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/shell/key_help.hpp"
#include "app/state/list_json.hpp"

namespace attnscope {
namespace {

std::string replaced(const std::string& text, std::initializer_list<std::pair<char, std::string_view>> table) {
    std::string result;
    for (const char letter : text) {
        const auto* const found = std::ranges::find(table, letter, &std::pair<char, std::string_view>::first);
        if (found == table.end())
            result += letter;
        else
            result += found->second;
    }
    return result;
}

// What is said of an option beside its name.
std::string value_of(const OptionHelp& option) {
    return option.choices.empty() ? option.value : fmt::format("{}", fmt::join(option.choices, "|"));
}

std::string words_of(const OptionHelp& option) {
    return option.help + (option.otherwise.empty() ? "" : fmt::format(" [{}]", option.otherwise)) +
           (option.required ? " (required)" : "");
}

// "attnscope render [panel] [options] --out FILE"
std::string usage(const CommandHelp& command) {
    std::string line = command.name.empty() ? "attnscope" : "attnscope " + command.name;
    bool options = false;
    for (const OptionHelp& option : command.options) {
        if (option.positional) line += option.required ? " " + option.name : " [" + option.name + "]";
        options = options || (!option.positional && !option.required);
    }
    if (options) line += " [options]";
    for (const OptionHelp& option : command.options)
        if (!option.positional && option.required) line += fmt::format(" {} {}", option.name, value_of(option));
    return line;
}

// "a number from 0.05 to 20, default 1"
std::string values_of(const Param& param) {
    return fmt::format("{}{}; default {}", legal_values(param), param.unit.empty() ? "" : " " + param.unit,
                       default_in_words(param));
}

std::string in_table(const std::string& text) {
    return replaced(text, {{'|', "\\|"}, {'*', "\\*"}, {'_', "\\_"}, {'<', "&lt;"}, {'>', "&gt;"}, {'\n', " "}});
}

std::string key_table(const KeyHelp& keys) {
    std::string text = "| key | what it does |\n|---|---|\n";
    for (const auto& [key, what] : keys)
        text += fmt::format("| {} | {} |\n", replaced(in_table(key), {{'`', "\\`"}}), in_table(what));
    return text;
}

// Text in a manual page: a backslash is its escape, a dash in an option is no hyphen, and a line that begins with a dot
// or a quote would be a command.
std::string in_page(const std::string& text) {
    std::string safe = replaced(text, {{'\\', "\\e"}, {'-', "\\-"}});
    if (safe.starts_with('.') || safe.starts_with('\'')) safe.insert(0, "\\&");
    return safe;
}

// .TP: a term, and below it, further in, what it means.
std::string entry(const std::string& term, const std::string& meaning) {
    return fmt::format(".TP\n{}\n{}\n", term, in_page(meaning));
}

std::string key_entries(const KeyHelp& keys) {
    std::string text;
    for (const auto& [key, what] : keys) text += entry("\\fB" + in_page(key) + "\\fR", what);
    return text;
}

// As an argument of a macro.
std::string quoted(const std::string& text) {
    return '"' + replaced(in_page(text), {{'"', "\\(dq"}}) + '"';
}

}  // namespace

std::string markdown_reference(const ProgramHelp& program, const Workspace& workspace) {
    std::string text = fmt::format(
        "# AttnScope {}: commands, parameters, keys\n\nWritten by `attnscope list --markdown` from the program's "
        "declarations.\n\n## Commands\n",
        ATTNSCOPE_VERSION);
    for (const CommandHelp& command : program.commands) {
        text += fmt::format("\n### {}\n\n", command.name.empty() ? "attnscope" : command.name);
        if (!command.name.empty()) text += in_table(command.help) + ".\n\n";
        text += fmt::format("    {}\n", usage(command));
        if (!command.options.empty()) text += "\n| option | |\n|---|---|\n";
        for (const OptionHelp& option : command.options) {
            const std::string value = value_of(option);
            const bool shown = !value.empty() && !option.positional;
            text += fmt::format("| `{}{}{}` | {} |\n", option.name, shown ? " " : "",
                                shown ? replaced(value, {{'|', "\\|"}}) : "", in_table(words_of(option)));
        }
    }
    text += "\n### Examples\n\n";
    for (const std::string& example : program.examples) text += fmt::format("    {}\n", example);
    text += "\n## Parameters\n\nIn the window each is a control, on the command line `--set key=value`.\n";
    for (const Workspace::Entry& panel : workspace.entries()) {
        text += fmt::format("\n### {}\n\n{}\n", panel.info.name, in_table(panel.info.help));
        const std::string* group = nullptr;
        for (const Param& param : panel.params) {
            if (group == nullptr || *group != param.group)
                text += fmt::format("\n**{}**\n\n| key | values | |\n|---|---|---|\n",
                                    param.group.empty() ? "General" : param.group);
            group = &param.group;
            text += fmt::format("| `{}` | {} | {} |\n", param.key, in_table(values_of(param)), in_table(param.help));
        }
    }
    text += "\n## Keys\n\nOf the window:\n\n" + key_table(general_keys());
    for (const Workspace::Entry& panel : workspace.entries())
        if (const KeyHelp keys = panel.panel->key_help(); !keys.empty())
            text += fmt::format("\nOf the panel {}:\n\n{}", panel.info.name, key_table(keys));
    return text + "\nOf a lesson:\n\n" + key_table(lecture_keys());
}

std::string man_page(const ProgramHelp& program, const Workspace& workspace) {
    std::string text = fmt::format(
        ".\\\" Written by `attnscope list --man` from the program's declarations.\n"
        ".TH ATTNSCOPE 1 \"\" \"attnscope {}\" \"User Commands\"\n.SH NAME\nattnscope \\- an oscilloscope for "
        "attention\n.SH SYNOPSIS\n",
        ATTNSCOPE_VERSION);
    for (const CommandHelp& command : program.commands) text += ".B " + in_page(usage(command)) + "\n.br\n";
    text +=
        ".SH DESCRIPTION\nShows softmax attention, its positional codes, its random\\-feature approximations and what "
        "length costs, live while sliders move: heatmaps of weights on real text and on arrays of your own.\n"
        "Without a subcommand the window opens.\n.SH COMMANDS\n";
    for (const CommandHelp& command : program.commands) {
        text += fmt::format(".SS {}\n", quoted(command.name.empty() ? "attnscope" : command.name));
        if (!command.name.empty()) text += in_page(command.help) + ".\n";
        for (const OptionHelp& option : command.options) {
            const std::string value = option.positional ? "" : value_of(option);
            text += entry(fmt::format("\\fB{}\\fR{}", in_page(option.name),
                                      value.empty() ? "" : fmt::format(" \\fI{}\\fR", in_page(value))),
                          words_of(option));
        }
    }
    text += ".SH PARAMETERS\nIn the window each is a control, on the command line\n.BR \\-\\-set \" key=value.\"\n";
    for (const Workspace::Entry& panel : workspace.entries()) {
        text += fmt::format(".SS {}\n{}\n", quoted(panel.info.name), in_page(panel.info.help));
        for (const Param& param : panel.params)
            text += entry("\\fB" + in_page(param.key) + "\\fR",
                          param.help.empty() ? values_of(param) : fmt::format("{} ({})", param.help, values_of(param)));
    }
    text += ".SH KEYS\n.SS Window\n" + key_entries(general_keys());
    for (const Workspace::Entry& panel : workspace.entries())
        if (const KeyHelp keys = panel.panel->key_help(); !keys.empty())
            text += fmt::format(".SS {}\n{}", quoted("Panel " + panel.info.name), key_entries(keys));
    text += ".SS Lesson\n" + key_entries(lecture_keys());
    return text +
           ".SH FILES\n.TP\n.I $XDG_STATE_HOME/attnscope/state.toml\nThe last settings, saved when the window closes; "
           "~/.local/state where XDG_STATE_HOME is not set.\n.SH ENVIRONMENT\n.TP\n.B ATTNSCOPE_ISA\nThe engine's "
           "instruction set: sse2, x86\\-64\\-v3, x86\\-64\\-v4 or neon, instead of the best that the machine has.\n"
           ".SH EXIT STATUS\n0 done; 1 failed, with one line on standard error; 2 wrong usage.\n.SH EXAMPLES\n.nf\n" +
           in_page(fmt::format("{}", fmt::join(program.examples, "\n"))) + "\n.fi\n";
}

}  // namespace attnscope
