#include "app/panels/random_features/curves.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "app/language/language.hpp"
#include "core/base/parallel.hpp"
#include "core/base/random.hpp"
#include "core/base/statistics.hpp"

namespace attnscope::random_features_panel {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr Index kernel_draws_a_sample = 100;           // of which a sample of one kernel value is the mean
constexpr double most_kept_bytes = 256.0 * (1 << 20);  // of inputs with their exact attention
constexpr std::size_t most_settings = 32;

double known(const std::vector<double>& values, Index k) {
    return k < static_cast<Index>(values.size()) ? values[static_cast<std::size_t>(k)] : nothing;
}

void place(std::vector<double>& values, Index k, double value) {
    const auto at = static_cast<std::size_t>(k);
    if (values.size() <= at) values.resize(at + 1, nothing);
    values[at] = value;
}

std::vector<CurveKey> keys_of(const CurvesRequest& r, Index features) {
    std::vector<CurveKey> keys;
    for (const FeatureMethod method : r.methods) {
        if (!is_random(method)) {
            keys.push_back({method, false, features});
            continue;
        }
        if (r.drawing != Drawing::orthogonal) keys.push_back({method, false, features});
        if (r.drawing != Drawing::independent) keys.push_back({method, true, features});
    }
    return keys;
}

// What is not drawn is the same for every m.
CurveKey stored_as(CurveKey key) {
    if (!is_random(key.method)) key.features = 0;
    return key;
}

// About the operations that a sample takes: for the progress.
double cost_of(const CurvesRequest& r, const CurveKey& key) {
    const auto m = static_cast<double>(key.features);
    if (r.setting.metric == ErrorMetric::kernel) return m * static_cast<double>(r.setting.dim);
    const auto length = static_cast<double>(std::max<Index>(r.setting.input.length, 16));
    const auto dim = static_cast<double>(std::max<Index>(r.setting.input.dim, 16));
    const double output = length * m * (dim + 4) + length * 200;
    return r.setting.metric == ErrorMetric::output ? output : output + length * length * (m + dim + 10);
}

// The inputs of the samples with their exact attention, as many as there is room for.
class InputStore {
public:
    explicit InputStore(const CurveSetting& setting) : setting_(setting) {}

    Result<std::shared_ptr<const InputTask>> get(Index sample, const Progress& progress) {
        if (setting_.input.source == Source::text) sample = 0;  // the same words in every sample
        if (const auto found = kept_.find(sample); found != kept_.end()) return found->second;
        Result<InputTask> made = make_input(setting_.input, sample_seed(setting_.seed, sample), progress);
        if (!made) return made.error();
        auto task = std::make_shared<const InputTask>(*std::move(made));
        const double bytes = static_cast<double>(task->task.x.size()) * 4 * sizeof(float);
        if (bytes_ + bytes <= most_kept_bytes) {
            bytes_ += bytes;
            kept_[sample] = task;
        }
        return std::shared_ptr<const InputTask>(std::move(task));
    }

private:
    CurveSetting setting_;
    std::map<Index, std::shared_ptr<const InputTask>> kept_;
    double bytes_ = 0;
};

double kernel_sample(const CurveSetting& setting, const CurveKey& key, Index sample, const Progress& progress) {
    const auto [x, y] = pair_at_angle(setting.dim, setting.norm, setting.norm, setting.angle);
    const double truth = std::exp(x.dot(y));
    const std::vector<double> estimates = kernel_draws({.method = key.method,
                                                        .orthogonal = key.orthogonal,
                                                        .features = key.features,
                                                        .seed = sample_seed(setting.seed, sample)},
                                                       x, y, kernel_draws_a_sample, progress);
    double sum = 0;
    for (const double estimate : estimates) sum += (estimate - truth) * (estimate - truth);
    return sum / static_cast<double>(kernel_draws_a_sample);
}

// Everything of one m and one sample.
class SampleRun {
public:
    SampleRun(const CurvesRequest& request, CurveSamples& samples, const std::function<void()>& grown,
              const Progress& progress)
        : request_(request), samples_(samples), grown_(grown), progress_(progress.silent()), inputs_(request.setting) {}

    Result<void> run(const std::vector<CurveKey>& missing, Index sample) {
        const CurveSetting& s = request_.setting;
        std::shared_ptr<const InputTask> input;
        if (s.metric != ErrorMetric::kernel) {
            Result<std::shared_ptr<const InputTask>> made = inputs_.get(sample, progress_);
            if (!made) return made.error();
            input = *made;
            if (std::isnan(samples_.uniform(sample)))
                samples_.put_uniform(sample, uniform_error(input->task, s.metric));
        }
        const auto count = static_cast<Index>(missing.size());
        std::vector<std::optional<Error>> errors(missing.size());
        parallel_blocks(count, 1, progress_, [&](Index k, Index /*end*/) {
            const CurveKey& key = missing[static_cast<std::size_t>(k)];
            const Result<double> error =
                input ? whole_sample(*input, key, sample) : Result<double>(kernel_sample(s, key, sample, progress_));
            if (progress_.stopped()) return;
            if (!error) {
                errors[static_cast<std::size_t>(k)] = error.error();
                return;
            }
            samples_.put(stored_as(key), sample, *error);
            grown_();
        });
        if (progress_.stopped()) return cancelled();
        for (const std::optional<Error>& error : errors)
            if (error) return *error;
        return {};
    }

private:
    Result<double> whole_sample(const InputTask& input, const CurveKey& key, Index sample) const {
        const ApproximationSpec spec{.method = key.method,
                                     .orthogonal = key.orthogonal,
                                     .features = key.features,
                                     .seed = sample_seed(request_.setting.seed, sample),
                                     .epsilon = request_.setting.epsilon};
        return approximation_error(input.task, spec, request_.setting.metric, progress_);
    }

    const CurvesRequest& request_;
    CurveSamples& samples_;
    const std::function<void()>& grown_;
    Progress progress_;
    InputStore inputs_;
};

std::vector<double> theory_of(const CurvesRequest& r, const Curve& curve) {
    if (r.setting.metric != ErrorMetric::kernel) return {};
    const KernelPoint at = at_angle(r.setting.norm, r.setting.norm, r.setting.angle);
    const double a = oprf_parameter(at.sum_square() / static_cast<double>(r.setting.dim));
    std::vector<double> theory;
    for (const Index m : curve.features) {
        const std::optional<double> error = kernel_mse(
            {.method = curve.method, .orthogonal = curve.orthogonal, .features = m, .dim = r.setting.dim, .oprf_a = a},
            at);
        if (!error) return {};
        theory.push_back(*error);
    }
    return theory;
}

}  // namespace

Result<CurvesRequest> make_curves_request(const Params& p) {
    CurvesRequest r;
    Result<std::vector<FeatureMethod>> methods = methods_in(p.estimators);
    if (!methods) return methods.error();
    if (p.features_from > p.features_to)
        return invalid_input(tr("the curves go from m = {} to {}: the first must not be the larger one",
                                p.features_from, p.features_to));
    r.setting.metric = p.metric;
    r.setting.seed = p.seed;
    if (p.metric == ErrorMetric::kernel) {
        r.setting.dim = p.dim;
        r.setting.angle = p.angle;
        r.setting.norm = p.norm;
        std::erase_if(*methods, [](FeatureMethod method) { return !estimates_softmax(method); });
        if (methods->empty())
            return invalid_input(tr(
                "elu and relu are kernels of their own: the error of one kernel value needs an estimator of softmax"));
    } else {
        r.setting.input = input_of(p);
        r.setting.epsilon = p.epsilon;
    }
    r.methods = *std::move(methods);
    r.drawing = p.orthogonal;
    r.samples = p.seeds;
    r.features = feature_counts(p.features_from, p.features_to);
    // Both sides' features are held at once, of two curves on two threads, trigonometric ones twice as many.
    constexpr double most_bytes = 4.0 * (1 << 30);
    const bool held = p.metric == ErrorMetric::frobenius || p.epsilon > 0;
    if (held && p.source == Source::random && 32.0 * p.length * p.features_to > most_bytes)
        return invalid_input(tr(
            "the features of L = {} tokens and m = {} would need {:.0f} GB: a smaller L or fewer features are needed",
            p.length, p.features_to, 32.0 * p.length * p.features_to / (1 << 30)));
    const auto distance = [&](Index m) {
        return std::abs(std::log(static_cast<double>(m) / static_cast<double>(p.features)));
    };
    std::stable_sort(r.features.begin(), r.features.end(), [&](Index a, Index b) { return distance(a) < distance(b); });
    return r;
}

double CurveSamples::get(const CurveKey& key, Index sample) const {
    const std::lock_guard lock(mutex_);
    const auto found = samples_.find(stored_as(key));
    return found == samples_.end() ? nothing : known(found->second, sample);
}

void CurveSamples::put(const CurveKey& key, Index sample, double error) {
    const std::lock_guard lock(mutex_);
    place(samples_[stored_as(key)], sample, error);
    ++changes_;
}

double CurveSamples::uniform(Index sample) const {
    const std::lock_guard lock(mutex_);
    return known(uniform_, sample);
}

void CurveSamples::put_uniform(Index sample, double error) {
    const std::lock_guard lock(mutex_);
    place(uniform_, sample, error);
    ++changes_;
}

std::uint64_t CurveSamples::changes() const {
    const std::lock_guard lock(mutex_);
    return changes_;
}

CurveSet CurveSamples::summary(const CurvesRequest& r) const {
    const std::lock_guard lock(mutex_);
    CurveSet set{.request = r};
    std::vector<Index> counts = r.features;
    std::sort(counts.begin(), counts.end());
    const auto first = [&](const std::vector<double>& all) {
        std::vector<double> some(all.begin(), all.begin() + std::min<std::ptrdiff_t>(std::ssize(all), r.samples));
        std::erase_if(some, [](double value) { return std::isnan(value); });
        return some;
    };
    for (const CurveKey& shape : keys_of(r, 0)) {
        Curve curve{.method = shape.method, .orthogonal = shape.orthogonal, .features = counts};
        for (const Index m : counts) {
            const auto found = samples_.find(stored_as({shape.method, shape.orthogonal, m}));
            std::vector<double> some = found == samples_.end() ? std::vector<double>() : first(found->second);
            std::sort(some.begin(), some.end());
            const auto count = static_cast<Index>(some.size());
            curve.samples.push_back(count);
            curve.median.push_back(quantile(some, 0.5));
            curve.low.push_back(quantile(some, 0.1));
            curve.high.push_back(quantile(some, 0.9));
            curve.mean.push_back(count > 0 ? std::accumulate(some.begin(), some.end(), 0.0) / static_cast<double>(count)
                                           : nothing);
            set.done += count;
            set.wanted += r.samples;
        }
        curve.theory = theory_of(r, curve);
        set.curves.push_back(std::move(curve));
    }
    std::vector<double> uniform = first(uniform_);
    std::sort(uniform.begin(), uniform.end());
    if (!uniform.empty()) set.uniform = quantile(uniform, 0.5);
    return set;
}

Result<bool> compute_curves(const CurvesRequest& r, CurveSamples& samples, const std::function<void()>& grown,
                            const Progress& progress) {
    // What is not drawn is the same for every m: once is enough.
    const auto missing_of = [&](Index m, Index sample) {
        std::vector<CurveKey> keys = keys_of(r, m);
        std::erase_if(keys, [&](const CurveKey& key) { return !std::isnan(samples.get(key, sample)); });
        return keys;
    };
    double wanted = 0, done = 0;
    for (const Index m : r.features)
        for (Index sample = 0; sample < r.samples; ++sample)
            for (const CurveKey& key : missing_of(m, sample))
                if (is_random(key.method) || m == r.features.front()) wanted += cost_of(r, key);
    SampleRun run(r, samples, grown, progress);
    std::optional<Error> first_error;
    for (const Index m : r.features)
        for (Index sample = 0; sample < r.samples; ++sample) {
            if (progress.stopped()) return cancelled();
            const std::vector<CurveKey> missing = missing_of(m, sample);
            if (missing.empty()) continue;
            for (const CurveKey& key : missing) done += cost_of(r, key);
            if (const Result<void> ran = run.run(missing, sample); !ran) {
                if (ran.error().code == ErrorCode::cancelled) return ran.error();
                if (!first_error) first_error = ran.error();
            }
            progress.report(done / wanted);
        }
    if (first_error) return *first_error;
    return true;
}

CurveJob::CurveJob(const std::function<void()>& wake)
    : job_([wake](const Task& task,
                  const Progress& progress) { return compute_curves(task.request, *task.samples, wake, progress); },
           {.describe =
                [](const Task& task) { return tr("error curves of {} tokens", task.request.setting.input.length); },
            .wake = wake}) {}

std::shared_ptr<CurveSamples> CurveJob::samples_of(const CurveSetting& setting) {
    const auto found =
        std::find_if(kept_.begin(), kept_.end(), [&](const auto& kept) { return kept.first == setting; });
    if (found != kept_.end()) {
        std::rotate(found, found + 1, kept_.end());
        return kept_.back().second;
    }
    if (kept_.size() >= most_settings) kept_.erase(kept_.begin());
    kept_.emplace_back(setting, std::make_shared<CurveSamples>());
    return kept_.back().second;
}

void CurveJob::submit(const CurvesRequest& request) {
    if (!(asked_ == request)) {
        asked_ = request;
        samples_ = samples_of(request.setting);
        seen_ = 0;
        began_ = std::chrono::steady_clock::now();
    }
    job_.submit({request, samples_});
}

std::optional<CurveSet> CurveJob::newer() {
    const auto& ran = job_.poll();
    seconds_ = ran.seconds;
    error_ = ran.error;
    if (!asked_) return std::nullopt;
    const std::uint64_t changes = samples_->changes() + 1;  // 0: not looked at yet
    if (changes == seen_) return std::nullopt;
    seen_ = changes;
    return samples_->summary(*asked_);
}

std::optional<double> CurveJob::seconds_left() const {
    const std::optional<float> part = job_.progress();
    if (!part || *part < 0.02F) return std::nullopt;
    const double passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
    return passed * (1 / static_cast<double>(*part) - 1);
}

}  // namespace attnscope::random_features_panel
