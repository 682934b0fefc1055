#pragma once
// expm1, exp, tanh and erf on lanes, made of fma polynomials alone: the same bits in every lane on every machine. This
// file is part of the numerics (NUMERICS.md, 7): changing a coefficient or the order of two operations changes bits.
// The coefficients were printed by elementary-coefficients.py, which says what they approximate and how well.
#include "always-inline.h"

namespace collapsar {

template <class Scalar>
struct ElementaryTables;

template <>
struct ElementaryTables<float> {
  static constexpr float roundingShift = 0x1.8p23f;  // adding it rounds to an integer, left in the low bits
  static constexpr float log2e = 0x1.715476p+0f;
  static constexpr float ln2High = 0x1.62e4p-1f;
  static constexpr float ln2Low = 0x1.7f7d1cp-20f;
  static constexpr float expm1Floor = -20;  // below it expm1 rounds to -1
  static constexpr float expFloor = -105;   // below it exp rounds to 0
  static constexpr float erfCeiling = 4;    // above it erf rounds to 1
  static constexpr float erfCentre = 2.5f;
  static constexpr float expm1Series[] = {
      0x1.0p-1f, 0x1.555556p-3f, 0x1.5554e4p-5f, 0x1.1110ep-7f, 0x1.6d492p-10f, 0x1.a12a42p-13f};
  static constexpr float erfInside[] = {
      0x1.06eba8p-3f, -0x1.81273ep-2f, 0x1.ce2d1p-4f, -0x1.b7fabap-6f, 0x1.54127p-8f, -0x1.a45088p-11f,
      0x1.4a569p-14f};
  static constexpr float erfOutside[] = {
      0x1.f3a2dcp+2f, 0x1.569252p+2f, 0x1.e34608p-1f, 0x1.63cc74p-7f, -0x1.1bcb0cp-9f, 0x1.b93b66p-12f,
      -0x1.44964ep-14f, 0x1.b1b6e2p-17f, -0x1.b1ade4p-20f, 0x1.45ac78p-24f};
};

template <>
struct ElementaryTables<double> {
  static constexpr double roundingShift = 0x1.8p52;
  static constexpr double log2e = 0x1.71547652b82fep+0;
  static constexpr double ln2High = 0x1.62e42fefa38p-1;
  static constexpr double ln2Low = 0x1.ef35793c7673p-45;
  static constexpr double expm1Floor = -40;
  static constexpr double expFloor = -750;
  static constexpr double erfCeiling = 6;
  static constexpr double erfCentre = 3.5;
  static constexpr double expm1Series[] = {
      0x1.0p-1, 0x1.5555555555557p-3, 0x1.5555555555556p-5, 0x1.111111110ff87p-7, 0x1.6c16c16c16212p-10,
      0x1.a01a01aca0134p-13, 0x1.a01a01a741b3cp-16, 0x1.71ddffef9e7b1p-19, 0x1.27e4da1a3bf04p-22,
      0x1.af52906239de4p-26, 0x1.1f75aba0b1e2ep-29};
  static constexpr double erfInside[] = {
      0x1.06eba8214db69p-3, -0x1.812746b0379e7p-2, 0x1.ce2f21a042bdep-4, -0x1.b82ce312889bap-6,
      0x1.565bcd0e6502dp-8, -0x1.c02db3feeb579p-11, 0x1.f9a326c233146p-14, -0x1.f4d2561aeafd4p-17,
      0x1.b9e6509b9867dp-20, -0x1.5f6d925a0bc7ap-23, 0x1.fc4356498c2d9p-27, -0x1.4e607b41a6416p-30,
      0x1.7f072188e194dp-34, -0x1.29b9f1b3df556p-38};
  static constexpr double erfOutside[] = {
      0x1.c3991652a25bp+3, 0x1.d107c691607bdp+2, 0x1.eefa41a2da199p-1, 0x1.5677ff29cf37p-8, -0x1.ca1053db1191ep-11,
      0x1.34e7e407828e4p-13, -0x1.9922ad43c545dp-16, 0x1.0506155fbb301p-18, -0x1.3a6638e9057bp-21,
      0x1.5a92e6e36567bp-24, -0x1.478163725289bp-27, 0x1.aa02dcabb893fp-31, 0x1.b4401793905e2p-36,
      -0x1.0dabac493a7c1p-35, 0x1.430ccb3a0f662p-37, -0x1.2109eb5c36688p-39, 0x1.bb377d00afebdp-42,
      -0x1.2f3645d5f7337p-44, 0x1.41db44cd59739p-47, -0x1.2aabf0406d685p-51, 0x1.b5b281e0cd13cp-56,
      -0x1.7e305472fe61bp-56, -0x1.2574e9996097bp-57, 0x1.77f7129b9e3bbp-58, -0x1.75649084e1011p-61};
};

// Horner's rule in fma, the constant coefficient first in the table.
template <class V, int Count>
ALWAYS_INLINE V polynomial(const typename V::Scalar (&coefficients)[Count], V x) {
  V sum = V::broadcast(coefficients[Count - 1]);
#pragma GCC unroll 32
  for (int i = Count - 2; i >= 0; i--) sum = fma(sum, x, V::broadcast(coefficients[i]));
  return sum;
}

// exp(x) = 2^n (1 + q): t holds n, q = expm1(x - n ln 2).
template <class V>
struct ReducedExponential {
  V t;
  V q;
};

template <class V>
ALWAYS_INLINE ReducedExponential<V> reduceExponential(V x) {
  using Table = ElementaryTables<typename V::Scalar>;
  const V shift = V::broadcast(Table::roundingShift);
  const V t = fma(x, V::broadcast(Table::log2e), shift);
  const V minusN = shift - t;
  V r = fma(minusN, V::broadcast(Table::ln2High), x);
  r = fma(minusN, V::broadcast(Table::ln2Low), r);
  return {t, fma(polynomial(Table::expm1Series, r), r * r, r)};
}

// x, or the floor where x is below it. A NaN stays.
template <class V>
ALWAYS_INLINE V atLeast(V x, typename V::Scalar floor) {
  const V bound = V::broadcast(floor);
  return select(greater(bound, x), bound, x);
}

// exp(x) - 1 for x <= 0.
template <class V>
ALWAYS_INLINE V expm1OfNegative(V x) {
  using Table = ElementaryTables<typename V::Scalar>;
  const ReducedExponential<V> e = reduceExponential(atLeast(x, Table::expm1Floor));
  const V scale = powerOfTwo(e.t);
  return fma(scale, e.q, scale - V::broadcast(1));
}

// exp(x) for x <= 0, gradual underflow included: the scale is raised by 2^64 and the product lowered again.
template <class V>
ALWAYS_INLINE V expOfNegative(V x) {
  using Table = ElementaryTables<typename V::Scalar>;
  const ReducedExponential<V> e = reduceExponential(atLeast(x, Table::expFloor));
  const V scale = powerOfTwo(e.t + V::broadcast(64));
  return fma(scale, e.q, scale) * V::broadcast(0x1p-64f);
}

template <class V>
ALWAYS_INLINE V hyperbolicTangent(V x) {
  const V w = expm1OfNegative(magnitude(x) * V::broadcast(-2));
  return withSign(magnitude(w / (w + V::broadcast(2))), x);
}

// Inside [-1, 1] a polynomial in x^2; outside -expm1(-P), P the logarithm of 1 / erfc.
template <class V>
ALWAYS_INLINE V errorFunction(V x) {
  using Table = ElementaryTables<typename V::Scalar>;
  const V inside = fma(polynomial(Table::erfInside, x * x), x, x);
  const V ceiling = V::broadcast(Table::erfCeiling);
  const V size = magnitude(x);
  const V bounded = select(greater(size, ceiling), ceiling, size);
  const V logarithm = polynomial(Table::erfOutside, bounded - V::broadcast(Table::erfCentre));
  const V outside = withSign(magnitude(expm1OfNegative(logarithm * V::broadcast(-1))), x);
  return select(greater(size, V::broadcast(1)), outside, inside);
}

}  // namespace collapsar
