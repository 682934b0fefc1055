#pragma once
// What the reduced precisions round and IEEE types leave alone: NUMERICS.md, the stored values.
//
// Reduced<Base, Format> computes as Base, the binary32 lanes of an instruction set; `stored` rounds to the format, whose
// numbers are a part of binary32. A lane file says how: rounded(Base, Format).
#include <cstdint>
#include <cstring>

#include "always-inline.h"

namespace collapsar {

struct Binary16 {};
struct Bfloat16 {};

// Two numbers of each lane.
template <class V>
struct LanePair {
  V first;
  V second;
};

template <class V>
ALWAYS_INLINE V broadcastDouble(double x) {
  return V::broadcast(static_cast<typename V::Scalar>(x));
}

template <class V>
ALWAYS_INLINE V stored(V x) {
  return x;
}

template <class Base, class Format>
struct Reduced {
  using Scalar = typename Base::Scalar;
  using Wide = typename Base::Wide;
  using Mask = typename Base::Mask;
  static constexpr int lanes = Base::lanes;
  Base base;
  static ALWAYS_INLINE Reduced broadcast(Scalar x) { return {Base::broadcast(x)}; }
};

template <class V>
inline constexpr bool isReduced = false;
template <class B, class F>
inline constexpr bool isReduced<Reduced<B, F>> = true;

template <class B, class F>
ALWAYS_INLINE Reduced<B, F> stored(Reduced<B, F> x) {
  return {rounded(x.base, F{})};
}

template <class B, class F>
ALWAYS_INLINE Reduced<B, F> operator+(Reduced<B, F> a, Reduced<B, F> b) {
  return {a.base + b.base};
}
template <class B, class F>
ALWAYS_INLINE Reduced<B, F> operator-(Reduced<B, F> a, Reduced<B, F> b) {
  return {a.base - b.base};
}
template <class B, class F>
ALWAYS_INLINE Reduced<B, F> operator*(Reduced<B, F> a, Reduced<B, F> b) {
  return {a.base * b.base};
}
template <class B, class F>
ALWAYS_INLINE Reduced<B, F> operator/(Reduced<B, F> a, Reduced<B, F> b) {
  return {a.base / b.base};
}
template <class B, class F>
ALWAYS_INLINE Reduced<B, F> fma(Reduced<B, F> a, Reduced<B, F> b, Reduced<B, F> c) {
  return {fma(a.base, b.base, c.base)};
}
template <class B, class F>
ALWAYS_INLINE Reduced<B, F> squareRoot(Reduced<B, F> a) {
  return {squareRoot(a.base)};
}
template <class B, class F>
ALWAYS_INLINE Reduced<B, F> magnitude(Reduced<B, F> a) {
  return {magnitude(a.base)};
}
template <class B, class F>
ALWAYS_INLINE Reduced<B, F> withSign(Reduced<B, F> a, Reduced<B, F> b) {
  return {withSign(a.base, b.base)};
}
template <class B, class F>
ALWAYS_INLINE Reduced<B, F> positive(Reduced<B, F> a) {
  return {positive(a.base)};
}
template <class B, class F>
ALWAYS_INLINE Reduced<B, F> larger(Reduced<B, F> a, Reduced<B, F> b) {
  return {larger(a.base, b.base)};
}
template <class B, class F>
ALWAYS_INLINE Reduced<B, F> smaller(Reduced<B, F> a, Reduced<B, F> b) {
  return {smaller(a.base, b.base)};
}
template <class B, class F>
ALWAYS_INLINE typename B::Mask greater(Reduced<B, F> a, Reduced<B, F> b) {
  return greater(a.base, b.base);
}
template <class B, class F>
ALWAYS_INLINE typename B::Mask equal(Reduced<B, F> a, Reduced<B, F> b) {
  return equal(a.base, b.base);
}
template <class B, class F>
ALWAYS_INLINE Reduced<B, F> select(typename B::Mask mask, Reduced<B, F> a, Reduced<B, F> b) {
  return {select(mask, a.base, b.base)};
}
template <class B, class F>
ALWAYS_INLINE Reduced<B, F> keep(typename B::Mask mask, Reduced<B, F> a) {
  return {keep(mask, a.base)};
}
template <class B, class F>
ALWAYS_INLINE unsigned laneBits(Reduced<B, F> a, typename B::Mask mask) {
  return laneBits(a.base, mask);
}
template <class B, class F>
ALWAYS_INLINE Reduced<B, F> powerOfTwo(Reduced<B, F> t) {
  return {powerOfTwo(t.base)};
}
template <class B, class F>
ALWAYS_INLINE Reduced<B, F> pinned(Reduced<B, F> a) {
  return {pinned(a.base)};
}
template <class B, class F>
ALWAYS_INLINE Reduced<B, F> joined(Reduced<B, F> a, const typename B::Wide* parts) {
  return {joined(a.base, parts)};
}

// One number to the nearest of its format, ties to even.
ALWAYS_INLINE float roundedNumber(float x, Bfloat16) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  if (x != x) return x;
  bits = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000u;
  memcpy(&x, &bits, 4);
  return x;
}

ALWAYS_INLINE float roundedNumber(float x, Binary16) {
  if (x != x) return x;
  const float size = __builtin_fabsf(x);
  float nearest;
  if (size < 0x1p-14f) {
    // Where binary32 is spaced like the subnormal numbers of binary16, its own rounding does it.
    const float shifted = size + 0.5f;
    nearest = shifted - 0.5f;
  } else if (size >= 65520) {
    nearest = __builtin_inff();
  } else {
    uint32_t bits;
    memcpy(&bits, &size, 4);
    bits = (bits + 0xfff + (bits >> 13 & 1)) & ~0x1fffu;
    memcpy(&nearest, &bits, 4);
  }
  return __builtin_copysignf(nearest, x);
}

// One lane's number as `stored` leaves it.
template <class V>
struct StoredNumber {
  static ALWAYS_INLINE typename V::Scalar of(typename V::Scalar x) { return x; }
};
template <class B, class F>
struct StoredNumber<Reduced<B, F>> {
  static ALWAYS_INLINE float of(float x) { return roundedNumber(x, F{}); }
};

}  // namespace collapsar
