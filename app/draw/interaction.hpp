// How a picture hears of the mouse. On the screen the shell answers; in a file export nobody touches anything.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "app/draw/geometry.hpp"
#include "app/draw/pointer.hpp"

namespace attnscope {

class Interaction {
public:
    virtual ~Interaction() = default;
    /// Claims an area for this frame under a name that is unique in the panel; later areas lie in front of earlier
    /// ones.
    virtual Pointer area(std::string_view /*id*/, const Rect& /*rect*/) { return {}; }
    /// The same for what is pressed, not dragged: Tab reaches it, and Enter or Space clicks.
    virtual Pointer press_area(std::string_view id, const Rect& rect) { return area(id, rect); }
    /// The same for a picture where it matters where the mouse is: Tab reaches it, and keys move a pointer over it that
    /// clicks, drags and zooms.
    virtual Pointer picture_area(std::string_view id, const Rect& rect) { return area(id, rect); }
    /// Text beside the mouse.
    virtual void tooltip(std::string_view /*text*/) {}
    /// The row and column of a cell that is lit in maps as if the mouse were on it: what a text speaks of.
    virtual std::optional<std::pair<std::ptrdiff_t, std::ptrdiff_t>> lit_cell() const { return std::nullopt; }
    /// Whether somebody can touch the picture: buttons have no place in a file.
    virtual bool live() const { return false; }
};

/// The same mouse for a second picture of the same kind: its areas' names get a prefix, so that they stay unique.
class PrefixedInteraction final : public Interaction {
public:
    PrefixedInteraction(Interaction& under, std::string prefix) : under_(&under), prefix_(std::move(prefix)) {}
    Pointer area(std::string_view id, const Rect& rect) override {
        return under_->area(prefix_ + std::string(id), rect);
    }
    Pointer press_area(std::string_view id, const Rect& rect) override {
        return under_->press_area(prefix_ + std::string(id), rect);
    }
    Pointer picture_area(std::string_view id, const Rect& rect) override {
        return under_->picture_area(prefix_ + std::string(id), rect);
    }
    void tooltip(std::string_view text) override { under_->tooltip(text); }
    std::optional<std::pair<std::ptrdiff_t, std::ptrdiff_t>> lit_cell() const override { return under_->lit_cell(); }
    bool live() const override { return under_->live(); }

private:
    Interaction* under_;
    std::string prefix_;
};

}  // namespace attnscope
