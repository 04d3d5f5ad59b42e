// For tests: the panel with a text and a pinned cell, touched as a user does.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "app/panels/attention/attention_panel.hpp"

namespace attnscope::attention_panel {

/// The user types: the parameter first, then the panel hears what it was.
inline void type(AttentionPanel& panel, const std::string& text) {
    const std::string before = panel.params().text;
    panel.params().text = text;
    panel.source_edited(before);
    panel.wait();
}

inline void press(AttentionPanel& panel, int key, bool shift = false) {
    EXPECT_TRUE(panel.key({.key = key, .shift = shift})) << key;
    panel.wait();
}

inline std::pair<int, int> pin_of(AttentionPanel& panel) {
    return {panel.params().pin_query, panel.params().pin_key};
}

/// The panel with a text and a pinned cell, computed.
inline void prepare(AttentionPanel& panel, const std::string& text, int query, int key) {
    panel.params().text = text;
    panel.params().pin_query = query;
    panel.params().pin_key = key;
    panel.wait();
}

}  // namespace attnscope::attention_panel
