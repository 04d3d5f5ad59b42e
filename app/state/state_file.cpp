#include "app/state/state_file.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <system_error>

#include "app/language/language.hpp"
#include "app/state/snapshot_toml.hpp"
#include "app/state/toml_write.hpp"
#include "core/io/file.hpp"

namespace attnscope {
namespace {

namespace fs = std::filesystem;

void append_table(std::string& out, std::string_view title, const ParamValues& values) {
    out += fmt::format("\n[{}]\n", title);
    for (const auto& [key, value] : values) out += fmt::format("{} = {}\n", toml_key(key), toml_value(value));
}

/// Renames it to a name that is free. Returns the new name.
Result<fs::path> set_aside(const fs::path& path) {
    for (int number = 1; number < 1000; ++number) {
        fs::path target = path;
        target += number == 1 ? ".damaged" : fmt::format(".damaged.{}", number);
        std::error_code error;
        if (fs::exists(fs::symlink_status(target, error))) continue;
        fs::rename(path, target, error);
        if (error) return io_error(error.message());
        return target;
    }
    return io_error(tr("there are a thousand damaged ones already"));
}

fs::path absolute_from_environment(const char* variable) {
    const char* value = std::getenv(variable);
    fs::path path = value == nullptr ? "" : value;
    return path.is_absolute() ? path : fs::path();
}

}  // namespace

std::string format_state(const StateFile& state) {
    std::string out =
        fmt::format("# The state of AttnScope {}. Written when the program ends; edit it while it does not run.\n",
                    ATTNSCOPE_VERSION);
    out += fmt::format("version = {}\n", state.version);
    if (!state.panel.empty()) out += fmt::format("panel = {}\n", toml_text(state.panel));
    if (!state.language.empty()) out += fmt::format("language = {}\n", toml_text(state.language));
    out += fmt::format("theme = {}\nscale = {}\n", toml_text(state.theme), toml_float(state.scale));
    if (state.window_width || state.window_height) out += "\n[window]\n";
    if (state.window_width) out += fmt::format("width = {}\n", *state.window_width);
    if (state.window_height) out += fmt::format("height = {}\n", *state.window_height);
    if (!state.exported.empty()) append_table(out, "export", state.exported);
    for (const auto& [name, values] : state.panels) append_table(out, "panels." + toml_key(name), values);
    for (const auto& [name, values] : state.compared) append_table(out, "compare." + toml_key(name), values);
    append_snapshots(out, state.snapshots);
    return out;
}

Result<void> apply(const ParamList& params, const ParamValues& values, std::vector<std::string>& warnings) {
    const ParamValues before = capture(params);
    for (const auto& [key, value] : values) {
        const Param* param = find(params, key);
        if (param == nullptr) {
            warnings.push_back(tr("{} is not a parameter here; it was left out", '"' + printable(key, 60) + '"'));
        } else if (auto done = set(*param, value); !done) {
            for (std::size_t i = 0; i < params.size(); ++i) params[i].put(before[i].second);
            return done;
        }
    }
    return {};
}

fs::path state_folder() {
    if (const fs::path state = absolute_from_environment("XDG_STATE_HOME"); !state.empty()) return state / "attnscope";
    if (const fs::path home = absolute_from_environment("HOME"); !home.empty())
        return home / ".local" / "state" / "attnscope";
    return {};
}

Result<void> save_state(const fs::path& path, const StateFile& state) {
    const fs::path folder = path.parent_path();
    std::error_code error;
    if (!folder.empty() && !fs::exists(folder, error)) {
        fs::create_directories(folder, error);
        if (error) return io_error(tr("cannot make the folder '{}': {}", printable(folder.string()), error.message()));
        fs::permissions(folder, fs::perms::owner_all,
                        error);  // others' business or not: a failure here is no reason to stop
    }
    return write_file_atomically(path, format_state(state));
}

Result<StateFile> read_state(const fs::path& path) {
    const Result<std::string> text = read_file(path, state_file_max_bytes);
    if (!text) return text.error();
    return parse_state(*text, path.string());
}

LoadedState load_or_set_aside(const fs::path& path) {
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return {};
    const std::string name = printable(path.string());
    std::string reason;
    const auto size = size_of_file(path);
    if (!size) return {{}, tr("{}; starting with the defaults", size.error().what)};
    if (*size > state_file_max_bytes) {
        reason = tr("{}: {} bytes are too many for a state file (at most {})", name, *size, state_file_max_bytes);
    } else {
        const auto text = read_file(path, state_file_max_bytes);
        if (!text) return {{}, tr("{}; starting with the defaults", text.error().what)};
        auto state = parse_state(*text, path.string());
        if (state) return {std::move(state).value(), ""};
        reason = state.error().what;
    }
    const auto aside = set_aside(path);
    if (!aside) return {{}, tr("{}; starting with the defaults; it cannot be renamed: {}", reason, aside.error().what)};
    return {{},
            tr("{}; starting with the defaults; the file was set aside as {}", reason,
               printable(aside->filename().string()))};
}

}  // namespace attnscope
