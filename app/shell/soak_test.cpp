// The window as a lecture leaves it: open for hours, every panel computing, parameters changing as fast as
// results come.
//     ATTNSCOPE_SOAK_SECONDS=7200 build/test/app/app_shell_test --gtest_filter='Soak.*'
// What is recorded goes to standard error as comma-separated values, one line for each of 12 parts of the time.
#include <epoxy/gl.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "app/shell/headless_fixture.hpp"
#include "core/timing/memory.hpp"

namespace attnscope {
namespace soak_test {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::size_t resident_bytes() {
    std::ifstream file("/proc/self/statm");
    std::size_t all = 0, resident = 0;
    file >> all >> resident;
    return resident * 4096;
}

std::size_t entries_of(const char* folder) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

// Another legal value of one parameter, anywhere in its slider's range.
void change(const Param& param, std::mt19937_64& random) {
    const double part = std::uniform_real_distribution<double>(0, 1)(random);
    const double value = param.logarithmic ? param.min * std::pow(param.max / param.min, part)
                                           : param.min + part * (param.max - param.min);
    Result<void> done;
    switch (param.kind) {
        case ParamKind::toggle:
            done = set(param, part < 0.5);
            break;
        case ParamKind::integer:
            done = set(param, static_cast<std::int64_t>(std::llround(value)));
            break;
        case ParamKind::real:
            done = set(param, value);
            break;
        case ParamKind::choice:
            done = set(param, param.choices[random() % param.choices.size()]);
            break;
        case ParamKind::text:
            break;  // the monkey types
    }
    EXPECT_TRUE(done.has_value()) << param.key << ": " << done.error().what;
}

struct Sample {
    std::size_t resident = 0, heap = 0, handles = 0, threads = 0;
};

// What a quarter of the time never went below. Something lost stays lost and lifts every look; what is only in the
// way of the heap giving its pages back lifts one and is gone in the next.
Sample least(const std::vector<Sample>& samples, std::size_t quarter) {
    const std::size_t count = samples.size() / 4;
    Sample least = samples[quarter * count];
    for (std::size_t i = quarter * count; i < (quarter + 1) * count; ++i) {
        least.resident = std::min(least.resident, samples[i].resident);
        least.heap = std::min(least.heap, samples[i].heap);
        least.handles = std::min(least.handles, samples[i].handles);
        least.threads = std::min(least.threads, samples[i].threads);
    }
    return least;
}

class Soak : public HeadlessApp {
protected:
    Soak() { use_one_heap(); }  // as the program does

    // Into the top strip: 4 to 4,000 words, where the panel has a text now.
    void write_text(std::mt19937_64& random) {
        const std::string key = workspace.active().panel->source_key();
        if (key.empty()) return;
        const char* const words[] = {"the", "king", "and", "queen", "drank", "wine", "with", "bread"};
        std::string text;
        for (double left = std::pow(10, std::uniform_real_distribution<double>(0.6, 3.6)(random)); left > 0; --left)
            text += std::string(words[random() % std::size(words)]) + " ";
        const Result<void> done = set(param(key), Value(text));
        EXPECT_TRUE(done.has_value()) << done.error().what;
    }
    // Nothing is computed any more and every panel stands at its defaults: now what is left can be compared.
    Sample at_rest() {
        rest_at_defaults();
        ::malloc_trim(0);
        return {resident_bytes(), ::mallinfo2().uordblks + ::mallinfo2().hblkhd, entries_of("/proc/self/fd"),
                entries_of("/proc/self/task")};
    }
};

TEST_F(Soak, NothingGrows) {
    const char* const wanted = std::getenv("ATTNSCOPE_SOAK_SECONDS");
    const double seconds = wanted == nullptr ? 12 : std::strtod(wanted, nullptr);
    constexpr int parts = 12;
    open(1280, 800);
    ASSERT_FALSE(HasFatalFailure());
    std::mt19937_64 random(1);
    std::vector<Sample> samples;
    std::fprintf(stderr, "s,frames,computing_%%,median_ms,p99_ms,longest_ms,resident_MB,heap_MB,handles,threads\n");
    const Clock::time_point begin = Clock::now();
    for (int part = 1; part <= parts; ++part) {
        std::vector<double> milliseconds;
        std::size_t computing = 0;
        const Clock::time_point part_began = Clock::now();
        while (seconds_since(part_began) < seconds / parts) {
            const Clock::time_point tick = Clock::now();
            // A person stays with a panel for a while; every panel gets its turns, with a short text or a long one.
            if (milliseconds.size() % 150 == 0) {
                workspace.activate(random() % workspace.entries().size());
                for (const Param& param : workspace.active().params) reset(param);
                write_text(random);
            }
            // As soon as one result is there the next is asked for, and at times before.
            const bool idle = !workspace.active().panel->status().stale;
            if (idle || milliseconds.size() % 10 == 0) {
                const ParamList& params = workspace.active().params;
                for (int i = 0; i < 3; ++i) change(params[random() % params.size()], random);
                workspace.active().panel->agree();  // as after a control was moved
            }
            const Clock::time_point frame = Clock::now();
            screen->frame(app, queue.next_frame(screen->seconds() + 0.033));
            milliseconds.push_back(1e3 * seconds_since(frame));
            computing += workspace.active().panel->status().stale ? 1 : 0;
            ASSERT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR));
            std::this_thread::sleep_until(tick + std::chrono::milliseconds(33));
        }
        samples.push_back(at_rest());
        ASSERT_FALSE(HasFatalFailure());
        std::sort(milliseconds.begin(), milliseconds.end());
        const std::size_t n = milliseconds.size();
        ASSERT_GT(n, 0U);
        const Sample& now = samples.back();
        std::fprintf(stderr, "%.0f,%zu,%.0f,%.1f,%.1f,%.1f,%.1f,%.1f,%zu,%zu\n", seconds_since(begin), n,
                     100.0 * static_cast<double>(computing) / static_cast<double>(n), milliseconds[n / 2],
                     milliseconds[n * 99 / 100], milliseconds.back(), static_cast<double>(now.resident) / 1e6,
                     static_cast<double>(now.heap) / 1e6, now.handles, now.threads);
    }
    // The first quarter fills what is kept on purpose: glyphs, fonts, the driver's own; the second is the measure. In
    // seconds not every panel has had its turn by then: only a ceiling can be told.
    const bool hours = seconds >= 600;
    const Sample early = least(samples, hours ? 1 : 0);
    const Sample late = least(samples, 3);
    EXPECT_LT(late.resident, hours ? early.resident + (std::size_t{64} << 20U) : std::size_t{600} << 20U);
    EXPECT_LT(late.heap, hours ? early.heap + (std::size_t{48} << 20U) : std::size_t{300} << 20U);
    EXPECT_LE(late.handles, early.handles + 1);
    EXPECT_LE(late.threads, early.threads + 1);
}

}  // namespace soak_test
}  // namespace attnscope
