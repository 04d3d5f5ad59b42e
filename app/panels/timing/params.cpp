#include "app/panels/timing/params.hpp"

#include <algorithm>

#include "app/state/name_list.hpp"

namespace attnscope::timing_panel {

void Params::describe(Describe& d) {
    const auto in = [this](auto... wanted) { return [this, wanted...] { return ((view == wanted) || ...); }; };
    const auto sweeps = [this] { return measures_sweep(); };
    d.group("Picture");
    d.choice("view", view, {"time", "memory", "operations", "layers", "paths"},
             {.label = "picture",
              .help = "time: of one call over the length. memory: what each method holds. operations: what is counted, "
                      "and how fast it is done. layers: attention, recurrent nets and convolutions. paths: how "
                      "information travels."});
    d.group("Measured");
    d.text("methods", methods,
           {.label = "methods",
            .max_bytes = 200,
            .help = "Which are measured, a list: exact (streaming), materialised (holds all weights), positive, trig, "
                    "hyperbolic, elu.",
            .visible = sweeps});
    d.integer("length", length,
              {.label = "length L",
               .min = 128,
               .max = 262144,
               .lowest = 1,
               .highest = longest,
               .log = true,
               .unit = "tokens",
               .help = "Every method is measured at this length at once.",
               .visible = sweeps});
    d.choice("sweep", sweep, {"quick", "full"},
             {.label = "sweep",
              .help = "quick: about 15 seconds, up to 65,536 tokens. full: as long as the budget allows.",
              .visible = sweeps});
    const auto full = [this] { return measures_sweep() && sweep == SweepKind::full; };
    d.integer("max_length", max_length,
              {.label = "longest",
               .min = 1024,
               .max = 262144,
               .lowest = 128,
               .highest = longest,
               .log = true,
               .unit = "tokens",
               .help = "Where the sweep ends, for methods that are fast enough to get there.",
               .visible = full});
    d.real(
        "budget_seconds", budget_seconds,
        {.label = "budget",
         .min = 5,
         .max = 600,
         .lowest = 1,
         .highest = 36000,
         .log = true,
         .unit = "s",
         .help = "About how long a full sweep may take; a method ends where one call would need more than a hundredth "
                 "of it.",
         .visible = full});
    d.integer("dim", dim,
              {.label = "width d",
               .min = 8,
               .max = 256,
               .lowest = 1,
               .highest = 1024,
               .log = true,
               .help = "Entries of a query, a key and a value.",
               .visible = sweeps});
    d.integer("heads", heads,
              {.label = "heads",
               .min = 1,
               .max = 16,
               .highest = 64,
               .help = "How many heads a call computes.",
               .visible = sweeps});
    d.integer("features", features,
              {.label = "features m",
               .min = 16,
               .max = 1024,
               .lowest = 1,
               .highest = 16384,
               .log = true,
               .help = "Random features of positive, trig and hyperbolic.",
               .visible = sweeps});
    d.toggle("causal", causal, {.label = "causal", .help = "A query sees no later key.", .visible = sweeps});
    d.integer("threads", threads,
              {.label = "threads",
               .min = 0,
               .max = 64,
               .highest = 1024,
               .help = "On how many threads; 0: all that the machine has, and never more than these.",
               .visible = sweeps});
    d.group("Layers");
    const auto layers = in(View::layers, View::paths);
    d.integer("layer_length", layer_length,
              {.label = "tokens n",
               .min = 1,
               .max = 8192,
               .highest = longest,
               .log = true,
               .help = "The length at which the layers are compared.",
               .visible = in(View::layers)});
    d.integer("layer_dim", layer_dim,
              {.label = "width d",
               .min = 8,
               .max = 512,
               .lowest = 1,
               .highest = 1024,
               .log = true,
               .help = "Entries of a token.",
               .visible = in(View::layers)});
    d.integer("kernel", kernel,
              {.label = "kernel k",
               .min = 2,
               .max = 31,
               .highest = 1023,
               .help = "How many tokens a convolution sees.",
               .visible = layers});
    d.integer("window", window,
              {.label = "window r",
               .min = 3,
               .max = 1025,
               .highest = 65537,
               .log = true,
               .help = "How many tokens restricted attention sees, an odd number: itself and as many on either side.",
               .visible = layers});
    d.toggle("core", core,
             {.label = "core only",
              .help = "Counts attention's two products alone, without the four projections.",
              .visible = in(View::layers)});
    d.integer("path_tokens", path_tokens,
              {.label = "tokens n",
               .min = 2,
               .max = 64,
               .lowest = 1,
               .highest = most_path_tokens,
               .help = "How far it is from the first token to the last.",
               .visible = in(View::paths)});
    d.integer("step", step,
              {.label = "step",
               .min = 0,
               .max = most_path_tokens,
               .help = "How many steps information has made.",
               .visible = in(View::paths),
               .ends = [this] { return std::pair(0.0, std::max(path_tokens - 1.0, 1.0)); }});
}

Result<std::vector<TimedMethod>> methods_in(const std::string& list) {
    return read_enums<TimedMethod>("methods", list, timed_method_names);
}

Result<SweepRequest> make_sweep(const Params& p) {
    constexpr Index quick_longest = 65536;
    constexpr double quick_budget = 15;
    Result<std::vector<TimedMethod>> methods = methods_in(p.methods);
    if (!methods) return methods.error();
    SweepRequest request;
    request.setting.methods = *std::move(methods);
    request.setting.dim = p.dim;
    request.setting.heads = p.heads;
    request.setting.features = p.features;
    request.setting.causal = p.causal;
    request.setting.threads = p.threads == 0 ? machine_threads() : std::min(p.threads, machine_threads());
    request.live = p.length;
    request.longest = p.sweep == SweepKind::quick ? std::min<Index>(p.max_length, quick_longest) : p.max_length;
    request.budget = p.sweep == SweepKind::quick ? quick_budget : p.budget_seconds;
    return request;
}

}  // namespace attnscope::timing_panel
