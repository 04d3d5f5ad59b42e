// The numbers behind the timing panel's pictures.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "app/language/language.hpp"
#include "app/panels/timing/memory_probe.hpp"
#include "app/panels/timing/timing_panel.hpp"
#include "app/state/list_json.hpp"
#include "core/engine/isa.hpp"
#include "core/io/npy.hpp"
#include "core/timing/machine.hpp"

namespace attnscope::timing_panel {
namespace {

using Json = nlohmann::ordered_json;

std::string_view name_of(TimedMethod method) {
    return timed_method_names[static_cast<std::size_t>(method)];
}

Json machine_json(const TimingReport& report) {
    return {{"cpu", processor_name()},
            {"cores", processor_cores()},
            {"threads", report.setting.threads},
            {"isa", isa_name(isa_in_use())},
            {"fma_peak_gflops", report.peak * 1e-9}};
}

Json series_json(const TimingSeries& s, const TimingSetting& setting) {
    Json counts = Json::array(), bytes = Json::array(), lengths = Json::array();
    for (std::size_t k = 0; k < s.lengths.size(); ++k) {
        const auto length = static_cast<Index>(s.lengths[k]);
        lengths.push_back(length);
        counts.push_back(multiplications(s.method, setting.shape(length)));
        bytes.push_back(s.bytes[k] ? Json(*s.bytes[k]) : Json(nullptr));
    }
    Json json{{"method", name_of(s.method)},
              {"L", lengths},
              {"seconds_median", s.median},
              {"seconds_q25", s.low},
              {"seconds_q75", s.high},
              {"rounds", s.rounds},
              {"busy", s.busy},
              {"bytes", bytes},
              {"multiplications", counts},
              {"peak_fraction", s.peak_fraction},
              {"exponent", nullptr},
              {"exponent_ci", nullptr}};
    if (s.law) {
        json["exponent"] = s.law->exponent;
        json["exponent_ci"] = {s.law->low, s.law->high};
        json["exponent_from"] = s.law->from;
    }
    if (s.million) json["seconds_at_million"] = {s.million->value, s.million->low, s.million->high};
    if (s.left_out_from) json["left_out_from"] = *s.left_out_from;
    return json;
}

Json layers_json(const Params& p, const LayerTimes& times) {
    Json list = Json::array();
    const LayerShape shape = p.layer_shape();
    LayerShape path = shape;
    if (p.view == View::paths) path.length = p.path_tokens;
    for (std::size_t k = 0; k < layer_names.size(); ++k) {
        const auto kind = static_cast<LayerKind>(k);
        Json layer{{"layer", layer_names[k]},
                   {"n", shape.length},
                   {"d", shape.dim},
                   {"multiplications", layer_multiplications(kind, shape)},
                   {"multiplications_core", layer_multiplications(kind, shape, true)},
                   {"sequential_operations", sequential_operations(kind, shape)},
                   {"path_tokens", path.length},
                   {"path_length", path_length(kind, path)},
                   {"measured_n", Json::array()},
                   {"measured_seconds", Json::array()}};
        for (const LayerTimes::Curve& curve : times.curves)
            if (curve.kind == kind) {
                layer["measured_n"] = curve.lengths;
                layer["measured_seconds"] = curve.seconds;
            }
        list.push_back(layer);
    }
    return list;
}

std::string csv_of(const TimingReport& report) {
    std::string out =
        "method,L,seconds_median,seconds_q25,seconds_q75,rounds,busy,bytes,multiplications,peak_fraction\n";
    for (const TimingSeries& s : report.series)
        for (std::size_t k = 0; k < s.lengths.size(); ++k)
            out += fmt::format(
                "{},{},{},{},{},{},{},{},{},{}\n", name_of(s.method), s.lengths[k], s.median[k], s.low[k], s.high[k],
                s.rounds[k], static_cast<bool>(s.busy[k]), s.bytes[k] ? fmt::format("{}", *s.bytes[k]) : "",
                multiplications(s.method, report.setting.shape(static_cast<Index>(s.lengths[k]))), s.peak_fraction[k]);
    return out;
}

// A row for each point: the method's number in --set methods, L, and the median in seconds.
std::string npy_of(const TimingReport& report) {
    Index rows = 0;
    for (const TimingSeries& s : report.series) rows += std::ssize(s.lengths);
    Matrix values(rows, 3);
    Index row = 0;
    for (const TimingSeries& s : report.series)
        for (std::size_t k = 0; k < s.lengths.size(); ++k, ++row)
            values.row(row) << static_cast<float>(s.method), static_cast<float>(s.lengths[k]),
                static_cast<float>(s.median[k]);
    const std::array<Index, 2> shape{rows, 3};
    return format_npy(shape, {values.data(), static_cast<std::size_t>(values.size())});
}

Result<void> check_window(const Params& p) {
    if (p.window % 2 == 1) return {};
    return invalid_input(tr("the window r is {}: it must be odd, a token and as many on either side", p.window));
}

}  // namespace

// In the window what has been measured so far; without one a sweep is made first, but for the pictures that show
// counts.
Panel::DataJob TimingPanel::data_job(DataFormat format) const {
    return [p = params_, format, samples = sweep_.samples(), fixed = fixed_ ? report_ : nullptr,
            layers = fixed_ ? layers_ : nullptr](const Progress& progress) -> Result<std::string> {
        if (format == DataFormat::json)  // before anything is measured
            if (const Result<void> valid = check_window(p); !valid) return valid.error();
        const bool counts_only = format == DataFormat::json && (p.view == View::layers || p.view == View::paths);
        TimingReport report;
        if (fixed) {
            report = *fixed;
        } else {
            const Result<SweepRequest> request = make_sweep(p);
            if (!request) return request.error();
            const auto own = samples ? samples : std::make_shared<TimingSamples>();
            // In the window a sweep is under way or done: a second one beside it would disturb both.
            if (!samples && !counts_only)
                if (const Result<bool> done = run_sweep(
                        *request, *own, [] {}, progress, bytes_in_own_process);
                    !done)
                    return done.error();
            report = timing_report(request->setting, *own);
        }
        if (report.series.empty() && !counts_only)
            return invalid_input(tr("nothing has been measured: give it more time"));
        if (format == DataFormat::csv) return csv_of(report);
        if (format == DataFormat::npy) return npy_of(report);
        LayerTimes times;
        if (layers) {
            times = *layers;
        } else {
            Result<LayerTimes> measured = measure_layers({p.layer_dim, p.kernel, p.window}, progress.silent());
            if (!measured) return measured.error();
            times = *std::move(measured);
        }
        Json json{
            {"panel", "timing"}, {"version", ATTNSCOPE_VERSION}, {"provenance", fixed ? "example" : "measured here"}};
        Params shown = p;
        json["parameters"] = values_json(attnscope::describe(shown));
        json["machine"] = machine_json(report);
        json["series"] = Json::array();
        for (const TimingSeries& s : report.series) json["series"].push_back(series_json(s, report.setting));
        json["crossovers"] = Json::array();
        for (const Crossover& c : report.crossovers)
            json["crossovers"].push_back(
                {{"a", name_of(c.a)}, {"b", name_of(c.b)}, {"L", c.length}, {"measured", c.measured}});
        json["layers"] = layers_json(p, times);
        json["busy_points"] = report.busy_points;
        return json.dump() + "\n";
    };
}

}  // namespace attnscope::timing_panel
