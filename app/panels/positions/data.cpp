// The numbers behind the positions panel's pictures: of all of them, whichever is shown.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "app/panels/positions/positions_panel.hpp"
#include "app/state/list_json.hpp"
#include "core/io/csv.hpp"
#include "core/io/npy.hpp"

namespace attnscope::positions_panel {
namespace {

using Json = nlohmann::ordered_json;

constexpr Index far_position = 1'000'000;

// Numbers in the shortest text that gives them back.
void append_matrix(std::string& out, const MatrixD& matrix) {
    out += '[';
    for (Index i = 0; i < matrix.rows(); ++i) {
        out += i == 0 ? "[" : ",\n[";
        for (Index j = 0; j < matrix.cols(); ++j) {
            if (j != 0) out += ',';
            fmt::format_to(std::back_inserter(out), "{}", matrix(i, j));
        }
        out += ']';
    }
    out += ']';
}

Json rotation_json(const Params& p, const MatrixD& sinusoids, const OffsetRotation& m, Index by) {
    Json json{{"offset", by}, {"block_diagonal", true}, {"orthogonality_error", m.orthogonality_error()}};
    json["max_residual"] = largest_residual(m, sinusoids, by);
    double any = json["max_residual"].get<double>();
    for (Index i = std::max<Index>(0, -by); i <= far_position; i += 9973)
        any = std::max(any, rotation_residual(m, p.base, i, by));
    json["max_residual_any_position"] = any;
    return json;
}

Json criteria_json(const std::vector<Judgement>& judgements) {
    Json list = Json::array();
    for (const Judgement& j : judgements)
        list.push_back({{"encoding", position_names[static_cast<std::size_t>(j.encoding)]},
                        {"criterion", criterion_names[static_cast<std::size_t>(j.criterion)]},
                        {"holds", j.holds},
                        {"measure", j.measure},
                        {"value", j.value}});
    return list;
}

Result<Json> rope_json(const Params& p, const Progress& progress) {
    const auto seed = static_cast<std::uint64_t>(p.seed);
    const auto [q, k] = rope_pair(p.dim, seed);
    Result<RopeDecay> decay = rope_decay(p.dim, p.base, p.length, rope_draws, seed, progress);
    if (!decay) return decay.error();
    const double root = std::sqrt(static_cast<double>(p.dim));
    return Json{{"query_position", p.position},
                {"key_position", p.key_position},
                {"offset", p.position - p.key_position},
                {"q", values_of(q)},
                {"k", values_of(k)},
                {"score", rope_score(q, k, p.position, p.key_position, p.base) / root},
                {"score_both_100_further", rope_score(q, k, p.position + 100, p.key_position + 100, p.base) / root},
                {"score_without", q.dot(k) / root},
                {"decay_draws", rope_draws},
                {"decay_alike", values_of(decay->alike)},
                {"decay_alike_spread", values_of(decay->alike_spread)},
                {"decay_unrelated", values_of(decay->unrelated)}};
}

Result<std::string> json_of(Params p, const PositionCode& code, const MatrixD& codes, const Progress& progress) {
    const bool sinusoidal = code.kind == PositionKind::sinusoidal;
    Json header{{"panel", "positions"}, {"version", ATTNSCOPE_VERSION}};
    header["provenance"] =
        code.kind == PositionKind::learned ? fmt::format("random table (seed {})", code.seed) : std::string("formula");
    header["parameters"] = values_json(attnscope::describe(p));
    header["shape"] = {{"positions", codes.rows()}, {"dim", codes.cols()}};
    std::vector<double> frequencies, wavelengths;
    for (Index j = 0; j < p.dim / 2; ++j) {
        frequencies.push_back(position_frequency(j, p.dim, p.base));
        wavelengths.push_back(2 * std::numbers::pi / frequencies.back());
    }
    header["frequencies"] = frequencies;
    header["wavelengths"] = wavelengths;
    const OffsetDots dots = offset_dots(codes);
    const VectorD exact = sinusoidal ? dot_by_offset(p.dim, p.base, codes.rows()) : dots.mean;
    header["dot_by_offset"] = values_of(exact);
    header["distance_by_offset"] =
        values_of(sinusoidal ? distance_by_offset(p.dim, p.base, codes.rows()) : dots.distance);
    if (!sinusoidal) header["offsets_averaged_over"] = dots.starts;
    const std::optional<Index> rise = sinusoidal ? last_before_rise(exact) : std::nullopt;
    if (rise) header["last_offset_before_rise"] = *rise;
    progress.report(0.3);
    const Index by = p.opposite ? -p.offset : p.offset;
    const OffsetRotation m(p.dim, p.base, by);
    const MatrixD sinusoids = sinusoidal ? codes : position_codes({.dim = p.dim, .base = p.base}, p.length);
    header["criteria"] = criteria_json(judge_codes(code, sinusoids, progress));
    Result<Json> rope = rope_json(p, progress.silent());
    if (!rope) return rope.error();
    header["rope"] = std::move(*rope);
    std::vector<double> slopes;
    for (Index h = 0; h < p.heads; ++h) slopes.push_back(alibi_slope(h, p.heads));
    header["alibi"] = {{"heads", p.heads}, {"slopes", slopes}};
    if (progress.stopped()) return cancelled();
    progress.report(0.5);
    std::string rotation = rotation_json(p, sinusoids, m, by).dump(), out = header.dump();
    rotation.pop_back();  // the closing braces: the matrices follow
    out.pop_back();
    out += ",\n\"rotation\":" + rotation + ",\"matrix\":";
    append_matrix(out, m.matrix());
    out += "},\n\"encoding\":";
    append_matrix(out, codes);
    return out + "}\n";
}

std::string csv_of(const MatrixD& codes) {
    std::string out = "position";
    for (Index k = 0; k < codes.cols(); ++k) out += fmt::format(",entry_{}", k);
    out += '\n';
    for (Index i = 0; i < codes.rows(); ++i) {
        out += fmt::format("{}", i);
        for (Index k = 0; k < codes.cols(); ++k) fmt::format_to(std::back_inserter(out), ",{}", codes(i, k));
        out += '\n';
    }
    return out;
}

}  // namespace

Panel::DataJob PositionsPanel::data_job(DataFormat format) const {
    return [p = params_, format](const Progress& progress) -> Result<std::string> {
        Params params = p;
        params.follow_length();
        if (const Result<void> fits = check_all(params); !fits) return fits.error();
        const PositionCode code{.kind = kind_of(params.encoding),
                                .dim = params.dim,
                                .base = params.base,
                                .rows = params.table,
                                .seed = static_cast<std::uint64_t>(params.seed)};
        const MatrixD codes = position_codes(code, positions_of(code, params.length));
        if (progress.stopped()) return cancelled();
        if (format == DataFormat::csv) return csv_of(codes);
        if (format == DataFormat::npy) {
            const Matrix values = codes.cast<float>();
            const Index shape[] = {values.rows(), values.cols()};
            return format_npy(shape, {values.data(), static_cast<std::size_t>(values.size())});
        }
        return json_of(params, code, codes, progress);
    };
}

}  // namespace attnscope::positions_panel
