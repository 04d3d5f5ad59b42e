// Recordings of a toy: as pictures, and as films by programs that only look like ffmpeg.
#include "app/shell/record.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <thread>
#include <vector>

#include "app/shell/export.hpp"
#include "app/shell/toy_panel.hpp"
#include "core/io/temp_folder.hpp"

namespace attnscope {
namespace record_test {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view png_signature = "\x89PNG\r\n\x1a\n";

/// The PATH of one scope.
class SearchPath {
public:
    explicit SearchPath(const std::string& path) : before_(std::getenv("PATH")) { setenv("PATH", path.c_str(), 1); }
    ~SearchPath() { setenv("PATH", before_.c_str(), 1); }
    SearchPath(const SearchPath&) = delete;
    SearchPath& operator=(const SearchPath&) = delete;

private:
    std::string before_;
};

/// A folder with an ffmpeg of our own, first in the PATH.
class FakeFfmpeg {
public:
    explicit FakeFfmpeg(const std::string& script)
        : program_(folder_.file("ffmpeg", "#!/bin/sh\n" + script + "\n")),
          path_(folder_.path().string() + ":" + std::getenv("PATH")) {
        std::filesystem::permissions(program_, std::filesystem::perms::owner_all);
    }
    std::filesystem::path operator/(std::string_view name) const { return folder_ / name; }

private:
    TempFolder folder_;
    std::string program_;
    SearchPath path_;
};

/// A toy that says when it is asked for another picture, and fails when it is told to.
class WatchedPanel final : public Panel {
public:
    explicit WatchedPanel(std::function<void(double)> seen) : seen_(std::move(seen)) {}
    PanelInfo info() const override { return {.name = "watched", .title = "Watched", .help = "For tests."}; }
    void draw_icon(Canvas& /*canvas*/, const Rect& /*rect*/, Color /*color*/) const override {}
    void describe(Describe& d) override {
        d.real("level", level_, {.label = "level", .min = 0, .max = 1, .help = "x"});
    }
    void update() override {
        seen_(level_);
        stale_ = !stale_;  // every result comes with the second look
    }
    void wait() override {}
    void cancel() override {}
    PanelStatus status() const override {
        PanelStatus status;
        status.stale = stale_;
        if (level_ > 0.8) status.error = invalid_input("too high");
        return status;
    }
    void draw(Canvas& canvas, Interaction& /*interaction*/, const Rect& area) override {
        canvas.fill_rect({area.min, {area.min.x + static_cast<float>(level_) * area.width(), area.max.y}},
                         canvas.theme().query);
    }
    void draw_explain(Canvas& /*canvas*/, const Rect& /*area*/) override {}
    DataJob data_job(DataFormat /*format*/) const override {
        return [](const Progress&) -> Result<std::string> { return std::string(); };
    }

private:
    std::function<void(double)> seen_;
    double level_ = 0;
    bool stale_ = false;
};

RecordRequest request(const std::filesystem::path& out, double seconds = 1, double rate = 10) {
    RecordRequest made;
    made.factory = [] { return std::make_unique<ToyPanel>(); };
    made.values = {{"size", Value(std::int64_t{3})}};
    made.play = {.key = "level", .from = 0.2, .to = 0.9, .seconds = seconds, .there_and_back = false};
    made.seconds = seconds;
    made.frames_per_second = rate;
    made.part = "map";
    made.size = {.width = 240, .height = 160};
    made.theme = &dark_theme;
    made.out = out;
    return made;
}

std::string rendered(double level) {
    Workspace workspace({[] { return std::make_unique<ToyPanel>(); }});
    for (const auto& [key, value] : ParamValues{{"size", Value(std::int64_t{3})}, {"level", Value(level)}})
        EXPECT_TRUE(set(*find(workspace.active().params, key), value));
    workspace.wait();
    TextShaper shaper;
    const FigureSize size{.width = 240, .height = 160};
    const Shot shot{.part = "map", .size = size, .theme = &dark_theme, .comparison = {}};
    const auto drawing = record_panel(workspace.active(), shot, shaper);
    EXPECT_TRUE(drawing.has_value());
    return *drawing_to_bytes(**drawing, FileFormat::png, size, {});
}

int signatures(std::string_view bytes) {
    int count = 0;
    for (std::size_t at = bytes.find(png_signature); at != std::string_view::npos;
         at = bytes.find(png_signature, at + 1))
        ++count;
    return count;
}

TEST(Record, PicturesAreNumberedAndFollowTheParameter) {
    const TempFolder folder;
    std::atomic<float> done{0};
    const auto said = record(request(folder / "x.png"), Progress({}, &done));
    ASSERT_TRUE(said.has_value()) << said.error().what;
    EXPECT_THAT(*said, AllOf(StartsWith((folder / "x-0001.png").string()), HasSubstr("x-0010.png"), HasSubstr("10")));
    EXPECT_EQ(folder.files(), 10);
    EXPECT_EQ(done.load(), 1);
    EXPECT_EQ(content_of(folder / "x-0001.png"), rendered(0.2));
    EXPECT_EQ(content_of(folder / "x-0006.png"), rendered(0.2 + 0.7 * 0.5));
    EXPECT_NE(content_of(folder / "x-0001.png"), content_of(folder / "x-0006.png"));
}

TEST(Record, ThePanelIsWaitedForAtEveryMoment) {
    const TempFolder folder;
    std::vector<double> levels;
    RecordRequest slow = request(folder / "x.PNG", 1, 4);
    slow.factory = [&levels] {
        return std::make_unique<WatchedPanel>([&levels](double level) { levels.push_back(level); });
    };
    slow.values.clear();
    slow.part.clear();
    slow.play = {.key = "level", .from = 0, .to = 0.8, .seconds = 0.5};
    const auto said = record(slow, {});
    ASSERT_TRUE(said.has_value()) << said.error().what;
    EXPECT_EQ(content_of(folder / "x-0002.PNG"), content_of(folder / "x-0004.PNG")) << "there and back";
    levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
    EXPECT_THAT(levels, testing::ElementsAre(0, 0.4, 0.8, 0.4));
}

TEST(Record, NothingStaysOfWhatWasCancelledOrFailed) {
    const TempFolder folder;
    std::stop_source stop;
    int most = 0;
    RecordRequest watched = request(folder / "x.png", 1, 20);
    watched.values.clear();
    watched.part.clear();
    watched.factory = [&] {
        return std::make_unique<WatchedPanel>([&](double level) {
            most = std::max(most, folder.files());
            if (level > 0.5) stop.request_stop();
        });
    };
    const auto stopped = record(watched, Progress(stop.get_token(), nullptr));
    ASSERT_FALSE(stopped.has_value());
    EXPECT_EQ(stopped.error().code, ErrorCode::cancelled);
    EXPECT_GT(most, 3);
    EXPECT_EQ(folder.files(), 0);

    const auto failed = record(watched, {});
    EXPECT_THAT(error_of(failed), AllOf(HasSubstr("too high"), HasSubstr("level = 0.8")));
    EXPECT_GT(most, 12);
    EXPECT_EQ(folder.files(), 0);
}

TEST(Record, APictureThatExistsIsLeftAlone) {
    const TempFolder folder;
    folder.file("x-0007.png", "mine");
    const auto refused = record(request(folder / "x.png"), {});
    EXPECT_THAT(error_of(refused), AllOf(HasSubstr("x-0007.png"), HasSubstr("exists")));
    EXPECT_EQ(folder.files(), 1);
    EXPECT_EQ(content_of(folder / "x-0007.png"), "mine");
    EXPECT_NE(error_of(record(request(folder / "no" / "x.png"), {})), "");
}

std::string error_with(const std::function<void(RecordRequest&)>& change) {
    const TempFolder folder;
    RecordRequest changed = request(folder / "x.png");
    change(changed);
    const Result<std::string> refused = record(changed, {});
    EXPECT_EQ(folder.files(), 0);
    return error_of(refused);
}

TEST(Record, AnImpossibleNameOrSettingIsAnError) {
    for (const char* name : {"x.webm", "x", ".png", "x.png.zip"})
        EXPECT_THAT(error_with([name](RecordRequest& r) { r.out.replace_filename(name); }),
                    AllOf(HasSubstr(name), HasSubstr(".png"), HasSubstr(".gif"), HasSubstr(".mp4")));
    EXPECT_THAT(error_with([](RecordRequest& r) { r.part = "tail"; }),
                AllOf(HasSubstr("tail"), HasSubstr("map, words")));
    EXPECT_THAT(error_with([](RecordRequest& r) { r.play.key = "mask"; }), HasSubstr("mask"));
    EXPECT_THAT(error_with([](RecordRequest& r) { r.play.to = 7; }), HasSubstr("level"));
    EXPECT_THAT(error_with([](RecordRequest& r) { r.values = {{"size", Value(std::int64_t{0})}}; }), HasSubstr("size"));
    EXPECT_THAT(error_with([](RecordRequest& r) { r.values = {{"hat", Value(true)}}; }), HasSubstr("hat"));
}

TEST(Record, AnImpossibleTimeOrRateIsAnError) {
    EXPECT_THAT(error_with([](RecordRequest& r) { r.seconds = 0.05; }), HasSubstr("from 0.1 to 600"));
    EXPECT_THAT(error_with([](RecordRequest& r) { r.seconds = std::nan(""); }), HasSubstr("from 0.1 to 600"));
    EXPECT_THAT(error_with([](RecordRequest& r) { r.frames_per_second = 61; }), HasSubstr("from 1 to 60"));
    EXPECT_THAT(error_with([](RecordRequest& r) {
                    r.frames_per_second = 60;
                    r.out.replace_extension(".gif");
                }),
                HasSubstr("from 1 to 50"));
    EXPECT_THAT(error_with([](RecordRequest& r) {
                    r.seconds = 400;
                    r.frames_per_second = 30;
                }),
                AllOf(HasSubstr("12000"), HasSubstr("10000")));
}

TEST(Record, WithoutFfmpegTheErrorSaysWhatToDo) {
    const TempFolder folder, empty;
    const SearchPath nothing(empty.path().string());
    EXPECT_FALSE(have_ffmpeg());
    for (const char* name : {"x.gif", "x.mp4"})
        EXPECT_THAT(error_of(record(request(folder / name), {})),
                    AllOf(HasSubstr("apt-get install ffmpeg"), HasSubstr(".png")));
    EXPECT_EQ(folder.files(), 0);
}

TEST(Record, FfmpegGetsAllPicturesAndTheFilmAppearsWhole) {
    const TempFolder folder;
    const FakeFfmpeg fake(R"(echo "$@" >"$(dirname "$0")/arguments"
for last; do :; done
echo harmless; cat >"$last")");
    EXPECT_TRUE(have_ffmpeg());
    folder.file("x.gif", "before");
    for (const char* name : {"x.gif", "x.mp4"}) {
        const auto said = record(request(folder / name), {});
        ASSERT_TRUE(said.has_value()) << said.error().what;
        EXPECT_EQ(*said, (folder / name).string());
        const std::string bytes = content_of(folder / name);
        EXPECT_EQ(signatures(bytes), 10);
        EXPECT_EQ(bytes.substr(0, 100), rendered(0.2).substr(0, 100));
        EXPECT_THAT(content_of(fake / "arguments"),
                    AllOf(HasSubstr("-f image2pipe -c:v png -framerate 10 -i -"),
                          HasSubstr(std::string_view(name) == "x.gif" ? "paletteuse" : "libx264")));
    }
    EXPECT_EQ(folder.files(), 2);
}

TEST(Record, WhatFfmpegComplainsAboutIsTheError) {
    const TempFolder folder;
    for (const char* script : {"cat >/dev/null; echo 'Unknown encoder' >&2; echo 'libfoo' >&2; exit 1",
                               "echo 'Unknown encoder'; echo; echo libfoo; exit 1"}) {
        const FakeFfmpeg fake(script);
        EXPECT_THAT(error_of(record(request(folder / "x.mp4", 10), {})),
                    AllOf(HasSubstr("x.mp4"), EndsWith("Unknown encoder; libfoo")));
    }
    const FakeFfmpeg silent("exit 3");
    EXPECT_THAT(error_of(record(request(folder / "x.mp4", 1, 1), {})), HasSubstr("3"));
    EXPECT_EQ(folder.files(), 0);
}

TEST(Record, AnFfmpegThatDoesNotReadIsAnErrorAndNoSignal) {
    const TempFolder folder;
    for (const char* script : {"exit 0", "exec <&-; sleep 0.1", "kill -9 $$"}) {
        const FakeFfmpeg fake(script);
        EXPECT_THAT(error_of(record(request(folder / "x.gif", 60), {})),
                    AllOf(HasSubstr("ffmpeg"), HasSubstr("x.gif")));
        EXPECT_THAT(error_of(record(request(folder / "x.gif", 1, 1), {})), HasSubstr("ffmpeg"));
    }
    EXPECT_EQ(folder.files(), 0);
}

TEST(Record, ACancelEndsFfmpeg) {
    const TempFolder folder;
    for (const char* script : {"exec sleep 100", "cat >/dev/null; exec sleep 100"}) {
        const FakeFfmpeg fake(std::string(R"(echo $$ >"$(dirname "$0")/pid"; )") + script);
        std::jthread impatient;
        std::stop_source stop;
        std::atomic<float> done{0};
        RecordRequest wanted = request(folder / "x.mp4", 100, 4);
        if (std::string_view(script).starts_with("cat")) wanted.seconds = wanted.play.seconds = 2;
        impatient = std::jthread([&stop, &done](const std::stop_token& ended) {
            float before = -1;
            // Until it gets no further.
            while (!ended.stop_requested() && (done.load() == 0 || before != done.load())) {
                before = done.load();
                std::this_thread::sleep_for(std::chrono::milliseconds(300));
            }
            stop.request_stop();
        });
        const auto began = std::chrono::steady_clock::now();
        const auto stopped = record(wanted, Progress(stop.get_token(), &done));
        ASSERT_FALSE(stopped.has_value());
        EXPECT_EQ(stopped.error().code, ErrorCode::cancelled) << stopped.error().what;
        EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(60));
        EXPECT_EQ(folder.files(), 0);
        const pid_t child = std::stoi(content_of(fake / "pid"));
        EXPECT_EQ(::kill(child, 0), -1) << "it was ended and waited for";
        EXPECT_EQ(errno, ESRCH);
    }
}

TEST(Record, AFilmNeedsAFileToBe) {
    const TempFolder folder;
    const FakeFfmpeg fake("for last; do :; done; cat >\"$last\"");
    EXPECT_THAT(error_of(record(request(folder / "no" / "x.gif"), {})), HasSubstr("does not exist"));
    std::filesystem::create_directory(folder / "x.gif");
    EXPECT_THAT(error_of(record(request(folder / "x.gif"), {})), HasSubstr("folder"));
    ASSERT_EQ(::mkfifo((folder / "x.mp4").c_str(), 0600), 0);
    EXPECT_THAT(error_of(record(request(folder / "x.mp4"), {})), HasSubstr("pipe"));
    EXPECT_EQ(folder.files(), 2);
}

TEST(Record, TheRealFfmpegMakesAGif) {
    if (!have_ffmpeg()) GTEST_SKIP() << "ffmpeg is not installed";
    const TempFolder folder;
    const auto said = record(request(folder / "a b:c%03d.gif"), {});
    ASSERT_TRUE(said.has_value()) << said.error().what;
    EXPECT_THAT(content_of(folder / "a b:c%03d.gif"), StartsWith("GIF89a"));
    EXPECT_EQ(folder.files(), 1);
}

}  // namespace record_test
}  // namespace attnscope
