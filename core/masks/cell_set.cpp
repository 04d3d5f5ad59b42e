#include "core/masks/cell_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>

#include "core/base/check.hpp"
#include "core/base/tr.hpp"

namespace attnscope {
namespace {

// The first of the sorted ranges that ends at `column` or after it.
auto first_ending_at(const std::vector<KeyRange>& ranges, Index column) {
    return std::lower_bound(ranges.begin(), ranges.end(), column,
                            [](const KeyRange& range, Index limit) { return range.end < limit; });
}

// Sorts ranges and joins those that overlap or touch.
void join(std::vector<KeyRange>& ranges) {
    std::sort(ranges.begin(), ranges.end(), [](const KeyRange& a, const KeyRange& b) { return a.begin < b.begin; });
    std::size_t kept = 0;
    for (const KeyRange& range : ranges)
        if (kept > 0 && range.begin <= ranges[kept - 1].end)
            ranges[kept - 1].end = std::max(ranges[kept - 1].end, range.end);
        else
            ranges[kept++] = range;
    ranges.resize(kept);
}

// Reads "row:ranges;row:ranges". What is wrong is kept in error_, and ends the reading.
class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    std::optional<Error> read(std::map<Index, std::vector<KeyRange>>& rows) {
        do {
            const Index row = index(translatable("a row"));
            if (!error_ && !take(':')) fail(tr("':' must follow the row {}", row));
            do {
                if (!error_) read_range(rows[row]);
            } while (!error_ && take(','));
            if (!error_ && at_ < text_.size() && text_[at_] != ';')
                fail(tr("',', ';' or the end must follow a column"));
        } while (!error_ && take(';'));
        return error_;
    }

private:
    void read_range(std::vector<KeyRange>& ranges) {
        const std::size_t start = at_;
        const Index first = index(translatable("a column"));
        const Index last = !error_ && take('-') ? index(translatable("a range's last column")) : first;
        if (error_) return;
        if (last < first) return fail(tr("the range {}-{} must not end before it begins", first, last), start);
        if (++count_ > CellSet::max_text_ranges)
            return fail(tr("there must be at most {} ranges", CellSet::max_text_ranges), start);
        ranges.push_back({first, last + 1});
    }

    Index index(const char* what) {
        Index value = 0;
        const char* const begin = text_.data() + at_;
        const char* const end = text_.data() + text_.size();
        const bool digit = begin != end && '0' <= *begin && *begin <= '9';  // from_chars would take a minus
        const auto [rest, code] = std::from_chars(begin, end, value);
        if (!digit)
            fail(tr("{} must stand here, a number from 0 to {}", tr(what), CellSet::max_index));
        else if (code != std::errc{} || value > CellSet::max_index)
            fail(tr("{} is too large: it must be a number from 0 to {}", tr(what), CellSet::max_index));
        else
            at_ += static_cast<std::size_t>(rest - begin);
        return value;
    }

    bool take(char c) {
        if (at_ == text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    void fail(const std::string& what) { fail(what, at_); }
    void fail(const std::string& what, std::size_t byte) {
        error_ =
            invalid_input(tr("the set of cells at byte {} (counted from 0): {}; a set looks like \"0:3-5,7;4:0\", rows "
                             "before ':', columns after it",
                             byte, what));
    }

    std::string_view text_;
    std::size_t at_ = 0;
    Index count_ = 0;
    std::optional<Error> error_;
};

}  // namespace

void CellSet::set(Index row, KeyRange columns, bool on) {
    check(0 <= row && row <= max_index, "the row of a cell lies in 0 .. 65535");
    check(0 <= columns.begin && columns.begin <= columns.end && columns.end <= max_index + 1,
          "the columns of cells lie in 0 .. 65535");
    if (columns.empty()) return;
    std::vector<KeyRange>& ranges = rows_[row];
    // The ranges that overlap or touch the columns are replaced by what becomes of them.
    const auto begin = first_ending_at(ranges, columns.begin);
    auto end = begin;
    while (end != ranges.end() && end->begin <= columns.end) ++end;
    std::vector<KeyRange> changed;
    const KeyRange hull =
        begin == end ? columns
                     : KeyRange{std::min(columns.begin, begin->begin), std::max(columns.end, std::prev(end)->end)};
    if (on) {
        changed = {hull};
    } else {
        if (begin != end && hull.begin < columns.begin) changed.push_back({hull.begin, columns.begin});
        if (begin != end && columns.end < hull.end) changed.push_back({columns.end, hull.end});
    }
    ranges.insert(ranges.erase(begin, end), changed.begin(), changed.end());
    if (ranges.empty()) rows_.erase(row);
}

bool CellSet::contains(Index row, Index column) const {
    const std::span<const KeyRange> all = ranges(row);
    const auto after = std::upper_bound(all.begin(), all.end(), column,
                                        [](Index at, const KeyRange& range) { return at < range.begin; });
    return after != all.begin() && std::prev(after)->contains(column);
}

std::span<const KeyRange> CellSet::ranges(Index row) const {
    const auto found = rows_.find(row);
    return found == rows_.end() ? std::span<const KeyRange>() : std::span<const KeyRange>(found->second);
}

std::string CellSet::to_text() const {
    std::string text;
    const auto out = std::back_inserter(text);
    for (const auto& [row, ranges] : rows_) {
        fmt::format_to(out, "{}{}:", text.empty() ? "" : ";", row);
        const char* separator = "";
        for (const KeyRange& range : ranges) {
            fmt::format_to(out, "{}{}", separator, range.begin);
            if (range.size() > 1) fmt::format_to(out, "-{}", range.end - 1);
            separator = ",";
        }
    }
    return text;
}

Result<CellSet> CellSet::parse(std::string_view text) {
    CellSet cells;
    if (text.empty()) return cells;
    if (std::optional<Error> error = Parser(text).read(cells.rows_)) return *std::move(error);
    for (auto& [row, ranges] : cells.rows_) join(ranges);
    return cells;
}

}  // namespace attnscope
