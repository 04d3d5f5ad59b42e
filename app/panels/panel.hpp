// A panel: one folder in app/panels with its parameters, its computation and its pictures. Whoever writes one
// implements this class and make_NAME_panel(); nothing else in the program names it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/draw/canvas.hpp"
#include "app/draw/heatmap.hpp"
#include "app/draw/interaction.hpp"
#include "app/shell/input.hpp"
#include "app/state/params.hpp"
#include "core/base/progress.hpp"
#include "core/base/result.hpp"

namespace attnscope {

struct PanelInfo {
    std::string name;   // in the command line, in state files: one lower-case word
    std::string title;  // on the rail
    std::string help;   // one sentence: the rail's tooltip, and `list`
    int order = 100;    // on the rail, smallest first
};

/// What the shell shows around the pictures.
struct PanelStatus {
    bool stale = false;             // a newer result is being computed
    std::optional<float> progress;  // of a computation that takes long
    std::optional<Error> error;     // why there is no newer result
    double seconds = 0;             // how long the shown result took
    std::string provenance;         // where the shown data come from: trained, random (seed), yours
    std::string note;               // something the user should know about the result
};

enum class DataFormat { json, csv, npy };

/// Settings that one panel hands to another: "Send to attention".
struct SentSettings {
    std::string panel;    // its name
    ParamValues values;   // legal there
    std::string message;  // to the user
};

class Panel {
public:
    virtual ~Panel() = default;

    virtual PanelInfo info() const = 0;
    /// Draws the panel's sign on the rail, in a square of about 20 points.
    virtual void draw_icon(Canvas& canvas, const Rect& rect, Color color) const = 0;
    virtual void describe(Describe& description) = 0;

    /// The key of the text parameter that the top strip edits now; empty: source_text() stands there instead.
    virtual std::string source_key() const { return {}; }
    virtual std::string source_text() const { return {}; }

    /// Once a frame: makes the request from the parameters, hands it to the job, takes what is finished.
    virtual void update() = 0;
    /// Blocks until update() has nothing newer to wait for. Headless only.
    virtual void wait() = 0;
    /// Stops what is being computed; nothing is computed again until a parameter changes.
    virtual void cancel() = 0;
    /// The user has gone to another panel: update() is not called until this one is active again.
    virtual void left() {}
    virtual PanelStatus status() const = 0;

    /// The pictures, and how they answer the mouse.
    virtual void draw(Canvas& canvas, Interaction& interaction, const Rect& area) = 0;
    /// The strip at the bottom: the pinned cell's computation.
    virtual void draw_explain(Canvas& canvas, const Rect& area) = 0;
    /// The same as one line of plain text; empty when nothing is pinned.
    virtual std::string explain_text() const { return {}; }
    /// The shown numbers as tab-separated text, for the clipboard.
    virtual std::string copy_text() const { return explain_text(); }

    /// The matrix that an A/B comparison shows of two settings and subtracts. Nothing: the two pictures are drawn side
    /// by side.
    virtual std::optional<Heatmap> comparable(const Theme& /*theme*/) const { return std::nullopt; }
    /// How far the main picture is zoomed, to be read and set by lessons; nullptr: there is nothing to zoom now.
    virtual View2D* main_view() { return nullptr; }

    /// A cell of the comparison was clicked: the panel may pin it.
    virtual void comparison_clicked(const Cell& /*cell*/) {}

    /// Names of parts of the picture that can be saved alone: "map", "breakdown".
    virtual std::vector<std::string> parts() const { return {}; }
    /// Draws one of parts().
    virtual void draw_part(std::string_view /*part*/, Canvas& /*canvas*/, Interaction& /*interaction*/,
                           const Rect& /*area*/) {}

    /// The user dropped a file on the window. True when the panel takes it: it sets its parameters, and what is wrong
    /// with the file shows through status().
    virtual bool drop_file(const std::string& /*path*/) { return false; }
    /// What drop_file() takes, for the message when it does not: "arrays (.npy, .safetensors)".
    virtual std::string drop_help() const { return {}; }

    /// A key that no control wanted. True when used.
    virtual bool key(const KeyPress& /*press*/) { return false; }
    /// The keys this panel understands, for F1: {"arrow keys", "move the pinned cell"}.
    virtual std::vector<std::pair<std::string, std::string>> key_help() const { return {}; }
    /// After the user moved controls in the window: brings parameters that limit each other into agreement. Values from
    /// files and the command line are refused instead.
    virtual void agree() {}
    /// What the user has just sent to another panel, once.
    virtual std::optional<SentSettings> take_sent() { return std::nullopt; }
    /// The user has edited the top strip's text (`before` is what it was): the panel may keep a pin on its word.
    virtual void source_edited(const std::string& /*before*/) {}

    /// The work of making the numbers behind the picture into the bytes of a file. It has taken the parameters as they
    /// are now, touches the panel no more, and may be run on any thread.
    using DataJob = std::function<Result<std::string>(const Progress&)>;
    virtual DataJob data_job(DataFormat format) const = 0;

    /// What to call, from any thread, when a result is ready.
    void set_wake(void (*wake)()) { wake_.store(wake); }

protected:
    std::function<void()> waker() {
        return [this] {
            if (auto* wake = wake_.load()) wake();
        };
    }

private:
    std::atomic<void (*)()> wake_{nullptr};
};

/// Makes one panel; called again for a second instance of it, as an A/B comparison needs.
using PanelFactory = std::function<std::unique_ptr<Panel>()>;
/// Generated from the folders in app/panels.
std::vector<PanelFactory> panel_factories();

}  // namespace attnscope
