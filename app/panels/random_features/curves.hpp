// The error curves: samples that a worker adds one by one, and what is drawn of them.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "app/jobs/job_slot.hpp"
#include "app/panels/random_features/compute.hpp"

namespace attnscope::random_features_panel {

/// What a sample depends on besides its curve, its m and its number.
struct CurveSetting {
    ErrorMetric metric = ErrorMetric::output;
    Input input;    // of whole attentions
    Index dim = 0;  // of one kernel value
    double angle = 0, norm = 0;
    double epsilon = 0;
    int seed = 0;

    friend bool operator==(const CurveSetting&, const CurveSetting&) = default;
};

struct CurveKey {
    FeatureMethod method = FeatureMethod::positive;
    bool orthogonal = false;
    Index features = 0;

    friend bool operator<(const CurveKey& a, const CurveKey& b) {
        return std::tie(a.method, a.orthogonal, a.features) < std::tie(b.method, b.orthogonal, b.features);
    }
};

struct CurvesRequest {
    CurveSetting setting;
    std::vector<FeatureMethod> methods;
    Drawing drawing = Drawing::both;
    std::vector<Index> features;  // in the order they are computed in: nearest to the slider first
    Index samples = 1;

    friend bool operator==(const CurvesRequest&, const CurvesRequest&) = default;
};
/// Errors (invalid_input): a list of estimators that is none; m from beyond m to; no curve left (elu, relu and one
/// kernel value); more features than there is memory for.
Result<CurvesRequest> make_curves_request(const Params& params);

/// A curve for each method and way of drawing, for as much as has been computed.
struct Curve {
    FeatureMethod method = FeatureMethod::positive;
    bool orthogonal = false;
    std::vector<Index> features;                  // ascending
    std::vector<double> median, low, high, mean;  // quantiles .5, .1, .9; NaN where there is no sample
    std::vector<Index> samples;                   // how many there are
    std::vector<double> theory;                   // empty: no closed form
};
struct CurveSet {
    CurvesRequest request;
    std::vector<Curve> curves;
    std::optional<double> uniform;  // the median of the samples' uniform attention; of one kernel value nothing
    Index done = 0, wanted = 0;     // samples
    bool complete() const { return wanted > 0 && done == wanted; }
};

/// The samples of one setting, which only grow. Any thread.
class CurveSamples {
public:
    /// NaN: not there yet.
    double get(const CurveKey& key, Index sample) const;
    void put(const CurveKey& key, Index sample, double error);
    double uniform(Index sample) const;
    void put_uniform(Index sample, double error);
    std::uint64_t changes() const;
    CurveSet summary(const CurvesRequest& request) const;

private:
    mutable std::mutex mutex_;
    std::map<CurveKey, std::vector<double>> samples_;
    std::vector<double> uniform_;
    std::uint64_t changes_ = 0;
};

/// Adds the samples that are missing, m by m; calls `grown` after each, from any thread. A sample that fails leaves the
/// others alone; the first error is the result. `progress` counts what was missing at the beginning. Errors: those of
/// make_input() and approximation_error().
Result<bool> compute_curves(const CurvesRequest& request, CurveSamples& samples, const std::function<void()>& grown,
                            const Progress& progress);

/// Runs compute_curves() in the background and keeps the samples of the latest settings.
class CurveJob {
public:
    explicit CurveJob(const std::function<void()>& wake);
    void submit(const CurvesRequest& request);
    /// The curves of the request submitted last, when there is anything new in them.
    std::optional<CurveSet> newer();
    const std::optional<Error>& error() const { return error_; }
    bool stale() const { return job_.stale(); }
    std::optional<float> progress() const { return job_.progress(); }
    /// An estimate of the time until all is done; nothing before it can be told.
    std::optional<double> seconds_left() const;
    /// How long the request shown took, once it is done.
    double seconds() const { return seconds_; }
    void wait() { job_.wait(); }
    void cancel() { job_.cancel(); }

private:
    struct Task {
        CurvesRequest request;
        std::shared_ptr<CurveSamples> samples;  // where they go: not a part of what is asked
        friend bool operator==(const Task& a, const Task& b) { return a.request == b.request; }
    };
    std::shared_ptr<CurveSamples> samples_of(const CurveSetting& setting);

    std::vector<std::pair<CurveSetting, std::shared_ptr<CurveSamples>>> kept_;  // the latest last
    std::optional<CurvesRequest> asked_;
    std::shared_ptr<CurveSamples> samples_;
    std::uint64_t seen_ = 0;
    double seconds_ = 0;
    std::optional<Error> error_;
    std::chrono::steady_clock::time_point began_;
    JobSlot<Task, bool> job_;  // last: its worker uses the above
};

}  // namespace attnscope::random_features_panel
