#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "app/language/language.hpp"
#include "app/lessons/lesson.hpp"
#include "app/lessons/lesson_problems.hpp"
#include "app/lessons/lesson_texts.hpp"
#include "core/io/file.hpp"
#include "core/text/utf8.hpp"

namespace attnscope {
namespace {

constexpr std::array<std::string_view, 3> lesson_keys{"title", "summary", "step"};
constexpr std::array<std::string_view, 13> step_keys{"title",    "panel", "set", "part",    "zoom",
                                                     "controls", "text",  "try", "mistake", "question",
                                                     "answer",   "notes", "play"};
constexpr std::array<std::string_view, 4> play_keys{"key", "from", "to", "seconds"};

struct TextField {
    std::string_view key;
    std::size_t most;
    LessonText LessonStep::*field;
};
constexpr std::array step_texts{
    TextField{"title", lesson_title_max, &LessonStep::title},
    TextField{"text", lesson_text_max, &LessonStep::text},
    TextField{"try", lesson_try_max, &LessonStep::attempt},
    TextField{"mistake", lesson_mistake_max, &LessonStep::mistake},
    TextField{"question", lesson_question_max, &LessonStep::question},
    TextField{"answer", lesson_answer_max, &LessonStep::answer},
    TextField{"notes", lesson_notes_max, &LessonStep::notes},
};

std::optional<double> number_of(const toml::node& node) {
    if (const auto* real = node.as_floating_point()) return real->get();
    if (const auto* whole = node.as_integer()) return static_cast<double>(whole->get());
    return std::nullopt;
}

/// The value as the parameter would keep it, or why it would not. The parameter stays as it is.
Result<Value> kept_by(const Param& param, const Value& value) {
    Value kept;
    Param trial = param;
    trial.put = [&kept](const Value& fitting) { kept = fitting; };
    if (const Result<void> done = set(trial, value); !done) return done.error();
    return kept;
}

/// A number for a parameter: whole where the parameter is.
Value number_for(const Param& param, double number) {
    const double most = std::numeric_limits<int>::max();
    if (param.kind == ParamKind::integer && number == std::floor(number) && std::abs(number) <= most)
        return Value(static_cast<std::int64_t>(number));
    return Value(number);
}

class StepReader {
public:
    StepReader(LessonProblems& problems, const Workspace& panels, std::size_t number)
        : problems_(problems), panels_(panels), number_(number) {}

    /// Nothing when the step is to be left out.
    std::optional<LessonStep> read(const toml::table& table) {
        read_panel(table);
        for (const TomlEntry& entry : in_file_order(table)) read_entry(entry.key, *entry.node);
        if (table.get("title") == nullptr) refuse(table, tr("a step needs a title: title = { en = \"...\" }"));
        if (table.get("text") == nullptr) refuse(table, tr("a step needs a text: text = { en = \"...\" }"));
        if (const toml::node* answer = table.get("answer"); answer != nullptr && table.get("question") == nullptr)
            refuse(*answer, tr("an answer needs a question: question = { en = \"...\" }"));
        if (const toml::node* part = table.get("part"); part != nullptr && !wrong_) read_part(*part);
        if (wrong_) return std::nullopt;
        return std::move(step_);
    }

private:
    void refuse(const toml::node& at, const std::string& what) {
        problems_.add(at, tr("{}; step {} was left out", what, number_));
        wrong_ = true;
    }
    void refuse_kind(const toml::node& at, std::string_view key, const std::string& wanted) {
        refuse(at, tr("{} must be {}, not {}", key, wanted, toml_type_in_words(at.type())));
    }

    void read_panel(const toml::table& table) {
        const auto names = [this] {
            std::vector<std::string> found;
            found.reserve(panels_.entries().size());
            for (const Workspace::Entry& entry : panels_.entries()) found.push_back(entry.info.name);
            return fmt::format("{}", fmt::join(found, ", "));
        };
        const toml::node* const node = table.get("panel");
        if (node == nullptr) return refuse(table, tr("a step needs a panel, one of {}", names()));
        if (!node->is_string()) return refuse_kind(*node, "panel", tr("one of {}", names()));
        step_.panel = node->as_string()->get();
        panel_ = panels_.find_panel(step_.panel);
        if (panel_ == nullptr)
            refuse(*node, tr("there is no panel \"{}\"; there are {}", printable(step_.panel, 60), names()));
    }

    void read_entry(std::string_view key, const toml::node& node) {
        const auto* const text = std::ranges::find(step_texts, key, &TextField::key);
        if (text != step_texts.end())
            read_text(*text, node);
        else if (key == "set")
            read_set(node);
        else if (key == "zoom")
            read_zoom(node);
        else if (key == "controls")
            read_controls(node);
        else if (key == "play")
            read_play(node);
        else if (key != "panel" && key != "part")
            problems_.add_unknown(node, key, step_keys);
    }

    void read_text(const TextField& text, const toml::node& node) {
        const LessonTextPlace place{
            .key = text.key, .most = text.most, .one_paragraph = text.key == "title", .links = true, .panel = panel_};
        step_.*text.field = read_lesson_text(
            problems_, node, place, [this](const toml::node& at, const std::string& what) { refuse(at, what); });
    }

    const Param* find_param(const toml::node& at, std::string_view key) {
        const Param* const param = find(panel_->params, key);
        if (param == nullptr) refuse(at, no_such_param(*panel_, key));
        return param;
    }

    void read_set(const toml::node& node) {
        const toml::table* const table = node.as_table();
        if (table == nullptr) return refuse_kind(node, "set", tr("a table like { temperature = 0.5 }"));
        if (panel_ == nullptr) return;
        for (const TomlEntry& entry : in_file_order(*table)) {
            const Param* const param = find_param(*entry.node, entry.key);
            if (param == nullptr) continue;
            const std::optional<Value> value = to_value(*entry.node);
            if (!value) {
                refuse_kind(*entry.node, entry.key, legal_values(*param));
            } else if (Result<Value> kept = kept_by(*param, *value); !kept) {
                refuse(*entry.node, kept.error().what);
            } else {
                step_.set.emplace_back(entry.key, *std::move(kept));
            }
        }
    }

    /// With all settings made, on a panel of its own: what parts there are may depend on them.
    void read_part(const toml::node& node) {
        const std::unique_ptr<Panel> panel = panel_->factory();
        Describe description;
        panel->describe(description);
        static_cast<void>(restore(description.take(), step_.set));
        const std::vector<std::string> parts = panel->parts();
        if (parts.empty())
            return refuse(node, tr("the picture of {} has no parts; without part all of it is shown", step_.panel));
        const std::string wanted = tr("one of {}", fmt::format("{}", fmt::join(parts, ", ")));
        const auto* const part = node.as_string();
        if (part == nullptr) return refuse_kind(node, "part", wanted);
        if (std::ranges::find(parts, part->get()) == parts.end())
            return refuse(node, tr("part \"{}\" is not there; it must be {}", printable(part->get(), 60), wanted));
        step_.part = part->get();
    }

    void read_zoom(const toml::node& node) {
        const std::string wanted = tr("four numbers like [0.0, 16.0, 1.0, 0.0]: left, right, bottom and top end");
        const toml::array* const ends = node.as_array();
        if (ends == nullptr) return refuse_kind(node, "zoom", wanted);
        std::array<double, 4> zoom{};
        bool right = ends->size() == zoom.size();
        for (std::size_t i = 0; right && i < zoom.size(); ++i) {
            const std::optional<double> end = number_of(*ends->get(i));
            right = end && std::isfinite(*end);
            zoom[i] = end.value_or(0);
        }
        if (!right) return refuse(node, tr("zoom must be {}", wanted));
        if (zoom[0] == zoom[1] || zoom[2] == zoom[3])
            return refuse(node, tr("zoom shows nothing; left and right must differ, and so must bottom and top"));
        step_.zoom = zoom;
    }

    void read_controls(const toml::node& node) {
        const toml::array* const keys = node.as_array();
        if (keys == nullptr) return refuse_kind(node, "controls", tr("a list of parameters like [\"temperature\"]"));
        if (panel_ == nullptr) return;
        for (const toml::node& key : *keys) {
            const auto* const text = key.as_string();
            if (text == nullptr) return refuse_kind(key, "controls", tr("a list of parameters like [\"temperature\"]"));
            if (find_param(key, text->get()) == nullptr) return;
            if (std::ranges::find(step_.controls, text->get()) != step_.controls.end())
                return refuse(key, tr("{} stands twice in controls; once is right", text->get()));
            step_.controls.push_back(text->get());
        }
    }

    void read_play(const toml::node& node) {
        const std::string wanted = tr("a table like { key = \"temperature\", from = 0.1, to = 5, seconds = 6 }");
        const toml::table* const table = node.as_table();
        if (table == nullptr) return refuse_kind(node, "play", wanted);
        for (const std::string_view needed : {"key", "from", "to"})
            if (table->get(needed) == nullptr) return refuse(node, tr("play has no {}; it must be {}", needed, wanted));
        for (const TomlEntry& entry : in_file_order(*table))
            if (std::ranges::find(play_keys, entry.key) == play_keys.end())
                problems_.add_unknown(*entry.node, entry.key, play_keys);
        const toml::node& key = *table->get("key");
        if (!key.is_string()) return refuse_kind(key, "play.key", tr("the key of a parameter that is a number"));
        Play play{.key = key.as_string()->get()};
        const Param* const param = panel_ != nullptr ? find_param(key, play.key) : nullptr;
        if (param == nullptr) return;
        if (param->kind != ParamKind::real && param->kind != ParamKind::integer)
            return refuse(key, tr("{} is no number; play.key must be the key of a parameter that is one", play.key));
        read_end(*table->get("from"), "play.from", *param, play.from);
        read_end(*table->get("to"), "play.to", *param, play.to);
        if (const toml::node* seconds = table->get("seconds"); seconds != nullptr) read_seconds(*seconds, play.seconds);
        if (wrong_) return;
        if (play.from == play.to) return refuse(node, tr("play.from and play.to are the same; they must differ"));
        step_.play = std::move(play);
    }

    void read_end(const toml::node& node, std::string_view key, const Param& param, double& field) {
        const std::optional<double> number = number_of(node);
        if (!number) return refuse_kind(node, key, legal_values(param));
        if (const Result<Value> kept = kept_by(param, number_for(param, *number)); !kept)
            return refuse(node, fmt::format("{}: {}", key, kept.error().what));
        field = *number;
    }

    void read_seconds(const toml::node& node, double& field) {
        const std::optional<double> number = number_of(node);
        if (!number || !(*number >= 0.1 && *number <= 600))
            return refuse(node, tr("play.seconds must be a number from 0.1 to 600"));
        field = *number;
    }

    LessonProblems& problems_;
    const Workspace& panels_;
    std::size_t number_;
    const Workspace::Entry* panel_ = nullptr;  // null while it is not known
    LessonStep step_;
    bool wrong_ = false;
};

class LessonReader {
public:
    LessonReader(const std::filesystem::path& path, const Workspace& panels)
        : panels_(panels), problems_(printable(path.string())) {
        lesson_.name = lesson_name(path);
    }

    Result<ReadLesson> read(const toml::table& root) {
        for (const TomlEntry& entry : in_file_order(root))
            if (entry.key == "title")
                read_text(*entry.node, {.key = "title", .most = lesson_title_max, .one_paragraph = true},
                          lesson_.title);
            else if (entry.key == "summary")
                read_text(*entry.node, {.key = "summary", .most = lesson_summary_max, .one_paragraph = true},
                          lesson_.summary);
            else if (entry.key == "step")
                read_steps(*entry.node);
            else
                problems_.add_unknown(*entry.node, entry.key, lesson_keys);
        if (lesson_.steps.empty()) return error_without_steps(root.get("step") != nullptr);
        if (root.get("title") == nullptr) problems_.add(1, tr("there is no title: title = { en = \"...\" }"));
        return ReadLesson{std::move(lesson_), problems_.take()};
    }

private:
    void read_text(const toml::node& node, const LessonTextPlace& place, LessonText& field) {
        field = read_lesson_text(problems_, node, place, [this](const toml::node& at, const std::string& what) {
            problems_.add(at, tr("{}; it was left out", what));
        });
    }

    void read_steps(const toml::node& node) {
        const toml::array* const steps = node.as_array();
        if (steps == nullptr)
            return problems_.add(node, tr("step must be a list; each step begins with a line [[step]]"));
        for (std::size_t i = 0; i < steps->size(); ++i) {
            const toml::node& step = *steps->get(i);
            if (i == lesson_steps_max)
                return problems_.add(step, tr("a lesson has at most {} steps; the others were left out", i));
            const toml::table* const table = step.as_table();
            if (table == nullptr) {
                problems_.add(step, tr("a step must be a table; it begins with a line [[step]]"));
                continue;
            }
            if (std::optional<LessonStep> read = StepReader(problems_, panels_, i + 1).read(*table))
                lesson_.steps.push_back(*std::move(read));
        }
    }

    Error error_without_steps(bool some) {
        std::vector<std::string> problems = problems_.take();
        if (!some) {
            const std::string none = tr("there is no step; each begins with a line [[step]]");
            return invalid_input(
                fmt::format("{}:1: {}{}", problems_.name(), none, problems.empty() ? "" : "; " + problems.front()));
        }
        // A step that is not read has said why; an empty list has not.
        if (problems.empty())
            return invalid_input(fmt::format("{}:1: {}", problems_.name(), tr("a lesson has at least one step")));
        return invalid_input(std::move(problems.front()));
    }

    const Workspace& panels_;
    LessonProblems problems_;
    Lesson lesson_;
};

/// Where the text is not UTF-8: "line:column: ..."; empty where all of it is.
std::string fault_of_bytes(std::string_view text) {
    std::size_t line = 1, column = 1;  // in bytes
    for (const CodePoint point : CodePoints(text)) {
        if (point.fault != nullptr)
            return fmt::format("{}:{}: {}", line, column,
                               tr("this is not UTF-8 ({}); a lesson is saved as UTF-8", tr(point.fault)));
        line += point.code == U'\n' ? 1 : 0;
        column = point.code == U'\n' ? 1 : column + point.length;
    }
    return {};
}

}  // namespace

std::string lesson_name(const std::filesystem::path& path) {
    std::string stem = path.stem().string();
    const std::size_t rest = stem.find_first_not_of("0123456789");
    if (rest == 0 || rest == std::string::npos || stem[rest] != '-' || rest + 1 == stem.size()) return stem;
    return stem.substr(rest + 1);
}

Result<ReadLesson> parse_lesson(std::string_view text, const std::filesystem::path& path, const Workspace& panels) {
    const std::string name = path.string();
    if (text.size() > lesson_max_bytes)
        return invalid_input(
            fmt::format("{}: {}", printable(name),
                        tr("{} bytes are too many for a lesson, which has at most {}", text.size(), lesson_max_bytes)));
    if (const std::string fault = fault_of_bytes(text); !fault.empty())
        return invalid_input(fmt::format("{}:{}", printable(name), fault));
    const Result<toml::table> root = parse_toml(text, name);
    if (!root) return root.error();
    return LessonReader(path, panels).read(*root);
}

Result<ReadLesson> read_lesson(const std::filesystem::path& path, const Workspace& panels) {
    const Result<std::string> text = read_file(path, lesson_max_bytes);
    if (!text) return text.error();
    return parse_lesson(*text, path, panels);
}

}  // namespace attnscope
