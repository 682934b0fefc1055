#pragma once
// Vectors of networks for x86-64 with AVX-512 F, DQ, VL and BW: 16 binary32 or 8 binary64 lanes. The operations are
// those of lanes-avx2.h; a mask is a bit per lane.
#include <immintrin.h>

#include <cstdint>

#include "always-inline.h"
#include "stored.h"

namespace collapsar::avx512 {

struct F64;

struct F32 {
  using Scalar = float;
  using Wide = F64;
  using Mask = __mmask16;
  static constexpr int lanes = 16;
  __m512 v;
  static ALWAYS_INLINE F32 broadcast(float x) { return {_mm512_set1_ps(x)}; }
};

ALWAYS_INLINE F32 operator+(F32 a, F32 b) { return {_mm512_add_ps(a.v, b.v)}; }
ALWAYS_INLINE F32 operator-(F32 a, F32 b) { return {_mm512_sub_ps(a.v, b.v)}; }
ALWAYS_INLINE F32 operator*(F32 a, F32 b) { return {_mm512_mul_ps(a.v, b.v)}; }
ALWAYS_INLINE F32 operator/(F32 a, F32 b) { return {_mm512_div_ps(a.v, b.v)}; }
ALWAYS_INLINE F32 fma(F32 a, F32 b, F32 c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
ALWAYS_INLINE F32 squareRoot(F32 a) { return {_mm512_sqrt_ps(a.v)}; }
ALWAYS_INLINE F32 magnitude(F32 a) { return {_mm512_andnot_ps(_mm512_set1_ps(-0.0f), a.v)}; }
ALWAYS_INLINE F32 withSign(F32 a, F32 b) { return {_mm512_or_ps(a.v, _mm512_and_ps(_mm512_set1_ps(-0.0f), b.v))}; }
ALWAYS_INLINE F32 positive(F32 z) { return {_mm512_max_ps(z.v, _mm512_setzero_ps())}; }
ALWAYS_INLINE F32 larger(F32 a, F32 b) { return {_mm512_max_ps(a.v, b.v)}; }
ALWAYS_INLINE F32 smaller(F32 a, F32 b) { return {_mm512_min_ps(a.v, b.v)}; }
ALWAYS_INLINE __mmask16 greater(F32 a, F32 b) { return _mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ); }
ALWAYS_INLINE __mmask16 equal(F32 a, F32 b) { return _mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ); }
ALWAYS_INLINE F32 select(__mmask16 mask, F32 a, F32 b) { return {_mm512_mask_blend_ps(mask, b.v, a.v)}; }
ALWAYS_INLINE F32 keep(__mmask16 mask, F32 a) { return {_mm512_maskz_mov_ps(mask, a.v)}; }
ALWAYS_INLINE unsigned laneBits(F32, __mmask16 mask) { return mask; }
ALWAYS_INLINE F32 powerOfTwo(F32 t) {
  const __m512i exponent = _mm512_slli_epi32(_mm512_castps_si512(t.v), 23);
  return {_mm512_castsi512_ps(_mm512_add_epi32(exponent, _mm512_set1_epi32(127 << 23)))};
}
ALWAYS_INLINE F32 pinned(F32 a) {
  __asm__("" : "+v"(a.v));
  return a;
}

ALWAYS_INLINE F32 rounded(F32 a, Binary16) {
  return {_mm512_cvtph_ps(_mm512_cvtps_ph(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC))};
}
ALWAYS_INLINE F32 rounded(F32 a, Bfloat16) {
  const __m512i bits = _mm512_castps_si512(a.v);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  const __m512i raised = _mm512_add_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x7fff)), odd);
  const __m512i upper = _mm512_and_si512(raised, _mm512_set1_epi32(static_cast<int>(0xffff0000u)));
  return select(equal(a, a), {_mm512_castsi512_ps(upper)}, a);
}

struct Bits64 {
  __m512i v;
  static ALWAYS_INLINE Bits64 broadcast(uint64_t x) { return {_mm512_set1_epi64(static_cast<long long>(x))}; }
};

ALWAYS_INLINE Bits64 operator+(Bits64 a, Bits64 b) { return {_mm512_add_epi64(a.v, b.v)}; }
ALWAYS_INLINE Bits64 operator-(Bits64 a, Bits64 b) { return {_mm512_sub_epi64(a.v, b.v)}; }
ALWAYS_INLINE Bits64 operator^(Bits64 a, Bits64 b) { return {_mm512_xor_si512(a.v, b.v)}; }
ALWAYS_INLINE Bits64 operator&(Bits64 a, Bits64 b) { return {_mm512_and_si512(a.v, b.v)}; }
ALWAYS_INLINE Bits64 operator|(Bits64 a, Bits64 b) { return {_mm512_or_si512(a.v, b.v)}; }
template <int n>
ALWAYS_INLINE Bits64 shiftLeft(Bits64 a) { return {_mm512_slli_epi64(a.v, n)}; }
template <int n>
ALWAYS_INLINE Bits64 shiftRight(Bits64 a) { return {_mm512_srli_epi64(a.v, n)}; }
ALWAYS_INLINE Bits64 multiplyLower(Bits64 a, uint32_t factor) {
  return {_mm512_mul_epu32(a.v, _mm512_set1_epi64(factor))};
}

struct F64 {
  using Scalar = double;
  using Wide = F64;
  using Bits = Bits64;
  using Mask = __mmask8;
  static constexpr int lanes = 8;
  __m512d v;
  static ALWAYS_INLINE F64 broadcast(double x) { return {_mm512_set1_pd(x)}; }
};

ALWAYS_INLINE F64 operator+(F64 a, F64 b) { return {_mm512_add_pd(a.v, b.v)}; }
ALWAYS_INLINE F64 operator-(F64 a, F64 b) { return {_mm512_sub_pd(a.v, b.v)}; }
ALWAYS_INLINE F64 operator*(F64 a, F64 b) { return {_mm512_mul_pd(a.v, b.v)}; }
ALWAYS_INLINE F64 operator/(F64 a, F64 b) { return {_mm512_div_pd(a.v, b.v)}; }
ALWAYS_INLINE F64 fma(F64 a, F64 b, F64 c) { return {_mm512_fmadd_pd(a.v, b.v, c.v)}; }
ALWAYS_INLINE F64 squareRoot(F64 a) { return {_mm512_sqrt_pd(a.v)}; }
ALWAYS_INLINE F64 magnitude(F64 a) { return {_mm512_andnot_pd(_mm512_set1_pd(-0.0), a.v)}; }
ALWAYS_INLINE F64 withSign(F64 a, F64 b) { return {_mm512_or_pd(a.v, _mm512_and_pd(_mm512_set1_pd(-0.0), b.v))}; }
ALWAYS_INLINE F64 positive(F64 z) { return {_mm512_max_pd(z.v, _mm512_setzero_pd())}; }
ALWAYS_INLINE F64 larger(F64 a, F64 b) { return {_mm512_max_pd(a.v, b.v)}; }
ALWAYS_INLINE F64 smaller(F64 a, F64 b) { return {_mm512_min_pd(a.v, b.v)}; }
ALWAYS_INLINE __mmask8 greater(F64 a, F64 b) { return _mm512_cmp_pd_mask(a.v, b.v, _CMP_GT_OQ); }
ALWAYS_INLINE __mmask8 equal(F64 a, F64 b) { return _mm512_cmp_pd_mask(a.v, b.v, _CMP_EQ_OQ); }
ALWAYS_INLINE F64 select(__mmask8 mask, F64 a, F64 b) { return {_mm512_mask_blend_pd(mask, b.v, a.v)}; }
ALWAYS_INLINE F64 keep(__mmask8 mask, F64 a) { return {_mm512_maskz_mov_pd(mask, a.v)}; }
ALWAYS_INLINE unsigned laneBits(F64, __mmask8 mask) { return mask; }
ALWAYS_INLINE F64 powerOfTwo(F64 t) {
  const __m512i exponent = _mm512_slli_epi64(_mm512_castpd_si512(t.v), 52);
  return {_mm512_castsi512_pd(_mm512_add_epi64(exponent, _mm512_set1_epi64(1023LL << 52)))};
}
ALWAYS_INLINE F64 pinned(F64 a) {
  __asm__("" : "+v"(a.v));
  return a;
}

ALWAYS_INLINE Bits64 asBits(F64 a) { return {_mm512_castpd_si512(a.v)}; }
ALWAYS_INLINE F64 asNumber(Bits64 a) { return {_mm512_castsi512_pd(a.v)}; }
ALWAYS_INLINE F64 roundDown(F64 a) { return {_mm512_roundscale_pd(a.v, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC)}; }
ALWAYS_INLINE F32 joined(F32, const F64* parts) {
  const __m512 first = _mm512_castps256_ps512(_mm512_cvtpd_ps(parts[0].v));
  return {_mm512_insertf32x8(first, _mm512_cvtpd_ps(parts[1].v), 1)};
}
ALWAYS_INLINE F64 joined(F64, const F64* parts) { return parts[0]; }

}  // namespace collapsar::avx512
