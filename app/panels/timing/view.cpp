// The timing panel's pictures: which is drawn, with its title, and how methods and layers look.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/draw/reading_order.hpp"
#include "app/draw/ticks.hpp"
#include "app/language/language.hpp"
#include "app/panels/picture_parts.hpp"
#include "app/panels/timing/timing_panel.hpp"
#include "app/state/name_list.hpp"

namespace attnscope::timing_panel {
namespace {

constexpr float view_padding = 22, view_title_height = 52;

std::string timing_title(View view) {
    switch (view) {
        case View::time:
            return tr("What length costs: time");
        case View::memory:
            return tr("What length costs: memory");
        case View::operations:
            return tr("Fewer operations, or done faster?");
        case View::layers:
            return tr("Attention beside recurrent nets and convolutions");
        case View::paths:
            return tr("How far it is from the first token to the last");
    }
    return {};
}

std::string timing_formula(const Params& p) {
    switch (p.view) {
        case View::time:
        case View::memory:
        case View::operations:
            if (p.heads == 1)
                return p.causal ? tr("d = {}, 1 head, m = {}, causal", p.dim, p.features)
                                : tr("d = {}, 1 head, m = {}", p.dim, p.features);
            return p.causal ? tr("d = {}, {} heads, m = {}, causal", p.dim, p.heads, p.features)
                            : tr("d = {}, {} heads, m = {}", p.dim, p.heads, p.features);
        case View::layers:
            return tr("n = {}, d = {}, k = {}, r = {}: multiplications of one layer", p.layer_length, p.layer_dim,
                      p.kernel, p.window);
        case View::paths:
            return tr("n = {}, k = {}, r = {}: each step a layer, in recurrent nets a token", p.path_tokens, p.kernel,
                      p.window);
    }
    return {};
}

// Hues that colour-blind people tell apart (Okabe and Ito 2008), adapted to either ground.
Color hue(const Theme& t, std::uint32_t dark, std::uint32_t light) {
    return Color::hex(t.name == ThemeName::dark ? dark : light);
}

}  // namespace

Color color_of(TimedMethod method, const Theme& t) {
    switch (method) {
        case TimedMethod::exact:
            return t.query;
        case TimedMethod::materialised:
            return t.text;
        case TimedMethod::positive:
            return t.key;
        case TimedMethod::trig:
            return hue(t, 0xe28fc4, 0xa8437f);
        case TimedMethod::hyperbolic:
            return hue(t, 0x35c9a0, 0x00795a);
        case TimedMethod::elu:
            return hue(t, 0xa99bff, 0x5340c4);
    }
    return t.text;
}

Color color_of(LayerKind kind, const Theme& t) {
    switch (kind) {
        case LayerKind::attention:
            return t.query;
        case LayerKind::restricted:
            return hue(t, 0x7fa8c9, 0x3e6a8f);
        case LayerKind::rnn:
            return hue(t, 0xf2e35a, 0x7d6f00);
        case LayerKind::gru:
            return t.key;
        case LayerKind::lstm:
            return hue(t, 0xff7f50, 0xc23b00);
        case LayerKind::convolution:
            return hue(t, 0x35c9a0, 0x00795a);
        case LayerKind::dilated:
            return hue(t, 0xa99bff, 0x5340c4);
    }
    return t.text;
}

std::string label_of(TimedMethod method) {
    switch (method) {
        case TimedMethod::exact:
            return tr("exact, streaming");
        case TimedMethod::materialised:
            return tr("exact, L × L held");
        case TimedMethod::positive:
            return tr("positive features");
        case TimedMethod::trig:
            return tr("trig features");
        case TimedMethod::hyperbolic:
            return tr("hyperbolic features");
        case TimedMethod::elu:
            return "elu + 1";
    }
    return {};
}

std::string label_of(LayerKind kind) {
    switch (kind) {
        case LayerKind::attention:
            return tr("self-attention");
        case LayerKind::restricted:
            return tr("restricted attention");
        case LayerKind::rnn:
            return "RNN";
        case LayerKind::gru:
            return "GRU";
        case LayerKind::lstm:
            return "LSTM";
        case LayerKind::convolution:
            return tr("convolution");
        case LayerKind::dilated:
            return tr("dilated convolution");
    }
    return {};
}

std::string time_text(double seconds) {
    struct Unit {
        double seconds;
        const char* name;
    };
    constexpr Unit units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}, {1e-3, "ms"}, {1e-6, "µs"}};
    if (!(seconds > 0) || !std::isfinite(seconds)) return seconds == 0 ? "0 s" : "∞";
    for (const Unit& unit : units) {
        // As it is rounded to three digits: 999.9 µs is a millisecond.
        const double least = unit.seconds > 1 ? 2 * unit.seconds : 0.9995 * unit.seconds;
        if (seconds >= least) return short_number(seconds / unit.seconds, 3) + " " + unit.name;
    }
    return short_number(seconds * 1e9, 3) + " ns";
}

std::string bytes_text(double bytes) {
    constexpr const char* units[] = {"", "kB", "MB", "GB", "TB"};
    std::size_t unit = 0;
    while (bytes >= 1000 && unit + 1 < std::size(units)) {
        bytes /= 1000;
        ++unit;
    }
    if (unit == 0) return tr("{} bytes", fmt::format("{:.0f}", bytes));
    return short_number(bytes, 3) + " " + units[unit];
}

std::string length_text(double length) {
    const std::string digits = std::to_string(std::llround(length));
    std::string text;
    for (std::size_t k = 0; k < digits.size(); ++k) {
        if (k > 0 && (digits.size() - k) % 3 == 0) text += ',';
        text += digits[k];
    }
    return text;
}

void TimingPanel::draw_icon(Canvas& canvas, const Rect& rect, Color color) const {
    // A line that grows and one that grows faster.
    std::vector<Vec2> slow, fast;
    for (int k = 0; k <= 12; ++k) {
        const float part = static_cast<float>(k) / 12;
        const float x = rect.min.x + part * rect.width();
        slow.push_back({x, rect.max.y - 0.45F * part * rect.height()});
        fast.push_back({x, rect.max.y - part * part * rect.height()});
    }
    canvas.polyline(slow, color.alpha(0.6F), 1.5F);
    canvas.polyline(fast, color, 2);
}

// A chip for each method: pressed when it is measured.
void TimingPanel::draw_chips(Canvas& canvas, Interaction& interaction, const Rect& row) {
    const Theme& t = canvas.theme();
    const Result<std::vector<TimedMethod>> chosen = methods_in(params_.methods);
    float x = row.min.x;
    for (std::size_t k = 0; k < timed_method_names.size(); ++k) {
        const auto method = static_cast<TimedMethod>(k);
        const bool on = chosen && std::find(chosen->begin(), chosen->end(), method) != chosen->end();
        if (!on && !interaction.live()) continue;
        const float width = chip_width(canvas, label_of(method));
        if (x + width > row.max.x) return;
        const Rect box = in_reading_order(Rect::sized({x, row.min.y}, width, 26), row);
        x += width + 8;
        if (draw_chip(canvas, interaction, box, label_of(method), color_of(method, t), on,
                      on ? tr("Takes this method out.") : tr("Measures this method too.")))
            params_.methods = toggle_name(params_.methods, k, timed_method_names);
    }
}

void TimingPanel::draw_title(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    Rect rest = area;
    if (params_.measures_sweep() && !fixed_) {
        if (draw_button(canvas, interaction, rest, tr("Measure again"),
                        tr("Forgets these times and measures anew (R).")))
            sweep_.measure_again();
        const bool paused = sweep_.paused();
        if ((paused || sweep_.stale()) && draw_button(canvas, interaction, rest, paused ? tr("Go on") : tr("Pause"),
                                                      tr("Stops measuring, and goes on (Space).")))
            paused ? sweep_.resume() : sweep_.pause();
    }
    const TextStyle title{.color = t.text, .size = 20, .bold = true}, formula{.color = t.quiet, .size = 14};
    draw_line(canvas, rest, rest.min.y + 20, timing_title(params_.view), title);
    draw_entry_formula(canvas, rest, rest.min.y + 43, timing_formula(params_) + title_note(), formula);
}

std::string TimingPanel::title_note() const {
    if (!params_.measures_sweep() || fixed_) return {};
    if (sweep_.paused()) return ";  " + tr("paused");
    if (!sweep_.stale()) return {};
    const std::optional<double> left = sweep_.seconds_left();
    return ";  " + (left ? tr("measuring, about {} s left", std::max(1.0, std::ceil(*left))) : tr("measuring …"));
}

void TimingPanel::draw(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    Rect inside = area.inset(view_padding);
    if (inside.width() < 120 || inside.height() < 90) return;
    draw_title(canvas, interaction, inside.cut_top(view_title_height));
    if (params_.view == View::layers) return draw_layers(canvas, interaction, inside);
    if (params_.view == View::paths) return draw_paths(canvas, interaction, inside);
    if (inside.height() > 200) draw_chips(canvas, interaction, inside.cut_top(34));
    if (!report_ || report_->series.empty()) {
        const std::string text = error_ ? error_->what : sweep_.paused() ? tr("paused") : tr("measuring …");
        canvas.text_middle(inside.center(), canvas.shaper().fit(text, inside.width(), {.size = 16}),
                           {.color = error_ ? t.warning : t.quiet, .size = 16, .align = Align::center});
        return;
    }
    if (params_.view == View::time) draw_time(canvas, interaction, inside);
    if (params_.view == View::memory) draw_memory(canvas, interaction, inside);
    if (params_.view == View::operations) draw_operations(canvas, interaction, inside);
}

}  // namespace attnscope::timing_panel
