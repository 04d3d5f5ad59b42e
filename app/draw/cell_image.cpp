#include "app/draw/cell_image.hpp"

#include "core/base/check.hpp"

namespace attnscope {
namespace {

// The cells that pixel i covers: [first, last], and how much of a cell counts.
struct PixelSpan {
    double begin = 0, end = 0;
    Index first = 0, last = 0;

    double weight(Index cell) const {
        const auto c = static_cast<double>(cell);
        return first == last ? 1 : std::min(end, c + 1) - std::max(begin, c);
    }
};

Index cell_below(double position, Index cells) {
    return static_cast<Index>(std::clamp(std::floor(position), 0.0, static_cast<double>(cells - 1)));
}

// A border that misses a cell's border by rounding only lies on it: no slivers of cells, exact weights.
double snapped(double position) {
    const double whole = std::round(position);
    return std::abs(position - whole) < 1e-9 ? whole : position;
}

std::vector<PixelSpan> spans_of(const CellAxis& axis, Index cells) {
    std::vector<PixelSpan> spans(static_cast<std::size_t>(axis.pixels));
    for (std::size_t i = 0; i < spans.size(); ++i) {
        PixelSpan& span = spans[i];
        const auto pixel = static_cast<double>(i);
        if (axis.step <= 1) {
            span.first = span.last = cell_below(axis.start + (pixel + 0.5) * axis.step, cells);
        } else {
            span.begin = snapped(axis.start + pixel * axis.step);
            span.end = snapped(axis.start + (pixel + 1) * axis.step);
            span.first = cell_below(span.begin, cells);
            span.last = std::max(span.first, cell_below(std::ceil(span.end) - 1, cells));
        }
    }
    return spans;
}

// The weighted sum of the values that are there, and of their weights.
struct Mean {
    double sum = 0, weight = 0;

    void add(double value, double w) {
        if (std::isnan(value)) return;
        sum += value * w;
        weight += w;
    }
    void add(const Mean& other, double w) {
        if (other.weight == 0) return;
        sum += other.sum * w;
        weight += other.weight * w;
    }
    double value() const { return sum / weight; }  // NaN without any value, as wanted
};

}  // namespace

std::vector<Color> sample_cells(const CellPicture& picture, const CellAxis& x, const CellAxis& y) {
    check(picture.values != nullptr && picture.values->size() > 0, "sample_cells() without values");
    const Matrix& values = *picture.values;
    const std::vector<PixelSpan> columns = spans_of(x, values.cols()), rows = spans_of(y, values.rows());
    const CellColors color_of(picture);
    std::vector<Color> pixels;
    pixels.reserve(rows.size() * columns.size());
    std::vector<Mean> means(static_cast<std::size_t>(values.cols()));  // of a pixel row, for each column of cells
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const PixelSpan& row = rows[i];
        // Enlarged cells: a pixel row that shows the cells of the one above is the same.
        if (i > 0 && row.first == row.last && rows[i - 1].first == row.first && rows[i - 1].last == row.last) {
            for (std::size_t j = 0; j < columns.size(); ++j) pixels.push_back(pixels[pixels.size() - columns.size()]);
            continue;
        }
        const Index first = columns.empty() ? 0 : columns.front().first;
        const Index last = columns.empty() ? -1 : columns.back().last;
        std::fill(means.begin(), means.end(), Mean{});
        for (Index r = row.first; r <= row.last; ++r)
            for (Index c = first; c <= last; ++c)
                means[static_cast<std::size_t>(c)].add(static_cast<double>(values(r, c)), row.weight(r));
        for (const PixelSpan& column : columns) {
            Mean mean;
            for (Index c = column.first; c <= column.last; ++c)
                mean.add(means[static_cast<std::size_t>(c)], column.weight(c));
            pixels.push_back(color_of(mean.value()));
        }
    }
    return pixels;
}

CellPlacement::CellPlacement(const Rect& area, const CellPicture& picture) : area_(area), view_(picture.view) {
    const double width = static_cast<double>(area.max.x) - area.min.x;
    const double height = static_cast<double>(area.max.y) - area.min.y;
    points_x_ = width / (static_cast<double>(view_.max.x) - view_.min.x);
    points_y_ = height / (static_cast<double>(view_.max.y) - view_.min.y);
    const bool usable = picture.values != nullptr && picture.values->size() > 0 && width > 0 && height > 0 &&
                        points_x_ > 0 && points_y_ > 0 && std::isfinite(points_x_) && std::isfinite(points_y_) &&
                        std::isfinite(width) && std::isfinite(height);
    if (!usable) return;
    covered_ = {std::max<double>(area.min.x, x_of(0)), std::max<double>(area.min.y, y_of(0)),
                std::min<double>(area.max.x, x_of(static_cast<double>(picture.values->cols()))),
                std::min<double>(area.max.y, y_of(static_cast<double>(picture.values->rows())))};
}

CellImage cell_image(const CellPlacement& placement, const CellPicture& picture, Index limit) {
    CellImage image;
    if (placement.covered().empty()) return image;
    const Index cols = picture.values->cols(), rows = picture.values->rows();
    // From the view itself, not from points: a view on whole cells must give exactly these.
    const auto border = [](double position, Index cells) {
        return static_cast<Index>(std::clamp(position, 0.0, static_cast<double>(cells)));
    };
    const Index col0 = border(std::floor(picture.view.min.x), cols), col1 = border(std::ceil(picture.view.max.x), cols);
    const Index row0 = border(std::floor(picture.view.min.y), rows), row1 = border(std::ceil(picture.view.max.y), rows);
    if (col1 <= col0 || row1 <= row0) return image;
    image.place = {placement.x_of(static_cast<double>(col0)), placement.y_of(static_cast<double>(row0)),
                   placement.x_of(static_cast<double>(col1)), placement.y_of(static_cast<double>(row1))};
    image.width = std::min(col1 - col0, limit);
    image.height = std::min(row1 - row0, limit);
    if (image.width == col1 - col0 && image.height == row1 - row0) {
        image.pixels = color_cells(picture, row0, col0, image.height, image.width);
        return image;
    }
    const auto axis = [](Index begin, Index end, Index pixels) {
        return CellAxis{static_cast<double>(begin), static_cast<double>(end - begin) / static_cast<double>(pixels),
                        pixels};
    };
    image.pixels = sample_cells(picture, axis(col0, col1, image.width), axis(row0, row1, image.height));
    return image;
}

}  // namespace attnscope
