// A parameter is declared once. One describe() makes the slider, its tooltip and reset, `--set key=value`, the state
// file, undo, and `attnscope list`.
//
//     struct Params {
//         double temperature = 1;
//         void describe(Describe& d) {
//             d.group("Score");
//             d.real("temperature", temperature, {.label = "temperature", .min = 0.05, .max = 20, .above = 0, .log =
//             true,
//                                                 .help = "scores are divided by it before softmax"});
//         }
//     };
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/result.hpp"

namespace attnscope {

/// A parameter's value, whatever its kind. A choice is the name of the chosen entry.
using Value = std::variant<bool, std::int64_t, double, std::string>;

enum class ParamKind { toggle, integer, real, choice, text };

/// One described parameter, bound to the field it was declared with (which must outlive it).
struct Param {
    std::string key;    // the name in --set, in state files and in `list`: snake_case
    std::string label;  // what stands beside the control
    std::string group;  // the title of the group of controls it stands in
    std::string help;   // one sentence: the tooltip, and `list`
    std::string unit;   // written after the value; empty for a pure number
    ParamKind kind = ParamKind::toggle;
    // integer and real: [min, max] is the slider's range; every value in [lowest, highest] is legal when typed, and
    // strictly greater than `above`.
    double min = 0, max = 0;
    double lowest = 0, highest = 0;
    double above = -std::numeric_limits<double>::infinity();
    bool logarithmic = false;
    std::size_t max_bytes = 0;         // text only
    std::vector<std::string> choices;  // choice only: the names
    Value default_value;               // the field's value when it was described
    std::function<bool()> visible;     // whether the control makes sense now; empty = always
    // Where the slider ends now, when that depends on other parameters: inside [min, max] and at most as wide.
    std::function<std::pair<double, double>()> ends;
    std::function<Value()> get;
    std::function<void(const Value&)> put;  // unchecked; use set()
};

/// The legal values in words, for error sentences and `list`: "a number from 0.05 to 20", "one of none, causal,
/// window".
std::string legal_values(const Param& param);

/// Checks the value's kind and range, then writes it. An error leaves the field as it was and states the legal values.
/// An integer is accepted where a real is wanted.
Result<void> set(const Param& param, const Value& value);
/// The same from text, as in `--set key=value` or typed into a slider.
Result<void> set_from_text(const Param& param, std::string_view text);
/// The value as text that set_from_text() restores exactly.
std::string to_text(const Param& param);
/// The value as a person reads it beside the slider: at most `digits` significant digits, without the unit.
std::string to_display(const Param& param, int digits = 4);
void reset(const Param& param);
bool is_default(const Param& param);

using ParamList = std::vector<Param>;
const Param* find(const ParamList& params, std::string_view key);

/// All values of a list, by key: what undo, snapshots and state files keep.
using ParamValues = std::vector<std::pair<std::string, Value>>;
ParamValues capture(const ParamList& params);
/// Writes those values whose keys exist and that are legal. Unknown or illegal ones are left out, a sentence for each
/// is returned.
std::vector<std::string> restore(const ParamList& params, const ParamValues& values);

struct RealInfo {
    std::string label;
    double min = 0, max = 1;  // the slider's range
    // Legal range; NaN = min and max, or no limit where `above` is given. Infinities are never legal values.
    double lowest = std::numeric_limits<double>::quiet_NaN();
    double highest = std::numeric_limits<double>::quiet_NaN();
    double above = -std::numeric_limits<double>::infinity();  // legal values are strictly greater
    bool log = false;
    std::string unit = {};
    std::string help = {};
    std::function<bool()> visible = {};
};

struct IntegerInfo {
    std::string label;
    std::int64_t min = 0, max = 100;
    std::int64_t lowest = std::numeric_limits<std::int64_t>::min();   // legal range; the extreme = min
    std::int64_t highest = std::numeric_limits<std::int64_t>::max();  // the extreme = max
    bool log = false;
    std::string unit = {};
    std::string help = {};
    std::function<bool()> visible = {};
    std::function<std::pair<double, double>()> ends = {};  // as in Param
};

struct ChoiceInfo {
    std::string label;
    std::string help = {};
    std::function<bool()> visible = {};
};

struct TextInfo {
    std::string label;
    std::size_t max_bytes = 1U << 20U;
    std::string help = {};
    std::function<bool()> visible = {};
};

class Describe {
public:
    void group(std::string title);
    void toggle(std::string key, bool& field, ChoiceInfo info);
    void integer(std::string key, int& field, IntegerInfo info);
    void real(std::string key, double& field, RealInfo info);
    void text(std::string key, std::string& field, TextInfo info);
    /// names[i] is the name of the enumerator with value i.
    template <class Enum>
    void choice(const std::string& key, Enum& field, const std::vector<std::string>& names, const ChoiceInfo& info) {
        choice_index(
            key, [&field] { return static_cast<std::size_t>(field); },
            [&field](std::size_t index) { field = static_cast<Enum>(index); }, names, info);
    }

    ParamList take() { return std::move(params_); }

private:
    void choice_index(std::string key, std::function<std::size_t()> get, std::function<void(std::size_t)> put,
                      const std::vector<std::string>& names, ChoiceInfo info);
    Param& add(std::string key, std::string label, std::string help, ParamKind kind);

    std::string group_;
    ParamList params_;
};

template <class Params>
ParamList describe(Params& params) {
    Describe description;
    params.describe(description);
    return description.take();
}

}  // namespace attnscope
