#include "app/state/play.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "app/language/language.hpp"
#include "core/io/file.hpp"

namespace attnscope {
namespace {

std::optional<double> number_in(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
    return value;
}

bool numeric(const Param& param) {
    return param.kind == ParamKind::integer || param.kind == ParamKind::real;
}

bool legal_end(const Param& param, double value) {
    return value >= param.lowest && value <= param.highest && value > param.above;
}

}  // namespace

double play_value(const Param& param, const Play& play, double elapsed) {
    double part = std::max(elapsed, 0.0) / play.seconds;
    if (play.there_and_back) {
        part = std::fmod(part, 2.0);
        if (part > 1) part = 2 - part;
    } else if (part != 1) {
        part = std::fmod(part, 1.0);
    }
    const bool by_ratio = param.logarithmic && play.from > 0 && play.to > 0;
    double value =
        by_ratio ? play.from * std::pow(play.to / play.from, part) : play.from + (play.to - play.from) * part;
    value = std::clamp(value, std::min(play.from, play.to), std::max(play.from, play.to));
    return param.kind == ParamKind::integer ? std::round(value) : value;
}

void put_played(const Param& param, const Play& play, double elapsed) {
    const double value = play_value(param, play, elapsed);
    if (param.kind == ParamKind::integer)
        static_cast<void>(set(param, Value(static_cast<std::int64_t>(value))));
    else
        static_cast<void>(set(param, Value(value)));
}

Result<void> check_play(const ParamList& params, const Play& play) {
    const Param* const param = find(params, play.key);
    if (param == nullptr) {
        std::string keys;
        for (const Param& p : params)
            if (numeric(p)) keys.append(keys.empty() ? "" : ", ").append(p.key);
        return invalid_input(tr("there is no parameter '{}' to play; there is: {}", printable(play.key, 80), keys));
    }
    if (!numeric(*param)) return invalid_input(tr("'{}' is no number: only numbers can be played", play.key));
    for (const double end : {play.from, play.to})
        if (!legal_end(*param, end))
            return invalid_input(tr("{} = {} cannot be played: it must be {}", play.key, end, legal_values(*param)));
    if (!(play.seconds >= play_seconds_min && play.seconds <= play_seconds_max))
        return invalid_input(tr("{} seconds from end to end are not possible: it must be a number from {} to {}",
                                play.seconds, play_seconds_min, play_seconds_max));
    return {};
}

Result<Play> parse_play(std::string_view text) {
    const std::size_t equals = text.find('='), dots = text.find("..", equals == std::string_view::npos ? 0 : equals);
    if (equals != std::string_view::npos && dots != std::string_view::npos && equals > 0) {
        const std::optional<double> from = number_in(text.substr(equals + 1, dots - equals - 1));
        const std::optional<double> to = number_in(text.substr(dots + 2));
        if (from && to) return Play{.key = std::string(text.substr(0, equals)), .from = *from, .to = *to};
    }
    return invalid_input(
        tr("'{}' says not what is played: it must be KEY=FROM..TO, as in temperature=0.1..5", printable(text, 80)));
}

}  // namespace attnscope
