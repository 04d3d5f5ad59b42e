#include "app/state/list_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/io/file.hpp"
#include "core/text/utf8.hpp"

namespace attnscope {
namespace {

using Json = nlohmann::ordered_json;

std::string_view type_name(ParamKind kind) {
    switch (kind) {
        case ParamKind::toggle:
            return "toggle";
        case ParamKind::integer:
            return "integer";
        case ParamKind::real:
            return "real";
        case ParamKind::choice:
            return "choice";
        case ParamKind::text:
            break;
    }
    return "text";
}

Json json_of(const Value& value) {
    return std::visit([](const auto& content) { return Json(content); }, value);
}

/// A slider's end, without ".0" where the parameter is whole.
Json end_of_range(const Param& param, double end) {
    return param.kind == ParamKind::integer ? Json(static_cast<std::int64_t>(end)) : Json(end);
}

/// How wide a text is, one column for each code point.
std::size_t columns(std::string_view text) {
    std::size_t count = 0;
    for ([[maybe_unused]] const CodePoint& point : CodePoints(text)) ++count;
    return count;
}

std::string padded(std::string text, std::size_t width) {
    const std::size_t length = columns(text);
    if (length < width) text.append(width - length, ' ');
    return text;
}

}  // namespace

Json describe_json(const ParamList& params) {
    Json list = Json::array();
    for (const Param& param : params) {
        Json entry = {
            {"key", param.key}, {"label", param.label}, {"group", param.group}, {"type", type_name(param.kind)}};
        if (param.kind == ParamKind::integer || param.kind == ParamKind::real)
            entry["range"] = {end_of_range(param, param.min), end_of_range(param, param.max)};
        if (param.kind == ParamKind::choice) entry["choices"] = param.choices;
        if (param.kind == ParamKind::text) entry["max_bytes"] = param.max_bytes;
        entry["legal"] = legal_values(param);
        entry["default"] = json_of(param.default_value);
        entry["unit"] = param.unit;
        entry["help"] = param.help;
        list.push_back(std::move(entry));
    }
    return list;
}

nlohmann::ordered_json values_json(const ParamList& params) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    for (const Param& param : params) std::visit([&](const auto& value) { json[param.key] = value; }, param.get());
    return json;
}

std::string default_in_words(const Param& param) {
    if (const auto* text = std::get_if<std::string>(&param.default_value))
        return param.kind == ParamKind::text ? '"' + printable(*text, 24) + '"' : *text;
    return json_of(param.default_value).dump();
}

std::string describe_table(const ParamList& params) {
    using Row = std::array<std::string, 3>;
    std::vector<Row> rows;
    std::array<std::size_t, 3> widths{};
    for (const Param& param : params) {
        rows.push_back(
            {param.key, default_in_words(param) + (param.unit.empty() ? "" : " " + param.unit), legal_values(param)});
        for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], columns(rows.back()[i]));
    }
    std::string table;
    const std::string* group = nullptr;
    for (std::size_t i = 0; i < params.size(); ++i) {
        const Param& param = params[i];
        if ((group == nullptr || *group != param.group) && !param.group.empty()) table += param.group + '\n';
        group = &param.group;
        std::string line = "  ";
        for (std::size_t column = 0; column < widths.size(); ++column)
            line += padded(rows[i][column], widths[column]) + "  ";
        line += param.help;
        line.erase(line.find_last_not_of(' ') + 1);
        table += line + '\n';
    }
    return table;
}

}  // namespace attnscope
