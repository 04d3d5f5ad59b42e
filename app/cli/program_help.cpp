#include "app/cli/program_help.hpp"

#include <CLI/CLI.hpp>

namespace attnscope {
namespace {

// CLI11 writes what an option is given as "TYPE", "TYPE:{one,other}" or "TYPE:FLOAT in [0.1 - 16]".
void explain_value(const std::string& type, OptionHelp& option) {
    const std::size_t colon = type.find(':');
    const std::string rest = colon == std::string::npos ? "" : type.substr(colon + 1);
    option.value = type.substr(0, colon);
    if (rest.starts_with('{')) {
        const std::string names = rest.substr(1, rest.find('}') - 1);
        for (std::size_t at = 0; at <= names.size();) {
            const std::size_t comma = std::min(names.find(',', at), names.size());
            option.choices.push_back(names.substr(at, comma - at));
            at = comma + 1;
        }
    } else if (const std::size_t in = rest.find(" in ["); in != std::string::npos) {
        std::string range = rest.substr(in + 5, rest.find(']') - in - 5);
        range.replace(range.find(" - "), 3, " to ");
        option.help += ", " + range;
    } else if (colon != std::string::npos) {  // a name with a colon of its own, as in F.safetensors:NAME
        option.value = type;
    }
}

CommandHelp command_help(const CLI::App& command, const std::string& name) {
    CommandHelp help{name, command.get_description(), {}};
    for (const CLI::Option* option : command.get_options()) {
        if (option->get_group().empty()) continue;
        if (!name.empty() && option == command.get_help_ptr()) continue;
        OptionHelp one{.name = option->get_name(), .help = option->get_description()};
        one.positional = option->get_positional();
        one.required = option->get_required();
        one.otherwise = option->get_default_str();
        if (option->get_type_size() != 0) explain_value(option->get_type_name(), one);
        help.options.push_back(std::move(one));
    }
    return help;
}

void add_subcommands(const CLI::App& command, const std::string& name, std::vector<CommandHelp>& all) {
    for (const CLI::App* sub : command.get_subcommands([](const CLI::App* app) { return !app->get_group().empty(); })) {
        const std::string whole = name.empty() ? sub->get_name() : name + " " + sub->get_name();
        if (sub->get_require_subcommand_min() == 0) all.push_back(command_help(*sub, whole));
        add_subcommands(*sub, whole, all);
    }
}

}  // namespace

ProgramHelp program_help(const CLI::App& program, std::vector<std::string> examples) {
    ProgramHelp help{std::move(examples), {command_help(program, "")}};
    add_subcommands(program, "", help.commands);
    return help;
}

}  // namespace attnscope
