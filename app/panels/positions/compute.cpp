#include "app/panels/positions/compute.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "app/language/language.hpp"
#include "core/attention/attention.hpp"
#include "core/base/random.hpp"

namespace attnscope::positions_panel {
namespace {

constexpr Index similarity_pixels = 512, far = 1'000'000, most_tokens = 512;
constexpr float no_value = std::numeric_limits<float>::quiet_NaN();

Picture share(Matrix values) {
    return std::make_shared<const Matrix>(std::move(values));
}

// The codes as a picture of all n positions.
Matrix with_gaps(const MatrixD& codes, Index count) {
    Matrix picture = Matrix::Constant(count, codes.cols(), no_value);
    picture.topRows(codes.rows()) = codes.cast<float>();
    return picture;
}

double largest_entry(const MatrixD& codes) {
    const double largest = codes.size() > 0 ? codes.cwiseAbs().maxCoeff() : 0;
    return largest > 0 ? largest : 1;
}

RotationFacts rotation_facts(const Request& r, const MatrixD& codes) {
    const Index sign = r.opposite ? -1 : 1, dim = r.code.dim;
    const OffsetRotation m(dim, r.code.base, sign * r.offset), then(dim, r.code.base, sign * r.second_offset),
        both(dim, r.code.base, sign * (r.offset + r.second_offset));
    RotationFacts facts{.matrix = share(m.matrix().cast<float>()),
                        .residual = largest_residual(m, codes, sign * r.offset),
                        .far_residual = rotation_residual(m, r.code.base, far, sign * r.offset),
                        .orthogonality = m.orthogonality_error()};
    // The product of two blocks turns by the sum of their angles.
    for (Index j = 0; j < dim / 2; ++j) {
        const SinCos a = m.block(j), b = then.block(j), c = both.block(j);
        facts.group = std::max({facts.group, std::abs(a.cos * b.cos - a.sin * b.sin - c.cos),
                                std::abs(a.sin * b.cos + a.cos * b.sin - c.sin)});
    }
    return facts;
}

SimilarityFacts similarity_facts(const MatrixD& codes, bool sinusoidal) {
    const KeyRange all{0, codes.rows()};
    SimilarityFacts facts{.picture = share(similarity_picture(codes, all, all, similarity_pixels)),
                          .dots = offset_dots(codes)};
    if (sinusoidal) facts.rise = last_before_rise(facts.dots.mean);  // of the others it is a matter of i too
    return facts;
}

struct Words {
    std::vector<std::string> names;
    Matrix vectors;
};

Result<Words> words_of(const Request& r) {
    Result<std::vector<std::string>> tokens = tokenize(r.text, r.tokenizer, most_tokens);
    if (!tokens) return tokens.error();
    Matrix vectors = embed(*tokens, r.vectors ? *r.vectors : built_in_vectors()).vectors;
    for (std::string& token : *tokens) token = visible_token(token);
    return Words{std::move(*tokens), std::move(vectors)};
}

// q_m . k_n / sqrt(d) of all pairs.
Matrix scores_of(const Matrix& q, const Matrix& k) {
    return q * k.transpose() / std::sqrt(static_cast<float>(q.cols()));
}

Result<RopeFacts> rope_facts(const Request& r, Shown& shown, const Progress& progress) {
    RopeFacts facts;
    if (r.content == Content::sentence) {
        Result<Words> words = words_of(r);
        if (!words) return words.error();
        shown.tokens = std::move(words->names);
        const Matrix& x = words->vectors;
        const Matrix turned = rope(x, r.code.base);
        facts.without = share(scores_of(x, x));
        facts.with = share(scores_of(turned, turned));
    } else {
        const Index count = std::min(r.length, most_mapped);
        std::tie(facts.q, facts.k) = rope_pair(r.code.dim, r.code.seed);
        const RopeScore score(facts.q, facts.k, r.code.base);
        const double root = std::sqrt(static_cast<double>(r.code.dim));
        Matrix with(count, count);
        for (Index offset = 1 - count; offset < count; ++offset) {
            const auto value = static_cast<float>(score.at(offset) / root);
            for (Index n = std::max<Index>(0, -offset); n < std::min(count, count - offset); ++n)
                with(n + offset, n) = value;
        }
        facts.without = share(Matrix::Constant(count, count, static_cast<float>(facts.q.dot(facts.k) / root)));
        facts.with = share(std::move(with));
    }
    Result<RopeDecay> decay = rope_decay(r.code.dim, r.code.base, r.length, rope_draws, r.code.seed, progress);
    if (!decay) return decay.error();
    facts.decay = std::move(*decay);
    return facts;
}

AlibiFacts alibi_facts(const Request& r) {
    AlibiFacts facts;
    for (Index h = 0; h < r.heads; ++h) facts.slopes.push_back(alibi_slope(h, r.heads));
    const Index count = std::min(r.length, most_mapped);
    const double slope = facts.slopes[static_cast<std::size_t>(r.head - 1)];
    Matrix bias = Matrix::Constant(count, count, no_value), weights = bias;
    for (Index i = 0; i < count; ++i) {
        double sum = 0;
        for (Index j = 0; j <= i; ++j) sum += std::exp(-slope * static_cast<double>(i - j));
        for (Index j = 0; j <= i; ++j) {
            const double b = -slope * static_cast<double>(i - j);
            bias(i, j) = static_cast<float>(b);
            weights(i, j) = static_cast<float>(std::exp(b) / sum);
        }
    }
    facts.bias = share(std::move(bias));
    facts.weights = share(std::move(weights));
    return facts;
}

Result<SumFacts> sum_facts(const Request& r, Shown& shown, const Progress& progress) {
    Result<Words> words = words_of(r);
    if (!words) return words.error();
    const Index count = words->vectors.rows();
    PositionCode code = r.code;
    code.dim = words->vectors.cols();
    if (const Result<void> valid = validate(code, count); !valid) return valid.error();
    const Matrix p = position_codes_float(code, count) * static_cast<float>(r.amount), sum = words->vectors + p;
    const auto map = [&](const Matrix& x) -> Result<Picture> {
        Result<Attention> done = attention(x, x, x, {.need_output = false}, progress);
        if (!done) return done.error();
        return share(std::move(done->weights));
    };
    const Result<Picture> before = map(words->vectors), after = map(sum);
    if (!before) return before.error();
    if (!after) return after.error();
    shown.tokens = std::move(words->names);
    return SumFacts{share(std::move(words->vectors)), share(p), share(sum), *before, *after};
}

Result<void> compute_view(const Request& r, const Progress& progress, Shown& shown) {
    if (r.view == View::rivals) {
        PositionCode code = r.code;
        code.kind = PositionKind::sinusoidal;
        const MatrixD sinusoids = position_codes(code, r.length);
        code.dim = std::min(r.code.dim, most_rival_entries);
        shown.rivals.push_back(
            {code.kind, share(sinusoids.leftCols(code.dim).cast<float>()), largest_entry(sinusoids)});
        for (const PositionKind kind : rival_codes) {
            if (kind == PositionKind::sinusoidal) continue;
            code.kind = kind;
            const Index rows = positions_of(code, r.length);
            Matrix picture = position_codes_float(code, rows);
            const double largest = static_cast<double>(picture.cwiseAbs().maxCoeff());
            if (rows < r.length) {
                picture.conservativeResize(r.length, Eigen::NoChange);
                picture.bottomRows(r.length - rows).setConstant(no_value);
            }
            shown.rivals.push_back({kind, share(std::move(picture)), largest > 0 ? largest : 1});
            if (progress.stopped()) return cancelled();
        }
        shown.judgements = judge_codes(r.code, sinusoids, progress);
    }
    if (r.view == View::rotation) shown.rotation = rotation_facts(r, shown.codes);
    if (r.view == View::similarity)
        shown.similarity = similarity_facts(shown.codes, r.code.kind == PositionKind::sinusoidal);
    if (r.view == View::alibi) shown.alibi = alibi_facts(r);
    if (r.view == View::rope) {
        Result<RopeFacts> facts = rope_facts(r, shown, progress);
        if (!facts) return facts.error();
        shown.rope = std::move(*facts);
    }
    if (r.view == View::sum) {
        Result<SumFacts> facts = sum_facts(r, shown, progress);
        if (!facts) return facts.error();
        shown.sum = std::move(*facts);
    }
    if (progress.stopped()) return cancelled();
    return {};
}

Result<void> check_places(const Params& p, View view) {
    const bool codes = view != View::sum && view != View::alibi;
    if (codes && p.dim % 2 != 0)
        return invalid_input(tr("the width d is {}: it must be even, since each sine has its cosine", p.dim));
    if (codes && p.position >= p.length)
        return invalid_input(tr("position {} is outside the text: positions are 0 to {}", p.position, p.length - 1));
    if (view == View::rope && p.key_position >= p.length)
        return invalid_input(
            tr("the key's position {} is outside the text: positions are 0 to {}", p.key_position, p.length - 1));
    if (codes && p.pair >= p.dim / 2)
        return invalid_input(
            tr("pair {} does not exist: {} entries are the pairs 0 to {}", p.pair, p.dim, p.dim / 2 - 1));
    if (view == View::alibi && p.head > p.heads)
        return invalid_input(tr("head {} does not exist: there are heads 1 to {}", p.head, p.heads));
    if (view != View::rotation && view != View::similarity) return {};
    const int there = p.position + (view == View::rotation && p.opposite ? -p.offset : p.offset);
    if (there < 0 || there >= p.length)
        return invalid_input(tr("offset {} carries position {} to {}, outside the text: positions are 0 to {}",
                                p.offset, p.position, there, p.length - 1));
    return {};
}

}  // namespace

std::pair<VectorD, VectorD> rope_pair(Index dim, std::uint64_t seed) {
    const MatrixD drawn = random_normal(2, dim, 1, seed, stable_hash("rope pair")).cast<double>();
    return {drawn.row(0).transpose(), drawn.row(1).transpose()};
}

Result<Request> make_request(const Params& p) {
    if (const Result<void> valid = check_places(p, p.view); !valid) return valid.error();
    Request r;
    r.view = p.view;
    r.length = p.view == View::sum ? 0 : p.length;
    r.code = {.kind = p.shows_encoding() ? kind_of(p.encoding) : PositionKind::sinusoidal,
              .dim = p.view == View::alibi ? 0 : p.dim,
              .base = p.base,
              .rows = p.table};
    if (p.uses_seed()) r.code.seed = static_cast<std::uint64_t>(p.seed);
    if (p.view == View::rotation) {
        r.offset = p.offset;
        r.second_offset = p.second_offset;
        r.opposite = p.opposite;
    }
    if (p.view == View::alibi) {
        r.heads = p.heads;
        r.head = p.head;
    }
    if (p.view == View::rope) r.content = p.content;
    if (p.view == View::sum || r.content == Content::sentence) {
        r.text = p.text;
        r.tokenizer = p.tokenizer;
    }
    if (p.view == View::sum) r.amount = p.amount;
    if (const Result<void> valid = validate(r.code, 0); !valid) return valid.error();
    return r;
}

Result<void> check_all(const Params& p) {
    for (const View view : {View::code, View::rope, View::alibi})
        if (const Result<void> valid = check_places(p, view); !valid) return valid.error();
    if (std::abs(p.offset) >= p.length)
        return invalid_input(
            tr("offset {} is beyond the text: it must be from {} to {}", p.offset, 1 - p.length, p.length - 1));
    return {};
}

std::string in_words(const Request& request) {
    return tr("{} positions of width {}", request.length, request.code.dim);
}

Result<Shown> compute_shown(const Request& request, const Progress& progress) {
    Shown shown;
    shown.request = request;
    if (request.view == View::code || request.view == View::rotation || request.view == View::similarity) {
        shown.codes = position_codes(request.code, positions_of(request.code, request.length));
        shown.largest = largest_entry(shown.codes);
    }
    if (request.view == View::code) shown.picture = share(with_gaps(shown.codes, request.length));
    if (progress.stopped()) return cancelled();
    if (const Result<void> done = compute_view(request, progress, shown); !done) return done.error();
    return shown;
}

}  // namespace attnscope::positions_panel
