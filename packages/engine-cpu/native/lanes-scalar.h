#pragma once
// One lane, plain C++ and a software fma: runs on any machine, and is the oracle of the bits. The operations are those
// of lanes-avx2.h.
#include "always-inline.h"
#include "soft-fma.h"
#include "stored.h"

namespace collapsar::scalar {

struct Bits64 {
  uint64_t v;
  static ALWAYS_INLINE Bits64 broadcast(uint64_t x) { return {x}; }
};

ALWAYS_INLINE Bits64 operator+(Bits64 a, Bits64 b) { return {a.v + b.v}; }
ALWAYS_INLINE Bits64 operator-(Bits64 a, Bits64 b) { return {a.v - b.v}; }
ALWAYS_INLINE Bits64 operator^(Bits64 a, Bits64 b) { return {a.v ^ b.v}; }
ALWAYS_INLINE Bits64 operator&(Bits64 a, Bits64 b) { return {a.v & b.v}; }
ALWAYS_INLINE Bits64 operator|(Bits64 a, Bits64 b) { return {a.v | b.v}; }
template <int n>
ALWAYS_INLINE Bits64 shiftLeft(Bits64 a) { return {a.v << n}; }
template <int n>
ALWAYS_INLINE Bits64 shiftRight(Bits64 a) { return {a.v >> n}; }
ALWAYS_INLINE Bits64 multiplyLower(Bits64 a, uint32_t factor) { return {(a.v & 0xffffffff) * factor}; }

template <class T>
struct Single {
  using Scalar = T;
  using Wide = Single<double>;
  using Bits = Bits64;
  using Mask = bool;
  static constexpr int lanes = 1;
  T v;
  static ALWAYS_INLINE Single broadcast(T x) { return {x}; }
};

using F32 = Single<float>;
using F64 = Single<double>;

template <class T>
ALWAYS_INLINE Single<T> operator+(Single<T> a, Single<T> b) { return {a.v + b.v}; }
template <class T>
ALWAYS_INLINE Single<T> operator-(Single<T> a, Single<T> b) { return {a.v - b.v}; }
template <class T>
ALWAYS_INLINE Single<T> operator*(Single<T> a, Single<T> b) { return {a.v * b.v}; }
template <class T>
ALWAYS_INLINE Single<T> operator/(Single<T> a, Single<T> b) { return {a.v / b.v}; }
template <class T>
ALWAYS_INLINE Single<T> fma(Single<T> a, Single<T> b, Single<T> c) { return {softFma(a.v, b.v, c.v)}; }
template <class T>
ALWAYS_INLINE Single<T> larger(Single<T> a, Single<T> b) { return a.v > b.v ? a : b; }
template <class T>
ALWAYS_INLINE Single<T> smaller(Single<T> a, Single<T> b) { return a.v < b.v ? a : b; }
template <class T>
ALWAYS_INLINE bool greater(Single<T> a, Single<T> b) { return a.v > b.v; }
template <class T>
ALWAYS_INLINE bool equal(Single<T> a, Single<T> b) { return a.v == b.v; }
template <class T>
ALWAYS_INLINE Single<T> select(bool mask, Single<T> a, Single<T> b) { return mask ? a : b; }
template <class T>
ALWAYS_INLINE Single<T> keep(bool mask, Single<T> a) { return mask ? a : Single<T>{0}; }
template <class T>
ALWAYS_INLINE Single<T> positive(Single<T> z) { return keep(z.v > 0, z); }
template <class T>
ALWAYS_INLINE unsigned laneBits(Single<T>, bool mask) { return mask; }
template <class T>
ALWAYS_INLINE Single<T> pinned(Single<T> a) { return a; }

// Square roots of negative numbers never occur, so the instruction alone will do (-fno-math-errno).
ALWAYS_INLINE F32 squareRoot(F32 a) { return {__builtin_sqrtf(a.v)}; }
ALWAYS_INLINE F64 squareRoot(F64 a) { return {__builtin_sqrt(a.v)}; }
ALWAYS_INLINE F32 magnitude(F32 a) { return {__builtin_fabsf(a.v)}; }
ALWAYS_INLINE F64 magnitude(F64 a) { return {__builtin_fabs(a.v)}; }
ALWAYS_INLINE F32 withSign(F32 a, F32 b) { return {__builtin_copysignf(a.v, b.v)}; }
ALWAYS_INLINE F64 withSign(F64 a, F64 b) { return {__builtin_copysign(a.v, b.v)}; }
ALWAYS_INLINE F32 powerOfTwo(F32 t) { return {bitsOf<float>((bitsOf<uint32_t>(t.v) << 23) + (127u << 23))}; }
ALWAYS_INLINE F64 powerOfTwo(F64 t) { return {bitsOf<double>((bitsOf<uint64_t>(t.v) << 52) + (1023ull << 52))}; }

template <class Format>
ALWAYS_INLINE F32 rounded(F32 a, Format format) { return {roundedNumber(a.v, format)}; }

ALWAYS_INLINE Bits64 asBits(F64 a) { return {bitsOf<uint64_t>(a.v)}; }
ALWAYS_INLINE F64 asNumber(Bits64 a) { return {bitsOf<double>(a.v)}; }
ALWAYS_INLINE F64 roundDown(F64 a) { return {__builtin_floor(a.v)}; }
template <class T>
ALWAYS_INLINE Single<T> joined(Single<T>, const F64* parts) { return {static_cast<T>(parts[0].v)}; }

}  // namespace collapsar::scalar
