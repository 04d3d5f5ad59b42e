// A mouse for tests of pictures: it clicks on one area, by its name.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "app/draw/interaction.hpp"

namespace attnscope {

class Clicker final : public Interaction {
public:
    explicit Clicker(std::string id) : wanted_(std::move(id)) {}
    Pointer area(std::string_view id, const Rect& rect) override {
        if (id != wanted_) return {};
        found = true;
        return {.at = rect.center(), .hovered = true, .clicked = true};
    }
    bool live() const override { return true; }

    bool found = false;  // whether the area was there

private:
    std::string wanted_;
};

}  // namespace attnscope
