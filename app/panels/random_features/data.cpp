// The numbers behind the random-features panel's pictures.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "app/language/language.hpp"
#include "app/panels/random_features/random_features_panel.hpp"
#include "app/state/list_json.hpp"
#include "core/io/npy.hpp"

namespace attnscope::random_features_panel {
namespace {

using Json = nlohmann::ordered_json;

// Infinity and NaN have no place in JSON.
Json number(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json numbers(const std::vector<double>& values) {
    Json list = Json::array();
    for (const double value : values) list.push_back(number(value));
    return list;
}

Json maybe(const std::optional<double>& value) {
    return value ? number(*value) : Json(nullptr);
}

std::string_view metric_name(const CurveSet& set) {
    return error_metric_names[static_cast<std::size_t>(set.request.setting.metric)];
}

Json curves_json(const CurveSet& set) {
    Json list = Json::array();
    for (const Curve& curve : set.curves)
        list.push_back({{"estimator", name_of(curve.method)},
                        {"orthogonal", curve.orthogonal},
                        {"metric", metric_name(set)},
                        {"m", curve.features},
                        {"median", numbers(curve.median)},
                        {"q10", numbers(curve.low)},
                        {"q90", numbers(curve.high)},
                        {"mean", numbers(curve.mean)},
                        {"samples", curve.samples},
                        {"theory", curve.theory.empty() ? Json(nullptr) : numbers(curve.theory)}});
    return list;
}

Json variance_json() {
    const VarianceMap& map = variance_map();
    Json rows = Json::array(), norms = Json::array();
    for (std::size_t k = map.norms.size(); k-- > 0;) {  // norms ascending
        norms.push_back(map.norms[k]);
        std::vector<double> row;
        for (const double angle : map.angles) row.push_back(log10_variance_ratio(angle, map.norms[k]));
        rows.push_back(numbers(row));
    }
    return {{"phi", map.angles}, {"l", norms}, {"log10_r", rows}};
}

Json cloud_json(const Cloud& cloud) {
    return {{"estimator", name_of(cloud.method)},
            {"orthogonal", cloud.orthogonal},
            {"m", cloud.features},
            {"draws", cloud.estimates.size()},
            {"estimate_mean", number(cloud.mean)},
            {"estimate_std", number(cloud.deviation)},
            {"theory_mean", maybe(cloud.expected)},
            {"theory_std", maybe(cloud.theory)},
            {"estimates", numbers(cloud.estimates)}};
}

// The estimator that is chosen, at the chosen point; elu is no estimate and has no entry but its value.
Result<Json> kernel_json(const Params& p, const Progress& progress) {
    constexpr Index draws = 2000;
    const double truth = softmax_kernel(at_angle(p.norm, p.norm * p.ratio, p.angle));
    Result<Cloud> cloud =
        make_cloud(p.estimator, p.one_orthogonal() && is_random(p.estimator), p.features, p.dim, p.angle, p.norm,
                   p.ratio, p.seed, is_random(p.estimator) ? draws : 1, progress.silent());
    if (!cloud) return cloud.error();
    Json json = cloud_json(*cloud);
    json.erase("estimates");  // two thousand, and only asked for as mean and deviation
    json["angle"] = p.angle;
    json["norm"] = p.norm;
    json["ratio"] = p.ratio;
    json["true"] = truth;
    return json;
}

Json shown_json(const Shown& shown) {
    Json json = Json::object();
    if (shown.variance)
        json["histograms"] = {{"trig", cloud_json(shown.variance->trig)},
                              {"positive", cloud_json(shown.variance->positive)}};
    if (shown.kernel) {
        for (const auto& [key, clouds] :
             {std::pair("clouds", &shown.kernel->methods), std::pair("clouds_by_m", &shown.kernel->counts)}) {
            Json list = Json::array();
            for (const Cloud& cloud : *clouds) list.push_back(cloud_json(cloud));
            json[key] = list;
        }
    }
    if (shown.matrices) {
        const MatrixFacts& f = *shown.matrices;
        json["matrices"] = {{"tokens", f.tokens},
                            {"output_mse", number(f.output_error)},
                            {"uniform_output_mse", f.uniform_output},
                            {"relative_frobenius", number(f.matrix_error)},
                            {"uniform_relative_frobenius", f.uniform_matrix},
                            {"negative_weights", f.negative},
                            {"weights", f.cells},
                            {"broken_rows", f.broken},
                            {"largest_output", number(f.largest_output)},
                            {"largest_value", f.largest_value}};
    }
    if (shown.factoring) {
        const FactoringFacts& f = *shown.factoring;
        Json list = Json::array();
        for (const RankPoint& w : f.widths)
            list.push_back(
                {{"dim", w.dim}, {"score_rank", w.score_rank}, {"exp_rank", w.exp_rank}, {"exp_99", w.exp_99}});
        json["factoring"] = {
            {"tokens", f.tokens}, {"score_rank", f.ranks.score_rank}, {"exp_rank", f.ranks.exp_rank}, {"by_dim", list}};
    }
    return json;
}

Json setting_json(Index length, Index dim, Index features, const Request& r) {
    return {{"length", length}, {"dim", dim}, {"features", features}, {"sigma", r.sigma}, {"seed", r.seed}};
}

Json failure_json(const Request& r, const FailureFacts& f) {
    Json points = Json::array();
    for (const ExplosionPoint& p : f.explosion)
        points.push_back({{"dim", p.dim},
                          {"trig", number(p.trig)},
                          {"positive", number(p.positive)},
                          {"hyperbolic", number(p.hyperbolic)},
                          {"oprf", number(p.oprf)},
                          {"sampled_positive", number(p.sampled)}});
    for (const SignPoint& p : f.signs)
        points.push_back({{"sigma", p.sigma},
                          {"negative_share", p.negative_share},
                          {"bad_row_share", p.bad_share},
                          {"smallest_normalizer", number(p.smallest_normalizer)},
                          {"largest_output", number(p.largest_output)},
                          {"largest_value", p.largest_value}});
    for (const EpsilonPoint& p : f.epsilon)
        points.push_back({{"sigma", p.sigma},
                          {"epsilon_share", p.share},
                          {"output_mse", number(p.output_error)},
                          {"output_mse_without", number(p.error_without)},
                          {"uniform_output_mse", number(p.uniform_error)}});
    for (const OverflowPoint& p : f.overflow)
        points.push_back({{"norm", p.norm},
                          {"unfused", number(static_cast<double>(p.unfused))},
                          {"fused", number(static_cast<double>(p.fused))},
                          {"trig_factor", number(static_cast<double>(p.trig))},
                          {"log10_true", p.log10_true}});
    for (const QrSignPoint& p : f.qr)
        points.push_back({{"dim", p.dim},
                          {"draws", p.draws},
                          {"with", p.with},
                          {"with_error", p.with_error},
                          {"without", p.without},
                          {"without_error", p.without_error}});
    Json json{{"mode", failure_mode_names[static_cast<std::size_t>(r.failure)]}, {"points", points}};
    if (!f.signs.empty())
        json["setting"] = setting_json(f.sign_setting.length, f.sign_setting.dim, f.sign_setting.features, r);
    if (!f.epsilon.empty()) {
        json["setting"] = setting_json(f.epsilon_setting.length, f.epsilon_setting.dim, f.epsilon_setting.features, r);
        json["setting"]["epsilon"] = f.epsilon_setting.epsilon;
    }
    if (f.leak) {
        const LeakSetting& s = f.leak_setting;
        json["setting"] = setting_json(s.length, s.dim, s.features, r);
        json["setting"]["epsilon"] = s.epsilon;
        json["setting"]["longer"] = s.longer;
        json["change_with_epsilon"] = numbers(f.leak->with_epsilon);
        json["change_without"] = numbers(f.leak->without);
    }
    return json;
}

std::string csv_of_curves(const CurveSet& set) {
    std::string out = "estimator,orthogonal,metric,m,samples,median,q10,q90,mean,theory\n";
    for (const Curve& c : set.curves)
        for (std::size_t k = 0; k < c.features.size(); ++k)
            out += fmt::format("{},{},{},{},{},{},{},{},{},{}\n", name_of(c.method), c.orthogonal, metric_name(set),
                               c.features[k], c.samples[k], c.median[k], c.low[k], c.high[k], c.mean[k],
                               c.theory.empty() ? "" : fmt::format("{}", c.theory[k]));
    return out;
}

std::string npy_of(const Matrix& values) {
    const std::array<Index, 2> shape{values.rows(), values.cols()};
    return format_npy(shape, {values.data(), static_cast<std::size_t>(values.size())});
}

// Medians: a row for each curve, a column for each m.
std::string npy_of_curves(const CurveSet& set) {
    Matrix medians(std::ssize(set.curves), std::ssize(set.curves.front().features));
    for (Index i = 0; i < medians.rows(); ++i)
        for (Index j = 0; j < medians.cols(); ++j)
            medians(i, j) =
                static_cast<float>(set.curves[static_cast<std::size_t>(i)].median[static_cast<std::size_t>(j)]);
    return npy_of(medians);
}

std::string csv_of_clouds(const std::vector<Cloud>& clouds) {
    std::string out = "estimator,orthogonal,m,draw,estimate\n";
    for (const Cloud& cloud : clouds)
        for (std::size_t k = 0; k < cloud.estimates.size(); ++k)
            fmt::format_to(std::back_inserter(out), "{},{},{},{},{}\n", name_of(cloud.method), cloud.orthogonal,
                           cloud.features, k, cloud.estimates[k]);
    return out;
}

std::string csv_of_matrices(const MatrixFacts& f) {
    std::string out = "query,key,exact,approximate\n";
    for (Index i = 0; i < f.tokens; ++i)
        for (Index j = 0; j < f.tokens; ++j)
            if (!std::isnan((*f.exact)(i, j)))
                fmt::format_to(std::back_inserter(out), "{},{},{},{}\n", i, j, (*f.exact)(i, j),
                               (*f.approximate)(i, j));
    return out;
}

// Objects that all have the same keys.
std::string csv_of_objects(const Json& objects) {
    std::string out;
    for (const Json& object : objects) {
        std::string names, line;
        for (const auto& [key, value] : object.items()) {
            if (!names.empty()) names += ',';
            names += key;
            if (!line.empty() || names.find(',') != std::string::npos) line += ',';
            if (!value.is_null()) line += value.dump();
        }
        if (out.empty()) out = names + '\n';
        out += line + '\n';
    }
    return out;
}

Result<std::string> csv_of_view(const Request& request, const Shown& shown) {
    if (shown.variance) return csv_of_clouds({shown.variance->trig, shown.variance->positive});
    if (shown.kernel) {
        std::vector<Cloud> all = shown.kernel->methods;
        all.insert(all.end(), shown.kernel->counts.begin(), shown.kernel->counts.end());
        return csv_of_clouds(all);
    }
    if (shown.matrices) return csv_of_matrices(*shown.matrices);
    if (shown.factoring) return csv_of_objects(shown_json(shown)["factoring"]["by_dim"]);
    const Json failure = failure_json(request, *shown.failures);
    if (!shown.failures->leak) return csv_of_objects(failure["points"]);
    std::string out = "row,change_with_epsilon,change_without\n";
    const Leak& leak = *shown.failures->leak;
    for (std::size_t i = 0; i < leak.with_epsilon.size(); ++i)
        out += fmt::format("{},{},{}\n", i, leak.with_epsilon[i], leak.without[i]);
    return out;
}

Result<std::string> npy_of_view(const Shown& shown) {
    if (shown.variance) return npy_of(variance_map().log_ratio->colwise().reverse());
    if (shown.matrices) return npy_of(*shown.matrices->approximate);
    return invalid_input(tr("this picture is no array: JSON and CSV have its numbers"));
}

Result<std::shared_ptr<const WordVectors>> vectors_of(const Params& p) {
    if (p.source != Source::text || p.vectors.empty()) return std::shared_ptr<const WordVectors>();
    Result<WordVectors> loaded = load_text_vectors(p.vectors);
    if (!loaded) return loaded.error();
    return std::shared_ptr<const WordVectors>(std::make_shared<const WordVectors>(*std::move(loaded)));
}

Result<std::string> json_of_all(Params p, const CurveSet& set, const std::shared_ptr<const WordVectors>& vectors,
                                const Progress& progress) {
    Json json{{"panel", "random_features"}, {"version", ATTNSCOPE_VERSION}};
    json["provenance"] = p.source == Source::text ? fmt::format("text, draws random (seed {})", p.seed)
                                                  : fmt::format("random (seed {})", p.seed);
    json["parameters"] = values_json(attnscope::describe(p));
    json["curves"] = curves_json(set);
    json["uniform_baseline"] = maybe(set.uniform);
    json["variance_map"] = variance_json();
    const Result<Json> kernel = kernel_json(p, progress);
    if (!kernel) return kernel.error();
    json["kernel"] = *kernel;
    if (p.view != View::curves) {
        Result<Request> request = make_request(p);
        if (!request) return request.error();
        request->input.vectors = vectors;
        const Result<Shown> shown = compute_shown(*request, progress.silent());
        if (!shown) return shown.error();
        json.update(shown_json(*shown));
        if (shown->failures) json["failure"] = failure_json(*request, *shown->failures);
    }
    return json.dump() + "\n";
}

}  // namespace

Panel::DataJob RandomFeaturesPanel::data_job(DataFormat format) const {
    return [p = params_, format](const Progress& progress) -> Result<std::string> {
        const Result<std::shared_ptr<const WordVectors>> vectors = vectors_of(p);
        if (!vectors) return vectors.error();
        if (format != DataFormat::json && p.view != View::curves) {
            Result<Request> request = make_request(p);
            if (!request) return request.error();
            request->input.vectors = *vectors;
            const Result<Shown> shown = compute_shown(*request, progress);
            if (!shown) return shown.error();
            return format == DataFormat::csv ? csv_of_view(*request, *shown) : npy_of_view(*shown);
        }
        Result<CurvesRequest> request = make_curves_request(p);
        if (!request) return request.error();
        request->setting.input.vectors = *vectors;
        CurveSamples samples;
        if (const Result<bool> done = compute_curves(
                *request, samples, [] {}, progress);
            !done)
            return done.error();
        const CurveSet set = samples.summary(*request);
        if (format == DataFormat::csv) return csv_of_curves(set);
        if (format == DataFormat::npy) return npy_of_curves(set);
        return json_of_all(p, set, *vectors, progress);
    };
}

}  // namespace attnscope::random_features_panel
