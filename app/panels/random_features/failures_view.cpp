// Seven failures as cards, and the chosen one's picture.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "app/draw/reading_order.hpp"
#include "app/language/language.hpp"
#include "app/panels/random_features/failure_pictures.hpp"
#include "app/panels/random_features/random_features_panel.hpp"
#include "app/panels/random_features/variance_plots.hpp"

namespace attnscope::random_features_panel {
namespace {

constexpr float failure_gap = 14, card_gap = 7, card_padding = 8, card_title = 19;
constexpr float strip_height = 20, strip_step = 23, table_step = 21, fact_height = 48, keys_height = 22;

TextStyle failure_text(Color color, float size, bool bold = false) {
    return {.color = color, .size = size, .bold = bold};
}

// A card is as high as its sentence needs, and all share what is left over up to a limit. Where there is no room for
// all sentences only the chosen card has its own, and where there is none even for that, no card has.
struct CardPlan {
    std::array<float, failure_mode_names.size()> heights{};
    float size = 12;  // of a sentence's letters
    bool all = true, chosen = true;
};

CardPlan plan_cards(Canvas& canvas, const Rect& area, FailureMode chosen) {
    constexpr auto count = static_cast<float>(failure_mode_names.size());
    constexpr float around = card_title + 2 * card_padding - 2, least_name = 25, most_name = 56;
    const float room = area.height() - card_gap * (count - 1);
    const auto needed = [&](std::size_t card, float size) {
        return around + paragraph_height(canvas, area.width() - 2 * card_padding - 4,
                                         tr(failure_card(static_cast<FailureMode>(card)).sentence),
                                         failure_text({}, size));
    };
    CardPlan plan;
    for (const float size : {14.0F, 13.0F, 12.0F, 11.0F}) {
        float sum = 0;
        for (std::size_t k = 0; k < plan.heights.size(); ++k) sum += plan.heights[k] = needed(k, size);
        if (sum > room) continue;
        for (float& height : plan.heights) height += std::min((room - sum) / count, 60.0F);
        plan.size = size;
        return plan;
    }
    plan.all = false;
    const auto index = static_cast<std::size_t>(chosen);
    const float own = needed(index, plan.size), others = (room - own) / (count - 1);
    plan.chosen = others >= least_name;
    plan.heights.fill(std::min(plan.chosen ? others : room / count, most_name));
    if (plan.chosen) plan.heights[index] = own;
    return plan;
}

void draw_card(Canvas& canvas, const Rect& rect, FailureMode mode, const CardPlan& plan, bool chosen, bool hovered) {
    const Theme& t = canvas.theme();
    const FailureCard& card = failure_card(mode);
    const Color field = ground_of_chosen(t, chosen ? 0.22F : hovered ? 0.1F : 0);
    canvas.fill_rect(rect, field, 6);
    if (chosen) canvas.fill_rect(in_reading_order({rect.min, {rect.min.x + 4, rect.max.y}}, rect), t.query, 2);
    const Rect inside =
        in_reading_order({{rect.min.x + card_padding + 4, rect.min.y}, {rect.max.x - card_padding, rect.max.y}}, rect);
    const float width = inside.width();
    const TextStyle title = failure_text(chosen ? readable(t.query, field, t.text) : t.text, 14, true);
    const std::string name = tr(card.title), said = tr(card.sentence);
    if (!plan.all && !(chosen && plan.chosen)) {
        draw_line_middle(canvas, inside, name, title);
        return;
    }
    const TextStyle sentence = failure_text(chosen || hovered ? t.text : t.quiet, plan.size);
    const float text = card_title + paragraph_height(canvas, width, said, sentence);
    const float top = rect.min.y + (rect.height() - text) / 2;
    draw_line(canvas, inside, top + 12, name, title);
    draw_paragraph(canvas, {{inside.min.x, top + card_title}, inside.max}, said, sentence);
}

// How the parts of a picture share its height. What there is no room for is 0 high.
struct FailureLayout {
    float words = 0, table = 0, facts = 0, strips = 0, keys = 0;
    std::size_t fact_columns = 1;
    float around() const { return words + table + facts + strips + keys; }
};

FailureLayout lay_out_failure(Canvas& canvas, const Rect& area, const FailurePicture& picture, const TextStyle& words) {
    constexpr float least_plot = 240, fact_margin = 14;
    float fact_width = 165;
    for (const Fact& fact : picture.facts)
        fact_width = std::max(fact_width, canvas.shaper().width(fact.name, {.size = 12}) + fact_margin);
    FailureLayout layout;
    layout.keys = picture.keys_below ? keys_height : 0;
    const auto step = [](std::size_t count, float height) { return static_cast<float>(count) * height; };
    layout.words = picture.words.empty() ? 0 : paragraph_height(canvas, area.width(), picture.words, words) + 6;
    layout.table = picture.table.empty() ? 0 : step(picture.table.size(), table_step) + 18;
    layout.strips = picture.strips.empty() ? 0 : step(picture.strips.size(), strip_step) + 10;
    if (!picture.facts.empty()) {
        const auto fitting = static_cast<std::size_t>(std::max(1.0F, area.width() / fact_width));
        const std::size_t lines = (picture.facts.size() + fitting - 1) / fitting;
        layout.fact_columns = (picture.facts.size() + lines - 1) / lines;
        layout.facts = step(lines, fact_height) + 16;
    }
    for (float* part : {&layout.table, &layout.words, &layout.facts, &layout.strips, &layout.keys})
        if (area.height() - layout.around() < least_plot) *part = 0;
    return layout;
}

void draw_strips(Canvas& canvas, const Rect& data, Rect area, const std::vector<FailureStrip>& strips,
                 const ViewWindow& window) {
    const Theme& t = canvas.theme();
    area.cut_top(4);
    for (const FailureStrip& strip : strips) {
        const Rect row = area.cut_top(strip_step);
        for (const FailureStrip::Part& part : strip.parts) {
            const auto place = [&](double value) {
                return data.min.x +
                       data.width() * static_cast<float>(std::clamp(view_position(window, value, false), 0.0, 1.0));
            };
            const Rect box{{place(part.from), row.min.y}, {place(part.to) - 1, row.min.y + strip_height}};
            if (box.width() < 1) continue;
            canvas.fill_rect(box, part.wrong > 0 ? ground_of_wrong(t, part.wrong) : t.field, 3);
            const TextStyle style{.color = part.wrong > 0 ? t.text : t.quiet, .size = 12, .bold = part.wrong > 0};
            const float width = canvas.shaper().width(part.label, style);
            const Rect words = in_reading_order({{box.min.x + 6, box.min.y}, {box.max.x - 2, box.max.y}}, box);
            if (width + 8 <= box.width()) draw_entry_middle(canvas, words, part.label, style);
        }
    }
}

void draw_failure_facts(Canvas& canvas, const Rect& area, const std::vector<Fact>& facts, std::size_t columns) {
    const float width = area.width() / static_cast<float>(columns);
    for (std::size_t k = 0; k < facts.size(); ++k) {
        const std::size_t line = k / columns, column = k % columns;
        const Vec2 at{area.min.x + width * static_cast<float>(column),
                      area.min.y + 10 + fact_height * static_cast<float>(line)};
        draw_facts(canvas, in_reading_order(Rect::sized(at, width - 12, fact_height), area), {&facts[k], 1});
    }
}

// Titles in small letters over numbers; the first column is half as wide as the others.
void draw_failure_table(Canvas& canvas, Rect area, const std::vector<std::vector<std::string>>& table) {
    const Theme& t = canvas.theme();
    const float columns = static_cast<float>(table.front().size()) - 0.5F;
    const float width = std::min(150.0F, area.width() / columns), number = width < 120 ? 12.0F : 13.0F;
    for (std::size_t r = 0; r < table.size(); ++r) {
        const Rect row = area.cut_top(table_step);
        const auto place = [&](float from, float until) {
            return in_reading_order({{row.min.x + from, row.min.y}, {row.min.x + until, row.max.y}}, row);
        };
        const Rect line = place(0, width * columns);
        if (r > 0) canvas.fill_rect({line.min, {line.max.x, line.min.y + 1}}, t.line);
        for (std::size_t c = 0; c < table[r].size(); ++c) {
            const std::string& text = table[r][c];
            const bool broken = r > 0 && (text == "NaN" || text == "∞");
            TextStyle style = failure_text(r == 0   ? t.quiet
                                           : broken ? t.warning
                                                    : t.text,
                                           r == 0 ? 12 : number, broken);
            if (r > 0) style.font = Font::mono;
            const float x = c == 0 ? 0 : width * (static_cast<float>(c) - 0.5F);
            draw_entry_middle(canvas, place(x, x + width * (c == 0 ? 0.5F : 1) - 8), text, style);
        }
    }
}

// The other pictures show nothing of what fails in them: they change no key afterwards.
bool has_setting(FailureMode mode) {
    return mode != FailureMode::sign && mode != FailureMode::overflow && mode != FailureMode::leak;
}

}  // namespace

void RandomFeaturesPanel::draw_failures(Canvas& canvas, Interaction& interaction, const Rect& area) {
    constexpr float least_list = 250, least_picture = 300, least_height = 190;
    if (area.width() < 120 || area.height() < 90) return;
    Rect rest = area;
    rest.cut_top(8);
    if (area.width() >= least_list + least_picture && area.height() >= least_height) {
        const float list_width = std::max(least_list, area.width() * 0.29F);
        Rect list = right_to_left() ? rest.cut_right(list_width) : rest.cut_left(list_width);
        right_to_left() ? rest.cut_right(26) : rest.cut_left(26);
        const FailureMode chosen = params_.failure;
        const CardPlan plan = plan_cards(canvas, list, chosen);
        for (std::size_t k = 0; k < plan.heights.size() && plan.heights[k] >= card_title; ++k) {
            const auto mode = static_cast<FailureMode>(k);
            const Rect card = list.cut_top(plan.heights[k]);
            list.cut_top(card_gap);
            const Pointer pointer = interaction.press_area("failure " + std::string(failure_mode_names[k]), card);
            if (pointer.clicked) choose_failure(mode);
            draw_card(canvas, card, mode, plan, mode == chosen, pointer.hovered);
        }
    }
    // While another failure is computed the one before stays, with its own numbers.
    if (shown_ && shown_->failures) draw_failure(canvas, interaction, rest);
}

void RandomFeaturesPanel::draw_failure(Canvas& canvas, Interaction& interaction, const Rect& area) {
    const Theme& t = canvas.theme();
    const FailureMode mode = shown_->request.failure;
    FailurePicture picture = failure_picture(*shown_, t);
    if (picture.plots.empty()) return;
    Rect rest = area, head = rest.cut_top(34);
    if (has_setting(mode) && draw_button(canvas, interaction, head, tr("Set the sliders to this"),
                                         tr("Goes to the picture where one sees it, with this failure's setting.")))
        take_setting(mode);
    const TextStyle title = failure_text(t.text, 16, true);
    draw_line(canvas, head, head.min.y + 18, tr(failure_card(mode).title), title);

    const TextStyle words = failure_text(t.quiet, rest.height() > 600 ? 14.0F : 12.5F);
    const FailureLayout layout = lay_out_failure(canvas, rest, picture, words);
    if (layout.words > 0) {
        const Rect place = rest.cut_bottom(layout.words);
        draw_paragraph(canvas, {{place.min.x, place.min.y + 2}, {place.max.x, place.max.y + 8}}, picture.words, words);
    }
    if (layout.table > 0) {
        Rect table = rest.cut_bottom(layout.table);
        table.cut_top(10);
        draw_failure_table(canvas, table, picture.table);
    }
    if (layout.facts > 0) draw_failure_facts(canvas, rest.cut_bottom(layout.facts), picture.facts, layout.fact_columns);
    const Rect strips = rest.cut_bottom(layout.strips), keys = rest.cut_bottom(layout.keys);

    Rect first = rest, second;
    const bool both = picture.plots.size() > 1;
    if (both && rest.height() >= 2 * 200 + failure_gap) {
        first = rest.cut_top((rest.height() - failure_gap) / 2);
        rest.cut_top(failure_gap);
        second = rest;
    } else if (both && rest.width() >= 2 * 270 + failure_gap) {
        first = rest.cut_left((rest.width() - failure_gap) / 2);
        rest.cut_left(failure_gap);
        second = rest;
    }
    PlotView& view = failure_plots_[2 * static_cast<std::size_t>(mode)];
    const std::string name(failure_mode_names[static_cast<std::size_t>(mode)]);
    const PlotReadout readout =
        draw_plot(canvas, first, picture.plots.front(), view, interaction.picture_area(name + " plot", first));
    if (layout.strips > 0) draw_strips(canvas, readout.area, strips, picture.strips, view.view.x);
    if (layout.keys > 0) draw_plot_keys(canvas, keys, picture.plots.front().series);
    if (second.width() > 0)
        draw_plot(canvas, second, picture.plots[1], failure_plots_[2 * static_cast<std::size_t>(mode) + 1],
                  interaction.picture_area(name + " second plot", second));
}

void RandomFeaturesPanel::choose_failure(FailureMode mode) {
    params_.failure = mode;
}

void RandomFeaturesPanel::take_setting(FailureMode mode) {
    if (!shown_ || !shown_->failures || !has_setting(mode)) return;
    const FailureFacts& facts = *shown_->failures;
    const auto take = [&](Index length, Index dim, Index features) {
        params_.length = static_cast<int>(length);
        params_.dim = static_cast<int>(dim);
        params_.features = static_cast<int>(features);
    };
    params_.source = Source::random;
    params_.sigma = shown_->request.sigma;
    params_.view = View::matrices;
    params_.causal = false;
    params_.orthogonal = Drawing::orthogonal;
    params_.epsilon = 0;
    switch (mode) {
        case FailureMode::explosion: {
            // Entries from N(0, sigma^2) make |x|^2 = sigma^2 sqrt d.
            constexpr int wide = 64;
            constexpr double longest_norm = 8;
            params_.view = View::kernel;
            params_.dim = wide;
            params_.norm = std::min(std::sqrt(std::sqrt(static_cast<double>(wide))) * params_.sigma, longest_norm);
            params_.angle = std::numbers::pi / 2;
            params_.ratio = 1;
            params_.estimator = FeatureMethod::positive;
            params_.estimators = "trig,positive,hyperbolic,oprf";
            params_.orthogonal = Drawing::independent;
            break;
        }
        case FailureMode::negative:
        case FailureMode::normaliser:
            take(facts.sign_setting.length, facts.sign_setting.dim, facts.sign_setting.features);
            params_.estimator = FeatureMethod::trig;
            break;
        case FailureMode::epsilon:
            take(facts.epsilon_setting.length, facts.epsilon_setting.dim, facts.epsilon_setting.features);
            params_.estimator = FeatureMethod::positive;
            params_.epsilon = facts.epsilon_setting.epsilon;
            break;
        case FailureMode::leak:
        case FailureMode::overflow:
        case FailureMode::sign:
            break;
    }
}

}  // namespace attnscope::random_features_panel
