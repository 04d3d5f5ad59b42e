// A parameter that runs by itself: the step's own, or the slider that was touched last.
#include <GLFW/glfw3.h>

#include <algorithm>

#include "app/shell/app.hpp"

namespace attnscope {

void App::play_or_stop(Ui& ui) {
    if (playing_) {
        playing_.reset();
        return;
    }
    const ParamList& params = workspace_->active().params;
    const auto in_panel = [&](const std::string& key) { return workspace_->active().info.name + "." + key; };
    const Param* const focus = memory_.focus.empty() ? nullptr : find(params, memory_.focus);
    std::optional<Play> play;
    if (focus != nullptr && (focus->kind == ParamKind::integer || focus->kind == ParamKind::real)) {
        const auto [low, high] = slider_ends(*focus);
        const std::pair<double, double> ends =
            play_ends_.first == in_panel(focus->key) ? play_ends_.second : std::pair<double, double>(low, high);
        play = Play{.key = focus->key, .from = ends.first, .to = ends.second, .seconds = play_seconds_};
    } else if (lecture_ && lecture_->step().play) {
        play = lecture_->step().play;
    }
    if (!play) {
        ui.say(tr("P plays a slider: click one first."), false);
        return;
    }
    play->there_and_back = play_there_and_back_;
    playing_ = played_ = play;
    play_panel_ = workspace_->active().info.name;
    play_began_.reset();
    ++play_number_;
}

// Keys that belong to playing: P starts and stops, I and O set the ends, comma and period the speed, Shift P the way.
bool App::play_key(const KeyPress& press, Ui& ui) {
    if (press.control || press.alt) return false;
    const auto in_panel = [&](const std::string& key) { return workspace_->active().info.name + "." + key; };
    const Param* const focus = memory_.focus.empty() ? nullptr : find(workspace_->active().params, memory_.focus);
    const bool numeric = focus != nullptr && (focus->kind == ParamKind::integer || focus->kind == ParamKind::real);
    switch (press.key) {
        case GLFW_KEY_P:
            if (press.shift) {
                play_there_and_back_ = !play_there_and_back_;
                ui.say(play_there_and_back_ ? tr("Playing goes there and back.")
                                            : tr("Playing goes one way and begins again."),
                       false);
                if (playing_) playing_->there_and_back = play_there_and_back_;
                return true;
            }
            if (!numeric && !playing_) return false;  // the panel's own key
            play_or_stop(ui);
            return true;
        case GLFW_KEY_I:
        case GLFW_KEY_O: {
            if (!numeric) return false;
            if (play_ends_.first != in_panel(focus->key)) play_ends_ = {in_panel(focus->key), slider_ends(*focus)};
            (press.key == GLFW_KEY_I ? play_ends_.second.first : play_ends_.second.second) = number_of(*focus);
            ui.say(tr("{} is played from {:.4g} to {:.4g} (P).", tr_in("label", focus->label), play_ends_.second.first,
                      play_ends_.second.second),
                   false);
            return true;
        }
        case GLFW_KEY_COMMA:
        case GLFW_KEY_PERIOD:
            if (!numeric && !playing_) return false;
            play_seconds_ = std::clamp(play_seconds_ * (press.key == GLFW_KEY_COMMA ? 1.5 : 1 / 1.5), 0.5, 120.0);
            if (playing_) playing_->seconds = play_seconds_;
            ui.say(tr("Playing takes {:.1f} s from end to end.", play_seconds_), false);
            return true;
        default:
            return false;
    }
}

void App::run_play(const FrameInput& input) {
    if (!playing_) return;
    const Param* const param =
        play_panel_ == workspace_->active().info.name ? find(workspace_->active().params, playing_->key) : nullptr;
    if (param == nullptr) {  // another panel, which may have a parameter of this name
        playing_.reset();
        return;
    }
    if (!play_began_) play_began_ = input.seconds;
    put_played(*param, *playing_, input.seconds - *play_began_);
    next_frame_wanted_ = true;
}

}  // namespace attnscope
