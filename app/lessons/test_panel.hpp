// Panels with a few parameters that compute nothing, and what tests ask of them; for tests and the fuzzer.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/lessons/lesson.hpp"
#include "app/panels/workspace.hpp"

namespace attnscope {

/// Its parts depend on a parameter.
class LessonTestPanel final : public Panel {
public:
    LessonTestPanel(std::string name, int order) : name_(std::move(name)), order_(order) {}

    PanelInfo info() const override { return {.name = name_, .title = name_, .help = "For tests.", .order = order_}; }
    void draw_icon(Canvas& /*canvas*/, const Rect& /*rect*/, Color /*color*/) const override {}
    void describe(Describe& d) override {
        d.real("level", level_, {.label = "level", .min = 0, .max = 1, .highest = 2, .help = "a number"});
        d.integer("count", count_, {.label = "count", .min = 1, .max = 10, .help = "a whole number"});
        d.toggle("heads", heads_, {.label = "heads", .help = "whether there is a part with heads"});
        d.choice("mask", mask_, {"none", "causal"}, {.label = "mask", .help = "a choice"});
        d.text("words", words_, {.label = "words", .max_bytes = 100, .help = "a text"});
    }
    void update() override {}
    void wait() override {}
    void cancel() override {}
    PanelStatus status() const override { return {}; }
    void draw(Canvas& /*canvas*/, Interaction& /*interaction*/, const Rect& /*area*/) override {}
    void draw_explain(Canvas& /*canvas*/, const Rect& /*area*/) override {}
    std::vector<std::string> parts() const override {
        if (heads_) return {"map", "heads"};
        return {"map"};
    }
    DataJob data_job(DataFormat /*format*/) const override {
        return [](const Progress&) -> Result<std::string> { return std::string(); };
    }

private:
    enum class Mask { none, causal };

    std::string name_;
    int order_;
    double level_ = 0.5;
    int count_ = 3;
    bool heads_ = false;
    Mask mask_ = Mask::none;
    std::string words_ = "none";
};

/// "first" and "second".
inline std::vector<PanelFactory> lesson_test_panels() {
    return {[] { return std::make_unique<LessonTestPanel>("first", 10); },
            [] { return std::make_unique<LessonTestPanel>("second", 20); }};
}

/// Whether the workspace shows the step as show_step() leaves it.
inline bool shows_step(const Workspace& workspace, const LessonStep& step) {
    const Workspace::Entry& active = workspace.active();
    if (active.info.name != step.panel || active.a) return false;
    // A parameter takes an integer for a real.
    const auto same = [](const Value& kept, const Value& wanted) {
        const auto* const real = std::get_if<double>(&kept);
        const auto* const whole = std::get_if<std::int64_t>(&wanted);
        return real != nullptr && whole != nullptr ? *real == static_cast<double>(*whole) : kept == wanted;
    };
    return std::ranges::all_of(active.params, [&](const Param& param) {
        const auto set = std::ranges::find(step.set, param.key, &ParamValues::value_type::first);
        return same(param.get(), set != step.set.end() ? set->second : param.default_value);
    });
}

}  // namespace attnscope
