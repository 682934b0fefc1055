#pragma once
// Vectors of networks for AArch64: 4 binary32 or 2 binary64 lanes. The operations are those of lanes-avx2.h; a mask is
// all ones or all zeros in each lane.
#include <arm_neon.h>

#include "always-inline.h"
#include "stored.h"

namespace collapsar::neon {

struct F64;

struct F32 {
  using Scalar = float;
  using Wide = F64;
  using Mask = uint32x4_t;
  static constexpr int lanes = 4;
  float32x4_t v;
  static ALWAYS_INLINE F32 broadcast(float x) { return {vdupq_n_f32(x)}; }
};

ALWAYS_INLINE F32 operator+(F32 a, F32 b) { return {vaddq_f32(a.v, b.v)}; }
ALWAYS_INLINE F32 operator-(F32 a, F32 b) { return {vsubq_f32(a.v, b.v)}; }
ALWAYS_INLINE F32 operator*(F32 a, F32 b) { return {vmulq_f32(a.v, b.v)}; }
ALWAYS_INLINE F32 operator/(F32 a, F32 b) { return {vdivq_f32(a.v, b.v)}; }
ALWAYS_INLINE F32 fma(F32 a, F32 b, F32 c) { return {vfmaq_f32(c.v, a.v, b.v)}; }
ALWAYS_INLINE F32 squareRoot(F32 a) { return {vsqrtq_f32(a.v)}; }
ALWAYS_INLINE F32 magnitude(F32 a) { return {vabsq_f32(a.v)}; }
ALWAYS_INLINE F32 withSign(F32 a, F32 b) { return {vbslq_f32(vdupq_n_u32(0x80000000u), b.v, a.v)}; }
ALWAYS_INLINE F32 larger(F32 a, F32 b) { return {vmaxq_f32(a.v, b.v)}; }
ALWAYS_INLINE F32 smaller(F32 a, F32 b) { return {vminq_f32(a.v, b.v)}; }
ALWAYS_INLINE uint32x4_t greater(F32 a, F32 b) { return vcgtq_f32(a.v, b.v); }
ALWAYS_INLINE uint32x4_t equal(F32 a, F32 b) { return vceqq_f32(a.v, b.v); }
ALWAYS_INLINE F32 select(uint32x4_t mask, F32 a, F32 b) { return {vbslq_f32(mask, a.v, b.v)}; }
ALWAYS_INLINE F32 keep(uint32x4_t mask, F32 a) {
  return {vreinterpretq_f32_u32(vandq_u32(mask, vreinterpretq_u32_f32(a.v)))};
}
// Not vmaxq, which hands a NaN on.
ALWAYS_INLINE F32 positive(F32 z) { return keep(vcgtzq_f32(z.v), z); }
ALWAYS_INLINE unsigned laneBits(F32, uint32x4_t mask) {
  const uint32x4_t bit = {1, 2, 4, 8};
  return vaddvq_u32(vandq_u32(mask, bit));
}
ALWAYS_INLINE F32 powerOfTwo(F32 t) {
  const uint32x4_t exponent = vshlq_n_u32(vreinterpretq_u32_f32(t.v), 23);
  return {vreinterpretq_f32_u32(vaddq_u32(exponent, vdupq_n_u32(127u << 23)))};
}
ALWAYS_INLINE F32 pinned(F32 a) {
  __asm__("" : "+w"(a.v));
  return a;
}

ALWAYS_INLINE F32 rounded(F32 a, Binary16) { return {vcvt_f32_f16(vcvt_f16_f32(a.v))}; }
ALWAYS_INLINE F32 rounded(F32 a, Bfloat16) {
  const uint32x4_t bits = vreinterpretq_u32_f32(a.v);
  const uint32x4_t odd = vandq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(1));
  const uint32x4_t raised = vaddq_u32(vaddq_u32(bits, vdupq_n_u32(0x7fff)), odd);
  const uint32x4_t upper = vandq_u32(raised, vdupq_n_u32(0xffff0000u));
  return select(equal(a, a), {vreinterpretq_f32_u32(upper)}, a);
}

struct Bits64 {
  uint64x2_t v;
  static ALWAYS_INLINE Bits64 broadcast(uint64_t x) { return {vdupq_n_u64(x)}; }
};

ALWAYS_INLINE Bits64 operator+(Bits64 a, Bits64 b) { return {vaddq_u64(a.v, b.v)}; }
ALWAYS_INLINE Bits64 operator-(Bits64 a, Bits64 b) { return {vsubq_u64(a.v, b.v)}; }
ALWAYS_INLINE Bits64 operator^(Bits64 a, Bits64 b) { return {veorq_u64(a.v, b.v)}; }
ALWAYS_INLINE Bits64 operator&(Bits64 a, Bits64 b) { return {vandq_u64(a.v, b.v)}; }
ALWAYS_INLINE Bits64 operator|(Bits64 a, Bits64 b) { return {vorrq_u64(a.v, b.v)}; }
template <int n>
ALWAYS_INLINE Bits64 shiftLeft(Bits64 a) { return {vshlq_n_u64(a.v, n)}; }
template <int n>
ALWAYS_INLINE Bits64 shiftRight(Bits64 a) { return {vshrq_n_u64(a.v, n)}; }
ALWAYS_INLINE Bits64 multiplyLower(Bits64 a, uint32_t factor) { return {vmull_n_u32(vmovn_u64(a.v), factor)}; }

struct F64 {
  using Scalar = double;
  using Wide = F64;
  using Bits = Bits64;
  using Mask = uint64x2_t;
  static constexpr int lanes = 2;
  float64x2_t v;
  static ALWAYS_INLINE F64 broadcast(double x) { return {vdupq_n_f64(x)}; }
};

ALWAYS_INLINE F64 operator+(F64 a, F64 b) { return {vaddq_f64(a.v, b.v)}; }
ALWAYS_INLINE F64 operator-(F64 a, F64 b) { return {vsubq_f64(a.v, b.v)}; }
ALWAYS_INLINE F64 operator*(F64 a, F64 b) { return {vmulq_f64(a.v, b.v)}; }
ALWAYS_INLINE F64 operator/(F64 a, F64 b) { return {vdivq_f64(a.v, b.v)}; }
ALWAYS_INLINE F64 fma(F64 a, F64 b, F64 c) { return {vfmaq_f64(c.v, a.v, b.v)}; }
ALWAYS_INLINE F64 squareRoot(F64 a) { return {vsqrtq_f64(a.v)}; }
ALWAYS_INLINE F64 magnitude(F64 a) { return {vabsq_f64(a.v)}; }
ALWAYS_INLINE F64 withSign(F64 a, F64 b) { return {vbslq_f64(vdupq_n_u64(1ull << 63), b.v, a.v)}; }
ALWAYS_INLINE F64 larger(F64 a, F64 b) { return {vmaxq_f64(a.v, b.v)}; }
ALWAYS_INLINE F64 smaller(F64 a, F64 b) { return {vminq_f64(a.v, b.v)}; }
ALWAYS_INLINE uint64x2_t greater(F64 a, F64 b) { return vcgtq_f64(a.v, b.v); }
ALWAYS_INLINE uint64x2_t equal(F64 a, F64 b) { return vceqq_f64(a.v, b.v); }
ALWAYS_INLINE F64 select(uint64x2_t mask, F64 a, F64 b) { return {vbslq_f64(mask, a.v, b.v)}; }
ALWAYS_INLINE F64 keep(uint64x2_t mask, F64 a) {
  return {vreinterpretq_f64_u64(vandq_u64(mask, vreinterpretq_u64_f64(a.v)))};
}
ALWAYS_INLINE F64 positive(F64 z) { return keep(vcgtzq_f64(z.v), z); }
ALWAYS_INLINE unsigned laneBits(F64, uint64x2_t mask) {
  return static_cast<unsigned>((vgetq_lane_u64(mask, 0) & 1) | (vgetq_lane_u64(mask, 1) & 2));
}
ALWAYS_INLINE F64 powerOfTwo(F64 t) {
  const uint64x2_t exponent = vshlq_n_u64(vreinterpretq_u64_f64(t.v), 52);
  return {vreinterpretq_f64_u64(vaddq_u64(exponent, vdupq_n_u64(1023ull << 52)))};
}
ALWAYS_INLINE F64 pinned(F64 a) {
  __asm__("" : "+w"(a.v));
  return a;
}

ALWAYS_INLINE Bits64 asBits(F64 a) { return {vreinterpretq_u64_f64(a.v)}; }
ALWAYS_INLINE F64 asNumber(Bits64 a) { return {vreinterpretq_f64_u64(a.v)}; }
ALWAYS_INLINE F64 roundDown(F64 a) { return {vrndmq_f64(a.v)}; }
ALWAYS_INLINE F32 joined(F32, const F64* parts) {
  return {vcombine_f32(vcvt_f32_f64(parts[0].v), vcvt_f32_f64(parts[1].v))};
}
ALWAYS_INLINE F64 joined(F64, const F64* parts) { return parts[0]; }

}  // namespace collapsar::neon
