#include "app/shell/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>
#include <utility>

#include "app/language/language.hpp"
#include "app/shell/export.hpp"
#include "app/shell/ffmpeg.hpp"
#include "core/io/file.hpp"

namespace attnscope {
namespace {

namespace fs = std::filesystem;

constexpr double most_gif_bytes = 1e9;  // of pictures that ffmpeg holds for one palette

/// Where the pictures go. What goes before finish() has succeeded leaves nothing.
class FrameSink {
public:
    FrameSink() = default;
    virtual ~FrameSink() = default;
    FrameSink(const FrameSink&) = delete;
    FrameSink& operator=(const FrameSink&) = delete;

    virtual Result<void> add(std::string_view png, const Progress& progress) = 0;
    /// What was written.
    virtual Result<std::string> finish(const Progress& progress) = 0;
};

bool there_is(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(fs::symlink_status(path, ignored));
}

fs::path full_name(const fs::path& path) {
    std::error_code error;
    const fs::path full = fs::absolute(path, error);
    return error ? path : full.lexically_normal();
}

class NumberedPictures final : public FrameSink {
public:
    NumberedPictures(const fs::path& out, std::size_t count)
        : stem_(out), extension_(out.extension().native()), count_(count) {
        stem_.replace_extension();
        digits_ = std::max<std::size_t>(4, fmt::formatted_size("{}", count));
    }
    ~NumberedPictures() override {
        std::error_code ignored;
        for (std::size_t number = 1; number <= written_ && !finished_; ++number) fs::remove(path(number), ignored);
    }
    NumberedPictures(const NumberedPictures&) = delete;
    NumberedPictures& operator=(const NumberedPictures&) = delete;

    Result<void> check_free() const {
        for (std::size_t number = written_ + 1; number <= count_; ++number)
            if (there_is(path(number))) return exists_already(path(number));
        return {};
    }
    Result<void> add(std::string_view png, const Progress& /*progress*/) override {
        const fs::path next = path(written_ + 1);
        if (there_is(next)) return exists_already(next);  // somebody else was quicker
        if (const auto written = write_file_atomically(next, png); !written) return written.error();
        ++written_;
        return {};
    }
    Result<std::string> finish(const Progress& /*progress*/) override {
        finished_ = true;
        return tr("{} to {}; pictures: {}", full_name(path(1)).string(), path(count_).filename().string(), count_);
    }

private:
    fs::path path(std::size_t number) const {
        fs::path path = stem_;
        path += fmt::format("-{:0{}}{}", number, digits_, extension_);
        return path;
    }
    static Error exists_already(const fs::path& path) {
        return io_error(tr("'{}' exists already; take another name, or remove it", printable(path.native())));
    }

    fs::path stem_;
    std::string extension_;
    std::size_t count_, digits_ = 4, written_ = 0;
    bool finished_ = false;
};

class Film final : public FrameSink {
public:
    Film(std::unique_ptr<Ffmpeg> ffmpeg, const fs::path& out) : ffmpeg_(std::move(ffmpeg)), out_(out) {}
    Result<void> add(std::string_view png, const Progress& progress) override { return ffmpeg_->add(png, progress); }
    Result<std::string> finish(const Progress& progress) override {
        if (const auto made = ffmpeg_->finish(progress); !made) return made.error();
        return full_name(out_).string();
    }

private:
    std::unique_ptr<Ffmpeg> ffmpeg_;
    fs::path out_;
};

std::string lower_extension(const fs::path& path) {
    std::string extension = path.extension().string();
    for (char& c : extension)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return extension;
}

Result<void> check_extension(const fs::path& out) {
    const std::string extension = lower_extension(out);
    if (extension == ".png" || extension == ".gif" || extension == ".mp4") return {};
    return invalid_input(
        tr("{}: the name of a recording must end in .png (numbered pictures), .gif or .mp4", printable(out.native())));
}

Result<std::size_t> count_frames(const RecordRequest& request) {
    const double seconds = request.seconds, rate = request.frames_per_second;
    if (!(seconds >= record_seconds_min && seconds <= record_seconds_max))
        return invalid_input(tr("{} seconds cannot be recorded: it must be a number from {} to {}", seconds,
                                record_seconds_min, record_seconds_max));
    const double most = lower_extension(request.out) == ".gif" ? record_gif_rate_max : record_rate_max;
    if (!(rate >= record_rate_min && rate <= most))
        return invalid_input(tr("{} pictures a second cannot be recorded into {}: it must be a number from {} to {}",
                                rate, lower_extension(request.out), record_rate_min, most));
    const auto count = static_cast<std::size_t>(std::max(std::round(seconds * rate), 1.0));
    if (count > record_most_frames)
        return invalid_input(tr("{} seconds of {} pictures each are {} pictures; at most {} are possible", seconds,
                                rate, count, record_most_frames));
    return count;
}

Result<std::unique_ptr<FrameSink>> open_sink(const RecordRequest& request, std::size_t count) {
    const std::string extension = lower_extension(request.out), name = printable(request.out.native());
    if (extension == ".png") {
        auto pictures = std::make_unique<NumberedPictures>(request.out, count);
        if (const auto free = pictures->check_free(); !free) return free.error();
        return std::unique_ptr<FrameSink>(std::move(pictures));
    }
    const fs::path program = find_ffmpeg();
    if (program.empty())
        return invalid_input(
            tr("{}: {} needs the program ffmpeg, which is not installed (apt-get install ffmpeg); a name "
               "that ends in .png makes numbered pictures without it",
               name, extension));
    const double pixels = request.size.width * request.size.height * request.size.scale * request.size.scale;
    const FilmFormat format{.kind = extension == ".gif" ? FilmFormat::Kind::gif : FilmFormat::Kind::mp4,
                            .frames_per_second = request.frames_per_second,
                            .one_palette = 4 * pixels * static_cast<double>(count) <= most_gif_bytes,
                            .edge = request.theme->ground};
    auto ffmpeg = Ffmpeg::start(program, format, request.out);
    if (!ffmpeg) return ffmpeg.error();
    return std::unique_ptr<FrameSink>(std::make_unique<Film>(std::move(*ffmpeg), request.out));
}

Result<void> put_values(const Workspace::Entry& entry, const ParamValues& values) {
    for (const auto& [key, value] : values) {
        const Param* const param = find(entry.params, key);
        if (param == nullptr)
            return invalid_input(tr("the panel '{}' has no parameter '{}'", entry.info.name, printable(key)));
        if (const auto done = set(*param, value); !done) return done.error();
    }
    return {};
}

// As Panel::wait(), but it hears a stop. False when stopped.
bool settle(Panel& panel, const Progress& progress) {
    panel.update();
    while (!progress.stopped() && panel.status().stale) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        panel.update();
    }
    if (progress.stopped()) return false;
    panel.wait();
    return true;
}

/// The panel at one moment after the other.
class Player {
public:
    explicit Player(const RecordRequest& request)
        : request_(request),
          shot_{.part = request.part, .size = request.size, .theme = request.theme, .comparison = {}} {
        entry_.factory = request.factory;
        entry_.panel = request.factory();
        entry_.info = entry_.panel->info();
        Describe description;
        entry_.panel->describe(description);
        entry_.params = description.take();
    }

    Result<void> begin() {
        if (const auto done = put_values(entry_, request_.values); !done) return done.error();
        if (const auto possible = check_play(entry_.params, request_.play); !possible) return possible.error();
        played_ = find(entry_.params, request_.play.key);
        values_ = capture(entry_.params);
        return {};
    }

    Result<std::string> png_at(double elapsed, const Progress& progress) {
        // From the same settings every time: what one moment's agree() had to change comes back with the next.
        static_cast<void>(restore(entry_.params, values_));
        put_played(*played_, request_.play, elapsed);
        // What agree() does may depend on files that the panel reads.
        if (!std::exchange(begun_, true) && !settle(*entry_.panel, progress)) return cancelled();
        entry_.panel->agree();
        if (!settle(*entry_.panel, progress)) return cancelled();
        if (const std::optional<Error> error = entry_.panel->status().error)
            return Error{error->code, fmt::format("{} = {}: {}", played_->key, to_text(*played_), error->what)};
        const auto drawing = record_panel(entry_, shot_, shaper_);
        if (!drawing) return drawing.error();
        return drawing_to_bytes(**drawing, FileFormat::png, request_.size, progress.silent());
    }

private:
    const RecordRequest& request_;
    Shot shot_;
    Workspace::Entry entry_;
    const Param* played_ = nullptr;
    ParamValues values_;
    bool begun_ = false;
    TextShaper shaper_;
};

}  // namespace

Result<std::string> record(const RecordRequest& request, const Progress& progress) {
    check(request.factory != nullptr && request.theme != nullptr, "there are a panel and a theme to record");
    if (const auto known = check_extension(request.out); !known) return known.error();
    const Result<std::size_t> count = count_frames(request);
    if (!count) return count.error();
    Player player(request);
    if (const auto begun = player.begin(); !begun) return begun.error();
    const auto sink = open_sink(request, *count);
    if (!sink) return sink.error();
    for (std::size_t frame = 0; frame < *count; ++frame) {
        const Result<std::string> png = player.png_at(static_cast<double>(frame) / request.frames_per_second, progress);
        if (!png) return png.error();
        if (progress.stopped()) return cancelled();
        if (const auto added = (*sink)->add(*png, progress); !added) return added.error();
        progress.report(static_cast<double>(frame + 1) / static_cast<double>(*count));
    }
    return (*sink)->finish(progress);
}

bool have_ffmpeg() {
    return !find_ffmpeg().empty();
}

}  // namespace attnscope
