// Panels with a few parameters that compute nothing, for tests and the fuzzer.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

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

}  // namespace attnscope
