#include "app/panels/random_features/compute.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/language/language.hpp"
#include "core/attention/attention.hpp"
#include "core/base/random.hpp"
#include "core/base/statistics.hpp"

namespace attnscope::random_features_panel {
namespace {

constexpr Index most_text_tokens = 512, fewest_draws = 10;
constexpr float unseen = std::numeric_limits<float>::quiet_NaN();
constexpr std::array<Index, 5> cloud_counts{4, 16, 64, 256, 1024};

Picture shared(Matrix values) {
    return std::make_shared<const Matrix>(std::move(values));
}

// A draw takes about so many seconds: normal numbers, and for orthogonal blocks a factorisation each.
double seconds_a_draw(Index features, Index dim, bool orthogonal) {
    const double entries = static_cast<double>(features * dim);
    return entries * (25e-9 + (orthogonal ? 2e-9 * static_cast<double>(dim) + 25e-9 : 0.0));
}

Index affordable_draws(Index features, Index dim, bool orthogonal, Index wanted, double seconds) {
    const double affordable = seconds / seconds_a_draw(features, dim, orthogonal);
    return std::clamp(static_cast<Index>(std::min(affordable, 1e9)), std::min(fewest_draws, wanted), wanted);
}

std::vector<bool> ways_of(Drawing drawing) {
    if (drawing == Drawing::both) return {false, true};
    return {drawing == Drawing::orthogonal};
}

Result<Cloud> cloud_of(const Request& r, FeatureMethod method, bool orthogonal, Index features, Index wanted,
                       double seconds, const Progress& progress) {
    const Index draws = affordable_draws(features, r.dim, orthogonal, wanted, seconds);
    return make_cloud(method, orthogonal, features, r.dim, r.angle, r.norm, r.ratio, r.seed, draws, progress.silent());
}

Result<VarianceFacts> variance_facts(const Request& r, const Progress& progress) {
    const bool orthogonal = r.drawing == Drawing::orthogonal;
    Result<Cloud> trig = cloud_of(r, FeatureMethod::trig, orthogonal, r.features, histogram_draws, 0.4, progress);
    if (!trig) return trig.error();
    progress.report(0.5);
    Result<Cloud> positive =
        cloud_of(r, FeatureMethod::positive, orthogonal, r.features, histogram_draws, 0.4, progress);
    if (!positive) return positive.error();
    return VarianceFacts{*std::move(trig), *std::move(positive), softmax_kernel(at_angle(r.norm, r.norm, r.angle))};
}

Result<KernelFacts> kernel_facts(const Request& r, const Progress& progress) {
    KernelFacts facts;
    facts.at = at_angle(r.norm, r.norm * r.ratio, r.angle);
    facts.truth = softmax_kernel(facts.at);
    for (const FeatureMethod method : r.methods)
        for (const bool orthogonal : ways_of(r.drawing)) {
            if (!estimates_softmax(method)) continue;
            Result<Cloud> cloud = cloud_of(r, method, orthogonal, r.features, cloud_draws, 0.1, progress);
            if (!cloud) return cloud.error();
            facts.methods.push_back(*std::move(cloud));
        }
    progress.report(0.5);
    if (!estimates_softmax(r.estimator)) return facts;
    for (const Index count : cloud_counts)
        for (const bool orthogonal : ways_of(r.drawing)) {
            Result<Cloud> cloud = cloud_of(r, r.estimator, orthogonal, count, cloud_draws, 0.1, progress);
            if (!cloud) return cloud.error();
            facts.counts.push_back(*std::move(cloud));
        }
    return facts;
}

void hide_unseen(Matrix& m) {
    for (Index i = 0; i < m.rows(); ++i) m.row(i).tail(m.cols() - 1 - i).setConstant(unseen);
}

// So many weights of both, evenly spread over what is seen; and the colours' end.
void sample_weights(MatrixFacts& facts, const Matrix& exact, const Matrix& approximate, bool causal) {
    constexpr Index most = 1500;
    const Index step = std::max<Index>(1, exact.size() / most) | 1;  // odd: not the same columns in every row
    for (Index at = 0; at < exact.size(); at += step) {
        const Index i = at / exact.cols(), j = at % exact.cols();
        if (causal && j > i) continue;
        facts.sampled_exact.push_back(static_cast<double>(exact(i, j)));
        facts.sampled_approximate.push_back(static_cast<double>(approximate(i, j)));
    }
    std::vector<double> sorted = facts.sampled_exact;
    std::sort(sorted.begin(), sorted.end());
    const double end = quantile(sorted, sorted.size() > 500 ? 0.998 : 1.0);
    facts.color_end = end > 0 ? end : 1;
}

Result<MatrixFacts> matrix_facts(const Request& r, const Progress& progress) {
    const auto seed = static_cast<std::uint64_t>(r.seed);
    Result<InputTask> input = make_input(r.input, seed, progress.silent());
    if (!input) return input.error();
    const ApproximationTask& task = input->task;
    const MaskSpec mask{.kind = task.causal ? MaskKind::causal : MaskKind::none};
    const ApproximationSpec spec{.method = r.estimator,
                                 .orthogonal = r.drawing != Drawing::independent,
                                 .features = r.features,
                                 .seed = seed,
                                 .epsilon = r.epsilon};
    const Result<TaskFeatures> features = task_features(task, spec, progress);
    if (!features) return features.error();
    Result<KernelAttention> approximate = feature_attention(features->queries, features->keys, task.v,
                                                            {.mask = mask, .keep_weights = true}, progress.silent());
    if (!approximate) return approximate.error();
    progress.report(0.5);
    Result<Attention> exact =
        attention(task.x, task.y, task.v, {.scale = 1.0, .mask = mask, .need_output = false}, progress.silent());
    if (!exact) return exact.error();
    MatrixFacts facts{.tokens = task.length(), .names = std::move(input->tokens)};
    Matrix difference = approximate->weights - exact->weights;
    sample_weights(facts, exact->weights, approximate->weights, task.causal);
    facts.largest_difference = static_cast<double>(difference.cwiseAbs().maxCoeff());
    facts.negative = approximate->negative_weights;
    facts.cells = task.causal ? task.length() * (task.length() + 1) / 2 : task.length() * task.length();
    for (Index i = 0; i < task.length(); ++i)
        if (!(approximate->normalizer(i) > 0)) facts.broken.push_back(i);
    facts.output_error = static_cast<double>((approximate->output - task.exact).cwiseAbs2().mean());
    facts.matrix_error = static_cast<double>(difference.norm() / exact->weights.norm());
    facts.uniform_output = uniform_error(task, ErrorMetric::output);
    facts.uniform_matrix = uniform_error(task, ErrorMetric::frobenius);
    facts.largest_output = static_cast<double>(approximate->output.cwiseAbs().maxCoeff());
    facts.largest_value = static_cast<double>(task.v.cwiseAbs().maxCoeff());
    if (task.causal)
        for (Matrix* m : {&exact->weights, &approximate->weights, &difference}) hide_unseen(*m);
    facts.exact = shared(std::move(exact->weights));
    facts.approximate = shared(std::move(approximate->weights));
    facts.difference = shared(std::move(difference));
    return facts;
}

std::vector<double> sigmas_with(double chosen) {
    std::vector<double> sigmas{0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2};
    if (std::find(sigmas.begin(), sigmas.end(), chosen) == sigmas.end()) sigmas.push_back(chosen);
    std::sort(sigmas.begin(), sigmas.end());
    return sigmas;
}

// Puts what a measurement gives into its place.
template <class T, class Place>
Result<void> take_into(Result<T> measured, Place& place) {
    if (!measured) return measured.error();
    place = *std::move(measured);
    return {};
}

Result<FailureFacts> failure_facts(const Request& r, const Progress& progress) {
    FailureFacts facts;
    const auto seed = static_cast<std::uint64_t>(r.seed);
    Result<void> done;
    switch (r.failure) {
        case FailureMode::explosion:
            done = take_into(measure_explosion(r.sigma, seed, progress), facts.explosion);
            break;
        case FailureMode::negative:
        case FailureMode::normaliser:
            facts.sign_setting.seed = seed;
            done = take_into(measure_signs(facts.sign_setting, sigmas_with(r.sigma), progress), facts.signs);
            break;
        case FailureMode::epsilon:
            facts.epsilon_setting.seed = seed;
            facts.epsilon_setting.epsilon = r.epsilon;
            done = take_into(measure_epsilon(facts.epsilon_setting, sigmas_with(r.sigma), progress), facts.epsilon);
            break;
        case FailureMode::overflow:
            facts.overflow = measure_overflow();
            break;
        case FailureMode::leak:
            facts.leak_setting.seed = seed;
            facts.leak_setting.sigma = r.sigma;
            facts.leak_setting.epsilon = r.epsilon;
            done = take_into(measure_leak(facts.leak_setting, progress), facts.leak);
            break;
        case FailureMode::sign:
            done = take_into(measure_qr_sign(seed, progress), facts.qr);
            break;
    }
    if (!done) return done.error();
    return facts;
}

Result<FactoringFacts> factoring_facts(const Request& r, const Progress& progress) {
    FactoringFacts facts;
    facts.tokens = std::min(r.length, most_rank_tokens);
    std::vector<Index> widths{1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256};
    if (std::find(widths.begin(), widths.end(), r.dim) == widths.end()) widths.push_back(r.dim);
    std::sort(widths.begin(), widths.end());
    std::vector<Index> lengths{16, 24, 32, 48, 64, 96, 128, 192};
    std::erase_if(lengths, [&](Index length) { return length >= facts.tokens; });
    lengths.push_back(facts.tokens);
    const auto seed = static_cast<std::uint64_t>(r.seed);
    const auto drawn = [&](const char* use) {
        return random_normal(facts.tokens, r.dim, r.sigma, seed, stable_hash(use));
    };
    const Matrix q = drawn("factoring, queries"), k = drawn("factoring, keys");
    if (const Result<void> done = take_into(rank_facts(q, k, progress.silent()), facts.ranks); !done)
        return done.error();
    if (const Result<void> done = take_into(rank_by_width(facts.tokens, widths, r.sigma, seed, progress), facts.widths);
        !done)
        return done.error();
    for (const Index length : lengths) {
        const Result<RankFacts> ranks = rank_facts(q.topRows(length), k.topRows(length), progress.silent());
        if (!ranks) return ranks.error();
        facts.lengths.push_back({length, ranks->score_rank, ranks->exp_rank});
    }
    return facts;
}

template <class Facts>
Result<void> keep(Result<Facts> facts, std::optional<Facts>& place) {
    return take_into(std::move(facts), place);
}

}  // namespace

Input input_of(const Params& p) {
    Input input{.source = p.source, .causal = p.causal};
    if (p.source == Source::random) {
        input.length = p.length;
        input.dim = p.dim;
        input.sigma = p.sigma;
    } else {
        input.text = p.text;
        input.tokenizer = p.tokenizer;
    }
    return input;
}

Result<InputTask> make_input(const Input& input, std::uint64_t seed, const Progress& progress) {
    InputTask made;
    if (input.source == Source::random) {
        Result<ApproximationTask> task =
            random_task(input.length, input.dim, input.sigma, input.causal, seed, progress);
        if (!task) return task.error();
        made.task = *std::move(task);
        return made;
    }
    Result<std::vector<std::string>> tokens = tokenize(input.text, input.tokenizer, most_text_tokens);
    if (!tokens) return tokens.error();
    const Matrix x = embed(*tokens, input.vectors ? *input.vectors : built_in_vectors()).vectors;
    Result<ApproximationTask> task = make_task(x, x, x, input.causal, progress);
    if (!task) return task.error();
    made.task = *std::move(task);
    for (std::string& token : *tokens) token = visible_token(token);
    made.tokens = *std::move(tokens);
    return made;
}

Result<Request> make_request(const Params& p) {
    Request r;
    r.view = p.view;
    r.seed = p.seed;
    switch (p.view) {
        case View::curves:
            break;
        case View::kernel: {
            Result<std::vector<FeatureMethod>> methods = methods_in(p.estimators);
            if (!methods) return methods.error();
            r.methods = *std::move(methods);
            r.estimator = p.estimator;
            r.ratio = p.ratio;
            [[fallthrough]];
        }
        case View::variance:
            r.drawing = p.orthogonal;
            r.dim = p.dim;
            r.features = p.features;
            r.angle = p.angle;
            r.norm = p.norm;
            break;
        case View::matrices:
            r.input = input_of(p);
            r.input.length = std::min(r.input.length, most_matrix_tokens);
            r.estimator = p.estimator;
            r.drawing = p.one_orthogonal() ? Drawing::orthogonal : Drawing::independent;
            r.features = p.features;
            r.epsilon = p.epsilon;
            break;
        case View::failures:
            r.failure = p.failure;
            r.sigma = p.failure_sigma;
            r.epsilon = p.failure_epsilon;
            break;
        case View::factoring:
            r.length = p.length;
            r.dim = p.dim;
            r.sigma = p.sigma;
            break;
    }
    return r;
}

std::string in_words(const Request& r) {
    if (r.view == View::matrices && r.input.source == Source::random)
        return tr("{} tokens, {} features", r.input.length, r.features);
    return tr("{} features of {} entries", r.features, r.dim);
}

Result<Cloud> make_cloud(FeatureMethod method, bool orthogonal, Index features, Index dim, double angle, double norm,
                         double ratio, int seed, Index draws, const Progress& progress) {
    const auto [x, y] = pair_at_angle(dim, norm, norm * ratio, angle);
    Cloud cloud{.method = method, .orthogonal = orthogonal, .features = features};
    cloud.estimates = kernel_draws(
        {.method = method, .orthogonal = orthogonal, .features = features, .seed = static_cast<std::uint64_t>(seed)}, x,
        y, draws, progress);
    if (progress.stopped()) return cancelled();
    double sum = 0, squares = 0, count = 0;
    for (const double e : cloud.estimates) {
        if (!std::isfinite(e)) continue;
        sum += e;
        ++count;
    }
    cloud.mean = count > 0 ? sum / count : 0;
    for (const double e : cloud.estimates)
        if (std::isfinite(e)) squares += (e - cloud.mean) * (e - cloud.mean);
    cloud.deviation = count > 1 ? std::sqrt(squares / (count - 1)) : 0;
    const KernelPoint at = at_angle(norm, norm * ratio, angle);
    const KernelDraw draw{.method = method,
                          .orthogonal = orthogonal,
                          .features = features,
                          .dim = dim,
                          .oprf_a = oprf_parameter(at.sum_square() / static_cast<double>(dim))};
    cloud.expected = kernel_mean(draw, at);
    cloud.theory = kernel_deviation(draw, at);
    return cloud;
}

const VarianceMap& variance_map() {
    static const VarianceMap map = [] {
        constexpr Index columns = 180, rows = 150;
        VarianceMap m;
        Matrix values(rows, columns);
        for (Index c = 0; c < columns; ++c)
            m.angles.push_back((static_cast<double>(c) + 0.5) * std::numbers::pi / static_cast<double>(columns));
        for (Index r = 0; r < rows; ++r)
            m.norms.push_back((static_cast<double>(rows - r) - 0.5) * map_norm / static_cast<double>(rows));
        for (Index r = 0; r < rows; ++r)
            for (Index c = 0; c < columns; ++c)
                values(r, c) = static_cast<float>(
                    log10_variance_ratio(m.angles[static_cast<std::size_t>(c)], m.norms[static_cast<std::size_t>(r)]));
        m.log_ratio = shared(std::move(values));
        return m;
    }();
    return map;
}

Result<Shown> compute_shown(const Request& r, const Progress& progress) {
    Shown shown{.request = r};
    Result<void> done;
    switch (r.view) {
        case View::curves:
            break;
        case View::variance:
            done = keep(variance_facts(r, progress), shown.variance);
            break;
        case View::kernel:
            done = keep(kernel_facts(r, progress), shown.kernel);
            break;
        case View::matrices:
            done = keep(matrix_facts(r, progress), shown.matrices);
            break;
        case View::failures:
            done = keep(failure_facts(r, progress), shown.failures);
            break;
        case View::factoring:
            done = keep(factoring_facts(r, progress), shown.factoring);
            break;
    }
    if (!done) return done.error();
    return shown;
}

}  // namespace attnscope::random_features_panel
