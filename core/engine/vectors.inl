// Vectors of floats for one instruction set, chosen by what the compiler was told it may use. Included by the kernels'
// units only, inside an anonymous namespace: see kernels.hpp.

#if defined(__AVX512F__)
constexpr int W = 16;
#elif defined(__AVX2__)
constexpr int W = 8;
#else
constexpr int W = 4;
#endif

using Floats = float __attribute__((vector_size(W * 4), may_alias));
using Ints = int __attribute__((vector_size(W * 4), may_alias));

#define ATTNSCOPE_INLINE inline __attribute__((always_inline))
#if defined(__clang__)
#define ATTNSCOPE_UNROLL _Pragma("clang loop unroll(full)")
#define ATTNSCOPE_ROLL _Pragma("clang loop unroll(disable)")
#else
#define ATTNSCOPE_UNROLL _Pragma("GCC unroll 64")
#define ATTNSCOPE_ROLL _Pragma("GCC unroll 1")
#endif

ATTNSCOPE_INLINE Floats load(const float* p) {
    return *reinterpret_cast<const Floats*>(p);
}
ATTNSCOPE_INLINE void store(float* p, Floats x) {
    *reinterpret_cast<Floats*>(p) = x;
}
ATTNSCOPE_INLINE Floats load_loose(const float* p) {
    Floats x;
    __builtin_memcpy(&x, p, sizeof x);
    return x;
}
ATTNSCOPE_INLINE void store_loose(float* p, Floats x) {
    __builtin_memcpy(p, &x, sizeof x);
}
// Not Floats{} + x: that adds, since -0 + 0 is 0.
ATTNSCOPE_INLINE Floats all(float x) {
#if defined(__AVX512F__)
    return _mm512_set1_ps(x);
#elif defined(__AVX2__)
    return _mm256_set1_ps(x);
#elif defined(__SSE2__)
    return _mm_set1_ps(x);
#else
    return vdupq_n_f32(x);
#endif
}
ATTNSCOPE_INLINE Ints all(int x) {
    return Ints{} + x;
}
ATTNSCOPE_INLINE Ints count_from(int first) {
    Ints x{};
    ATTNSCOPE_UNROLL
    for (int i = 0; i < W; ++i) x[i] = first + i;
    return x;
}
ATTNSCOPE_INLINE Floats choose(Ints where, Floats yes, Floats no) {
    return where ? yes : no;
}

// a * b + c: rounded once where the machine can, always in the same way, so that every micro-tile gives the same bits.
// round_to_even: to the nearest whole number. scale_by: x * 2^n for whole n in -126 .. 127.
// larger: b where a is NaN and b is not, or where b is NaN: so NaN in `b` stays.
#if defined(__AVX512F__)
// Without a mask GCC 12's own header reads a variable that was never set, and warns about it.
constexpr __mmask16 every = 0xffff;
ATTNSCOPE_INLINE Floats multiply_add(Floats a, Floats b, Floats c) {
    return _mm512_fmadd_ps(a, b, c);
}
ATTNSCOPE_INLINE Floats larger(Floats a, Floats b) {
    return _mm512_maskz_max_ps(every, a, b);
}
ATTNSCOPE_INLINE bool any(Ints where) {
    return _mm512_movepi32_mask(reinterpret_cast<__m512i>(where)) != 0;
}
ATTNSCOPE_INLINE Floats round_to_even(Floats x) {
    return _mm512_maskz_roundscale_ps(every, x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
ATTNSCOPE_INLINE Floats scale_by(Floats x, Floats n) {
    return _mm512_maskz_scalef_ps(every, x, n);
}
#elif defined(__AVX2__)
ATTNSCOPE_INLINE Floats multiply_add(Floats a, Floats b, Floats c) {
    return _mm256_fmadd_ps(a, b, c);
}
ATTNSCOPE_INLINE Floats larger(Floats a, Floats b) {
    return _mm256_max_ps(a, b);
}
ATTNSCOPE_INLINE bool any(Ints where) {
    return _mm256_movemask_ps(reinterpret_cast<__m256>(where)) != 0;
}
ATTNSCOPE_INLINE Floats round_to_even(Floats x) {
    return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
// NaN becomes the smallest integer, whose shifted bits are 0: it stays NaN.
ATTNSCOPE_INLINE Floats scale_by(Floats x, Floats n) {
    const Ints bits = reinterpret_cast<Ints>(_mm256_slli_epi32(_mm256_cvtps_epi32(n), 23));
    return reinterpret_cast<Floats>(reinterpret_cast<Ints>(x) + bits);
}
#elif defined(__SSE2__)
ATTNSCOPE_INLINE Floats multiply_add(Floats a, Floats b, Floats c) {
    return _mm_add_ps(_mm_mul_ps(a, b), c);
}
ATTNSCOPE_INLINE Floats larger(Floats a, Floats b) {
    return _mm_max_ps(a, b);
}
ATTNSCOPE_INLINE bool any(Ints where) {
    return _mm_movemask_ps(reinterpret_cast<__m128>(where)) != 0;
}
// For |x| < 2^31, which all callers see to.
ATTNSCOPE_INLINE Floats round_to_even(Floats x) {
    return _mm_cvtepi32_ps(_mm_cvtps_epi32(x));
}
ATTNSCOPE_INLINE Floats scale_by(Floats x, Floats n) {
    const Ints bits = reinterpret_cast<Ints>(_mm_slli_epi32(_mm_cvtps_epi32(n), 23));
    return reinterpret_cast<Floats>(reinterpret_cast<Ints>(x) + bits);
}
#elif defined(__ARM_NEON)
ATTNSCOPE_INLINE Floats multiply_add(Floats a, Floats b, Floats c) {
    return vfmaq_f32(c, a, b);
}
ATTNSCOPE_INLINE Floats larger(Floats a, Floats b) {
    return vmaxq_f32(a, b);
}
ATTNSCOPE_INLINE bool any(Ints where) {
    return vmaxvq_u32(reinterpret_cast<uint32x4_t>(where)) != 0;
}
ATTNSCOPE_INLINE Floats round_to_even(Floats x) {
    return vrndnq_f32(x);
}
ATTNSCOPE_INLINE Floats scale_by(Floats x, Floats n) {
    const Ints bits = reinterpret_cast<Ints>(vshlq_n_s32(vcvtq_s32_f32(n), 23));
    return reinterpret_cast<Floats>(reinterpret_cast<Ints>(x) + bits);
}
#endif

// 2^x for x in -127 .. 127, off by at most 2.5e-7 of itself, or below 2^-126 by less than that; NaN for NaN. The
// polynomial is the minimax one of degree 5 for 2^f on [-1/2, 1/2].
ATTNSCOPE_INLINE Floats exp2_in_range(Floats x) {
    const Floats n = round_to_even(x), f = x - n;
    Floats p = all(0.0013276477F);
    p = multiply_add(p, f, all(0.0096755419F));
    p = multiply_add(p, f, all(0.0555071346F));
    p = multiply_add(p, f, all(0.2402212024F));
    p = multiply_add(p, f, all(0.6931469440F));
    p = multiply_add(p, f, all(1.0F));
    return scale_by(p, n);
}
// For any x <= 127: 2^-126 for anything below -126.
ATTNSCOPE_INLINE Floats exp2_of(Floats x) {
    return exp2_in_range(larger(all(-126.0F), x));
}

template <int... I>
struct Numbers {};
template <int N, int... I>
struct CountTo : CountTo<N - 1, N - 1, I...> {};
template <int... I>
struct CountTo<0, I...> {
    using type = Numbers<I...>;
};
using Lanes = CountTo<W>::type;

// Swaps, in a block of 2H x 2H within a and b, the half of a with bit H set and the half of b without it.
template <int H, int... I>
ATTNSCOPE_INLINE void swap_halves(Floats& a, Floats& b, Numbers<I...>) {
    const Floats low = __builtin_shufflevector(a, b, ((I & H) == 0 ? I : W + I - H)...);
    b = __builtin_shufflevector(a, b, ((I & H) == 0 ? I + H : W + I)...);
    a = low;
}

template <int H>
ATTNSCOPE_INLINE void transpose_step(Floats (&x)[W]) {
    ATTNSCOPE_UNROLL
    for (int i = 0; i < W; ++i)
        if ((i & H) == 0) swap_halves<H>(x[i], x[i + H], Lanes{});
}

// x[i][j] <-> x[j][i].
ATTNSCOPE_INLINE void transpose(Floats (&x)[W]) {
    if constexpr (W > 8) transpose_step<8>(x);
    if constexpr (W > 4) transpose_step<4>(x);
    transpose_step<2>(x);
    transpose_step<1>(x);
}
