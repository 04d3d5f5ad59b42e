// What is wrong with a lesson's file, with its lines.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/state/toml_read.hpp"

namespace attnscope {

class LessonProblems {
public:
    static constexpr std::size_t most = 100;

    /// `name` is the file's, fit for a message.
    explicit LessonProblems(std::string name) : name_(std::move(name)) {}

    const std::string& name() const { return name_; }
    void add(const toml::node& at, const std::string& what) { add(at.source().begin.line, what); }
    void add(std::size_t line, const std::string& what);
    /// A key that is none of those.
    void add_unknown(const toml::node& at, std::string_view key, std::span<const std::string_view> known);
    std::vector<std::string> take() { return std::move(problems_); }

private:
    std::string name_;
    std::vector<std::string> problems_;
};

}  // namespace attnscope
