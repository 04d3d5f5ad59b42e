#include "app/panels/attention/huge_map_view.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/language/language.hpp"
#include "app/panels/attention/explain_line.hpp"

namespace attnscope::attention_panel {
namespace {

constexpr Index quick = 2;           // samples while the view moves
constexpr Index most_pixels = 4096;  // of a part's side

std::string size_of(const HugeInput& input) {
    return tr("a map of {} x {}", input.queries(), input.keys());
}

// Cells that lie in the window, and how many pixels they get on a side of so many pixels.
struct Sight {
    KeyRange cells;
    Index pixels = 1;
};

Sight sight_of(const ViewWindow& window, Index cells, double side_pixels) {
    Sight sight;
    sight.cells = {std::clamp<Index>(static_cast<Index>(std::floor(window.low)), 0, cells - 1),
                   std::clamp<Index>(static_cast<Index>(std::ceil(window.high)), 1, cells)};
    sight.cells.end = std::max(sight.cells.end, sight.cells.begin + 1);
    const double per_cell = side_pixels / std::max(window.high - window.low, 1e-9);
    const double pixels = std::ceil(per_cell * static_cast<double>(sight.cells.size()));
    sight.pixels = std::clamp<Index>(static_cast<Index>(pixels), 1, std::min(sight.cells.size(), most_pixels));
    return sight;
}

// Colours that change with every small move would flicker: the ends are rounded outwards.
double rounded(double value, bool up) {
    if (!(value > 0)) return 0;
    const double decade = std::pow(10.0, std::floor(std::log10(value)));
    double below = decade;
    for (const double digit : {1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0}) {
        const double step = digit * decade;
        if (up && step >= value * (1 - 1e-9)) return step;
        if (step <= value * (1 + 1e-9)) below = step;
    }
    return up ? 10 * decade : below;
}

// What a pixel of so many cells shows; samples of 0: all of them.
std::string pixel_note(Reduce reduce, bool equal, Index samples, Index down, Index across) {
    const bool exact = samples == 0;
    if (reduce == Reduce::average && equal)
        return exact ? tr("a pixel is the average of {} × {} cells, exact", down, across)
                     : tr("a pixel is the average of {0} × {1} cells, by {2} × {2} samples", down, across, samples);
    if (reduce == Reduce::average)
        return exact
                   ? tr("a pixel is the average of about {} × {} cells, exact", down, across)
                   : tr("a pixel is the average of about {0} × {1} cells, by {2} × {2} samples", down, across, samples);
    if (equal)
        return exact ? tr("a pixel is the largest of {} × {} cells, exact", down, across)
                     : tr("a pixel is the largest of {0} × {1} cells, by {2} × {2} samples", down, across, samples);
    return exact ? tr("a pixel is the largest of about {} × {} cells, exact", down, across)
                 : tr("a pixel is the largest of about {0} × {1} cells, by {2} × {2} samples", down, across, samples);
}

}  // namespace

HugeMapView::HugeMapView(const std::function<void()>& wake)
    : overview_job_(compute_overview,
                    {.describe = [](const OverviewRequest& r) { return size_of(*r.input); }, .wake = wake}),
      part_job_(compute_part, {.describe = [](const PartRequest& r) { return size_of(*r.input); }, .wake = wake}),
      pinned_job_(compute_row, {.describe = [](const RowRequest& r) { return size_of(*r.input); }, .wake = wake}),
      hovered_job_(compute_row, {.describe = [](const RowRequest& r) { return size_of(*r.input); }, .wake = wake}) {}

// Another map: what was shown stays until there is something of it, unless it has another shape.
void HugeMapView::begin(const Wanted& wanted) {
    const bool other_input = wanted.input != wanted_.input;
    const bool other_shape = wanted_.input == nullptr || wanted.input->queries() != wanted_.input->queries() ||
                             wanted.input->keys() != wanted_.input->keys();
    if (other_shape) {
        base_ =
            measured(std::make_shared<const Matrix>(Matrix::Constant(1, 1, std::numeric_limits<float>::quiet_NaN())));
        ++generation_;
        low_ = high_ = 0;
        shown_part_.reset();
        wanted_part_.reset();
        view_ = {};
    }
    if (other_input) {
        known_ = std::make_shared<KnownRows>();
        explained_.reset();
        pointed_.reset();
    }
    stopped_ = false;
    stopped_part_.reset();
    overview_.reset();
    growth_seen_ = 0;
    overview_request_ = {wanted.input, wanted.reduce, nullptr};
    const MapPart whole = overview_request_.part();
    overview_request_.growing = std::make_shared<GrowingPicture>(whole.height, whole.width);
}

void HugeMapView::update(const Wanted& wanted) {
    if (wanted.input != wanted_.input || wanted.reduce != wanted_.reduce) begin(wanted);
    wanted_ = wanted;
    if (!stopped_) overview_job_.submit(overview_request_);
    take_overview();
    take_part();
    ask_for_part();
    update_rows();
}

void HugeMapView::update_rows() {
    const auto& [input, reduce, pinned, hovered] = wanted_;
    if (pinned) pinned_job_.submit({input, pinned->row});
    if (hovered && (!pinned || hovered->row != pinned->row)) hovered_job_.submit({input, hovered->row});
    pinned_row_ = &pinned_job_.poll();
    hovered_row_ = &hovered_job_.poll();
    // What was explained stays until there is something newer to explain.
    const auto follow = [&](std::optional<Cell>& shown, const std::optional<Cell>& wanted) {
        if (!wanted || row(wanted->row) != nullptr || (shown && row(shown->row) == nullptr)) shown = wanted;
    };
    follow(explained_, pinned ? pinned : hovered);
    follow(pointed_, hovered ? hovered : pinned);
}

void HugeMapView::take_overview() {
    const auto& job = overview_job_.poll();
    overview_error_ = job.error;
    if (!overview_ && job.value && *job.request == overview_request_) {
        overview_ = job.value;
        overview_seconds_ = job.seconds;
        base_ = overview_->pixels;
    } else if (std::shared_ptr<const Matrix> grown;
               !overview_ && (grown = overview_request_.growing->newer_than(growth_seen_))) {
        base_ = measured(std::move(grown));
    } else {
        return;
    }
    ++generation_;
    if (wanted_part_) return;
    low_ = base_.smallest;
    high_ = base_.largest;
}

void HugeMapView::take_part() {
    const auto& job = part_job_.poll();
    part_error_ = job.error;
    if (!job.value || job.generation == part_seen_) return;
    part_seen_ = job.generation;
    if (job.request->input != wanted_.input || job.request->reduce != wanted_.reduce || !wanted_part_) return;
    shown_part_ =
        ShownPart{job.request->part, is_exact(job.request->part, job.request->samples) ? 0 : job.request->samples,
                  *job.value, ++generation_, job.seconds};
    low_ = job.value->smallest;
    high_ = job.value->largest;
}

// Quickly first; when that is there, which means that the view rests, as exactly as there is time for.
void HugeMapView::ask_for_part() {
    if (!wanted_part_ || wanted_part_ == stopped_part_) return;
    PartRequest request{.input = wanted_.input,
                        .reduce = wanted_.reduce,
                        .part = *wanted_part_,
                        .samples = quick,
                        .all_rows = overview_ ? overview_->rows : nullptr,
                        .known = known_};
    const auto& job = part_job_.poll();
    const auto is_of_this = [&](const PartRequest& other) {
        return other.input == request.input && other.reduce == request.reduce && other.part == request.part;
    };
    if (job.request && is_of_this(*job.request)) {
        const Index best = samples_at_rest(*request.input, request.part, request.all_rows != nullptr);
        const Index has = job.request->samples;
        if (is_exact(request.part, has) || (best != 0 && best <= has)) return;
        request.samples = best;
    } else if (part_job_.stale() && refined_ && !is_of_this(*refined_)) {
        part_job_.cancel();  // somebody looks elsewhere
    }
    refined_ = request.samples == quick ? std::nullopt : std::optional(request);
    part_job_.submit(std::move(request));
}

void HugeMapView::wait() {
    do {
        update(Wanted(wanted_));
        overview_job_.wait();
        part_job_.wait();
        pinned_job_.wait();
        hovered_job_.wait();
        update(Wanted(wanted_));
    } while (stale());
}

void HugeMapView::cancel() {
    stopped_ = !overview_;
    stopped_part_ = wanted_part_;
    overview_job_.cancel();
    part_job_.cancel();
    pinned_job_.cancel();
    hovered_job_.cancel();
}

bool HugeMapView::stale() const {
    return overview_job_.stale() || part_job_.stale() || pinned_job_.stale() || hovered_job_.stale();
}

std::optional<float> HugeMapView::progress() const {
    for (const std::optional<float>& done : {part_job_.progress(), overview_job_.progress()})
        if (done) return done;
    return std::nullopt;
}

std::optional<Error> HugeMapView::error() const {
    for (const std::optional<Error>* error : {&overview_error_, &part_error_})
        if (*error) return *error;
    return std::nullopt;
}

double HugeMapView::seconds() const {
    return part_in_sight() ? shown_part_->seconds : overview_seconds_;
}

const HugeRow* HugeMapView::row(Index index) const {
    for (const RowSlot::Shown* shown : {pinned_row_, hovered_row_})
        if (shown != nullptr && shown->value && shown->request->input == wanted_.input && shown->value->row == index)
            return shown->value.get();
    return nullptr;
}

std::optional<double> HugeMapView::weight(const Cell& cell) const {
    const HugeInput& in = input();
    if (!sees(in.options, cell.row, cell.column)) return std::numeric_limits<double>::quiet_NaN();
    if (const HugeRow* known = row(cell.row)) return explain_huge(in, *known, cell.column).weight;
    if (!overview_ || !overview_->rows) return std::nullopt;
    return huge_weight(in, (*overview_->rows)[static_cast<std::size_t>(cell.row)], cell.row, cell.column);
}

std::optional<CellNumbers> HugeMapView::explained() const {
    const HugeRow* known = explained_ ? row(explained_->row) : nullptr;
    if (known == nullptr) return std::nullopt;
    const Cell& cell = *explained_;
    const HugeInput& in = input();
    CellNumbers numbers = cell_numbers(in.q.get().row(cell.row), in.k.get().row(cell.column), in.options,
                                       explain_huge(in, *known, cell.column));
    numbers.query = in.rows[cell.row];
    numbers.key = in.columns[cell.column];
    return numbers;
}

// What is in sight, for the next update().
void HugeMapView::look(const HeatmapView& view, const Rect& cells, float pixels_per_point) {
    const HugeInput& in = input();
    const auto side = [&](float points) { return static_cast<double>(points * pixels_per_point); };
    const Sight rows = sight_of(view.view.y, in.queries(), side(cells.height()));
    const Sight columns = sight_of(view.view.x, in.keys(), side(cells.width()));
    // The overview may be fine enough as it is, and it is the more exact one.
    const auto enough = [](const Sight& sight, Index all, Index pixels) {
        const double overview = static_cast<double>(pixels) * static_cast<double>(sight.cells.size());
        return overview >= static_cast<double>(sight.pixels) * static_cast<double>(all);
    };
    const bool whole = rows.cells.size() == in.queries() && columns.cells.size() == in.keys();
    const MapPart overview = overview_request_.part();
    if (whole || (enough(rows, in.queries(), overview.height) && enough(columns, in.keys(), overview.width))) {
        if (wanted_part_) {
            low_ = base_.smallest;
            high_ = base_.largest;
        }
        wanted_part_.reset();
        shown_part_.reset();
        return;
    }
    wanted_part_ = MapPart{rows.cells, columns.cells, rows.pixels, columns.pixels};
}

std::string HugeMapView::note() const {
    const bool part = part_in_sight();
    const MapPart shown = part ? shown_part_->part : overview_request_.part();
    const Index samples = part ? shown_part_->samples : overview_ ? overview_->samples : quick;
    const auto cells = [](const KeyRange& range, Index pixels) { return (range.size() + pixels - 1) / pixels; };
    const Index down = cells(shown.queries, shown.height), across = cells(shown.keys, shown.width);
    std::string text;
    if (wanted_part_ && !part) {
        text = tr("the part in sight is being computed");
    } else if (down == 1 && across == 1) {
        text = tr("a pixel is one cell: exact");
    } else {
        const bool equal = shown.queries.size() % shown.height == 0 && shown.keys.size() % shown.width == 0;
        text = pixel_note(wanted_.reduce, equal, samples, down, across);
    }
    if (!overview_ && !wanted_part_)
        text +=
            "; " + (stopped_ ? tr("stopped before all pixels were exact") : tr("the exact ones follow from the top"));
    return text;
}

Heatmap HugeMapView::heatmap(const Theme& theme, const Params& params) const {
    const HugeInput& in = input();
    Heatmap map;
    map.picture.values = base_.values;
    map.picture.generation = generation_;
    map.rows = in.queries();
    map.columns = in.keys();
    if (shown_part_ && wanted_part_) {
        const MapPart& part = shown_part_->part;
        map.parts.push_back({shown_part_->pixels.values, shown_part_->generation, part.queries.begin, part.keys.begin,
                             part.queries.size(), part.keys.size()});
    }
    const double high = high_ > 0 ? rounded(high_, true) : 1;
    const bool log = params.huge_scale == ColorScale::logarithmic;
    map.picture.range = {log ? rounded(low_, false) : 0, high, params.huge_scale};
    if (params.color == ColorMap::diverging) map.picture.range = {-high, high, ColorScale::linear};
    map.picture.map = params.color;
    map.picture.masked = mix(theme.ground, theme.line, 0.55F);
    map.picture.dark = theme.name == ThemeName::dark;
    map.row_labels = in.rows;
    map.column_labels = in.columns;
    map.number_thinned = true;
    map.row_title = tr("← queries");
    map.column_title = tr("keys →");
    const bool cells =
        map.value({static_cast<Index>(view_.view.y.low), static_cast<Index>(view_.view.x.low)}).has_value();
    map.value_title = cells                               ? tr("weight")
                      : wanted_.reduce == Reduce::average ? tr("mean weight")
                                                          : tr("largest weight");
    map.pinned = wanted_.pinned;
    if (overview_ && overview_->entropy_bits) {
        map.bars.title = tr("H (bits)");
        map.bars.values = overview_->entropy_bits;
        map.bars.most = std::log2(std::max(2.0, static_cast<double>(in.keys())));
    }
    return map;
}

}  // namespace attnscope::attention_panel
