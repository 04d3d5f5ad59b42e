#include "app/draw/ticks.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace attnscope {

namespace {

constexpr std::string_view minus_sign = "\u2212";

/// n * 10^exponent, exactly as written: tick values are whole multiples of powers of ten.
struct Decimal {
    std::int64_t n = 0;
    int exponent = 0;

    // Dividing by 10^k is correctly rounded for k <= 22, multiplying by 10^-k is not.
    double value() const {
        const auto whole = static_cast<double>(n);
        return exponent < 0 && exponent > -300 ? whole / std::pow(10.0, -exponent) : whole * std::pow(10.0, exponent);
    }
};

std::string with_minus(std::string_view ascii) {
    return ascii.starts_with('-') ? std::string(minus_sign) + std::string(ascii.substr(1)) : std::string(ascii);
}

/// n * 10^exponent written out, with the point where it belongs.
std::string plain(Decimal d) {
    if (d.n == 0) return "0";
    std::string digits = std::to_string(d.n < 0 ? -d.n : d.n);
    if (d.exponent > 0) digits.append(static_cast<std::size_t>(d.exponent), '0');
    if (d.exponent < 0) {
        const auto decimals = static_cast<std::size_t>(-d.exponent);
        if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
        digits.insert(digits.size() - decimals, 1, '.');
    }
    return with_minus(d.n < 0 ? "-" + digits : digits);
}

/// Lengths as seen: code points.
std::size_t seen_length(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string scaled(Decimal d, int power) {
    if (d.n == 0) return "0";
    return plain({d.n, d.exponent - power}) + "·" + power_of_ten(power);
}

/// floor(log10 |x|), exact for powers of ten.
int decade_of(double x) {
    int decade = static_cast<int>(std::floor(std::log10(std::abs(x))));
    if (Decimal{1, decade + 1}.value() <= std::abs(x)) ++decade;
    if (Decimal{1, decade}.value() > std::abs(x)) --decade;
    return decade;
}

std::vector<Tick> labelled(const std::vector<Decimal>& numbers) {
    double largest = 0;
    for (const Decimal& d : numbers) largest = std::max(largest, std::abs(d.value()));
    std::vector<Tick> ticks;
    if (largest == 0) {
        for (const Decimal& d : numbers) ticks.push_back({d.value(), "0", true});
        return ticks;
    }
    const int power = decade_of(largest);
    // Extremes would need hundreds of digits written plainly.
    bool plainly = power >= -3 && power < 6;
    if (!plainly && std::abs(power) < 20) {
        std::size_t plain_length = 0;
        std::size_t scaled_length = 0;
        for (const Decimal& d : numbers) {
            plain_length = std::max(plain_length, seen_length(plain(d)));
            scaled_length = std::max(scaled_length, seen_length(scaled(d, power)));
        }
        plainly = plain_length < scaled_length;
    }
    for (const Decimal& d : numbers) ticks.push_back({d.value(), plainly ? plain(d) : scaled(d, power), true});
    return ticks;
}

struct Step {
    std::int64_t first = 0, last = -1;  // multiples of the step within the range
    std::int64_t mantissa = 1;
    int exponent = 0;

    std::int64_t count() const { return last - first + 1; }
};

Step multiples(double low, double high, std::int64_t mantissa, int exponent) {
    Step step{0, -1, mantissa, exponent};
    const double size = Decimal{mantissa, exponent}.value();
    // A tick that is outside by rounding alone belongs to the range.
    const double slack = 1e-9;
    step.first = static_cast<std::int64_t>(std::ceil(low / size - slack));
    step.last = static_cast<std::int64_t>(std::floor(high / size + slack));
    return step;
}

std::vector<Tick> stepped(double low, double high, int about, bool integers) {
    if (!std::isfinite(low) || !std::isfinite(high)) return {};
    if (low > high) std::swap(low, high);
    low = std::clamp(low, -1e305, 1e305);
    high = std::clamp(high, -1e305, 1e305);
    about = std::clamp(about, 1, 1000);
    const double span = high - low;
    const double largest = std::max(std::abs(low), std::abs(high));
    if (span <= 1e-300 || span <= 1e-11 * largest) {
        const double middle = low + span / 2;
        return {{middle, short_number(middle, 6), true}};
    }
    const int decade = decade_of(span / about);
    Step best;
    bool found = false;
    for (int exponent = decade - 1; exponent <= decade + 1; ++exponent) {
        for (const std::int64_t mantissa : {1, 2, 5}) {
            if (integers && exponent < 0) continue;
            const Step step = multiples(low, high, mantissa, exponent);
            const auto miss = [about](const Step& s) {
                return std::abs(s.count() - about) + (s.count() < 1 ? 1000 : 0);
            };
            if (!found || miss(step) < miss(best)) best = step;
            found = true;
        }
    }
    // Whole numbers much finer than wanted: a step of 1 is the finest there is.
    if (!found) best = multiples(low, high, 1, 0);
    std::vector<Decimal> numbers;
    for (std::int64_t k = best.first; k <= best.last; ++k) numbers.push_back({k * best.mantissa, best.exponent});
    return labelled(numbers);
}

struct Decades {
    int first = 0, last = 0;  // the decades that touch the range
    int whole = 0;            // powers of ten within it
    double low = 0, high = 0;

    bool holds(double value) const { return value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9); }
};

std::string log_label(std::int64_t mantissa, int exponent, bool plainly) {
    if (plainly) return plain({mantissa, exponent});
    return (mantissa == 1 ? "" : std::to_string(mantissa) + "·") + power_of_ten(exponent);
}

}  // namespace

std::string power_of_ten(int exponent) {
    constexpr std::array<std::string_view, 10> superscripts = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    std::string text = exponent < 0 ? "10⁻" : "10";
    for (const char c : std::to_string(std::abs(exponent))) text += superscripts[static_cast<std::size_t>(c - '0')];
    return text;
}

std::string short_number(double value, int digits) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "∞" : std::string(minus_sign) + "∞";
    if (value == 0) return "0";
    digits = std::clamp(digits, 1, 15);
    std::array<char, 64> buffer{};
    const auto write = [&buffer](double x, std::chars_format format, int precision) {
        const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), x, format, precision).ptr;
        return std::string_view(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
    };
    const double size = std::abs(value);
    if (size < 1e7 && value == std::floor(value)) return with_minus(write(value, std::chars_format::fixed, 0));
    if (size >= 1e-3 && size < 1e6) {
        // The decade after rounding: 9.9996 has two digits before the point once it is 10.00.
        const std::string_view rounded = write(size, std::chars_format::scientific, digits - 1);
        const int decade = std::stoi(std::string(rounded.substr(rounded.find('e') + 1)));
        return with_minus(write(value, std::chars_format::fixed, std::max(0, digits - 1 - decade)));
    }
    const std::string text(write(value, std::chars_format::scientific, std::max(0, digits - 2)));
    const std::size_t e = text.find('e');
    return with_minus(text.substr(0, e)) + "·" + power_of_ten(std::stoi(text.substr(e + 1)));
}

std::vector<Tick> linear_ticks(double low, double high, int about) {
    return stepped(low, high, about, false);
}

std::vector<Tick> integer_ticks(double low, double high, int about) {
    return stepped(low, high, about, true);
}

std::vector<Tick> log_ticks(double low, double high, int about) {
    if (!std::isfinite(low) || !std::isfinite(high)) return {};
    if (low > high) std::swap(low, high);
    if (!(low > 0)) return {};
    about = std::clamp(about, 1, 1000);
    low = std::max(low, 1e-305);
    high = std::max(high, 1e-305);
    if (high / low < 10) {
        std::vector<Tick> ticks = linear_ticks(low, high, about);
        std::erase_if(ticks, [](const Tick& tick) { return !(tick.value > 0); });
        return ticks;
    }
    Decades range{decade_of(low), decade_of(high), 0, low, high};
    for (int decade = range.first; decade <= range.last + 1; ++decade)
        range.whole += range.holds(Decimal{1, decade}.value());
    const int every = std::max(1, (range.whole + about - 1) / about);
    const bool between = range.whole * 3 <= about + 1 || range.whole < 2;  // 2 and 5 have labels
    const auto is_major = [&](int mantissa, int decade) {
        // Counted from 10^0, so that panning does not change which decades are labelled.
        return mantissa == 1 ? decade % every == 0 : between && (mantissa == 2 || mantissa == 5);
    };
    bool plainly = true;
    for (int decade = range.first; decade <= range.last + 1; ++decade) {
        for (const int mantissa : {1, 2, 5}) {
            const double value = Decimal{mantissa, decade}.value();
            const bool shown = range.holds(value) && is_major(mantissa, decade);
            plainly = plainly && (!shown || (decade >= -3 && value < 1.5e4));
        }
    }
    std::vector<Tick> ticks;
    for (int decade = range.first; decade <= range.last + 1; ++decade) {
        for (int mantissa = 1; mantissa <= 9; ++mantissa) {
            const double value = Decimal{mantissa, decade}.value();
            if (!range.holds(value)) continue;
            const bool major = is_major(mantissa, decade);
            if (!major && (every > 1 ? mantissa != 1 : range.whole > 2 * about)) continue;
            ticks.push_back({value, major ? log_label(mantissa, decade, plainly) : std::string(), major});
        }
    }
    return ticks;
}

}  // namespace attnscope
