// A lesson: a file that replays states of the instrument, with a short text for each in several languages.
// assets/lessons/README.md is the format's documentation.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/language/language.hpp"
#include "app/panels/workspace.hpp"
#include "app/state/params.hpp"
#include "app/state/play.hpp"
#include "core/base/result.hpp"

namespace attnscope {

/// A text in the languages it was written in; empty where it was not.
struct LessonText {
    std::array<std::string, language_codes.size()> by_language;
    /// In this language, or in English where it is missing.
    const std::string& in(Language language) const {
        const std::string& text = by_language[static_cast<std::size_t>(language)];
        return text.empty() ? by_language[static_cast<std::size_t>(Language::english)] : text;
    }
    /// The same without its marks: for titles, in lists and in a window's frame.
    std::string plain(Language language) const;
    bool empty() const { return in(Language::english).empty(); }
    bool operator==(const LessonText&) const = default;
};

struct LessonStep {
    LessonText title, text, attempt, mistake, question, answer, notes;  // `attempt` is the file's `try`
    std::string panel;
    ParamValues set;                            // all other parameters have their defaults
    std::string part;                           // of the picture; empty: all of it
    std::optional<std::array<double, 4>> zoom;  // left, right, bottom, top end of what the picture shows
    std::vector<std::string> controls;          // keys of the parameters whose controls the audience sees
    std::optional<Play> play;
    bool operator==(const LessonStep&) const = default;
};

struct Lesson {
    std::string name;  // lesson_name() of its file
    LessonText title, summary;
    std::vector<LessonStep> steps;
    bool operator==(const Lesson&) const = default;
};

/// Largest numbers of characters (code points, links and marks not counted) of a text, of steps, of bytes.
inline constexpr std::size_t lesson_title_max = 60, lesson_summary_max = 160, lesson_text_max = 420,
                             lesson_try_max = 160, lesson_mistake_max = 240, lesson_question_max = 160,
                             lesson_answer_max = 240, lesson_notes_max = 600, lesson_steps_max = 40,
                             lesson_max_bytes = std::size_t{256} << 10U;

/// A lesson as far as it is right.
struct ReadLesson {
    Lesson lesson;
    std::vector<std::string> problems;  // "file.toml:12: ...": what is wrong, and what would be right
};

/// What a lesson in this file is called, "what-attention-computes": the file's name without number and extension.
std::string lesson_name(const std::filesystem::path& path);

/// Reads a lesson and checks it against the panels, whose settings stay as they are. `path` gives the lesson its name
/// and stands in the problems; after a hundred of them no more are told.
/// - A step is left out when its panel, a parameter or a control does not exist, a value is not legal, title or text is
///   missing in English, an English text is too long or marked up wrongly, an answer has no question, or anything else
///   is not of the kind it must be. So is what comes after lesson_steps_max steps.
/// - A translation that is wrong is left out alone, and so are a lesson's own title and summary.
/// - A lesson without title and unknown keys are problems that leave nothing out.
/// The values of a step that is right are as their parameters keep them: an integer where a real is wanted has become
/// one. Errors, which begin with the file's name and say line or size: not UTF-8, longer than lesson_max_bytes, no TOML
/// (with line and column), not one step that is right (with the first problem).
Result<ReadLesson> parse_lesson(std::string_view text, const std::filesystem::path& path, const Workspace& panels);
/// The same of a file.
Result<ReadLesson> read_lesson(const std::filesystem::path& path, const Workspace& panels);
/// The lesson as TOML that parse_lesson() reads back exactly, if it is right.
std::string format_lesson(const Lesson& lesson);

/// The lessons that are part of the program, in their order. A test asserts that they are all here, without problems.
std::vector<ReadLesson> shipped_lessons(const Workspace& panels);
/// A shipped lesson by its name, with or without its number, or one from a file where `name` ends in ".toml". The error
/// of an unknown name says which lessons there are.
Result<ReadLesson> find_lesson(std::string_view name, const Workspace& panels);

/// Makes the step's panel active with the step's values over the defaults and its A/B comparison closed. The step is
/// right, as parse_lesson() left it. The change can be undone like any other.
void show_step(Workspace& workspace, const LessonStep& step);

}  // namespace attnscope
