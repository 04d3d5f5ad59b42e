// Any bytes as the values of `--set key=value` and of a state file: "panel key=value", one a line. A value is taken,
// and then its text restores it; or it is refused in one sentence that names the key, and nothing has changed.
#include <cstdint>

#include "app/panels/workspace.hpp"
#include "core/base/check.hpp"

namespace attnscope {
namespace {

void assign(const Workspace& workspace, std::string_view line) {
    const std::size_t space = line.find(' '), equals = line.find('=');
    if (space == std::string_view::npos || equals == std::string_view::npos || equals < space) return;
    const Workspace::Entry* const entry = workspace.find_panel(line.substr(0, space));
    if (entry == nullptr) return;
    const Param* const param = find(entry->params, line.substr(space + 1, equals - space - 1));
    if (param == nullptr) return;
    const Value before = param->get();
    const Result<void> done = set_from_text(*param, line.substr(equals + 1));
    if (!done) {
        check(done.error().what.find(param->key) != std::string::npos, "an error names the key");
        check(done.error().what.find('\n') == std::string::npos, "an error is one line");
        check(param->get() == before, "what is refused changes nothing");
        return;
    }
    const Value taken = param->get();
    reset(*param);
    check(set_from_text(*param, to_text(*param)).has_value(), "the default is legal");
    check(set(*param, taken).has_value() && param->get() == taken, "what is taken is legal");
    const std::string text = to_text(*param);
    reset(*param);
    check(set_from_text(*param, text).has_value() && param->get() == taken, "a value's text restores it");
    static_cast<void>(to_display(*param));
}

}  // namespace
}  // namespace attnscope

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace attnscope;
    static Workspace workspace;
    for (const Workspace::Entry& entry : workspace.entries())
        for (const Param& param : entry.params) reset(param);
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
        assign(workspace, rest.substr(0, rest[end] == '\n' ? end : end + 1));
        rest.remove_prefix(end + 1);
    }
    // Parameters that limit each other agree after a control was moved, and a state file takes and gives all of them.
    for (const Workspace::Entry& entry : workspace.entries()) {
        entry.panel->agree();
        for (const Param& param : entry.params) check(set(param, param.get()).has_value(), "agreed values are legal");
    }
    const std::string state = format_state(workspace.to_state());
    const Result<StateFile> read = parse_state(state, "state");
    check(read.has_value(), read ? "" : read.error().what);
    const auto applied = workspace.apply_state(*read);
    check(applied.has_value(), applied ? "" : applied.error().what);
    check(applied->empty(), "nothing is left out");
    check(format_state(workspace.to_state()) == state, "a state file restores every value");
    return 0;
}
