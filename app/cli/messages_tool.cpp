// Prints, as a gettext template, the texts that parameters and panels were declared with: those that no tr() in the
// code names. .ci/messages joins them with what xgettext finds.
#include <cstdio>
#include <set>
#include <string>
#include <tuple>

#include "app/panels/workspace.hpp"
#include "app/state/export_settings.hpp"

namespace attnscope {
namespace {

using Message = std::pair<std::string, std::string>;  // context, text

std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result + "\"";
}

void add(std::set<Message>& messages, const ParamList& params) {
    for (const Param& param : params) {
        messages.insert({{"label", param.label}, {"", param.help}, {"group", param.group}, {"unit", param.unit}});
        for (const std::string& choice : param.choices) messages.insert({"choice", choice});
    }
}

int print_messages() {
    std::set<Message> messages;
    const Workspace workspace;
    for (const Workspace::Entry& entry : workspace.entries()) {
        add(messages, entry.params);
        messages.insert({{"panel", entry.info.title}, {"", entry.info.help}});
        // A panel's parts depend on the picture that is chosen.
        for (const Param& param : entry.params) {
            if (param.kind != ParamKind::choice) continue;
            for (const std::string& choice : param.choices)
                if (set(param, Value(choice)))
                    for (const std::string& part : entry.panel->parts()) messages.insert({"part", part});
            reset(param);
        }
    }
    ExportSettings settings;
    add(messages, describe(settings));
    std::printf("msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n");
    for (const auto& [context, text] : messages) {
        if (text.find_first_not_of(" ") == std::string::npos) continue;
        if (!context.empty()) std::printf("\nmsgctxt %s", quoted(context).c_str());
        std::printf("\nmsgid %s\nmsgstr \"\"\n", quoted(text).c_str());
    }
    return 0;
}

}  // namespace
}  // namespace attnscope

int main() {
    return attnscope::print_messages();
}
