// A panel while one of its parameters runs by itself: as numbered pictures, as a moving GIF, as an MP4 film.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "app/draw/canvas_file.hpp"
#include "app/draw/theme.hpp"
#include "app/panels/panel.hpp"
#include "app/state/play.hpp"
#include "core/base/progress.hpp"
#include "core/base/result.hpp"

namespace attnscope {

inline constexpr double record_seconds_min = 0.1, record_seconds_max = 600;
inline constexpr double record_rate_min = 1, record_rate_max = 60;  // pictures a second
inline constexpr double record_gif_rate_max = 50;                   // programs show faster ones at a tenth of the speed
inline constexpr std::size_t record_most_frames = 10'000;

struct RecordRequest {
    PanelFactory factory;
    ParamValues values;  // of the other parameters; what is not named has its default
    Play play;
    double seconds = 10;  // in all, in [record_seconds_min, record_seconds_max]
    double frames_per_second = 25;
    std::string part;  // as in Shot
    FigureSize size;
    const Theme* theme = nullptr;
    std::filesystem::path out;  // .png, .gif or .mp4
};

/// Makes an instance of the panel of its own, so it may run on any thread; whole or not at all. `out` x.png makes
/// x-0001.png, x-0002.png, ...; .gif and .mp4 need the program ffmpeg. Returns a sentence of what was written. Errors:
/// cancelled; a value, time or rate that is not possible, an unknown part or extension; the panel's own, with the value
/// it was at; a numbered file that exists already; no ffmpeg, or what it complains about; what the system says.
Result<std::string> record(const RecordRequest& request, const Progress& progress);

/// Whether the program ffmpeg is in the PATH.
bool have_ffmpeg();

}  // namespace attnscope
