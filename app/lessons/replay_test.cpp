// Every shipped lesson, replayed: what its texts say of the pictures is true, in every language.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "app/lessons/lesson.hpp"
#include "app/lessons/markup.hpp"

namespace attnscope {
namespace replay_test {

using nlohmann::json;
using testing::Contains;
using testing::IsEmpty;

struct NamedText {
    const char* name;
    LessonText LessonStep::*field;
    bool needed;
};
constexpr std::array step_texts{
    NamedText{"title", &LessonStep::title, true},        NamedText{"text", &LessonStep::text, true},
    NamedText{"try", &LessonStep::attempt, true},        NamedText{"mistake", &LessonStep::mistake, false},
    NamedText{"question", &LessonStep::question, false}, NamedText{"answer", &LessonStep::answer, false},
    NamedText{"notes", &LessonStep::notes, false},
};

struct Replayed {
    std::string where;
    const LessonStep* step = nullptr;
    bool agreed = false;            // the panel leaves its values as they are
    std::set<std::string> visible;  // the parameters that have a control
    Panel::DataJob job;
};

const std::vector<ReadLesson>& lessons() {
    static const std::vector<ReadLesson> read = [] {
        const Workspace panels;
        return shipped_lessons(panels);
    }();
    return read;
}

Replayed replay(Workspace& workspace, const LessonStep& step) {
    show_step(workspace, step);
    const Workspace::Entry& shown = workspace.active();
    const auto values = [&] {
        std::vector<Value> set;
        for (const auto& entry : step.set) set.push_back(find(shown.params, entry.first)->get());
        return set;
    };
    const std::vector<Value> wanted = values();
    shown.panel->agree();
    Replayed replayed{.step = &step, .agreed = values() == wanted};
    for (const Param& param : shown.params)
        if (!param.visible || param.visible()) replayed.visible.insert(param.key);
    replayed.job = shown.panel->data_job(DataFormat::json);
    return replayed;
}

const std::vector<Replayed>& steps() {
    static const std::vector<Replayed> replayed = [] {
        Workspace workspace;
        std::vector<Replayed> all;
        for (const ReadLesson& read : lessons())
            for (std::size_t i = 0; i < read.lesson.steps.size(); ++i) {
                all.push_back(replay(workspace, read.lesson.steps[i]));
                all.back().where = read.lesson.name + ", step " + std::to_string(i + 1) + " (" +
                                   read.lesson.steps[i].title.in(Language::english) + ")";
            }
        return all;
    }();
    return replayed;
}

/// Computed once for all properties, and only for the steps that one asks about.
const json& data_of(const Replayed& replayed) {
    static std::map<const LessonStep*, json> computed;
    const auto [place, is_new] = computed.try_emplace(replayed.step);
    if (is_new) {
        const Result<std::string> bytes = replayed.job({});
        EXPECT_TRUE(bytes) << bytes.error().what;
        if (bytes) place->second = json::parse(*bytes, nullptr, false);
        EXPECT_FALSE(place->second.is_discarded()) << "the data are no JSON";
    }
    return place->second;
}

using Paragraphs = std::vector<MarkupParagraph>;

/// Calls `look(text, paragraphs)` with each text of the step in each language.
template <class Look>
void for_each_text(const Replayed& replayed, Look look) {
    for (const NamedText& text : step_texts)
        for (std::size_t language = 0; language < language_codes.size(); ++language) {
            const std::string& written = (replayed.step->*text.field).by_language[language];
            if (written.empty()) continue;
            SCOPED_TRACE(replayed.where + ": " + text.name + "." + std::string(language_codes[language]));
            const Result<Paragraphs> paragraphs = parse_markup(written);
            ASSERT_TRUE(paragraphs) << paragraphs.error().what;
            look(text, *paragraphs);
        }
}

struct FoundLink {
    std::string words;
    Link target;
};

std::vector<FoundLink> links_of(const Paragraphs& paragraphs) {
    std::vector<FoundLink> links;
    for (const MarkupParagraph& paragraph : paragraphs) {
        bool open = false;
        for (const MarkupSpan& span : paragraph) {
            if (span.link && open && links.back().target == *span.link)
                links.back().words += span.text;
            else if (span.link)
                links.push_back({span.text, *span.link});
            open = span.link.has_value();
        }
    }
    return links;
}

template <class Kind>
std::vector<std::pair<std::string, Kind>> links_of_kind(const Paragraphs& paragraphs) {
    std::vector<std::pair<std::string, Kind>> found;
    for (const FoundLink& link : links_of(paragraphs))
        if (std::holds_alternative<Kind>(link.target)) found.emplace_back(link.words, std::get<Kind>(link.target));
    return found;
}

template <class Kind>
bool has_links(const Replayed& replayed) {
    bool found = false;
    for_each_text(replayed, [&](const NamedText&, const Paragraphs& paragraphs) {
        found = found || !links_of_kind<Kind>(paragraphs).empty();
    });
    return found;
}

struct WrittenNumber {
    double value = 0, half_a_digit = 0, factor = 1;
};

/// "−1,024.50", "34%".
std::optional<WrittenNumber> read_number(std::string words) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> plain{
        {{"−", "-"}, {",", ""}, {"\u2009", ""}, {"\u202F", ""}}};
    for (const auto& [mark, letter] : plain)
        for (std::size_t at = words.find(mark); at != std::string::npos; at = words.find(mark, at))
            words.replace(at, mark.size(), letter);
    WrittenNumber number;
    if (words.ends_with('%')) {
        number.factor = 100;
        words.pop_back();
        words.resize(words.find_last_not_of(' ') + 1);
    }
    static const std::regex form("-?[0-9]+(\\.[0-9]+)?");
    if (!std::regex_match(words, form)) return std::nullopt;
    const std::size_t point = words.find('.');
    const std::size_t digits = point == std::string::npos ? 0 : words.size() - point - 1;
    number.value = std::stod(words);
    number.half_a_digit = 0.5 * std::pow(10.0, -static_cast<double>(digits));
    return number;
}

/// What is wrong with a number in a text; empty when it is the data's, rounded.
std::string wrong_number(const json& data, const std::string& words, const std::string& pointer) {
    const std::optional<WrittenNumber> written = read_number(words);
    if (!written) return "\"" + words + "\" is no plain number";
    json value;
    try {
        value = data.at(json::json_pointer(pointer));
    } catch (const json::exception& error) {
        return "the data have no " + pointer + ": " + error.what();
    }
    const std::string found = pointer + " is " + value.dump().substr(0, 60);
    if (!value.is_number()) return found;
    const double difference = std::abs(value.get<double>() * written->factor - written->value);
    return difference <= written->half_a_digit * 1.0001 ? "" : found + ", not " + words;
}

/// The rows and columns of the panel's map, where it has one.
std::optional<std::pair<std::size_t, std::size_t>> map_of(const json& data) {
    if (!data.is_object() || !data.contains("weights")) return std::nullopt;
    const json* map = &data["weights"];
    const auto is_rows = [](const json& a) { return a.is_array() && !a.empty() && a[0].is_array() && !a[0].empty(); };
    if (is_rows(*map) && is_rows((*map)[0])) map = &(*map)[0];
    if (!is_rows(*map)) return std::nullopt;
    return std::pair(map->size(), (*map)[0].size());
}

/// What a translation must have, too.
std::multiset<std::string> targets_of(const Paragraphs& paragraphs) {
    std::multiset<std::string> targets;
    for (const FoundLink& link : links_of(paragraphs)) {
        if (const auto* param = std::get_if<ParamLink>(&link.target)) targets.insert(param->key);
        if (const auto* cell = std::get_if<CellLink>(&link.target))
            targets.insert("cell:" + std::to_string(cell->row) + "," + std::to_string(cell->column));
        if (const auto* number = std::get_if<NumberLink>(&link.target))
            targets.insert(link.words + " =" + number->pointer);
    }
    return targets;
}

bool is_set(const LessonStep& step, double number) {
    return std::any_of(step.set.begin(), step.set.end(), [&](const auto& entry) {
        const auto* real = std::get_if<double>(&entry.second);
        return real != nullptr && std::abs(*real) == number;
    });
}

TEST(Replay, EveryTextIsThereInEveryLanguage) {
    ASSERT_FALSE(lessons().empty());
    for (const ReadLesson& read : lessons()) {
        SCOPED_TRACE(read.lesson.name);
        EXPECT_THAT(read.problems, IsEmpty());
        EXPECT_THAT(read.lesson.title.by_language, testing::Each(testing::Not(IsEmpty())));
        EXPECT_THAT(read.lesson.summary.by_language, testing::Each(testing::Not(IsEmpty())));
    }
    for (const Replayed& replayed : steps())
        for (const NamedText& text : step_texts) {
            SCOPED_TRACE(replayed.where + ": " + text.name);
            const auto& written = (replayed.step->*text.field).by_language;
            const bool missing = std::all_of(written.begin(), written.end(), [](const auto& t) { return t.empty(); });
            if (!text.needed && missing) continue;
            EXPECT_THAT(written, testing::Each(testing::Not(IsEmpty())));
        }
}

TEST(Replay, EveryQuestionHasItsAnswer) {
    for (const Replayed& replayed : steps())
        EXPECT_EQ(replayed.step->question.empty(), replayed.step->answer.empty()) << replayed.where;
}

TEST(Replay, PanelsShowTheStepsAsTheyAre) {
    for (const Replayed& replayed : steps())
        EXPECT_TRUE(replayed.agreed) << replayed.where << ": what it sets does not agree";
}

TEST(Replay, KnowsWrongNumbers) {
    const json data = {{"a", {0.4249, -1024.5}}, {"b", "word"}};
    for (const char* right : {"0.42", "0.4", "0", "42%", "42.5 %"}) EXPECT_EQ(wrong_number(data, right, "/a/0"), "");
    for (const char* right : {"−1024.5", "-1,024.5", "−1\u2009024.50"})
        EXPECT_EQ(wrong_number(data, right, "/a/1"), "");
    for (const char* wrong : {"0.43", "0.424", "0.5", "1", "−0.42", "4%", "", "about 0.42", "0.42.", "۰٫۴۲"})
        EXPECT_NE(wrong_number(data, wrong, "/a/0"), "") << wrong;
    for (const char* nowhere : {"/a/2", "/c", "/a/x", "/b", "/a"})
        EXPECT_NE(wrong_number(data, "0.42", nowhere), "") << nowhere;
}

TEST(Replay, NumbersAreThoseOfTheData) {
    std::size_t numbers = 0;
    for (const Replayed& replayed : steps()) {
        if (!has_links<NumberLink>(replayed)) continue;
        SCOPED_TRACE(replayed.where);
        const json& data = data_of(replayed);
        for_each_text(replayed, [&](const NamedText&, const Paragraphs& paragraphs) {
            for (const auto& [words, link] : links_of_kind<NumberLink>(paragraphs)) {
                EXPECT_EQ(wrong_number(data, words, link.pointer), "");
                ++numbers;
            }
        });
    }
    EXPECT_GT(numbers, 100U);
}

TEST(Replay, CellsLieInTheMap) {
    for (const Replayed& replayed : steps()) {
        if (!has_links<CellLink>(replayed)) continue;
        SCOPED_TRACE(replayed.where);
        const auto map = map_of(data_of(replayed));
        if (!map) continue;
        for_each_text(replayed, [&](const NamedText&, const Paragraphs& paragraphs) {
            for (const auto& [words, cell] : links_of_kind<CellLink>(paragraphs)) {
                EXPECT_LT(cell.row, map->first) << words;
                EXPECT_LT(cell.column, map->second) << words;
            }
        });
    }
}

TEST(Replay, TranslationsHaveTheSameLinks) {
    for (const Replayed& replayed : steps()) {
        std::map<std::string, std::multiset<std::string>> first;
        for_each_text(replayed, [&](const NamedText& text, const Paragraphs& paragraphs) {
            const auto [place, is_new] = first.try_emplace(text.name, targets_of(paragraphs));
            EXPECT_TRUE(is_new || targets_of(paragraphs) == place->second)
                << testing::PrintToString(targets_of(paragraphs)) << " beside "
                << testing::PrintToString(place->second);
        });
    }
}

TEST(Replay, EveryDecimalNumberIsALinkOrASetting) {
    static const std::regex decimal("[0-9]+\\.[0-9]+");
    for (const Replayed& replayed : steps())
        for_each_text(replayed, [&](const NamedText&, const Paragraphs& paragraphs) {
            for (const MarkupParagraph& paragraph : paragraphs)
                for (const MarkupSpan& span : paragraph) {
                    if (span.link || span.formula) continue;
                    for (std::sregex_iterator found(span.text.begin(), span.text.end(), decimal), end; found != end;
                         ++found)
                        EXPECT_TRUE(is_set(*replayed.step, std::stod(found->str()))) << found->str();
                }
        });
}

TEST(Replay, ControlsAreThere) {
    for (const Replayed& replayed : steps()) {
        for (const std::string& key : replayed.step->controls)
            EXPECT_THAT(replayed.visible, Contains(key)) << replayed.where << ": controls";
        for_each_text(replayed, [&](const NamedText& text, const Paragraphs& paragraphs) {
            if (std::string_view(text.name) != "try") return;
            for (const auto& [words, link] : links_of_kind<ParamLink>(paragraphs))
                EXPECT_THAT(replayed.visible, Contains(link.key)) << words;
        });
    }
}

}  // namespace replay_test
}  // namespace attnscope
