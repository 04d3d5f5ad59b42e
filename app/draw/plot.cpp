#include "app/draw/plot.hpp"

#include <algorithm>

#include "app/draw/plot_parts.hpp"
#include "app/language/language.hpp"

namespace attnscope {

namespace {

using namespace plot_parts;

/// In the middle of the data area, if it finds room there.
void say_no_data(Canvas& canvas, const Rect& data) {
    TextStyle style = styles_of(canvas).name;
    style.color = canvas.theme().quiet;
    const std::string words = tr("no data yet");
    if (data.width() >= canvas.shaper().width(words, style) && data.height() >= 16) {
        canvas.text_middle(data.center(), words, style);
    }
}

}  // namespace

PlotReadout draw_plot(Canvas& canvas, const Rect& area, const Plot& plot, PlotView& view, const Pointer& pointer) {
    PlotReadout readout;
    readout.area = area;
    if (!(area.width() >= 24) || !(area.height() >= 24)) return readout;
    const Survey facts = survey(plot, area.width());
    if (!view.view.touched) view.view = facts.fitted;
    // The axis may have become logarithmic since the user zoomed.
    view.view.x = settle(view.view.x, facts.rules.x);
    view.view.y = settle(view.view.y, facts.rules.y);
    std::vector<std::string> notes = facts.notes;
    // A small plot keeps its room for the data; what was left out is still said.
    if (!plot.note.empty() && area.height() >= 150) notes.insert(notes.begin(), plot.note);

    const Clip everything(canvas, area);
    Frame frame = lay_out(canvas, area, plot, view.view, notes);
    readout.area = frame.data;
    if (frame.data.width() >= 8 && frame.data.height() >= 8) {
        readout.changed = handle(view.view, pointer, frame.data, facts.fitted, facts.rules);
        if (readout.changed) frame = lay_out(canvas, area, plot, view.view, notes);
        readout.area = frame.data;
    }
    draw_frame(canvas, frame);
    if (frame.data.width() < 8 || frame.data.height() < 8) return readout;
    if (facts.empty) {
        say_no_data(canvas, frame.data);
        return readout;
    }
    const Map map(frame.data, view.view, plot);
    const Scene scene{plot, facts, map};
    Crowd crowd(frame.data);
    {
        // Half a marker may stand out over the axis.
        const Clip clip(canvas, frame.data.inset(view.view.touched ? 0.0F : -4.0F).intersect(area));
        // Bands lie behind everything.
        for (const bool bands : {true, false}) {
            for (std::size_t i = 0; i < plot.series.size(); ++i) {
                if ((plot.series[i].kind == Series::band) != bands) continue;
                draw_series(canvas, map, plot.series[i], facts.series[i], crowd);
            }
        }
    }
    if (pointer.hovered && frame.data.contains(pointer.at)) {
        find_readings(scene, pointer.at, readout);
        draw_crosshair(canvas, scene, pointer.at, readout);
    }
    if (plot.legend) draw_legend(canvas, scene, crowd, view.legend_corner);
    if (!readout.readings.empty()) draw_readout(canvas, scene, pointer.at, readout);
    return readout;
}

}  // namespace attnscope
