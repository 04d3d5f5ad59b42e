// The timing panel in one line: what is seen, in the user's own numbers.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/draw/rich_text.hpp"
#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/timing/sweep_pictures.hpp"
#include "app/panels/timing/timing_panel.hpp"

namespace attnscope::timing_panel {
namespace {

std::string explain_times(const TimingReport& report, int length) {
    std::string text;
    for (const TimingSeries& series : report.series) {
        const auto at = point_at(series, length);
        if (!at) continue;
        text += text.empty() ? fmt::format("L = {}:  ", length) : ",  ";
        text += fmt::format("{} {}", timed_method_names[static_cast<std::size_t>(series.method)],
                            time_text(series.median[*at]));
    }
    if (text.empty()) return tr("L = {} has not been measured yet.", length);
    for (const Crossover& crossing : report.crossovers)
        if (crossing.a == TimedMethod::exact && crossing.b == TimedMethod::positive) {
            const std::string where = short_number(std::round(crossing.length), 3);
            text = crossing.measured ? tr("{};  from L ≈ {} on positive is faster than exact", text, where)
                                     : tr("{};  the lines meet at L ≈ {}", text, where);
        }
    return text;
}

std::string explain_memory(const TimingReport& report, int length) {
    const MethodShape shape = report.setting.shape(length);
    const auto held = static_cast<double>(formula_bytes(TimedMethod::materialised, shape));
    const auto linear = static_cast<double>(formula_bytes(TimedMethod::positive, shape));
    std::string text = tr("L = {}: all weights L × L take {}, streaming none that grow, {} features {}", length,
                          bytes_text(held), report.setting.features, bytes_text(linear));
    for (const TimingSeries& series : report.series) {
        const auto at = point_at(series, length);
        if (series.method == TimedMethod::materialised && at && series.bytes[*at])
            text += ";  " + tr("measured {}", bytes_text(static_cast<double>(*series.bytes[*at])));
    }
    return text;
}

std::string explain_operations(const TimingReport& report, int length) {
    const MethodShape shape = report.setting.shape(length);
    const auto exact = static_cast<double>(multiplications(TimedMethod::exact, shape));
    const auto positive = static_cast<double>(multiplications(TimedMethod::positive, shape));
    return tr("L = {}: exact {} multiplications, positive {}: {} × as many", length, short_number(exact, 3),
              short_number(positive, 3), short_number(positive / exact, 3));
}

std::string explain_layers(const Params& p) {
    const LayerShape shape = p.layer_shape();
    const auto count = [&](LayerKind kind) { return layer_multiplications(kind, shape, p.core); };
    const Count attention = count(LayerKind::attention), lstm = count(LayerKind::lstm);
    const std::string of_attention = layer_formula(LayerKind::attention, p.core) + " = " +
                                     short_number(static_cast<double>(attention), 3),
                      of_lstm = layer_formula(LayerKind::lstm) + " = " + short_number(static_cast<double>(lstm), 3);
    const int n = p.layer_length, d = p.layer_dim;
    if (attention < lstm)
        return tr("n = {}, d = {}: attention {},  LSTM {}:  attention takes fewer", n, d, of_attention, of_lstm);
    if (attention == lstm)
        return tr("n = {}, d = {}: attention {},  LSTM {}:  attention takes as many", n, d, of_attention, of_lstm);
    return tr("n = {}, d = {}: attention {},  LSTM {}:  attention takes more", n, d, of_attention, of_lstm);
}

std::string explain_paths(const Params& p) {
    const LayerShape shape = p.path_shape();
    const auto length = [&](LayerKind kind) { return path_length(kind, shape); };
    return tr("from token 1 to token {}:  attention {},  dilated convolution {},  convolution {},  recurrent {}",
              p.path_tokens, length(LayerKind::attention), length(LayerKind::dilated), length(LayerKind::convolution),
              length(LayerKind::rnn));
}

}  // namespace

std::string TimingPanel::explained() const {
    switch (params_.view) {
        case View::time:
            return report_ ? explain_times(*report_, params_.length) : "";
        case View::memory:
            return report_ ? explain_memory(*report_, params_.length) : "";
        case View::operations:
            return report_ ? explain_operations(*report_, params_.length) : "";
        case View::layers:
            return params_.window % 2 == 1 ? explain_layers(params_) : "";
        case View::paths:
            return explain_paths(params_);
    }
    return {};
}

std::string TimingPanel::explain_text() const {
    return plain_formula(explained());
}

void TimingPanel::draw_explain(Canvas& canvas, const Rect& area) {
    const Theme& t = canvas.theme();
    const std::string text = explained();
    const TextStyle style{.color = text.empty() ? t.quiet : t.text, .size = 15.5F};
    draw_formula(canvas, {area.min.x, area.center().y + 5}, area.width(),
                 text.empty() ? tr("What was measured appears here.") : text, style);
}

}  // namespace attnscope::timing_panel
