#include "app/state/params.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <system_error>

#include "app/language/language.hpp"
#include "core/base/check.hpp"
#include "core/io/file.hpp"
#include "core/text/utf8.hpp"

namespace attnscope {
namespace {

/// The shortest text that reads back as exactly this number; whole numbers without ".0".
// Whole numbers as people write them: 10000, not 1e4.
bool reads_whole(double x) {
    return x == std::floor(x) && std::abs(x) < 1e7;
}

std::string shortest(double x) {
    if (reads_whole(x)) return fmt::format("{:.0f}", x);
    std::array<char, 32> buffer{};
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), x);
    check(error == std::errc(), "32 bytes hold every shortest double");
    return {buffer.data(), end};
}

bool is_number(const Param& param) {
    return param.kind == ParamKind::integer || param.kind == ParamKind::real;
}

/// "key: WHAT PROBLEM; it must be LEGAL", the shape of every refusal here.
Error refusal(const Param& param, const std::string& problem) {
    return invalid_input(tr("{}: {}; it must be {}", param.key, problem, legal_values(param)));
}

std::string in_quotes(std::string_view text) {
    return '"' + printable(text, 60) + '"';
}

std::string shown(const Value& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
    if (const auto* real = std::get_if<double>(&value)) return shortest(*real);
    return in_quotes(std::get<std::string>(value));
}

std::string problem_of_kind(ParamKind kind, std::string_view shown_as) {
    switch (kind) {
        case ParamKind::toggle:
            return tr("{} is neither true nor false", shown_as);
        case ParamKind::integer:
            return tr("{} is not a whole number", shown_as);
        case ParamKind::real:
            return tr("{} is not a number", shown_as);
        case ParamKind::choice:
            return tr("{} is not one of the choices", shown_as);
        case ParamKind::text:
            break;
    }
    return tr("{} is not a text", shown_as);
}

std::string out_of_range(std::string_view shown_as) {
    return tr("{} is out of range", shown_as);
}

/// The value as the kind of the parameter keeps it; nothing where the kinds do not fit.
std::optional<Value> converted(const Param& param, const Value& value) {
    switch (param.kind) {
        case ParamKind::toggle:
            if (std::holds_alternative<bool>(value)) return value;
            break;
        case ParamKind::integer:
            if (std::holds_alternative<std::int64_t>(value)) return value;
            break;
        case ParamKind::real:
            if (std::holds_alternative<double>(value)) return value;
            if (const auto* whole = std::get_if<std::int64_t>(&value)) return Value(static_cast<double>(*whole));
            break;
        case ParamKind::choice:
        case ParamKind::text:
            if (std::holds_alternative<std::string>(value)) return value;
            break;
    }
    return std::nullopt;
}

Result<void> check_number(const Param& param, double number, std::string_view shown_as) {
    if (std::isnan(number)) return refusal(param, problem_of_kind(ParamKind::real, shown_as));
    if (std::isinf(number) || number < param.lowest || number > param.highest || number <= param.above)
        return refusal(param, out_of_range(shown_as));
    return {};
}

Result<void> check_text(const Param& param, const std::string& text) {
    if (text.size() > param.max_bytes) return refusal(param, tr("a text of {} bytes is too long", text.size()));
    if (const auto valid = validate_utf8(text); !valid) return invalid_input(param.key + ": " + valid.error().what);
    return {};
}

/// Whether a value of the right kind is legal. `shown_as`: how an error names it.
Result<void> check_legal(const Param& param, const Value& value, std::string_view shown_as) {
    switch (param.kind) {
        case ParamKind::toggle:
            break;
        case ParamKind::integer:
            return check_number(param, static_cast<double>(std::get<std::int64_t>(value)), shown_as);
        case ParamKind::real:
            return check_number(param, std::get<double>(value), shown_as);
        case ParamKind::choice:
            if (std::ranges::find(param.choices, std::get<std::string>(value)) == param.choices.end())
                return refusal(param, problem_of_kind(param.kind, shown_as));
            break;
        case ParamKind::text:
            return check_text(param, std::get<std::string>(value));
    }
    return {};
}

Result<void> set_checked(const Param& param, const Value& value, std::string_view shown_as) {
    const std::optional<Value> fitting = converted(param, value);
    if (!fitting) return refusal(param, problem_of_kind(param.kind, shown_as));
    if (auto legal = check_legal(param, *fitting, shown_as); !legal) return legal;
    param.put(*fitting);
    return {};
}

std::optional<bool> parse_toggle(std::string_view text) {
    for (const std::string_view yes : {"true", "on", "yes", "1"})
        if (text == yes) return true;
    for (const std::string_view no : {"false", "off", "no", "0"})
        if (text == no) return false;
    return std::nullopt;
}

template <class Number>
struct Parsed {
    std::optional<Number> number;
    bool too_large = false;  // it is a number, but the type cannot hold it
};

/// Strict: the whole text, no spaces, no sign but '-', no locale.
template <class Number>
Parsed<Number> parse_number(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (end != text.data() + text.size() || error == std::errc::invalid_argument) return {};
    if (error == std::errc::result_out_of_range) return {{}, true};
    return {number, false};
}

template <class Number>
Result<void> set_number_from_text(const Param& param, std::string_view text) {
    const Parsed<Number> parsed = parse_number<Number>(text);
    if (parsed.too_large) return refusal(param, out_of_range(printable(text, 60)));
    if (!parsed.number) return refusal(param, problem_of_kind(param.kind, in_quotes(text)));
    return set_checked(param, Value(*parsed.number), printable(text, 60));
}

void check_key(const ParamList& params, std::string_view key) {
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    check(!key.empty() && std::ranges::all_of(key, plain), "a parameter's key is snake_case");
    check(find(params, key) == nullptr, "each parameter's key is unique");
}

void check_numbers(const Param& param) {
    check(param.min < param.max, "a slider's range is not empty");
    check(param.lowest <= param.highest, "the legal range is not empty");
    check(param.min >= param.lowest && param.max <= param.highest && param.min > param.above,
          "a slider reaches legal values only");
    check(!param.logarithmic || param.min > 0, "a logarithmic slider begins above 0");
}

// Each a text of its own: what stands around a number, and in which form, is another language's own affair.
std::string legal_numbers(const Param& param, bool has_lowest) {
    const bool whole = param.kind == ParamKind::integer;
    const bool has_above = std::isfinite(param.above) && !has_lowest;
    const bool has_highest = std::isfinite(param.highest);
    const std::string lowest = shortest(has_above ? param.above : param.lowest), highest = shortest(param.highest);
    if (has_lowest && has_highest)
        return whole ? tr("a whole number from {} to {}", lowest, highest)
                     : tr("a number from {} to {}", lowest, highest);
    if (has_lowest) return whole ? tr("a whole number of at least {}", lowest) : tr("a number of at least {}", lowest);
    if (has_above && has_highest)
        return whole ? tr("a whole number greater than {} and at most {}", lowest, highest)
                     : tr("a number greater than {} and at most {}", lowest, highest);
    if (has_above) return whole ? tr("a whole number greater than {}", lowest) : tr("a number greater than {}", lowest);
    if (has_highest) return whole ? tr("a whole number of at most {}", highest) : tr("a number of at most {}", highest);
    return whole ? tr("a whole number") : tr("a number");
}

/// Called when the parameter is complete.
void take_default(Param& param) {
    if (is_number(param)) check_numbers(param);
    param.default_value = param.get();
    const auto legal = check_legal(param, param.default_value, "the value described");
    check(legal.has_value(), legal ? "" : legal.error().what);
}

}  // namespace

std::string legal_values(const Param& param) {
    if (param.kind == ParamKind::toggle) return tr("true or false");
    if (param.kind == ParamKind::text) return tr("UTF-8 text of at most {} bytes", param.max_bytes);
    if (param.kind == ParamKind::choice) return tr("one of {}", fmt::to_string(fmt::join(param.choices, ", ")));

    const bool has_lowest = std::isfinite(param.lowest) && param.lowest > param.above;
    const bool slider_is_narrower = !has_lowest || param.min != param.lowest || param.max != param.highest;
    const std::string words = legal_numbers(param, has_lowest);
    return slider_is_narrower ? words + " " + tr("(slider from {} to {})", shortest(param.min), shortest(param.max))
                              : words;
}

Result<void> set(const Param& param, const Value& value) {
    return set_checked(param, value, shown(value));
}

Result<void> set_from_text(const Param& param, std::string_view text) {
    switch (param.kind) {
        case ParamKind::toggle: {
            const std::optional<bool> flag = parse_toggle(text);
            if (!flag) return refusal(param, problem_of_kind(param.kind, in_quotes(text)));
            return set_checked(param, Value(*flag), text);
        }
        case ParamKind::integer:
            return set_number_from_text<std::int64_t>(param, text);
        case ParamKind::real:
            return set_number_from_text<double>(param, text);
        case ParamKind::choice:
        case ParamKind::text:
            break;
    }
    return set_checked(param, Value(std::string(text)), in_quotes(text));
}

std::string to_text(const Param& param) {
    const Value value = param.get();
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    return shown(value);
}

std::string to_display(const Param& param, int digits) {
    const Value value = param.get();
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? tr_in("toggle", "on") : tr_in("toggle", "off");
    const auto* real = std::get_if<double>(&value);
    if (real == nullptr) return to_text(param);
    check(digits >= 1, "at least one digit");
    if (reads_whole(*real)) return shortest(*real);
    std::string text = fmt::format("{:.{}g}", *real, digits);
    // 1e+05 and 1e-07 read better as 1e5 and 1e-7.
    if (const std::size_t e = text.find('e'); e != std::string::npos) {
        std::size_t sign = e + 1;
        if (text[sign] == '+')
            text.erase(sign, 1);
        else
            ++sign;
        while (sign + 1 < text.size() && text[sign] == '0') text.erase(sign, 1);
    }
    return text;
}

void reset(const Param& param) {
    param.put(param.default_value);
}

bool is_default(const Param& param) {
    return param.get() == param.default_value;
}

const Param* find(const ParamList& params, std::string_view key) {
    const auto found = std::ranges::find(params, key, &Param::key);
    return found == params.end() ? nullptr : &*found;
}

ParamValues capture(const ParamList& params) {
    ParamValues values;
    values.reserve(params.size());
    for (const Param& param : params) values.emplace_back(param.key, param.get());
    return values;
}

std::vector<std::string> restore(const ParamList& params, const ParamValues& values) {
    std::vector<std::string> complaints;
    for (const auto& [key, value] : values) {
        const Param* param = find(params, key);
        if (param == nullptr)
            complaints.push_back(tr("{} is not a parameter here; it was left out", in_quotes(key)));
        else if (const auto done = set(*param, value); !done)
            complaints.push_back(tr("{}; it was left as it was", done.error().what));
    }
    return complaints;
}

void Describe::group(std::string title) {
    group_ = std::move(title);
}

Param& Describe::add(std::string key, std::string label, std::string help, ParamKind kind) {
    check_key(params_, key);
    Param param;
    param.key = std::move(key);
    param.label = label.empty() ? param.key : std::move(label);
    param.group = group_;
    param.help = std::move(help);
    param.kind = kind;
    params_.push_back(std::move(param));
    return params_.back();
}

void Describe::toggle(std::string key, bool& field, ChoiceInfo info) {
    Param& param = add(std::move(key), std::move(info.label), std::move(info.help), ParamKind::toggle);
    param.visible = std::move(info.visible);
    param.get = [&field] { return Value(field); };
    param.put = [&field](const Value& value) { field = std::get<bool>(value); };
    take_default(param);
}

void Describe::integer(std::string key, int& field, IntegerInfo info) {
    using Limits64 = std::numeric_limits<std::int64_t>;
    using Limits = std::numeric_limits<int>;
    if (info.lowest == Limits64::min()) info.lowest = info.min;
    if (info.highest == Limits64::max()) info.highest = info.max;
    check(info.lowest >= Limits::min() && info.highest <= Limits::max(), "the legal range fits the int it is kept in");
    Param& param = add(std::move(key), std::move(info.label), std::move(info.help), ParamKind::integer);
    param.min = static_cast<double>(info.min);
    param.max = static_cast<double>(info.max);
    param.lowest = static_cast<double>(info.lowest);
    param.highest = static_cast<double>(info.highest);
    param.logarithmic = info.log;
    param.unit = std::move(info.unit);
    param.visible = std::move(info.visible);
    param.ends = std::move(info.ends);
    param.get = [&field] { return Value(std::int64_t{field}); };
    param.put = [&field](const Value& value) { field = static_cast<int>(std::get<std::int64_t>(value)); };
    take_default(param);
}

void Describe::real(std::string key, double& field, RealInfo info) {
    const double infinity = std::numeric_limits<double>::infinity();
    const bool open = std::isfinite(info.above);
    Param& param = add(std::move(key), std::move(info.label), std::move(info.help), ParamKind::real);
    param.min = info.min;
    param.max = info.max;
    param.lowest = !std::isnan(info.lowest) ? info.lowest : open ? -infinity : info.min;
    param.highest = !std::isnan(info.highest) ? info.highest : open ? infinity : info.max;
    param.above = info.above;
    param.logarithmic = info.log;
    param.unit = std::move(info.unit);
    param.visible = std::move(info.visible);
    param.get = [&field] { return Value(field); };
    param.put = [&field](const Value& value) { field = std::get<double>(value); };
    take_default(param);
}

void Describe::text(std::string key, std::string& field, TextInfo info) {
    Param& param = add(std::move(key), std::move(info.label), std::move(info.help), ParamKind::text);
    param.max_bytes = info.max_bytes;
    param.visible = std::move(info.visible);
    param.get = [&field] { return Value(field); };
    param.put = [&field](const Value& value) { field = std::get<std::string>(value); };
    take_default(param);
}

void Describe::choice_index(std::string key, std::function<std::size_t()> get, std::function<void(std::size_t)> put,
                            const std::vector<std::string>& names, ChoiceInfo info) {
    Param& param = add(std::move(key), std::move(info.label), std::move(info.help), ParamKind::choice);
    param.choices = names;
    param.visible = std::move(info.visible);
    param.get = [get = std::move(get), names] {
        const std::size_t index = get();
        check(index < names.size(), "a choice's field holds one of its named values");
        return Value(names[index]);
    };
    param.put = [put = std::move(put), names](const Value& value) {
        const auto found = std::ranges::find(names, std::get<std::string>(value));
        check(found != names.end(), "a choice is set to one of its names");
        put(static_cast<std::size_t>(found - names.begin()));
    };
    take_default(param);
}

}  // namespace attnscope
