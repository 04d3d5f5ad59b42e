#include "core/engine/map.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <numbers>

#include "core/base/parallel.hpp"
#include "core/base/random.hpp"
#include "core/base/tr.hpp"
#include "core/engine/tile.hpp"

namespace attnscope {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

ScoreFactors factors_of(const MapInput& in) {
    return {in.scale.value_or(1 / std::sqrt(static_cast<double>(in.q.columns))), in.temperature, in.distance_slope};
}

RowSum row_sum(const QueryTile& tile, std::size_t lane) {
    const float sum = tile.sum[lane];
    const double entropy = sum > 0 ? std::log2(static_cast<double>(sum)) - static_cast<double>(tile.mean[lane]) : 0;
    // A row that sees no key is known: its largest score is -infinity.
    return {tile.max[lane], sum, static_cast<float>(std::max(0.0, entropy))};
}

constexpr RowSum sees_nothing{-std::numeric_limits<float>::infinity(), 0, 0};

/// Which rows (or columns) of the map the pixels along one axis look at.
struct Axis {
    std::vector<Index> places;  // ascending
    std::vector<int> end;       // of each pixel, in `places`
    bool all = true;            // every row of the range is there

    Axis(KeyRange range, Index pixels, Index samples, std::uint64_t stream) {
        Random random(0, stream);
        for (Index p = 0; p < pixels; ++p) {
            const KeyRange cells = MapPart::pixel_range(range, pixels, p);
            if (samples == 0 || cells.size() <= samples) {
                for (Index i = cells.begin; i < cells.end; ++i) places.push_back(i);
            } else {
                all = false;
                for (Index s = 0; s < samples; ++s) {
                    const KeyRange part = MapPart::pixel_range(cells, samples, s);
                    const auto offset = static_cast<Index>(random.uniform() * static_cast<double>(part.size()));
                    places.push_back(part.begin + std::min(offset, part.size() - 1));
                }
            }
            end.push_back(static_cast<int>(places.size()));
        }
    }
    int begin_of(std::size_t pixel) const { return pixel == 0 ? 0 : end[pixel - 1]; }
    int size_of(std::size_t pixel) const { return end[pixel] - begin_of(pixel); }
};

/// One pass over the map, or a part of it, from tiles of weights to a picture.
class Pass {
public:
    Pass(const MapInput& in, const MapPart& part, Reduce reduce, Index samples)
        : in_(in),
          reduce_(reduce),
          queries_(part.queries, part.height, samples, 0),
          keys_(part.keys, part.width, samples, 1),
          key_counts_(part.width),
          image_(Matrix::Constant(part.height, part.width, nan)) {
        for (Index x = 0; x < part.width; ++x)
            key_counts_(x) = static_cast<double>(keys_.size_of(static_cast<std::size_t>(x)));
        const bool whole = keys_.all && part.keys == KeyRange{0, in.k.rows};
        if (whole) return;
        gathered_.resize(static_cast<Index>(keys_.places.size()), in.k.columns);
        for (std::size_t j = 0; j < keys_.places.size(); ++j)
            std::copy_n(in.k.row(0, keys_.places[j]), in.k.columns, gathered_.row(static_cast<Index>(j)).data());
    }

    const Axis& queries() const { return queries_; }
    Matrix& image() { return image_; }

    /// Pixel rows in one band: enough queries to fill tiles.
    Index band() const {
        const Index each = std::max<Index>(1, static_cast<Index>(queries_.places.size()) / image_.rows());
        return std::clamp<Index>(4 * kernels_in_use().lanes / each, 1, 64);
    }

    /// The pixel rows y0 .. y1-1. sums: the map's rows; those not known are computed on the way when `keep` says where
    /// they are to be kept, and make their pixels NaN when it does not.
    void run(Index y0, Index y1, const std::vector<RowSum>& known, std::vector<RowSum>* keep,
             const Progress& progress) {
        const HeadsView k = gathered_.size() > 0 ? view_of(gathered_) : in_.k.head(0);
        const auto list = gathered_.size() > 0 ? std::span<const Index>(keys_.places) : std::span<const Index>();
        QueryTile tile(in_.q.head(0), k, factors_of(in_));
        const Kernels& kernels = kernels_in_use();
        const Index lanes = kernels.lanes, width = image_.cols();
        Matrix rows(lanes, width);
        Band band{MatrixD::Zero(y1 - y0, width), Eigen::MatrixXi::Zero(y1 - y0, width + 1)};
        const int begin = queries_.begin_of(static_cast<std::size_t>(y0)),
                  end = queries_.end[static_cast<std::size_t>(y1 - 1)];
        Index y = y0;
        for (int at = begin; at < end && !progress.stopped(); at += static_cast<int>(lanes)) {
            const auto count =
                std::min<std::size_t>(static_cast<std::size_t>(lanes), static_cast<std::size_t>(end - at));
            const auto here = std::span(queries_.places).subspan(static_cast<std::size_t>(at), count);
            compute(tile, tile.take(here, in_.mask, list), here, rows, known, keep);
            for (std::size_t lane = 0; lane < count; ++lane) {
                while (at + static_cast<int>(lane) >= queries_.end[static_cast<std::size_t>(y)]) ++y;
                add(tile.seen(static_cast<Index>(lane)), rows.row(static_cast<Index>(lane)), band, y - y0);
            }
        }
        if (progress.stopped()) return;
        for (y = y0; y < y1; ++y) finish(band, y, y0);
    }

private:
    struct Band {
        MatrixD values;
        Eigen::MatrixXi seen;  // how many queries' ranges of keys begin, less how many end, at each pixel
    };

    // Bins of a tile's queries, to `rows`.
    void compute(QueryTile& tile, bool any, std::span<const Index> queries, Matrix& rows,
                 const std::vector<RowSum>& known, std::vector<RowSum>* keep) const {
        const Kernels& kernels = kernels_in_use();
        const auto width = static_cast<int>(image_.cols());
        rows.setZero();
        if (any) {
            // Bins have to be walked from the first key on; scores before what anybody sees are not computed.
            const int first = first_bin(tile.scores.key_begin), last = first_bin(tile.scores.key_end - 1) + 1;
            tile.scores.scratch = scratch_memory(kernels.scratch_floats(tile.scores.d, 0, width));
            const bool maximum = reduce_ == Reduce::maximum;
            const int* const ends = keys_.end.data() + first;
            tile.scores.key_end = keys_.end[static_cast<std::size_t>(last - 1)];
            if (keep != nullptr) {
                kernels.sums({tile.scores, last - first, ends, maximum, tile.max.data(), tile.sum.data(),
                              tile.mean.data(), rows.data() + first, width});
            } else {
                for (std::size_t lane = 0; lane < queries.size(); ++lane) {
                    tile.max[lane] = known[static_cast<std::size_t>(queries[lane])].max;
                    tile.sum[lane] = known[static_cast<std::size_t>(queries[lane])].sum;
                }
                kernels.weights({tile.scores, tile.max.data(), tile.sum.data(), last - first, ends, maximum,
                                 rows.data() + first, width});
            }
        }
        for (std::size_t lane = 0; lane < queries.size(); ++lane) {
            const auto query = static_cast<std::size_t>(queries[lane]);
            if (keep != nullptr)
                (*keep)[query] = any ? row_sum(tile, lane) : sees_nothing;
            else if (!known[query].known())
                rows.row(static_cast<Index>(lane)).setConstant(nan);
        }
    }

    int first_bin(int key) const {
        return static_cast<int>(std::upper_bound(keys_.end.begin(), keys_.end.end(), key) - keys_.end.begin());
    }

    void add(KeyRange seen, const Eigen::Ref<const Eigen::RowVectorXf>& row, Band& band, Index y) const {
        if (reduce_ == Reduce::average) {
            band.values.row(y) += row.cast<double>();
        } else {
            for (Index x = 0; x < row.size(); ++x) {
                const auto weight = static_cast<double>(row(x));
                double& value = band.values(y, x);
                if (weight > value || std::isnan(weight)) value = weight;
            }
        }
        if (seen.empty()) return;
        ++band.seen(y, first_bin(static_cast<int>(seen.begin)));
        --band.seen(y, first_bin(static_cast<int>(seen.end - 1)) + 1);
    }

    void finish(Band& band, Index y, Index y0) {
        const auto pixel_row = static_cast<std::size_t>(y);
        if (reduce_ == Reduce::average)
            band.values.row(y - y0).array() /= static_cast<double>(queries_.size_of(pixel_row)) * key_counts_.array();
        int open = 0;
        for (Index x = 0; x < image_.cols(); ++x) {
            open += band.seen(y - y0, x);
            const double value = band.values(y - y0, x);
            const bool masked = open == 0 || (value == 0 && in_.mask.hidden && !sees_pixel(pixel_row, x));
            image_(y, x) = masked ? nan : static_cast<float>(value);
        }
    }

    // With single cells hidden, ranges do not tell.
    bool sees_pixel(std::size_t y, Index x) const {
        const auto column = static_cast<std::size_t>(x);
        for (int i = queries_.begin_of(y); i < queries_.end[y]; ++i)
            for (int j = keys_.begin_of(column); j < keys_.end[column]; ++j)
                if (sees(in_.mask, queries_.places[static_cast<std::size_t>(i)],
                         keys_.places[static_cast<std::size_t>(j)]))
                    return true;
        return false;
    }

    const MapInput& in_;
    const Reduce reduce_;
    const Axis queries_, keys_;
    Eigen::RowVectorXd key_counts_;  // of each pixel
    Matrix image_;
    Matrix gathered_;  // the keys looked at, when these are not all
};

Result<void> validate_part(const MapInput& in, const MapPart& part) {
    const auto inside = [](KeyRange range, Index all) {
        return 0 <= range.begin && range.begin < range.end && range.end <= all;
    };
    if (!inside(part.queries, in.q.rows) || !inside(part.keys, in.k.rows))
        return invalid_input(
            tr("the part of the map is queries {} .. {} and keys {} .. {}: it must lie within "
               "0 .. {} and 0 .. {} and not be empty",
               part.queries.begin, part.queries.end, part.keys.begin, part.keys.end, in.q.rows, in.k.rows));
    if (part.height < 1 || part.height > part.queries.size() || part.width < 1 || part.width > part.keys.size())
        return invalid_input(
            tr("the picture is {} x {}: it needs 1 .. {} rows and 1 .. {} columns, at most one "
               "for each query and key",
               part.height, part.width, part.queries.size(), part.keys.size()));
    return {};
}

}  // namespace

double RowSum::log_sum_exp() const {
    if (sum == 0) return -std::numeric_limits<double>::infinity();
    return static_cast<double>(max) * std::numbers::ln2 + std::log(static_cast<double>(sum));
}

KeyRange MapPart::pixel_range(KeyRange all, Index pixels, Index p) {
    return {all.begin + all.size() * p / pixels, all.begin + all.size() * (p + 1) / pixels};
}

Result<void> validate_map(const MapInput& input) {
    if (auto valid = validate_heads(input.q, input.k); !valid) return valid;
    if (input.q.heads != 1) return invalid_input(tr("there are {} heads: a map is of one", input.q.heads));
    if (auto valid = validate_factors(factors_of(input)); !valid) return valid;
    if (auto valid = validate_mask(input.mask); !valid) return valid;
    for (const auto& [x, name] :
         {std::pair{&input.q, translatable("queries")}, std::pair{&input.k, translatable("keys")}})
        if (!all_finite(*x))
            return invalid_input(tr("the {} hold NaN or infinity: every entry must be finite", tr(name)));
    return {};
}

Result<void> sum_rows(const MapInput& input, std::span<const Index> queries, std::vector<RowSum>& rows,
                      const Progress& progress) {
    std::vector<Index> wanted;
    for (const Index i : queries)
        if (!rows[static_cast<std::size_t>(i)].known()) wanted.push_back(i);
    const Kernels& kernels = kernels_in_use();
    std::atomic<Index> done = 0;
    const auto count = static_cast<Index>(wanted.size());
    parallel_blocks(count, kernels.lanes, progress, [&](Index begin, Index end) {
        QueryTile tile(input.q.head(0), input.k.head(0), factors_of(input));
        const auto here = std::span<const Index>(wanted).subspan(static_cast<std::size_t>(begin),
                                                                 static_cast<std::size_t>(end - begin));
        const bool any = tile.take(here, input.mask, {});
        if (any) {
            tile.scores.scratch = scratch_memory(kernels.scratch_floats(tile.scores.d, 0, 0));
            kernels.sums(
                {tile.scores, 0, nullptr, false, tile.max.data(), tile.sum.data(), tile.mean.data(), nullptr, 0});
        }
        for (std::size_t lane = 0; lane < here.size(); ++lane)
            rows[static_cast<std::size_t>(here[lane])] = any ? row_sum(tile, lane) : sees_nothing;
        done += end - begin;
        progress.report(static_cast<double>(done) / static_cast<double>(count));
    });
    if (progress.stopped()) return cancelled();
    return {};
}

Result<Matrix> map_overview(const MapInput& input, Index height, Index width, Reduce reduce, std::vector<RowSum>& rows,
                            const BandDone& on_band, const Progress& progress) {
    const MapPart whole{{0, input.q.rows}, {0, input.k.rows}, height, width};
    if (auto valid = validate_map(input); !valid) return valid.error();
    if (auto valid = validate_part(input, whole); !valid) return valid.error();
    rows.assign(static_cast<std::size_t>(input.q.rows), RowSum{});
    Pass pass(input, whole, reduce, 0);
    std::mutex one_call;
    Index done = 0;
    parallel_blocks(height, pass.band(), progress, [&](Index y0, Index y1) {
        pass.run(y0, y1, rows, &rows, progress);
        const std::lock_guard lock(one_call);
        if (progress.stopped()) return;
        done += y1 - y0;
        progress.report(static_cast<double>(done) / static_cast<double>(height));
        if (on_band) on_band(pass.image(), y0, y1);
    });
    if (progress.stopped()) return cancelled();
    return std::move(pass.image());
}

std::vector<Index> queries_of_part(const MapPart& part, Index samples) {
    return Axis(part.queries, part.height, samples, 0).places;
}

Result<Matrix> map_part(const MapInput& input, const MapPart& part, Reduce reduce, Index samples,
                        const std::vector<RowSum>& rows, const Progress& progress) {
    if (auto valid = validate_heads(input.q, input.k); !valid) return valid.error();
    if (auto valid = validate_part(input, part); !valid) return valid.error();
    Pass pass(input, part, reduce, samples);
    Index done = 0;
    std::mutex one_report;
    parallel_blocks(part.height, pass.band(), progress, [&](Index y0, Index y1) {
        pass.run(y0, y1, rows, nullptr, progress);
        const std::lock_guard lock(one_report);
        done += y1 - y0;
        progress.report(static_cast<double>(done) / static_cast<double>(part.height));
    });
    if (progress.stopped()) return cancelled();
    return std::move(pass.image());
}

}  // namespace attnscope
