// Any bytes as what the command line says in words of its own: "set key=value", "size 1600x1000", "play key=1..2",
// "mask window:3", one a line, of the panel of attention. It is taken, and what it gives is legal; or it is refused in
// one short line.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "app/cli/compute_options.hpp"
#include "app/cli/prepare.hpp"
#include "app/state/play.hpp"
#include "core/base/check.hpp"

namespace attnscope {
namespace {

// With every value that is said in full, and a list of all keys.
constexpr std::size_t longest_sentence = 4000;

void expect_sentence(const Error& error) {
    check(!error.what.empty() && error.what.size() < longest_sentence, "an error is a sentence");
    for (const char c : error.what) check(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F, "an error is one line");
}

void read_assignment(Workspace& workspace, std::string_view words) {
    std::string warnings;
    const auto entry = prepare(
        workspace, {.panel = "attention", .state = {}, .assign = {std::string(words)}, .out = {}, .language = {}},
        warnings);
    if (!entry) expect_sentence(entry.error());
}

void read_size(std::string_view words) {
    RenderArguments arguments;
    arguments.size = std::string(words);
    const Result<FigureSize> size = size_of(arguments);
    if (!size) return expect_sentence(size.error());
    check(size->width >= 200 && size->width <= 16384 && size->height >= 150 && size->height <= 16384, "a legal size");
}

void read_play(const Workspace& workspace, std::string_view words) {
    const Result<Play> play = parse_play(words);
    if (!play) return expect_sentence(play.error());
    const ParamList& params = workspace.find_panel("attention")->params;
    if (const Result<void> legal = check_play(params, *play); !legal) return expect_sentence(legal.error());
    const Param& param = *find(params, play->key);
    for (const double elapsed : {0.0, 0.3, 0.5, 1.0, 1.7, 1e9}) {
        const double value = play_value(param, *play, elapsed * play->seconds);
        check(set_from_text(param,
                            param.kind == ParamKind::integer ? fmt::format("{:.0f}", value) : fmt::format("{}", value))
                  .has_value(),
              "what is played is legal");
        put_played(param, *play, elapsed * play->seconds);
    }
}

void read_mask(std::string_view words) {
    ComputeArguments arguments;
    arguments.mask = std::string(words);
    const Result<ComputeOptions> options = parse_options(arguments);
    if (!options) return expect_sentence(options.error());
    check(validate_mask(options->attention.mask).has_value(), "what is taken is legal");
    constexpr Index keys = 5;
    for (Index query = 0; query < 7; ++query) {
        const KeyRange seen = visible_keys(options->attention.mask, query, keys);
        check(seen.begin >= 0 && seen.begin <= seen.end && seen.end <= keys, "keys that there are");
    }
}

void read_line(Workspace& workspace, std::string_view line) {
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) return;
    const std::string_view option = line.substr(0, space), words = line.substr(space + 1);
    if (option == "set") read_assignment(workspace, words);
    if (option == "size") read_size(words);
    if (option == "play") read_play(workspace, words);
    if (option == "mask") read_mask(words);
}

}  // namespace
}  // namespace attnscope

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace attnscope;
    static Workspace workspace;
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        read_line(workspace, rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return 0;
}
