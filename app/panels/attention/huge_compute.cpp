#include "app/panels/attention/huge_compute.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace attnscope::attention_panel {
namespace {

constexpr Index quick = 2;  // samples of the first picture
constexpr Index band = 64;  // pixel rows of an overview made of samples
constexpr double most_products = 1e10;
constexpr double most_row_products = 1e11;

Result<Matrix> sampled_part(const PartRequest& request, const Progress& progress) {
    const MapInput map = request.input->map();
    if (request.all_rows)
        return map_part(map, request.part, request.reduce, request.samples, *request.all_rows, progress);
    std::vector<RowSum>& rows = request.known->rows;
    rows.resize(static_cast<std::size_t>(request.input->queries()));
    const std::vector<Index> needed = queries_of_part(request.part, request.samples);
    if (const Result<void> summed = sum_rows(map, needed, rows, progress); !summed) return summed.error();
    return map_part(map, request.part, request.reduce, request.samples, rows, progress.silent());
}

// The first picture, band by band from the top.
Result<void> grow_by_samples(const OverviewRequest& request, const Progress& progress, Matrix& image,
                             std::vector<RowSum>& rows) {
    const MapPart whole = request.part();
    const MapInput map = request.input->map();
    for (Index y = 0; y < whole.height; y += band) {
        const Index end = std::min(y + band, whole.height);
        MapPart part = whole;
        part.queries = {MapPart::pixel_range(whole.queries, whole.height, y).begin,
                        MapPart::pixel_range(whole.queries, whole.height, end - 1).end};
        part.height = end - y;
        const std::vector<Index> needed = queries_of_part(part, quick);
        if (const Result<void> summed = sum_rows(map, needed, rows, progress.silent()); !summed) return summed.error();
        const Result<Matrix> pixels = map_part(map, part, request.reduce, quick, rows, progress.silent());
        if (!pixels) return pixels.error();
        image.middleRows(y, end - y) = *pixels;
        request.growing->put(*pixels, y);
        progress.report(static_cast<double>(end) / static_cast<double>(whole.height));
    }
    return {};
}

std::vector<double> received_of(const Matrix& image, Index queries) {
    std::vector<double> received;
    for (Index x = 0; x < image.cols(); ++x) {
        double sum = 0;
        for (Index y = 0; y < image.rows(); ++y)
            if (!std::isnan(image(y, x))) sum += static_cast<double>(image(y, x));
        received.push_back(sum / static_cast<double>(image.rows()) * static_cast<double>(queries));
    }
    return received;
}

}  // namespace

MapPixels measured(std::shared_ptr<const Matrix> values) {
    float smallest = std::numeric_limits<float>::infinity(), largest = -smallest;
    for (Index i = 0; i < values->size(); ++i) {
        const float value = values->data()[i];  // comparisons with NaN are false
        if (value < smallest) smallest = value;
        if (value > largest) largest = value;
    }
    if (smallest > largest) smallest = largest = 0;
    return {std::move(values), static_cast<double>(smallest), static_cast<double>(largest)};
}

bool is_exact(const MapPart& part, Index samples) {
    const auto most = [](const KeyRange& cells, Index pixels) { return (cells.size() + pixels - 1) / pixels; };
    return samples == 0 || (most(part.queries, part.height) <= samples && most(part.keys, part.width) <= samples);
}

GrowingPicture::GrowingPicture(Index height, Index width)
    : image_(Matrix::Constant(height, width, std::numeric_limits<float>::quiet_NaN())) {}

void GrowingPicture::put(const Eigen::Ref<const Matrix>& rows, Index y0) {
    const std::lock_guard lock(mutex_);
    image_.middleRows(y0, rows.rows()) = rows;
    ++changes_;
}

std::shared_ptr<const Matrix> GrowingPicture::newer_than(std::uint64_t& seen) const {
    const std::lock_guard lock(mutex_);
    if (seen == changes_) return nullptr;
    seen = changes_;
    return std::make_shared<const Matrix>(image_);
}

MapPart OverviewRequest::part() const {
    const Index queries = input->queries(), keys = input->keys();
    return {{0, queries}, {0, keys}, std::min(queries, overview_side), std::min(keys, overview_side)};
}

Result<Overview> compute_overview(const OverviewRequest& request, const Progress& progress) {
    const MapPart whole = request.part();
    const HugeInput& in = *request.input;
    std::vector<RowSum> rows(static_cast<std::size_t>(in.queries()));
    Matrix image(whole.height, whole.width);
    const Progress first = in.exact_overview ? progress.silent() : progress;
    if (const Result<void> grown = grow_by_samples(request, first, image, rows); !grown) return grown.error();
    Overview overview;
    overview.samples = is_exact(whole, quick) ? 0 : quick;
    if (in.exact_overview) {
        const auto band_done = [&](const Matrix& finished, Index y0, Index y1) {
            request.growing->put(finished.middleRows(y0, y1 - y0), y0);
        };
        Result<Matrix> exact =
            map_overview(in.map(), whole.height, whole.width, request.reduce, rows, band_done, progress);
        if (!exact) return exact.error();
        image = std::move(*exact);
        overview.samples = 0;
        auto entropies = std::make_shared<std::vector<double>>();
        entropies->reserve(rows.size());
        for (const RowSum& row : rows) entropies->push_back(static_cast<double>(row.entropy_bits));
        overview.entropy_bits = std::move(entropies);
        overview.rows = std::make_shared<const std::vector<RowSum>>(std::move(rows));
    }
    if (request.reduce == Reduce::average) overview.received = received_of(image, in.queries());
    overview.pixels = measured(std::make_shared<const Matrix>(std::move(image)));
    return overview;
}

Result<MapPixels> compute_part(const PartRequest& request, const Progress& progress) {
    Result<Matrix> pixels = sampled_part(request, progress);
    if (!pixels) return pixels.error();
    return measured(std::make_shared<const Matrix>(std::move(*pixels)));
}

Index samples_at_rest(const HugeInput& input, const MapPart& part, bool rows_known) {
    const auto products = static_cast<double>(input.product_q.cols());
    const auto affordable = [&](Index samples) {
        const auto along = [&](const KeyRange& cells, Index pixels) {
            return static_cast<double>(samples == 0 ? cells.size() : std::min(cells.size(), pixels * samples));
        };
        const double rows = along(part.queries, part.height);
        const double sums = rows_known ? 0 : rows * static_cast<double>(input.keys()) * products;
        return rows * along(part.keys, part.width) * products <= most_products && sums <= most_row_products;
    };
    for (const Index samples : {Index{0}, Index{16}, Index{12}, Index{8}, Index{6}, Index{4}, Index{3}})
        if (affordable(samples)) return samples;
    return quick;
}

}  // namespace attnscope::attention_panel
