#pragma once
// a * b + c rounded once, in integer and binary64 arithmetic alone: the oracle that every fused instruction must equal.
#include <cstdint>

namespace collapsar {

template <class To, class From>
inline To bitsOf(From value) {
  static_assert(sizeof(To) == sizeof(From));
  To result;
  __builtin_memcpy(&result, &value, sizeof result);
  return result;
}

// The product of two binary32 numbers is exact in binary64. The sum is rounded to odd there: with 29 spare bits the
// second rounding, to binary32, then equals a single one (S. Boldo, G. Melquiond, "Emulation of a FMA and correctly
// rounded sums", IEEE Trans. Computers 57 (2008), doi:10.1109/TC.2007.70819).
[[gnu::noinline]] inline float softFma(float a, float b, float c) {
  const double product = static_cast<double>(a) * b;
  const double addend = c;
  const double sum = product + addend;
  const double taken = sum - product;
  const double error = (product - (sum - taken)) + (addend - taken);  // exact (Knuth's TwoSum), NaN beside infinities
  if (!(error < 0 || error > 0)) return static_cast<float>(sum);
  const uint64_t bits = bitsOf<uint64_t>(sum);
  if (bits & 1) return static_cast<float>(sum);
  const bool outwards = (error > 0) == (sum > 0);
  return static_cast<float>(bitsOf<double>(outwards ? bits + 1 : bits - 1));
}

// magnitude * 2^exponent with a sign.
struct ExactNumber {
  unsigned __int128 magnitude;
  int exponent;
  bool negative;
};

inline int leadingZeros(unsigned __int128 x) {
  const uint64_t high = static_cast<uint64_t>(x >> 64);
  return high != 0 ? __builtin_clzll(high) : 64 + __builtin_clzll(static_cast<uint64_t>(x));
}

// The same number with its leading bit at position 125, so that a sum of two has room for its carry.
inline ExactNumber normalized(ExactNumber x) {
  const int shift = leadingZeros(x.magnitude) - 2;
  return {x.magnitude << shift, x.exponent - shift, x.negative};
}

inline ExactNumber unpacked(double x) {
  const uint64_t bits = bitsOf<uint64_t>(x);
  const int field = static_cast<int>(bits >> 52 & 0x7ff);
  const uint64_t fraction = bits & 0xfffffffffffffull;
  const uint64_t significand = field == 0 ? fraction : fraction | 1ull << 52;
  return {significand, (field == 0 ? 1 : field) - 1075, (bits >> 63) != 0};
}

// x >> shift, with bit 0 set when anything was lost.
inline unsigned __int128 shiftedSticky(unsigned __int128 x, int shift) {
  if (shift >= 127) return x != 0;
  const unsigned __int128 lost = x & ((static_cast<unsigned __int128>(1) << shift) - 1);
  return x >> shift | (lost != 0);
}

// Two normalized numbers. Where bits are lost the smaller one is at most a quarter of the larger: no cancellation.
inline ExactNumber sumOf(ExactNumber x, ExactNumber y) {
  const ExactNumber larger = x.exponent >= y.exponent ? x : y;
  const ExactNumber smaller = x.exponent >= y.exponent ? y : x;
  const unsigned __int128 a = larger.magnitude;
  const unsigned __int128 b = shiftedSticky(smaller.magnitude, larger.exponent - smaller.exponent);
  if (larger.negative == smaller.negative) return {a + b, larger.exponent, larger.negative};
  return a >= b ? ExactNumber{a - b, larger.exponent, larger.negative}
                : ExactNumber{b - a, larger.exponent, smaller.negative};
}

// To nearest even, with gradual underflow and overflow to infinity.
inline double roundedToBinary64(ExactNumber x) {
  const uint64_t sign = static_cast<uint64_t>(x.negative) << 63;
  const int top = 127 - leadingZeros(x.magnitude);
  const int binade = x.exponent + top;
  if (binade > 1023) return bitsOf<double>(sign | 0x7ffull << 52);
  const int kept = binade >= -1022 ? 53 : 53 - (-1022 - binade);
  if (kept < 0) return bitsOf<double>(sign);
  const int dropped = top + 1 - kept;
  uint64_t significand = static_cast<uint64_t>(dropped > 0 ? x.magnitude >> dropped : x.magnitude << -dropped);
  if (dropped > 0) {
    const unsigned __int128 half = static_cast<unsigned __int128>(1) << (dropped - 1);
    const unsigned __int128 rest = x.magnitude & ((half << 1) - 1);
    significand += rest > half || (rest == half && (significand & 1));
  }
  // The hidden bit adds itself to the exponent field, and so does a carry out of the significand.
  const uint64_t field = binade >= -1022 ? static_cast<uint64_t>(binade + 1022) << 52 : 0;
  return bitsOf<double>(sign | (field + significand));
}

[[gnu::noinline]] inline double softFma(double a, double b, double c) {
  const bool finiteFactors = a - a == 0 && b - b == 0;
  if (finiteFactors && c - c != 0) return c;  // a finite product never meets the infinity or NaN half way
  if (!finiteFactors || a == 0 || b == 0) return a * b + c;
  if (c == 0) return a * b;
  const ExactNumber x = unpacked(a);
  const ExactNumber y = unpacked(b);
  const ExactNumber product = {x.magnitude * y.magnitude, x.exponent + y.exponent, x.negative != y.negative};
  const ExactNumber sum = sumOf(normalized(product), normalized(unpacked(c)));
  return sum.magnitude == 0 ? 0.0 : roundedToBinary64(sum);
}

}  // namespace collapsar
