// The reader of the text format of GloVe and fastText.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <unordered_set>

#include "core/base/tr.hpp"
#include "core/text/utf8.hpp"
#include "core/text/word_vectors.hpp"

namespace attnscope {
namespace {

constexpr std::string_view blanks = " \t";

/// The next field of a line, taken off its front; empty at the end of the line.
std::string_view next_field(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    const std::string_view field = line.substr(0, line.find_first_of(blanks));
    line.remove_prefix(field.size());
    return field;
}

Index count_fields(std::string_view line) {
    Index count = 0;
    while (!next_field(line).empty()) ++count;
    return count;
}

/// A field as it may be quoted in an error: short, printable.
std::string quoted(std::string_view field) {
    constexpr std::size_t most = 40;
    if (!validate_utf8(field)) return tr("(not UTF-8)");
    std::string shown;
    for (const CodePoint& point : CodePoints(field)) {
        if (shown.size() > most) return "\"" + shown + "...\"";
        append_utf8(shown, point.code < 0x20 ? U'\uFFFD' : point.code);
    }
    return "\"" + shown + "\"";
}

/// Empty, or why the field is no component; else the component.
std::string parse_component(std::string_view field, float& component) {
    const std::string_view digits = field.starts_with('+') ? field.substr(1) : field;
    double value = 0;
    const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (end != digits.data() + digits.size() || status == std::errc::invalid_argument)
        return tr("{} is not a number", quoted(field));
    if (status == std::errc::result_out_of_range) return tr("{} is beyond what a number here can be", quoted(field));
    if (!std::isfinite(value)) return tr("{} is not finite", quoted(field));
    if (std::abs(value) > static_cast<double>(WordVectors::largest_component))
        return tr("{} is above {:g} in size", quoted(field), WordVectors::largest_component);
    component = static_cast<float>(value);
    return {};
}

class Reader {
public:
    Reader(std::string_view contents, std::string_view name) : rest_(contents), bytes_(contents.size()), name_(name) {}

    Result<WordVectors> read() {
        if (bytes_ > largest_text_vectors)
            return invalid_input(tr("{}: {} bytes are more than the limit of {}: keep its first lines only", name_,
                                    bytes_, largest_text_vectors));
        std::string_view line;
        while (next_line(line)) {
            if (first_ && read_header(line)) continue;
            first_ = false;
            if (const Result<void> added = add(line); !added) return added.error();
        }
        if (words_.empty())
            return invalid_input(tr("{}: there is no word in it; each line is a word and its numbers", name_));
        const Index lines = static_cast<Index>(words_.size()) + duplicates_;
        if (header_ && header_count_ != static_cast<std::uint64_t>(lines))
            return invalid_input(tr("{}: line {} says {} words, there are {}: the file is cut or damaged", name_,
                                    header_line_, header_count_, lines));
        rows_.conservativeResize(static_cast<Index>(words_.size()), dim_);
        WordVectors vectors(std::move(words_), std::move(rows_), std::string(name_));
        vectors.duplicates = duplicates_;
        return vectors;
    }

private:
    Error at_line(std::string_view what) const { return invalid_input(tr("{}: line {}: {}", name_, line_, what)); }

    /// The next line that is not blank, without its end.
    bool next_line(std::string_view& line) {
        while (!rest_.empty()) {
            line = rest_.substr(0, rest_.find('\n'));
            rest_.remove_prefix(std::min(rest_.size(), line.size() + 1));
            ++line_;
            if (line_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);  // byte order mark
            if (line.ends_with('\r')) line.remove_suffix(1);
            if (line.find_first_not_of(blanks) != std::string_view::npos) return true;
        }
        return false;
    }

    /// True where the line is `count dim`, two whole numbers.
    bool read_header(std::string_view line) {
        first_ = false;
        if (count_fields(line) != 2) return false;
        const auto whole = [](std::string_view field, std::uint64_t& value) {
            const auto [end, status] = std::from_chars(field.data(), field.data() + field.size(), value);
            return status == std::errc{} && end == field.data() + field.size();
        };
        const std::string_view count = next_field(line);
        header_ = whole(count, header_count_) && whole(next_field(line), header_dim_);
        header_line_ = line_;
        return header_;
    }

    /// Reads the number of dimensions off the first line of a word and makes room for as many rows as the rest can
    /// hold.
    Result<void> begin_rows(Index values) {
        if (values < 1) return at_line(tr("a word without numbers; it should be a word and its numbers"));
        if (header_ && header_dim_ != static_cast<std::uint64_t>(values))
            return at_line(tr("{} numbers after the word, line {} says {}", values, header_line_, header_dim_));
        dim_ = values;
        // A row takes at least one letter, two bytes per number and an end of line, whatever a header says.
        const std::size_t most = bytes_ / (2 * static_cast<std::size_t>(dim_) + 1) + 1;
        rows_.resize(static_cast<Index>(std::min(most, count_lines())), dim_);
        return {};
    }

    std::size_t count_lines() const {
        return static_cast<std::size_t>(std::count(rest_.begin(), rest_.end(), '\n')) + 2;
    }

    Result<void> add(std::string_view line) {
        const Index values = count_fields(line) - 1;
        if (dim_ == 0) {
            if (Result<void> begun = begin_rows(values); !begun) return begun;
        }
        if (values != dim_) return at_line(tr("{} numbers after the word, the first word has {}", values, dim_));
        const std::string_view word = next_field(line);
        if (const Result<void> valid = validate_utf8(word, tr("the word")); !valid) return at_line(valid.error().what);
        const auto row = static_cast<Index>(words_.size());
        for (Index j = 0; j < dim_; ++j) {
            const std::string why = parse_component(next_field(line), rows_(row, j));
            if (!why.empty()) return at_line(tr("number {}: {}", j + 1, why));
        }
        if (seen_.insert(word).second)
            words_.emplace_back(word);
        else
            ++duplicates_;  // its row is overwritten by the next word
        return {};
    }

    std::string_view rest_;
    std::size_t bytes_;
    std::string_view name_;
    Index line_ = 0;
    bool first_ = true;
    bool header_ = false;
    Index header_line_ = 0;
    std::uint64_t header_count_ = 0, header_dim_ = 0;
    Index dim_ = 0;
    Index duplicates_ = 0;
    std::vector<std::string> words_;
    std::unordered_set<std::string_view> seen_;  // views into the contents
    Matrix rows_;
};

}  // namespace

Result<WordVectors> read_text_vectors(std::string_view contents, std::string_view name) {
    return Reader(contents, name).read();
}

Result<WordVectors> load_text_vectors(const std::string& path) {
    std::error_code error;
    const std::filesystem::file_status status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status)) return io_error(tr("{}: there is no such file", path));
    if (!std::filesystem::is_regular_file(status))
        return io_error(tr("{}: not a regular file; it should be a text file of word vectors", path));
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    if (error) return io_error(tr("{}: cannot be read: {}", path, error.message()));
    if (size > largest_text_vectors)
        return invalid_input(tr("{}: {} bytes are more than the limit of {}: keep its first lines only", path, size,
                                largest_text_vectors));
    std::ifstream file(path, std::ios::binary);
    std::string contents(static_cast<std::size_t>(size), '\0');
    if (!file || !file.read(contents.data(), static_cast<std::streamsize>(size)))
        return io_error(tr("{}: cannot be read", path));
    return read_text_vectors(contents, path);
}

}  // namespace attnscope
