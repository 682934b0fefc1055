#pragma once
// Vectors of networks for x86-64 with AVX2 and FMA3: 8 binary32 or 4 binary64 lanes. Only these lane files hold
// intrinsics. Every operation is the IEEE 754 operation on each lane.
#include <immintrin.h>

#include <cstdint>

#include "always-inline.h"
#include "stored.h"

namespace collapsar::avx2 {

struct F64;

struct F32 {
  using Scalar = float;
  using Wide = F64;  // lanes of binary64
  using Mask = __m256;
  static constexpr int lanes = 8;
  __m256 v;
  static ALWAYS_INLINE F32 broadcast(float x) { return {_mm256_set1_ps(x)}; }
};

ALWAYS_INLINE F32 operator+(F32 a, F32 b) { return {_mm256_add_ps(a.v, b.v)}; }
ALWAYS_INLINE F32 operator-(F32 a, F32 b) { return {_mm256_sub_ps(a.v, b.v)}; }
ALWAYS_INLINE F32 operator*(F32 a, F32 b) { return {_mm256_mul_ps(a.v, b.v)}; }
ALWAYS_INLINE F32 operator/(F32 a, F32 b) { return {_mm256_div_ps(a.v, b.v)}; }
ALWAYS_INLINE F32 fma(F32 a, F32 b, F32 c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
ALWAYS_INLINE F32 squareRoot(F32 a) { return {_mm256_sqrt_ps(a.v)}; }
ALWAYS_INLINE F32 magnitude(F32 a) { return {_mm256_andnot_ps(_mm256_set1_ps(-0.0f), a.v)}; }
// The magnitude of a (not negative) with the sign bit of b.
ALWAYS_INLINE F32 withSign(F32 a, F32 b) { return {_mm256_or_ps(a.v, _mm256_and_ps(_mm256_set1_ps(-0.0f), b.v))}; }
// z > 0 ? z : +0. The instruction returns its second operand for a NaN and for two zeros.
ALWAYS_INLINE F32 positive(F32 z) { return {_mm256_max_ps(z.v, _mm256_setzero_ps())}; }
// The larger and the smaller of two numbers of which neither is a NaN or -0.
ALWAYS_INLINE F32 larger(F32 a, F32 b) { return {_mm256_max_ps(a.v, b.v)}; }
ALWAYS_INLINE F32 smaller(F32 a, F32 b) { return {_mm256_min_ps(a.v, b.v)}; }
ALWAYS_INLINE __m256 greater(F32 a, F32 b) { return _mm256_cmp_ps(a.v, b.v, _CMP_GT_OQ); }
ALWAYS_INLINE __m256 equal(F32 a, F32 b) { return _mm256_cmp_ps(a.v, b.v, _CMP_EQ_OQ); }
ALWAYS_INLINE F32 select(__m256 mask, F32 a, F32 b) { return {_mm256_blendv_ps(b.v, a.v, mask)}; }
// a where the mask holds, +0 elsewhere.
ALWAYS_INLINE F32 keep(__m256 mask, F32 a) { return {_mm256_and_ps(mask, a.v)}; }
// Bit i: lane i of the mask.
ALWAYS_INLINE unsigned laneBits(F32, __m256 mask) { return static_cast<unsigned>(_mm256_movemask_ps(mask)); }
// 2^n for t = n + 1.5 * 2^23: the integer n stands in the low bits of t.
ALWAYS_INLINE F32 powerOfTwo(F32 t) {
  const __m256i exponent = _mm256_slli_epi32(_mm256_castps_si256(t.v), 23);
  return {_mm256_castsi256_ps(_mm256_add_epi32(exponent, _mm256_set1_epi32(127 << 23)))};
}
// Keeps a loaded value in its register: g++ otherwise repeats the load as a memory operand of every use.
ALWAYS_INLINE F32 pinned(F32 a) {
  __asm__("" : "+x"(a.v));
  return a;
}

ALWAYS_INLINE F32 rounded(F32 a, Binary16) {
  return {_mm256_cvtph_ps(_mm256_cvtps_ph(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC))};
}
// The carry of the lower half goes into the upper one, up to infinity; a NaN must not become one.
ALWAYS_INLINE F32 rounded(F32 a, Bfloat16) {
  const __m256i bits = _mm256_castps_si256(a.v);
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  const __m256i raised = _mm256_add_epi32(_mm256_add_epi32(bits, _mm256_set1_epi32(0x7fff)), odd);
  const __m256i upper = _mm256_and_si256(raised, _mm256_set1_epi32(static_cast<int>(0xffff0000u)));
  return select(equal(a, a), {_mm256_castsi256_ps(upper)}, a);
}

// The bits of binary64 lanes.
struct Bits64 {
  __m256i v;
  static ALWAYS_INLINE Bits64 broadcast(uint64_t x) { return {_mm256_set1_epi64x(static_cast<long long>(x))}; }
};

ALWAYS_INLINE Bits64 operator+(Bits64 a, Bits64 b) { return {_mm256_add_epi64(a.v, b.v)}; }
ALWAYS_INLINE Bits64 operator-(Bits64 a, Bits64 b) { return {_mm256_sub_epi64(a.v, b.v)}; }
ALWAYS_INLINE Bits64 operator^(Bits64 a, Bits64 b) { return {_mm256_xor_si256(a.v, b.v)}; }
ALWAYS_INLINE Bits64 operator&(Bits64 a, Bits64 b) { return {_mm256_and_si256(a.v, b.v)}; }
ALWAYS_INLINE Bits64 operator|(Bits64 a, Bits64 b) { return {_mm256_or_si256(a.v, b.v)}; }
template <int n>
ALWAYS_INLINE Bits64 shiftLeft(Bits64 a) { return {_mm256_slli_epi64(a.v, n)}; }
template <int n>
ALWAYS_INLINE Bits64 shiftRight(Bits64 a) { return {_mm256_srli_epi64(a.v, n)}; }
// The 64-bit product of the lower half of each lane.
ALWAYS_INLINE Bits64 multiplyLower(Bits64 a, uint32_t factor) {
  return {_mm256_mul_epu32(a.v, _mm256_set1_epi64x(factor))};
}

struct F64 {
  using Scalar = double;
  using Wide = F64;
  using Bits = Bits64;
  using Mask = __m256d;
  static constexpr int lanes = 4;
  __m256d v;
  static ALWAYS_INLINE F64 broadcast(double x) { return {_mm256_set1_pd(x)}; }
};

ALWAYS_INLINE F64 operator+(F64 a, F64 b) { return {_mm256_add_pd(a.v, b.v)}; }
ALWAYS_INLINE F64 operator-(F64 a, F64 b) { return {_mm256_sub_pd(a.v, b.v)}; }
ALWAYS_INLINE F64 operator*(F64 a, F64 b) { return {_mm256_mul_pd(a.v, b.v)}; }
ALWAYS_INLINE F64 operator/(F64 a, F64 b) { return {_mm256_div_pd(a.v, b.v)}; }
ALWAYS_INLINE F64 fma(F64 a, F64 b, F64 c) { return {_mm256_fmadd_pd(a.v, b.v, c.v)}; }
ALWAYS_INLINE F64 squareRoot(F64 a) { return {_mm256_sqrt_pd(a.v)}; }
ALWAYS_INLINE F64 magnitude(F64 a) { return {_mm256_andnot_pd(_mm256_set1_pd(-0.0), a.v)}; }
ALWAYS_INLINE F64 withSign(F64 a, F64 b) { return {_mm256_or_pd(a.v, _mm256_and_pd(_mm256_set1_pd(-0.0), b.v))}; }
ALWAYS_INLINE F64 positive(F64 z) { return {_mm256_max_pd(z.v, _mm256_setzero_pd())}; }
ALWAYS_INLINE F64 larger(F64 a, F64 b) { return {_mm256_max_pd(a.v, b.v)}; }
ALWAYS_INLINE F64 smaller(F64 a, F64 b) { return {_mm256_min_pd(a.v, b.v)}; }
ALWAYS_INLINE __m256d greater(F64 a, F64 b) { return _mm256_cmp_pd(a.v, b.v, _CMP_GT_OQ); }
ALWAYS_INLINE __m256d equal(F64 a, F64 b) { return _mm256_cmp_pd(a.v, b.v, _CMP_EQ_OQ); }
ALWAYS_INLINE F64 select(__m256d mask, F64 a, F64 b) { return {_mm256_blendv_pd(b.v, a.v, mask)}; }
ALWAYS_INLINE F64 keep(__m256d mask, F64 a) { return {_mm256_and_pd(mask, a.v)}; }
ALWAYS_INLINE unsigned laneBits(F64, __m256d mask) { return static_cast<unsigned>(_mm256_movemask_pd(mask)); }
// 2^n for t = n + 1.5 * 2^52.
ALWAYS_INLINE F64 powerOfTwo(F64 t) {
  const __m256i exponent = _mm256_slli_epi64(_mm256_castpd_si256(t.v), 52);
  return {_mm256_castsi256_pd(_mm256_add_epi64(exponent, _mm256_set1_epi64x(1023LL << 52)))};
}
ALWAYS_INLINE F64 pinned(F64 a) {
  __asm__("" : "+x"(a.v));
  return a;
}

ALWAYS_INLINE Bits64 asBits(F64 a) { return {_mm256_castpd_si256(a.v)}; }
ALWAYS_INLINE F64 asNumber(Bits64 a) { return {_mm256_castsi256_pd(a.v)}; }
ALWAYS_INLINE F64 roundDown(F64 a) { return {_mm256_floor_pd(a.v)}; }
// The lanes of binary64 parts, one after another, in the type of the first argument.
ALWAYS_INLINE F32 joined(F32, const F64* parts) {
  return {_mm256_set_m128(_mm256_cvtpd_ps(parts[1].v), _mm256_cvtpd_ps(parts[0].v))};
}
ALWAYS_INLINE F64 joined(F64, const F64* parts) { return parts[0]; }

// The rows [first, second] of the table that the upper halves of the products number, one load each.
ALWAYS_INLINE LanePair<F32> gatherPairs(F32, const float* table, const uint64_t* products) {
  const auto* rows = reinterpret_cast<const double*>(table);
  const auto two = [&](int lane) __attribute__((always_inline)) {
    return _mm_loadh_pd(_mm_load_sd(rows + (products[lane] >> 32)), rows + (products[lane + 1] >> 32));
  };
  const __m256 even = _mm256_castpd_ps(_mm256_set_m128d(two(4), two(0)));
  const __m256 odd = _mm256_castpd_ps(_mm256_set_m128d(two(6), two(2)));
  return {{_mm256_shuffle_ps(even, odd, 0x88)}, {_mm256_shuffle_ps(even, odd, 0xdd)}};
}
ALWAYS_INLINE LanePair<F64> gatherPairs(F64, const double* table, const uint64_t* products) {
  const auto row = [&](int lane) __attribute__((always_inline)) {
    return _mm_loadu_pd(table + 2 * (products[lane] >> 32));
  };
  const __m256d even = _mm256_set_m128d(row(2), row(0));
  const __m256d odd = _mm256_set_m128d(row(3), row(1));
  return {{_mm256_unpacklo_pd(even, odd)}, {_mm256_unpackhi_pd(even, odd)}};
}

}  // namespace collapsar::avx2
