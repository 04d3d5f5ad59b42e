// Whatever the bytes are, parse_lesson() and parse_markup() return; and a lesson survives a round trip through
// format_lesson().
#include "app/lessons/lesson.hpp"
#include "app/lessons/markup.hpp"
#include "app/lessons/test_panel.hpp"
#include "core/base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace attnscope;
    static const Workspace panels(lesson_test_panels());
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto markup = parse_markup(text)) {
        for (const MarkupParagraph& paragraph : *markup) {
            check(!paragraph.empty(), "no paragraph is empty");
            for (const MarkupSpan& span : paragraph) check(!span.text.empty(), "no span is empty");
        }
        check(plain_markup(*markup).size() <= size + 1, "marks only take characters away");
    }
    const auto read = parse_lesson(text, "1-fuzz.toml", panels);
    if (!read) {
        check(read.error().what.starts_with("1-fuzz.toml:"), "an error names the file");
        check(read.error().what.find('\n') == std::string::npos, "an error is one line");
        return 0;
    }
    for (const std::string& problem : read->problems) {
        check(problem.starts_with("1-fuzz.toml:"), "a problem names the file");
        check(problem.find('\n') == std::string::npos, "a problem is one line");
    }
    const std::string formatted = format_lesson(read->lesson);
    if (formatted.size() > lesson_max_bytes) return 0;  // tabs are written as \t
    const auto again = parse_lesson(formatted, "1-fuzz.toml", panels);
    check(again.has_value(), again ? "" : again.error().what);
    check(again->lesson == read->lesson, "a round trip changes nothing");
    check(again->problems.size() == (read->lesson.title.empty() ? 1 : 0), "what is right is written");
    return 0;
}
