#include "app/jobs/job_slot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace attnscope {
namespace job_slot_test {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Slot = JobSlot<int, int>;

/// Works for `time` in steps of a millisecond, as a well-behaved computation does: it looks for a stop at each.
bool work_for(std::chrono::milliseconds time, const Progress& progress) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
        if (progress.stopped()) return false;
        std::this_thread::sleep_for(1ms);
    }
    return true;
}

/// Polls like a window would, until `enough` or for at most ten seconds.
template <class Enough>
bool poll_until(Slot& slot, Enough enough) {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < end) {
        if (enough(slot.poll())) return true;
        std::this_thread::sleep_for(1ms);
    }
    return false;
}

/// A door that a job waits behind, so that tests do not depend on speed.
class Gate {
public:
    void open() {
        open_ = true;
        open_.notify_all();
    }
    void pass() const { open_.wait(false); }

private:
    std::atomic<bool> open_{false};
};

TEST(JobSlot, ShowsTheResultWithItsRequestTimeAndGeneration) {
    Slot slot([](const int& request, const Progress& progress) -> Result<int> {
        work_for(5ms, progress);
        return request * 2;
    });
    EXPECT_EQ(slot.poll().value, nullptr);
    EXPECT_EQ(slot.poll().generation, 0U);
    EXPECT_FALSE(slot.stale());
    slot.submit(21);
    EXPECT_TRUE(slot.stale());
    slot.wait();
    EXPECT_TRUE(slot.stale()) << "finished, but not polled yet";
    const Slot::Shown& shown = slot.poll();
    ASSERT_NE(shown.value, nullptr);
    EXPECT_EQ(*shown.value, 42);
    EXPECT_EQ(*shown.request, 21);
    EXPECT_GE(shown.seconds, 0.005);
    EXPECT_LT(shown.seconds, 5);
    EXPECT_EQ(shown.generation, 1U);
    EXPECT_FALSE(shown.error);
    EXPECT_FALSE(slot.stale());
}

TEST(JobSlot, TheNewestPendingRequestWins) {
    Gate gate;
    std::atomic<int> begun{0};
    std::vector<int> seen;
    Slot slot([&](const int& request, const Progress&) -> Result<int> {
        ++begun;
        begun.notify_all();
        gate.pass();
        seen.push_back(request);
        return request;
    });
    slot.submit(1);
    begun.wait(0);
    for (int i = 2; i <= 50; ++i) slot.submit(i);
    gate.open();
    slot.wait();
    EXPECT_EQ(*slot.poll().value, 50);
    EXPECT_EQ(seen, (std::vector<int>{1, 50}));
    EXPECT_FALSE(slot.stale());
}

TEST(JobSlot, AnEqualRequestIsNothingNew) {
    std::atomic<int> runs{0};
    Slot slot([&](const int& request, const Progress&) -> Result<int> {
        ++runs;
        return request;
    });
    for (int i = 0; i < 100; ++i) slot.submit(7);
    slot.wait();
    EXPECT_EQ(slot.poll().generation, 1U);
    slot.submit(7);
    EXPECT_FALSE(slot.stale());
    slot.wait();
    EXPECT_EQ(runs, 1);
    slot.submit(8);
    slot.wait();
    slot.submit(7);
    slot.wait();
    EXPECT_EQ(runs, 3) << "equal to an older request, not to the newest: it runs";
}

TEST(JobSlot, AnErrorStandsBesideThePreviousValueUntilTheNextSuccess) {
    std::atomic<int> runs{0};
    Slot slot([&](const int& request, const Progress&) -> Result<int> {
        ++runs;
        if (request < 0) return invalid_input("L: -1 is out of range");
        return request;
    });
    slot.submit(5);
    slot.wait();
    slot.poll();
    slot.submit(-1);
    slot.wait();
    EXPECT_EQ(*slot.poll().value, 5);
    EXPECT_EQ(*slot.poll().request, 5);
    ASSERT_TRUE(slot.poll().error);
    EXPECT_EQ(slot.poll().error->what, "L: -1 is out of range");
    EXPECT_EQ(slot.poll().generation, 1U) << "the value did not change";
    EXPECT_FALSE(slot.stale());
    slot.submit(-1);
    slot.wait();
    EXPECT_EQ(runs, 2) << "what failed is not tried again and again";
    slot.submit(6);
    slot.wait();
    EXPECT_EQ(*slot.poll().value, 6);
    EXPECT_FALSE(slot.poll().error);
    EXPECT_EQ(slot.poll().generation, 2U);
}

TEST(JobSlot, AnErrorDoesNotPushOutAValueNobodyHasPolled) {
    Slot slot([](const int& request, const Progress&) -> Result<int> {
        if (request < 0) return invalid_input("bad");
        return request;
    });
    slot.submit(5);
    slot.wait();
    slot.submit(-1);
    slot.wait();
    const Slot::Shown& shown = slot.poll();
    ASSERT_NE(shown.value, nullptr);
    EXPECT_EQ(*shown.value, 5);
    ASSERT_TRUE(shown.error);
    EXPECT_EQ(shown.error->what, "bad");
}

TEST(JobSlot, SaysWhatTheMemoryDidNotSufficeFor) {
    const Slot::Run run = [](const int& request, const Progress&) -> Result<int> {
        if (request > 1000) throw std::bad_alloc();
        return request;
    };
    Slot slot(run, {.describe = [](const int& length) { return "L = " + std::to_string(length); }});
    slot.submit(3);
    slot.wait();
    slot.poll();
    slot.submit(100000);
    slot.wait();
    ASSERT_TRUE(slot.poll().error);
    EXPECT_EQ(slot.poll().error->code, ErrorCode::out_of_memory);
    EXPECT_EQ(slot.poll().error->what, "not enough memory for L = 100000");
    EXPECT_EQ(*slot.poll().value, 3);
    slot.submit(4);
    slot.wait();
    EXPECT_EQ(*slot.poll().value, 4) << "the slot lives on";

    Slot plain(run);
    plain.submit(2000);
    plain.wait();
    EXPECT_EQ(plain.poll().error->what, "not enough memory");
    Slot describer_fails(run, {.describe = [](const int&) -> std::string { throw std::bad_alloc(); }});
    describer_fails.submit(2000);
    describer_fails.wait();
    EXPECT_EQ(describer_fails.poll().error->what, "not enough memory");
}

TEST(JobSlot, OtherExceptionsBecomeErrorsWithTheirText) {
    Slot slot([](const int& request, const Progress&) -> Result<int> {
        if (request == 1) throw std::runtime_error("the table is upside down");
        throw 3;
    });
    slot.submit(1);
    slot.wait();
    EXPECT_EQ(slot.poll().error->what, "the table is upside down");
    slot.submit(2);
    slot.wait();
    EXPECT_THAT(slot.poll().error->what, HasSubstr("did not say why"));
}

TEST(JobSlot, ASubmitStopsALongJobAndItsResultIsNeverShown) {
    std::atomic<bool> was_stopped{false};
    Slot slot([&](const int& request, const Progress& progress) -> Result<int> {
        if (request == 1) {
            was_stopped = !work_for(10s, progress);
            return 1;  // a value, although stopped: it must be dropped all the same
        }
        return request;
    });
    slot.submit(1);
    std::this_thread::sleep_for(job_patience + 50ms);
    slot.submit(2);
    ASSERT_TRUE(poll_until(slot, [](const Slot::Shown& shown) { return shown.value != nullptr; }));
    EXPECT_TRUE(was_stopped);
    EXPECT_EQ(*slot.poll().value, 2);
    EXPECT_EQ(slot.poll().generation, 1U);
}

TEST(JobSlot, AJobThatGrowsOldWhileANewerWaitsIsStoppedByPollOrWait) {
    const Slot::Run run = [](const int& request, const Progress& progress) -> Result<int> {
        if (request == 1 && !work_for(20s, progress)) return cancelled();
        return request;
    };
    const auto began = std::chrono::steady_clock::now();
    Slot polled(run);
    polled.submit(1);
    std::this_thread::sleep_for(10ms);
    polled.submit(2);
    ASSERT_TRUE(poll_until(polled, [](const Slot::Shown& shown) { return shown.value != nullptr; }));
    EXPECT_EQ(*polled.poll().value, 2);
    Slot waited(run);
    waited.submit(1);
    std::this_thread::sleep_for(10ms);
    waited.submit(2);
    waited.wait();
    EXPECT_EQ(*waited.poll().value, 2);
    EXPECT_FALSE(waited.poll().error);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 19s);
}

TEST(JobSlot, ShortJobsFinishUnderRapidSubmits) {
    Slot slot([](const int& request, const Progress& progress) -> Result<int> {
        if (!work_for(20ms, progress)) return cancelled();
        return request;
    });
    int changes = 0;
    std::uint64_t generation = 0;
    for (int i = 1; i <= 100; ++i) {
        slot.submit(i);
        std::this_thread::sleep_for(5ms);
        const Slot::Shown& shown = slot.poll();
        EXPECT_GE(shown.generation, generation);
        if (shown.generation != generation) ++changes;
        generation = shown.generation;
    }
    EXPECT_GT(changes, 0);
    slot.wait();
    EXPECT_EQ(*slot.poll().value, 100);
}

TEST(JobSlot, ShowsProgressOnlyOfJobsOlderThanThreeTenthsOfASecond) {
    Gate gate;
    Slot slot([&](const int& request, const Progress& progress) -> Result<int> {
        progress.report(0.25);
        if (request == 1) gate.pass();
        return request;
    });
    EXPECT_EQ(slot.progress(), std::nullopt);
    const auto began = std::chrono::steady_clock::now();
    slot.submit(1);
    const std::optional<float> early = slot.progress();
    if (std::chrono::steady_clock::now() - began < job_progress_after) {
        EXPECT_EQ(early, std::nullopt);
    }
    ASSERT_TRUE(poll_until(slot, [&](const Slot::Shown&) { return slot.progress().has_value(); }));
    EXPECT_GE(std::chrono::steady_clock::now() - began, job_progress_after);
    EXPECT_EQ(slot.progress(), 0.25F);
    gate.open();
    slot.wait();
    EXPECT_EQ(slot.progress(), std::nullopt);
}

TEST(JobSlot, CancelForgetsWhatIsNotFinishedAndKeepsWhatIsShown) {
    std::atomic<int> begun{0};
    Slot slot([&](const int& request, const Progress& progress) -> Result<int> {
        ++begun;
        begun.notify_all();
        if (request > 1) work_for(10s, progress);
        return request;
    });
    slot.submit(1);
    slot.wait();
    slot.poll();
    slot.submit(2);
    begun.wait(1);
    slot.submit(3);
    slot.cancel();
    EXPECT_FALSE(slot.stale());
    slot.wait();
    EXPECT_EQ(*slot.poll().value, 1);
    EXPECT_FALSE(slot.poll().error);
    EXPECT_EQ(begun, 2);
    slot.submit(1);
    EXPECT_TRUE(slot.stale());
    slot.wait();
    EXPECT_EQ(slot.poll().generation, 2U) << "after a cancel every request may come again";
}

TEST(JobSlot, AJobThatGivesUpOnItsOwnShowsNothingAndMayBeTriedAgain) {
    std::atomic<int> runs{0};
    Slot slot([&](const int& request, const Progress&) -> Result<int> {
        if (++runs == 1) return cancelled();
        return request;
    });
    slot.submit(1);
    slot.wait();
    EXPECT_EQ(slot.poll().value, nullptr);
    EXPECT_FALSE(slot.poll().error);
    EXPECT_FALSE(slot.stale());
    slot.submit(1);
    slot.wait();
    EXPECT_EQ(*slot.poll().value, 1);
}

TEST(JobSlot, AJobThatIsAskedToStopTellsHowItEnded) {
    std::atomic<int> begun{0};
    Slot slot([&](const int& request, const Progress& progress) -> Result<int> {
        ++begun;
        begun.notify_all();
        while (!progress.stopped()) std::this_thread::sleep_for(1ms);
        if (request == 1) return cancelled();
        return request;  // it was too late
    });
    slot.stop();  // nothing runs
    slot.submit(1);
    begun.wait(0);
    slot.stop();
    EXPECT_TRUE(slot.stale());
    slot.wait();
    EXPECT_EQ(slot.poll().value, nullptr);
    EXPECT_FALSE(slot.poll().error);
    EXPECT_FALSE(slot.stale());
    slot.submit(2);
    slot.stop();  // perhaps before it has begun
    slot.wait();
    ASSERT_TRUE(slot.poll().value);
    EXPECT_EQ(*slot.poll().value, 2);
    EXPECT_FALSE(slot.stale());
}

TEST(JobSlot, WakesTheWindowOncePerResult) {
    std::atomic<int> wakes{0};
    {
        Slot slot([](const int& request, const Progress&) -> Result<int> { return request; },
                  {.wake = [&] { ++wakes; }});
        for (int i = 1; i <= 5; ++i) {
            slot.submit(i);
            slot.wait();
        }
    }
    EXPECT_EQ(wakes, 5);
}

TEST(JobSlot, WaitOnAnIdleSlotReturns) {
    Slot slot([](const int& request, const Progress&) -> Result<int> { return request; });
    slot.wait();
    EXPECT_EQ(slot.poll().value, nullptr);
}

TEST(JobSlot, SurvivesFiveHundredRapidSubmits) {
    JobSlot<std::string, std::vector<int>> slot(
        [](const std::string& request, const Progress& progress) -> Result<std::vector<int>> {
            if (request.size() % 5 == 0) return invalid_input(request);
            if (request.size() % 7 == 0) throw std::bad_alloc();
            progress.report(0.5);
            return std::vector<int>(request.size(), 1);
        });
    std::uint64_t generation = 0;
    for (std::size_t i = 1; i <= 500; ++i) {
        slot.submit(std::string(i, 'x'));
        const auto& shown = slot.poll();
        ASSERT_GE(shown.generation, generation);
        if (shown.value) {
            ASSERT_EQ(shown.value->size(), shown.request->size());
        }
        generation = shown.generation;
        if (i % 50 == 0) slot.cancel();
        if (i % 10 == 0) std::this_thread::sleep_for(1ms);
        (void)slot.progress();
    }
    slot.submit(std::string(501, 'x'));
    slot.wait();
    EXPECT_EQ(slot.poll().value->size(), 501U);
    EXPECT_FALSE(slot.stale());
}

TEST(JobSlot, SurvivesTwoHundredTeardownsAtAnyMoment) {
    const auto began = std::chrono::steady_clock::now();
    std::atomic<int> inside{0};
    for (int i = 0; i < 200; ++i) {
        Slot slot([&](const int& request, const Progress& progress) -> Result<int> {
            ++inside;
            work_for(20s, progress);
            --inside;
            return request;
        });
        slot.submit(1);
        if (i % 2 == 0) std::this_thread::sleep_for(std::chrono::microseconds(20 * i));
        slot.submit(2);
        slot.poll();
    }
    EXPECT_EQ(inside, 0) << "each slot was joined";
    EXPECT_LT(std::chrono::steady_clock::now() - began, 20s) << "no teardown waited for its job's end";
}

}  // namespace job_slot_test
}  // namespace attnscope
