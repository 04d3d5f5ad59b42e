#include "core/io/safetensors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>

#include "core/base/tr.hpp"
#include "core/io/file.hpp"

namespace attnscope {
namespace {

constexpr std::uint64_t longest_header = 100'000'000;  // as the format's own reader
constexpr std::size_t most_dimensions = 64;

struct Entry {
    std::string name, dtype;
    std::vector<Index> shape;
    std::vector<std::uint64_t> offsets;  // begin and end in the data
    unsigned seen = 0;                   // one bit per Field
};

enum Field : unsigned { dtype_field, shape_field, offsets_field };
constexpr std::string_view field_names[] = {"dtype", "shape", "data_offsets"};

/// Takes the header's JSON piece by piece, without a tree of it: what does not belong there ends the reading at once,
/// so neither deep nesting nor a long list of rubbish costs memory.
class HeaderHandler : public nlohmann::json_sax<nlohmann::json> {
public:
    std::vector<Entry> entries;
    std::string complaint;

    bool start_object(std::size_t) override {
        if (level_ == Level::outside) return go(Level::root);
        if (level_ == Level::root) return go(metadata_ ? Level::metadata : Level::entry);
        return unexpected(tr("an object"));
    }
    bool end_object() override {
        if (level_ == Level::entry)
            for (unsigned i = 0; i < 3; ++i)
                if ((entries.back().seen & (1U << i)) == 0) return fail(tr("'{}' has no {}", who(), field_names[i]));
        return go(level_ == Level::root ? Level::outside : Level::root);
    }
    bool key(string_t& name) override {
        if (level_ == Level::root) {
            metadata_ = name == "__metadata__";
            if (!names_.insert(name).second) return fail(tr("the name '{}' is there twice", printable(name, 80)));
            if (!metadata_) entries.push_back({name, {}, {}, {}, 0});
            return true;
        }
        if (level_ == Level::metadata) return true;
        const auto* const found = std::find(std::begin(field_names), std::end(field_names), name);
        if (found == std::end(field_names))
            return fail(tr("'{}' has the unknown entry '{}'", who(), printable(name, 40)));
        field_ = static_cast<Field>(found - std::begin(field_names));
        if ((entries.back().seen & (1U << field_)) != 0) return fail(tr("'{}' has {} twice", who(), name));
        entries.back().seen |= 1U << field_;
        return true;
    }
    bool start_array(std::size_t) override {
        if (level_ != Level::entry || field_ == dtype_field) return unexpected(tr("a list"));
        return go(Level::list);
    }
    bool end_array() override {
        if (field_ == offsets_field && entries.back().offsets.size() != 2) return two_offsets();
        return go(Level::entry);
    }
    bool number_unsigned(number_unsigned_t number) override {
        if (level_ != Level::list) return unexpected(tr("a number"));
        Entry& entry = entries.back();
        if (field_ == offsets_field) {
            entry.offsets.push_back(number);
            return entry.offsets.size() <= 2 || two_offsets();
        }
        if (number > static_cast<std::uint64_t>(std::numeric_limits<Index>::max()) ||
            entry.shape.size() == most_dimensions)
            return fail(tr("'{}' has a shape beyond what is possible", who()));
        entry.shape.push_back(static_cast<Index>(number));
        return true;
    }
    bool string(string_t& text) override {
        if (level_ == Level::metadata) return true;
        if (level_ != Level::entry || field_ != dtype_field) return unexpected(tr("a string"));
        entries.back().dtype = text;
        return true;
    }
    bool number_integer(number_integer_t number) override { return unexpected(fmt::format("{}", number)); }
    bool number_float(number_float_t number, const string_t&) override { return unexpected(fmt::format("{}", number)); }
    bool null() override { return unexpected("null"); }
    bool boolean(bool) override { return unexpected(tr("a truth value")); }
    bool binary(binary_t&) override { return unexpected(tr("binary")); }
    bool parse_error(std::size_t place, const std::string&, const nlohmann::detail::exception&) override {
        return fail(tr("the header is not valid JSON at byte {} of the file", 8 + (place > 0 ? place - 1 : 0)));
    }

private:
    enum class Level { outside, root, metadata, entry, list };

    bool go(Level level) {
        level_ = level;
        return true;
    }
    bool fail(std::string what) {
        complaint = std::move(what);
        return false;
    }
    /// The name of the entry that is read.
    std::string who() const { return printable(entries.back().name, 80); }
    bool two_offsets() { return fail(tr("'{}' needs exactly two data_offsets, begin and end", who())); }
    bool unexpected(std::string_view what) {
        if (level_ == Level::outside) return fail(tr("the header is {}, a JSON object is needed", what));
        if (level_ == Level::metadata || (level_ == Level::root && metadata_))
            return fail(tr("__metadata__ contains {}, names and strings are allowed", what));
        if (level_ == Level::root)
            return fail(tr("'{}' is {}, an object with dtype, shape and data_offsets is needed", who(), what));
        return field_ == dtype_field ? fail(tr("'{}' has {} in dtype, a string is needed", who(), what))
                                     : fail(tr("'{}' has {} in {}, a list of whole numbers from 0 up is needed", who(),
                                               what, field_names[field_]));
    }

    Level level_ = Level::outside;
    Field field_ = dtype_field;
    bool metadata_ = false;
    std::unordered_set<std::string> names_;
};

/// Bytes per element, 0 for a dtype that this program has not heard of (newer ones come, some below one byte).
std::uint64_t dtype_bytes(std::string_view dtype) {
    constexpr std::pair<std::string_view, std::uint64_t> known[] = {
        {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1}, {"I16", 2}, {"U16", 2}, {"F16", 2},
        {"BF16", 2}, {"I32", 4}, {"U32", 4}, {"F32", 4},     {"I64", 8},     {"U64", 8}, {"F64", 8}, {"C64", 8}};
    for (const auto& [name, bytes] : known)
        if (name == dtype) return bytes;
    return 0;
}

Error file_error(std::string_view file, std::string_view what) {
    return invalid_input(tr("{}: {}", file, what));
}

/// Begin, end, size against shape and dtype, for one entry. Empty when all is well.
std::string offsets_complaint(const Entry& entry, std::uint64_t data_size) {
    const std::uint64_t begin = entry.offsets[0], end = entry.offsets[1];
    const std::string name = printable(entry.name, 80);
    if (begin > end) return tr("'{}' has data_offsets [{}, {}], which end before they begin", name, begin, end);
    if (end > data_size)
        return tr("'{}' has data_offsets [{}, {}], the file has {} bytes of data: it is cut short or damaged", name,
                  begin, end, data_size);
    const std::uint64_t each = dtype_bytes(entry.dtype);
    if (each == 0) return {};
    const std::optional<Index> count = element_count(entry.shape);
    if (!count || static_cast<std::uint64_t>(*count) > std::numeric_limits<std::uint64_t>::max() / each)
        return tr("'{}' has shape {}, more than any file can hold", name, shape_text(entry.shape));
    const std::uint64_t needed = static_cast<std::uint64_t>(*count) * each;
    if (needed == end - begin) return {};
    return tr("'{}' has data_offsets [{}, {}], {} bytes, but shape {} of {} needs {}", name, begin, end, end - begin,
              shape_text(entry.shape), entry.dtype, needed);
}

/// The arrays must cover the data: no overlap, no gap, nothing behind the last one.
std::string cover_complaint(const std::vector<Entry>& entries, std::uint64_t data_size) {
    std::vector<const Entry*> order;
    order.reserve(entries.size());
    for (const Entry& entry : entries) order.push_back(&entry);
    std::sort(order.begin(), order.end(), [](const Entry* a, const Entry* b) { return a->offsets < b->offsets; });
    std::uint64_t end = 0;
    for (const Entry* entry : order) {
        const std::uint64_t begin = entry->offsets[0];
        const std::string name = printable(entry->name, 80);
        if (begin < end)
            return tr(
                "the data of '{}' begin at {}, inside the array that ends at {}: the arrays must follow each other "
                "without gap or overlap",
                name, begin, end);
        if (begin > end)
            return tr(
                "the data of '{}' begin at {}, after a gap that begins at {}: the arrays must follow each other "
                "without gap or overlap",
                name, begin, end);
        end = entry->offsets[1];
    }
    if (end == data_size) return {};
    return tr("too long: the arrays end at byte {} of the data, the file has {}", end, data_size);
}

Result<std::vector<Entry>> parse_header(std::string_view json, std::uint64_t data_size, std::string_view file) {
    HeaderHandler handler;
    if (!nlohmann::json::sax_parse(json.begin(), json.end(), &handler)) return file_error(file, handler.complaint);
    for (const Entry& entry : handler.entries)
        if (std::string what = offsets_complaint(entry, data_size); !what.empty()) return file_error(file, what);
    if (std::string what = cover_complaint(handler.entries, data_size); !what.empty()) return file_error(file, what);
    return std::move(handler.entries);
}

std::string some_names(const std::vector<Entry>& entries) {
    constexpr std::size_t most = 8;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < std::min(most, entries.size()); ++i) names.push_back(printable(entries[i].name, 60));
    return fmt::format("{}{}", fmt::join(names, ", "),
                       entries.size() > most ? tr(", ... ({} in all)", entries.size()) : "");
}

struct Found {
    Entry entry;
    ElementType type;
};

Result<Found> find(const std::vector<Entry>& entries, std::string_view name, std::string_view file) {
    if (entries.empty()) return file_error(file, tr("it holds no array"));
    if (name.empty() && entries.size() > 1)
        return file_error(file, tr("it holds {} arrays, say which: {}:NAME, where NAME is one of {}", entries.size(),
                                   file, some_names(entries)));
    const auto entry =
        std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return name.empty() || e.name == name; });
    if (entry == entries.end())
        return file_error(file, tr("it holds no array '{}'; there are: {}", printable(name, 80), some_names(entries)));
    constexpr std::pair<std::string_view, ElementType> read[] = {{"F16", ElementType::float16},
                                                                 {"BF16", ElementType::bfloat16},
                                                                 {"F32", ElementType::float32},
                                                                 {"F64", ElementType::float64}};
    for (const auto& [dtype, type] : read)
        if (entry->dtype == dtype) return Found{*entry, type};
    return file_error(file, tr("'{}' has dtype {}, F16, BF16, F32 or F64 is needed; convert it before it is saved",
                               printable(entry->name, 80), printable(entry->dtype, 40)));
}

/// The length of the header, checked against the size of the file.
Result<std::uint64_t> header_length(std::string_view front, std::uint64_t size, std::string_view file) {
    if (front.size() < 8)
        return file_error(file, tr("cut short: {} bytes, the length of the header alone takes 8", size));
    std::uint64_t length = 0;
    std::memcpy(&length, front.data(), sizeof(length));
    if (length > size - 8)
        return file_error(file,
                          tr("the header claims {} bytes, after its length the file has {}: it is cut short or no "
                             "safetensors file",
                             length, size - 8));
    if (length > longest_header)
        return file_error(file,
                          tr("the header claims {} bytes, more than the {} that are read", length, longest_header));
    return length;
}

std::string full_name(std::string_view file, const Entry& entry) {
    return fmt::format("{}:{}", file, printable(entry.name, 80));
}

struct FileHeader {
    std::vector<Entry> entries;
    std::uint64_t data_begin = 0;  // byte of the file
};

Result<FileHeader> load_header(const std::filesystem::path& path, const std::string& file) {
    const Result<std::uint64_t> size = size_of_file(path);
    if (!size) return size.error();
    const Result<std::string> front = read_file_part(path, 0, std::min<std::uint64_t>(8, *size));
    if (!front) return front.error();
    const Result<std::uint64_t> length = header_length(*front, *size, file);
    if (!length) return length.error();
    const Result<std::string> json = read_file_part(path, 8, *length);
    if (!json) return json.error();
    Result<std::vector<Entry>> entries = parse_header(*json, *size - 8 - *length, file);
    if (!entries) return entries.error();
    return FileHeader{std::move(*entries), 8 + *length};
}

}  // namespace

Result<Tensor> parse_safetensors(std::string_view bytes, std::string_view tensor_name, std::string_view file_name) {
    const std::string file = printable(file_name, 1000);
    const Result<std::uint64_t> length = header_length(bytes.substr(0, 8), bytes.size(), file);
    if (!length) return length.error();
    const std::string_view data = bytes.substr(8 + *length);
    const Result<std::vector<Entry>> entries = parse_header(bytes.substr(8, *length), data.size(), file);
    if (!entries) return entries.error();
    Result<Found> found = find(*entries, tensor_name, file);
    if (!found) return found.error();
    const Entry& entry = found->entry;
    return decode_tensor(data.substr(entry.offsets[0], entry.offsets[1] - entry.offsets[0]), found->type, entry.shape,
                         full_name(file, entry));
}

Result<std::vector<ArrayInfo>> list_safetensors(const std::filesystem::path& path) {
    const Result<FileHeader> header = load_header(path, printable(path.native(), 1000));
    if (!header) return header.error();
    std::vector<ArrayInfo> arrays;
    for (const Entry& entry : header->entries) arrays.push_back({entry.name, entry.shape});
    return arrays;
}

Result<Tensor> load_safetensors(const std::filesystem::path& path, std::string_view tensor_name) {
    const std::string file = printable(path.native(), 1000);
    const Result<FileHeader> header = load_header(path, file);
    if (!header) return header.error();
    Result<Found> found = find(header->entries, tensor_name, file);
    if (!found) return found.error();
    const Entry& entry = found->entry;
    const Result<std::string> data =
        read_file_part(path, header->data_begin + entry.offsets[0], entry.offsets[1] - entry.offsets[0]);
    if (!data) return data.error();
    return decode_tensor(*data, found->type, entry.shape, full_name(file, entry));
}

}  // namespace attnscope
