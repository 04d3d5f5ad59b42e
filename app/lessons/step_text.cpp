#include "app/lessons/step_text.hpp"

#include <algorithm>

#include "app/draw/rich_text.hpp"
#include "core/base/check.hpp"

namespace attnscope {
namespace {

constexpr float title_ratio = 1.4F, label_ratio = 0.72F;
constexpr float box_padding = 0.7F;  // of the size
constexpr float gap = 0.75F;

// Prose as it is laid out and read in the language; a span that holds nothing of its script keeps its own order.
std::string prose(const std::string& text, Language language) {
    if (!right_to_left(language)) return text;
    const std::string digits = prose_digits(text, language);
    if (has_right_to_left(digits)) return laid_out_right_to_left(digits);
    const bool word = std::any_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    });
    return word ? isolate(digits) : digits;
}

}  // namespace

StepText::StepText(TextShaper& shaper, const Theme& theme, const StepWords& words, float width, float size)
    : width_(width), size_(size) {
    const LessonStep& step = *words.step;
    const Language language = current_language();
    Block title;
    std::vector<TextSpan> spans{
        {prose(step.title.plain(language), language), {.color = theme.text, .size = size * title_ratio, .bold = true}}};
    title.text = shaper.lay_out(spans, width);
    title.links.resize(spans.size());
    height_ = title.text.height + size * gap;
    blocks_.push_back(std::move(title));
    add(shaper, theme, {{}, theme.text, &step.text.in(language)});
    add(shaper, theme, {tr("Try it"), theme.query, &step.attempt.in(language)});
    add(shaper, theme, {tr("A common mistake"), theme.warning, &step.mistake.in(language), true});
    add(shaper, theme, {tr("Question"), theme.key, &step.question.in(language)});
    const std::string hint = tr("Enter shows the answer.");
    if (words.answer)
        add(shaper, theme, {tr("Answer"), theme.key, &step.answer.in(language), true});
    else if (words.live && !step.answer.empty())
        add(shaper, theme, {hint, theme.quiet, nullptr});
    height_ -= size * gap;
}

StepText StepText::fitted(TextShaper& shaper, const Theme& theme, const StepWords& words, Vec2 room, float smallest,
                          float largest) {
    // Fewer words to a line make more lines, so heights grow with the size.
    int low = 0, high = std::max(0, static_cast<int>((largest - smallest) * 2));
    while (low < high) {
        const int middle = (low + high + 1) / 2;
        const float size = smallest + 0.5F * static_cast<float>(middle);
        if (StepText(shaper, theme, words, room.x, size).height() <= room.y)
            low = middle;
        else
            high = middle - 1;
    }
    return {shaper, theme, words, room.x, smallest + 0.5F * static_cast<float>(low)};
}

std::vector<TextSpan> StepText::spans_of(const Theme& theme, const MarkupParagraph& paragraph, Block& block) const {
    const Language language = current_language();
    std::vector<TextSpan> spans;
    const TextStyle base{.color = theme.text, .size = size_};
    if (right_to_left(language)) spans.push_back({"\u200F", base});
    for (const MarkupSpan& piece : paragraph) {
        TextStyle style = base;
        style.bold = piece.bold || (piece.link && std::holds_alternative<NumberLink>(*piece.link));
        style.italic = piece.italic;
        if (piece.link) style.color = std::holds_alternative<CellLink>(*piece.link) ? theme.key : theme.query;
        std::vector<TextSpan> made;
        if (piece.formula) {
            made = formula_spans(right_to_left(language) ? isolate(piece.text) : piece.text, style);
            for (TextSpan& span : made) span.whole = true;
        } else {
            std::string text = prose(piece.text, language);
            // A link that ends in a name is not to draw what follows it into the name's direction.
            if (piece.link && has_right_to_left(text)) text += "\u200F";
            made.push_back({.text = std::move(text), .style = style});
        }
        for (TextSpan& span : made) spans.push_back(std::move(span));
        block.links.resize(spans.size(), piece.link);
    }
    return spans;
}

void StepText::add(TextShaper& shaper, const Theme& theme, const Part& part) {
    if (part.text != nullptr && part.text->empty()) return;
    const float padding = part.boxed ? size_ * box_padding : 0;
    const float width = std::max(width_ - 2 * padding, 1.0F);
    float y = height_ + padding;
    const auto put = [&](Block block) {
        block.at = {padding, y};
        y += block.text.height;
        blocks_.push_back(std::move(block));
    };
    const std::size_t first = blocks_.size();
    if (!part.label.empty()) {
        Block label;
        std::vector<TextSpan> spans{{part.label, {.color = part.color, .size = size_ * label_ratio, .bold = true}}};
        label.text = shaper.lay_out(spans, width);
        label.links.resize(spans.size());
        put(std::move(label));
    }
    if (part.text != nullptr) {
        const Result<std::vector<MarkupParagraph>> paragraphs = parse_markup(*part.text);
        check(paragraphs.has_value(), "a lesson's texts were read before they are shown");
        bool another = false;
        for (const MarkupParagraph& paragraph : *paragraphs) {
            if (std::exchange(another, true)) y += size_ * 0.4F;
            Block block;
            const std::vector<TextSpan> spans = spans_of(theme, paragraph, block);
            block.text = shaper.lay_out(spans, width);
            put(std::move(block));
        }
    }
    if (part.boxed) {
        Block& block = blocks_[first];
        block.box = Rect::sized({0, height_}, width_, y + padding - height_);
        block.fill = mix(theme.surface, part.color, 0.08F);
        block.edge = part.color;
    }
    height_ = y + padding + size_ * gap;
}

std::optional<Link> StepText::draw(Canvas& canvas, Interaction& interaction, Vec2 at) const {
    std::optional<Link> pointed;
    int number = 0;
    for (const Block& block : blocks_) {
        if (block.edge) {
            const Rect box =
                Rect::sized({at.x + block.box.min.x, at.y + block.box.min.y}, block.box.width(), block.box.height());
            canvas.fill_rect(box, *block.fill, 8);
            canvas.stroke_rect(box, *block.edge, 1.5F, 8);
        }
        const Vec2 corner{at.x + block.at.x, at.y + block.at.y};
        for (const TextLayout::Piece& piece : block.text.pieces) {
            const std::optional<Link>& link = block.links[piece.span];
            const std::optional<Link> place = link ? place_of(*link) : std::nullopt;
            if (!place) continue;
            const Rect box = Rect::sized({corner.x + piece.box.min.x, corner.y + piece.box.min.y}, piece.box.width(),
                                         piece.box.height());
            if (interaction.press_area("link " + std::to_string(number++), box).hovered) pointed = place;
            const float line = box.max.y - 0.12F * box.height();
            canvas.line({box.min.x, line}, {box.max.x, line}, piece.style.color.alpha(0.55F));
        }
        draw_layout(canvas, corner, block.text);
    }
    return pointed;
}

}  // namespace attnscope
