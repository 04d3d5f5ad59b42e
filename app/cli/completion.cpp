// What shells complete: a table of words for each command, option, panel and parameter, and a few lines in the shell's
// own language that look the right ones up.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/cli/reference.hpp"
#include "app/lessons/lesson.hpp"

namespace attnscope {
namespace {

using Words = std::vector<std::string>;

std::string spaced(const Words& words) {
    return fmt::format("{}", fmt::join(words, " "));
}

Words panels_of(const Workspace& workspace) {
    Words names;
    for (const Workspace::Entry& panel : workspace.entries()) names.push_back(panel.info.name);
    return names;
}

Words lessons_of(const Workspace& workspace) {
    Words names;
    for (const ReadLesson& shipped : shipped_lessons(workspace)) names.push_back(shipped.lesson.name);
    return names;
}

bool is_file(const OptionHelp& option) {
    return std::ranges::any_of(std::initializer_list<const char*>{"FILE", "F.", ".toml"},
                               [&](const char* part) { return option.value.find(part) != std::string::npos; });
}

bool is_set(const OptionHelp& option) {
    return option.value == "KEY=VALUE";
}

// Words that may follow an option, or stand for an argument.
Words values(const OptionHelp& option, const Workspace& workspace) {
    if (!option.choices.empty()) return option.choices;
    if (option.name == "panel") return panels_of(workspace);
    if (option.name == "lesson" || option.name == "--lesson") return lessons_of(workspace);
    return {};
}

Words names_of(const OptionHelp& option) {  // "-h,--help"
    Words names;
    for (std::size_t at = 0; at < option.name.size();) {
        const std::size_t comma = std::min(option.name.find(',', at), option.name.size());
        names.push_back(option.name.substr(at, comma - at));
        at = comma + 1;
    }
    return names;
}

// "compute attention" is completed as "compute" is, with "attention" as its argument.
std::string first_word(const CommandHelp& command) {
    return command.name.substr(0, command.name.find(' '));
}

Words arguments_of(const CommandHelp& command, const Workspace& workspace) {
    if (const std::size_t space = command.name.find(' '); space != std::string::npos)
        return {command.name.substr(space + 1)};
    for (const OptionHelp& option : command.options)
        if (option.positional) return values(option, workspace);
    return {};
}

Words choices_of(const Param& param) {
    return param.kind == ParamKind::toggle ? Words{"true", "false"} : param.choices;
}

Words keys_of(const Workspace::Entry& panel) {
    Words keys;
    for (const Param& param : panel.params) keys.push_back(param.key);
    return keys;
}

Words commands_of(const ProgramHelp& program) {
    Words names;
    for (const CommandHelp& command : program.commands)
        if (!command.name.empty()) names.push_back(first_word(command));
    return names;
}

std::string cases_for_parameters(const Workspace& workspace) {
    std::string keys, choices;
    for (const Workspace::Entry& panel : workspace.entries()) {
        keys += fmt::format("        {}) echo {} ;;\n", panel.info.name, spaced(keys_of(panel)));
        for (const Param& param : panel.params)
            if (const Words names = choices_of(param); !names.empty())
                choices += fmt::format("        {}:{}) echo {} ;;\n", panel.info.name, param.key, spaced(names));
    }
    return fmt::format(
        "_attnscope_keys() {{\n    case $1 in\n{}    esac\n}}\n_attnscope_choices() {{\n    case $1 in\n"
        "{}    esac\n}}\n",
        keys, choices);
}

std::string bash(const ProgramHelp& program, const Workspace& workspace) {
    std::string options, arguments, after;
    for (const CommandHelp& command : program.commands) {
        const std::string name = command.name.empty() ? "-" : first_word(command);
        Words names;
        for (const OptionHelp& option : command.options) {
            if (option.positional) continue;
            for (const std::string& one : names_of(option)) names.push_back(one);
            if (const Words words = values(option, workspace); !words.empty())
                after += fmt::format("        {}:{}) echo {} ;;\n", name, option.name, spaced(words));
            else if (is_file(option))
                after += fmt::format("        {}:{}) echo FILE ;;\n", name, option.name);
            else if (!option.value.empty() && !is_set(option))
                after += fmt::format("        {}:{}) echo NOTHING ;;\n", name, option.name);
        }
        options += fmt::format("        {}) echo {} ;;\n", name, spaced(names));
        if (const Words words = arguments_of(command, workspace); !words.empty())
            arguments += fmt::format("        {}) echo {} ;;\n", name, spaced(words));
    }
    return "# Completion of attnscope for bash. Written by `attnscope list --completion bash`.\n"
           "_attnscope_options() {\n    case $1 in\n" +
           options + "    esac\n}\n_attnscope_arguments() {\n    case $1 in\n" + arguments +
           "    esac\n}\n_attnscope_after() {\n    case $1 in\n" + after + "    esac\n}\n" +
           cases_for_parameters(workspace) +
           "_attnscope() {\n"
           "    local words current before command=- panel='' word list\n"
           "    read -ra words <<<\"${COMP_LINE:0:COMP_POINT}\"\n"
           "    case ${COMP_LINE:0:COMP_POINT} in *' ') words+=('') ;; esac\n"
           "    current=${words[-1]} before=${words[-2]}\n"
           "    for word in \"${words[@]:1:${#words[@]}-2}\"; do\n"
           "        case \" " +
           spaced(commands_of(program)) +
           " \" in *\" $word \"*) [ \"$command\" != - ] || command=$word ;; esac\n"
           "        case \" " +
           spaced(panels_of(workspace)) +
           " \" in *\" $word \"*) [ -n \"$panel\" ] || panel=$word ;; esac\n"
           "    done\n"
           "    COMPREPLY=()\n"
           "    if [ \"$before\" = --set ]; then\n"
           "        compopt -o nospace\n"
           "        case $current in\n"
           "            *=*)\n"
           "                mapfile -t COMPREPLY < <(compgen -W \"$(_attnscope_choices \"$panel:${current%%=*}\")\" -- "
           "\"${current#*=}\")\n"
           "                # Where = ends a word, what stands before it stays as it is.\n"
           "                case $COMP_WORDBREAKS in *=*) ;; *) COMPREPLY=(\"${COMPREPLY[@]/#/${current%%=*}=}\") ;; "
           "esac\n"
           "                ;;\n"
           "            *) mapfile -t COMPREPLY < <(compgen -S = -W \"$(_attnscope_keys \"$panel\")\" -- \"$current\") "
           ";;\n"
           "        esac\n"
           "        return\n"
           "    fi\n"
           "    list=$(_attnscope_after \"$command:$before\")\n"
           "    case $list in\n"
           "        NOTHING) return ;;\n"
           "        FILE) compopt -o default; return ;;\n"
           "        '') ;;\n"
           "        *) mapfile -t COMPREPLY < <(compgen -W \"$list\" -- \"$current\"); return ;;\n"
           "    esac\n"
           "    case $current in\n"
           "        -*) list=$(_attnscope_options \"$command\") ;;\n"
           "        *)\n"
           "            if [ \"$command\" = - ]; then\n"
           "                list='" +
           spaced(commands_of(program)) +
           "'\n"
           "                compopt -o default\n"
           "            else\n"
           "                list=$(_attnscope_arguments \"$command\")\n"
           "                case $command in lecture | handout) compopt -o default ;; esac\n"
           "            fi\n"
           "            ;;\n"
           "    esac\n"
           "    mapfile -t COMPREPLY < <(compgen -W \"$list\" -- \"$current\")\n"
           "}\n"
           "complete -F _attnscope attnscope\n";
}

std::string single_quoted(const std::string& text) {
    std::string safe = "'";
    for (const char letter : text) safe += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    return safe + "'";
}

// In _arguments of zsh brackets end a description and colons a part.
std::string for_zsh(const std::string& text) {
    std::string safe;
    for (const char letter : text) {
        if (letter == '[' || letter == ']' || letter == ':' || letter == '\\') safe += '\\';
        safe += letter;
    }
    return safe;
}

std::string zsh_value(const OptionHelp& option, const Workspace& workspace) {
    if (option.value.empty()) return "";
    if (is_set(option)) return ":parameter:_attnscope_parameter";
    if (const Words words = values(option, workspace); !words.empty())
        return fmt::format(":{}:({})", for_zsh(names_of(option).front()), spaced(words));
    return is_file(option) ? ":file:_files" : fmt::format(":{}: ", for_zsh(option.value));
}

std::string zsh(const ProgramHelp& program, const Workspace& workspace) {
    std::string commands, cases;
    for (const CommandHelp& command : program.commands) {
        std::string line;
        for (const OptionHelp& option : command.options) {
            if (option.positional) continue;
            const std::string repeated = is_set(option) ? "*" : "";
            for (const std::string& name : names_of(option))
                line += fmt::format(" \\\n                {}",
                                    single_quoted(fmt::format("{}{}[{}]{}", repeated, name, for_zsh(option.help),
                                                              zsh_value(option, workspace))));
        }
        if (const Words words = arguments_of(command, workspace); !words.empty())
            line += fmt::format(" \\\n                '1:argument:({})'", spaced(words));
        if (command.name.empty()) line += " \\\n                '1:command or state:_attnscope_first'";
        const std::string name = command.name.empty() ? "-" : first_word(command);
        cases += fmt::format("        {})\n            _arguments -s -S{}\n            ;;\n", name, line);
        if (!command.name.empty())
            commands += fmt::format("        {}\n", single_quoted(name + ":" + for_zsh(command.help)));
    }
    return "#compdef attnscope\n# Completion of attnscope for zsh. Written by `attnscope list --completion zsh`.\n" +
           cases_for_parameters(workspace) + "_attnscope_first() {\n    local -a commands=(\n" + commands +
           "    )\n    _describe command commands\n    _files -g '*.toml'\n}\n"
           "_attnscope_parameter() {\n    local panel=$words[2]\n    if compset -P 1 '*='; then\n"
           "        compadd -- $(_attnscope_choices $panel:${IPREFIX%=})\n    else\n"
           "        compadd -q -S = -- $(_attnscope_keys $panel)\n    fi\n}\n"
           "_attnscope() {\n    local command=-\n    if (( CURRENT > 2 )) && [[ $words[2] != -* ]]; then\n"
           "        command=$words[2]\n        shift words\n        (( CURRENT-- ))\n    fi\n    case $command in\n" +
           cases + "    esac\n}\n_attnscope \"$@\"\n";
}

std::string fish(const ProgramHelp& program, const Workspace& workspace) {
    std::string text =
        "# Completion of attnscope for fish. Written by `attnscope list --completion fish`.\n"
        "function __attnscope_parameter\n    set -l words (commandline -opc)\n    switch \"$words[3]\"\n";
    for (const Workspace::Entry& panel : workspace.entries()) {
        Words pairs;
        for (const Param& param : panel.params) {
            pairs.push_back(param.key + "=");
            for (const std::string& name : choices_of(param)) pairs.push_back(param.key + "=" + name);
        }
        text += fmt::format("        case {}\n            string join \\n {}\n", panel.info.name, spaced(pairs));
    }
    text += "    end\nend\n";
    for (const CommandHelp& command : program.commands) {
        const std::string condition = command.name.empty() ? std::string("__fish_use_subcommand")
                                                           : "__fish_seen_subcommand_from " + first_word(command);
        const std::string begin = fmt::format("complete -c attnscope -n {}", single_quoted(condition));
        if (!command.name.empty())
            text += fmt::format("complete -c attnscope -n __fish_use_subcommand -a {} -d {}\n", first_word(command),
                                single_quoted(command.help));
        if (const Words words = arguments_of(command, workspace); !words.empty())
            text += fmt::format("{} -f -a {}\n", begin, single_quoted(spaced(words)));
        for (const OptionHelp& option : command.options) {
            if (option.positional) continue;
            std::string line = begin;
            for (const std::string& name : names_of(option))
                line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
            if (is_set(option))
                line += " -x -a '(__attnscope_parameter)'";
            else if (const Words words = values(option, workspace); !words.empty())
                line += fmt::format(" -x -a {}", single_quoted(spaced(words)));
            else if (is_file(option))
                line += " -r -F";
            else if (!option.value.empty())
                line += " -x";
            text += fmt::format("{} -d {}\n", line, single_quoted(option.help));
        }
    }
    return text;
}

}  // namespace

std::string completion(CompletionShell shell, const ProgramHelp& program, const Workspace& workspace) {
    switch (shell) {
        case CompletionShell::bash:
            return bash(program, workspace);
        case CompletionShell::zsh:
            return zsh(program, workspace);
        case CompletionShell::fish:
            break;
    }
    return fish(program, workspace);
}

}  // namespace attnscope
