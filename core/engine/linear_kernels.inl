// Linear attention's kernels; kernels.inl includes this. Both sides are the two micro-kernels of the exact path: where
// keys are summed up, features are the lanes; where queries look at the sums, queries are the lanes and the features
// take the keys' place.
//
// Features in powers of two. Of a key: 2^(n + fraction) with the fraction folded into them and the whole number n kept
// beside them, so that the largest is near 1 and bringing sums to another scale is exact. Of a query: its largest is 1,
// whatever that leaves out cancels.

// Queries and keys of a causal block: whole tiles.
constexpr int linear_block = M >= 48 ? M : 64 / M * M;
// Keys whose features are held at a time where no block is wanted: whole micro-tiles.
constexpr int key_step = (2 * linear_block + ROWS - 1) / ROWS * ROWS;

// Sine and cosine of a whole turn times t, off by at most 2e-7. Half turns are taken off, which change both signs; the
// polynomials are the minimax ones on a quarter turn either way. Far out, where floats are whole, t is taken for 0.
ATTNSCOPE_INLINE void sine_and_cosine(Floats t, Floats& sine, Floats& cosine) {
    const Floats half_turns = round_to_even(t + t);
    Floats f = multiply_add(half_turns, all(-0.5F), t);
    f = choose(f * f > 0.0626F, Floats{}, f);
    const Floats odd = half_turns - 2.0F * round_to_even(half_turns * 0.5F);  // -1, 0 or 1
    const Floats sign = multiply_add(odd * odd, all(-2.0F), all(1.0F)), z = f * f;
    Floats s = all(39.5567017F);
    s = multiply_add(s, z, all(-76.5527878F));
    s = multiply_add(s, z, all(81.6011581F));
    s = multiply_add(s, z, all(-41.3416595F));
    s = multiply_add(s, z, all(6.28318501F));
    Floats c = all(56.241993F);
    c = multiply_add(c, z, all(-85.2402878F));
    c = multiply_add(c, z, all(64.9345856F));
    c = multiply_add(c, z, all(-19.739172F));
    c = multiply_add(c, z, all(0.99999994F));
    sine = s * f * sign;
    cosine = c * sign;
}

// 2^x for x <= 127, 0 far below 2^-126, where exp2_of() stops: features that small must not add up to something. Where
// exponents are added to the bits of 1.0, 2^-127 is 0; AVX-512 knows smaller numbers.
ATTNSCOPE_INLINE Floats exp2_or_0(Floats x) {
    return exp2_in_range(larger(all(W == 16 ? -160.0F : -127.0F), x));
}

ATTNSCOPE_INLINE constexpr bool in_pairs(FeatureKind kind) {
    return kind == FeatureKind::trig || kind == FeatureKind::hyperbolic;
}

constexpr float log2_e = 1.44269504F;

// The features of one projection u, times 2^-shift; trig: times `shift`. The second is 0 where there are no pairs.
template <FeatureKind kind>
ATTNSCOPE_INLINE void features_of(Floats u, Floats shift, Floats& first, Floats& second) {
    second = Floats{};
    if constexpr (kind == FeatureKind::trig) {
        sine_and_cosine(u, first, second);
        first *= shift;
        second *= shift;
    } else if constexpr (kind == FeatureKind::positive) {
        first = exp2_or_0(u - shift);
    } else if constexpr (kind == FeatureKind::hyperbolic) {
        first = exp2_or_0(u - shift);
        second = exp2_or_0(-u - shift);
    } else {  // elu + 1 is e^u below 0 and 1 + u above
        const Floats above = larger(Floats{}, u);
        first = exp2_or_0(multiply_add(u - above, all(log2_e), -shift)) * (1.0F + above);
    }
}

// What the largest feature grows with.
template <FeatureKind kind>
ATTNSCOPE_INLINE Floats size_of(Floats u) {
    return kind == FeatureKind::hyperbolic ? larger(u, -u) : u;
}

// About the binary logarithm of elu(x) + 1: it only has to be near.
ATTNSCOPE_INLINE Floats log2_of_elu(Floats x) {
    const Ints exponent = (reinterpret_cast<Ints>(1.0F + larger(Floats{}, x)) >> 23) - 127;
    return choose(x > 0.0F, __builtin_convertvector(exponent, Floats), x * log2_e);
}

// 2^n for n <= 0, 0 below 2^-126.
ATTNSCOPE_INLINE float power_of_2(long n) {
    const int bits = n < -126 ? 0 : (static_cast<int>(n) + 127) << 23;
    float power = 0;
    __builtin_memcpy(&power, &bits, sizeof power);
    return power;
}

double square_of(const float* row, int d) {
    using Half = float __attribute__((vector_size(W * 2)));
    using Doubles = double __attribute__((vector_size(W * 4)));
    constexpr int H = W / 2;
    Doubles sum[2] = {};
    int c = 0;
    for (; c + W <= d; c += W) {
        ATTNSCOPE_UNROLL
        for (int i = 0; i < 2; ++i) {
            Half half;
            __builtin_memcpy(&half, row + c + i * H, sizeof half);
            const Doubles x = __builtin_convertvector(half, Doubles);
            sum[i] += x * x;
        }
    }
    double total = 0;
    for (int i = 0; i < H; ++i) total += sum[0][i] + sum[1][i];
    for (; c < d; ++c) total += static_cast<double>(row[c]) * static_cast<double>(row[c]);
    return total;
}

#include "core/engine/linear_keys.inl"
#include "core/engine/linear_queries.inl"

size_t linear_scratch_floats(const FeatureMap& map, int dv) {
    const auto tile = static_cast<size_t>(M), d = static_cast<size_t>(map.d);
    const auto halves = static_cast<size_t>(in_pairs(map.kind) ? 2 : 1), values = static_cast<size_t>(dv);
    const auto count = static_cast<size_t>(map.count), groups = (count + tile - 1) / tile;
    const size_t keys = halves * groups * tile * (key_step + values + 1) + key_step * (values + 1);
    const size_t queries = tile * (d + halves * count + values + linear_block);
    return keys > queries ? keys : queries;
}
