// The numbers in a heatmap's cells, and what they are written with.
#include <fmt/format.h>

#include "app/draw/heatmap.hpp"

namespace attnscope {

std::string cell_text(double value, int decimals) {
    std::string text = fmt::format("{:.{}f}", value, decimals);
    if (text.find_first_not_of("-0.") == std::string::npos && text.front() == '-') text.erase(0, 1);  // no "-0.00"
    if (text.front() == '-') text.replace(0, 1, "−");
    return text;
}

std::string small_cell_text(double value, int digits) {
    if (value == 0) return "0";
    std::string text = fmt::format("{:.{}e}", value, digits);
    const std::size_t exponent = text.find('e') + 2;  // behind its sign
    while (text[exponent] == '0' && exponent + 1 < text.size()) text.erase(exponent, 1);
    return text;
}

std::optional<float> Heatmap::value(const Cell& cell) const {
    for (std::size_t above = parts.size(); above > 0; --above) {
        const PartPicture& part = parts[above - 1];
        const Index i = cell.row - part.row, j = cell.column - part.column;
        if (i < 0 || j < 0 || i >= part.rows || j >= part.columns) continue;
        if (part.values->rows() != part.rows || part.values->cols() != part.columns) return std::nullopt;
        return (*part.values)(i, j);
    }
    if (picture.values->rows() != row_count() || picture.values->cols() != column_count()) return std::nullopt;
    return (*picture.values)(cell.row, cell.column);
}

Color ink_on(const CellPicture& picture, double value) {
    const auto index = static_cast<std::size_t>(color_position(picture.range, value) * 255 + 0.5);
    return ink_on(color_table(picture.map, picture.dark)[index]);
}

}  // namespace attnscope
