#include "core/io/npy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstring>
#include <limits>
#include <optional>

#include "core/base/tr.hpp"
#include "core/io/file.hpp"

namespace attnscope {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t max_rank = 64;                          // NumPy 2's own limit
constexpr std::uint64_t max_header = std::uint64_t{1} << 20;  // NumPy's writers stay far below 64 KiB for plain dtypes

struct Header {
    std::string descr;
    bool fortran_order = false;
    std::vector<Index> shape;
};

/// Reads the header, a Python dict literal such as {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }, and
/// nothing else of Python. The first complaint stays.
class HeaderReader {
public:
    explicit HeaderReader(std::string_view text) : text_(text) {}

    std::optional<Header> read() {
        Header header;
        bool seen[3] = {};
        expect('{');
        while (!failed() && !accept('}')) {
            const std::size_t at = (skip_space(), place_);
            const std::string key = string();
            expect(':');
            if (failed()) break;
            const int which = key == "descr" ? 0 : key == "fortran_order" ? 1 : key == "shape" ? 2 : -1;
            if (which < 0 || seen[which])
                fail(at, which < 0 ? tr("unknown key '{}'", printable(key, 40))
                                   : tr("repeated key '{}'", printable(key, 40)));
            else
                seen[which] = true;
            if (which == 0) header.descr = descr();
            if (which == 1) header.fortran_order = boolean();
            if (which == 2) header.shape = tuple();
            if (accept('}')) break;
            expect(',');
        }
        skip_space();
        if (!failed() && place_ != text_.size()) fail(place_, tr("something follows the dict"));
        constexpr std::string_view names[3] = {"descr", "fortran_order", "shape"};
        for (std::size_t i = 0; i < 3; ++i)
            if (!failed() && !seen[i]) fail(place_, tr("the key '{}' is missing", names[i]));
        if (failed()) return std::nullopt;
        return header;
    }

    std::size_t place() const { return error_place_; }
    const std::string& complaint() const { return complaint_; }

private:
    bool failed() const { return !complaint_.empty(); }
    void fail(std::size_t place, std::string complaint) {
        if (failed()) return;
        complaint_ = std::move(complaint);
        error_place_ = place;
    }
    void skip_space() {
        while (place_ < text_.size() && (text_[place_] == ' ' || (text_[place_] >= '\t' && text_[place_] <= '\r')))
            ++place_;
    }
    bool accept(char c) {
        skip_space();
        if (failed() || place_ == text_.size() || text_[place_] != c) return false;
        ++place_;
        return true;
    }
    void expect(char c) {
        if (!accept(c)) fail(place_, tr("'{}' expected", c));
    }
    bool accept_word(std::string_view word) {
        skip_space();
        if (failed() || text_.substr(place_, word.size()) != word) return false;
        place_ += word.size();
        return true;
    }
    std::string string() {
        const char quote = accept('\'') ? '\'' : accept('"') ? '"' : '\0';
        if (quote == '\0') fail(place_, tr("a string in quotes expected"));
        if (failed()) return {};
        const std::size_t end = text_.find(quote, place_);
        if (end == std::string_view::npos) fail(place_, tr("a string without its closing quote"));
        if (failed()) return {};
        std::string content(text_.substr(place_, end - place_));
        place_ = end + 1;
        return content;
    }
    std::string descr() {
        skip_space();
        if (place_ < text_.size() && (text_[place_] == '[' || text_[place_] == '('))
            fail(place_, tr("a structured dtype; save one plain float32 field of it, as in a['x'].astype('<f4')"));
        return string();
    }
    bool boolean() {
        if (accept_word("True")) return true;
        if (!accept_word("False")) fail(place_, tr("True or False expected"));
        return false;
    }
    std::vector<Index> tuple() {
        std::vector<Index> lengths;
        expect('(');
        while (!failed() && !accept(')')) {
            lengths.push_back(integer());
            if (lengths.size() > max_rank) fail(place_, tr("a shape of more than {} dimensions", max_rank));
            if (accept(')')) {
                if (lengths.size() == 1) fail(place_, tr("a shape in parentheses needs a comma, as in (3,)"));
                break;
            }
            expect(',');
        }
        return lengths;
    }
    Index integer() {
        skip_space();
        const std::size_t begin = place_;
        Index value = 0;
        for (; !failed() && place_ < text_.size() && text_[place_] >= '0' && text_[place_] <= '9'; ++place_) {
            const Index digit = text_[place_] - '0';
            if (value > (std::numeric_limits<Index>::max() - digit) / 10)
                fail(begin, tr("a length in the shape that is more than a 64-bit number"));
            else
                value = 10 * value + digit;
        }
        if (place_ == begin) fail(place_, tr("a length expected, a number that is not negative"));
        if (place_ < text_.size() && text_[place_] == 'L') ++place_;  // Python 2 wrote (3L, 4L)
        return value;
    }

    std::string_view text_;
    std::size_t place_ = 0, error_place_ = 0;
    std::string complaint_;
};

/// What is wrong with a dtype that is not read, and what would be right.
std::string dtype_complaint(std::string_view descr) {
    const std::string cure = tr("save it with numpy.save(file, a.astype('<f4'))");
    const std::string shown = printable(descr, 40);
    const bool marked = !descr.empty() && std::string_view("<>=|").find(descr[0]) != std::string_view::npos;
    const std::string_view kind = descr.substr(marked ? 1 : 0);
    if (descr.starts_with('>') && kind.starts_with('f')) return tr("dtype '{}' is big endian; {}", shown, cure);
    constexpr std::pair<char, const char*> kinds[] = {
        {'i', translatable("an integer type")}, {'u', translatable("an integer type")},
        {'b', translatable("a truth value")},   {'?', translatable("a truth value")},
        {'c', translatable("a complex type")},  {'O', translatable("a Python object type")},
        {'S', translatable("a text type")},     {'U', translatable("a text type")},
        {'M', translatable("a date type")},     {'m', translatable("a time type")},
        {'V', translatable("a raw bytes type")}};
    for (const auto& [letter, what] : kinds)
        if (kind.starts_with(letter))
            return tr("dtype '{}' is {}, float16, float32 or float64 is needed; {}", shown, tr(what), cure);
    return tr("dtype '{}' is not read, float16 ('<f2'), float32 ('<f4') or float64 ('<f8') is needed; {}", shown, cure);
}

std::optional<ElementType> element_type(std::string_view descr) {
    // '=' and '|' (and no mark at all) mean this machine's byte order, which tensor.cpp asserts to be little endian.
    if (descr.starts_with('<') || descr.starts_with('=') || descr.starts_with('|')) descr.remove_prefix(1);
    if (descr == "f2") return ElementType::float16;
    if (descr == "f4") return ElementType::float32;
    if (descr == "f8") return ElementType::float64;
    return std::nullopt;
}

/// Header and data, once the fixed part at the front has been understood.
struct Parts {
    std::string_view header, data;
};

Result<Parts> split(std::string_view bytes, std::string_view file) {
    if (!bytes.starts_with(magic) && !magic.starts_with(bytes))
        return invalid_input(
            tr("{}: no .npy file: it does not begin with \\x93NUMPY; write one with numpy.save", file));
    const auto too_short = [&](std::uint64_t needed) {
        return invalid_input(
            tr("{}: cut short: the header ends at byte {}, the file at byte {}", file, needed, bytes.size()));
    };
    if (bytes.size() < 10) return too_short(10);
    const auto byte = [&](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(bytes[i])}; };
    const auto version = byte(6);
    if (version < 1 || version > 3 || byte(7) != 0)
        return invalid_input(tr("{}: .npy version {}.{} is not known, 1.0, 2.0 and 3.0 are", file, version, byte(7)));
    const std::size_t begin = version == 1 ? 10 : 12;
    if (bytes.size() < begin) return too_short(begin);
    const std::uint64_t length =
        version == 1 ? byte(8) + (byte(9) << 8) : byte(8) + (byte(9) << 8) + (byte(10) << 16) + (byte(11) << 24);
    if (length > bytes.size() - begin) return too_short(begin + length);
    if (length > max_header)
        return invalid_input(
            tr("{}: the header claims {} bytes, more than the {} that are read", file, length, max_header));
    const auto size = static_cast<std::size_t>(length);
    return Parts{bytes.substr(begin, size), bytes.substr(begin + size)};
}

}  // namespace

Result<Tensor> parse_npy(std::string_view bytes, std::string_view name) {
    const std::string file = printable(name, 1000);
    const Result<Parts> parts = split(bytes, file);
    if (!parts) return parts.error();
    const std::size_t header_place = bytes.size() - parts->data.size() - parts->header.size();
    HeaderReader reader(parts->header);
    std::optional<Header> header = reader.read();
    if (!header)
        return invalid_input(
            tr("{}: the header is wrong at byte {}: {}", file, header_place + reader.place(), reader.complaint()));
    const std::optional<ElementType> type = element_type(header->descr);
    if (!type) return invalid_input(tr("{}: {}", file, dtype_complaint(header->descr)));
    if (header->fortran_order)
        return invalid_input(
            tr("{}: Fortran order (columns first), C order is needed; save it with numpy.save(file, "
               "numpy.ascontiguousarray(a))",
               file));
    const std::optional<Index> count = element_count(header->shape);
    const std::uint64_t each = element_bytes(*type), present = parts->data.size();
    if (!count || static_cast<std::uint64_t>(*count) > std::numeric_limits<std::uint64_t>::max() / each)
        return invalid_input(tr("{}: shape {} is more than any file can hold", file, shape_text(header->shape)));
    const std::uint64_t needed = static_cast<std::uint64_t>(*count) * each;
    if (needed != present)
        return invalid_input(tr("{}: {}: shape {} of '{}' needs {} bytes from byte {} on, there are {}", file,
                                needed > present ? tr("cut short") : tr("too long"), shape_text(header->shape),
                                header->descr, needed, bytes.size() - parts->data.size(), present));
    return decode_tensor(parts->data, *type, std::move(header->shape), name);
}

std::string format_npy(std::span<const Index> shape, std::span<const float> values) {
    check(element_count(shape) == static_cast<Index>(values.size()) && shape.size() <= max_rank,
          "format_npy: the values do not fit the shape");
    std::string header = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}{}), }}",
                                     fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
    // NumPy leaves room for the first length to grow to 21 digits, then pads so that the data begin at a multiple of
    // 64, with a whole 64 where nothing is missing.
    constexpr std::size_t growth = 21, align = 64, front = 10;
    if (!shape.empty()) header.append(growth - fmt::formatted_size("{}", shape[0]), ' ');
    header.append(align - (front + header.size() + 1) % align, ' ');
    header += '\n';
    check(header.size() <= 0xFFFF, "format_npy: the header is too long for version 1.0");
    std::string bytes;
    bytes.reserve(front + header.size() + values.size_bytes());
    bytes += magic;
    bytes += '\x01';
    bytes += '\0';
    bytes += static_cast<char>(header.size() & 0xFFU);
    bytes += static_cast<char>(header.size() >> 8U);
    bytes += header;
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    return bytes;
}

}  // namespace attnscope
