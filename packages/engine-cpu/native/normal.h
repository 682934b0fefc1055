#pragma once
// Uniform and normal numbers of random words, one network per binary64 lane: the bits of random/uniform.ts, normal.ts and
// elementary.ts of the trial package, NUMERICS.md, 1. Nothing here is fused. Where the order differs from the one
// written there, the comment says why no bit does.
#include <cstdint>

#include "philox.h"

namespace collapsar {

// (a 2^21 + (b >>> 11) + 0.5) / 2^53. A 32-bit integer in the last bits of 2^73 or 2^52 is that many units of 2^21 or 1;
// taking away 2^73, and 2^52 - 0.5, is exact, so that one sum is rounded, as there.
template <class D>
ALWAYS_INLINE D uniformOf(typename D::Bits a, typename D::Bits b) {
  using Bits = typename D::Bits;
  const Bits lower = Bits::broadcast(0xffffffffu);
  const D high = asNumber((a & lower) | asBits(D::broadcast(0x1p73))) - D::broadcast(0x1p73);
  const D low = asNumber(shiftRight<11>(b & lower) | asBits(D::broadcast(0x1p52))) - D::broadcast(0x1p52 - 0.5);
  return (high + low) * D::broadcast(0x1p-53);
}

// The natural logarithm of a normal positive number: fdlibm's e_log.c as elementary.ts has it.
template <class D>
ALWAYS_INLINE D logarithm(D x) {
  using Bits = typename D::Bits;
  const auto c = [](double value) { return D::broadcast(value); };
  // x = 2^k (1 + f), 1 + f in [sqrt(1/2), sqrt(2)): the exponent of x * 2^0.5 in integers. Scaling by 2^-k is exact.
  const Bits toOne = Bits::broadcast(0x3ff0000000000000u - 0x3fe6a09e00000000u);
  const Bits biased = shiftRight<52>(asBits(x) + toOne);
  const D f = asNumber(asBits(x) - shiftLeft<52>(biased - Bits::broadcast(1023))) - c(1);
  const D k = asNumber(biased | asBits(c(0x1p52))) - c(0x1p52 + 1023);
  const D half = c(0.5) * f * f;
  const D s = f / (c(2) + f);
  const D z = s * s;
  const D w = z * z;
  const D even = w * (c(3.999999999940941908e-1) + w * (c(2.222219843214978396e-1) + w * c(1.531383769920937332e-1)));
  const D odd = z * (c(6.666666666666735130e-1) +
                     w * (c(2.857142874366239149e-1) +
                          w * (c(1.818357216161805012e-1) + w * c(1.479819860511658591e-1))));
  return k * c(6.93147180369123816490e-1) -
         (half - (s * (half + (odd + even)) + k * c(1.90821492927058770002e-10)) - f);
}

// Sine of x in [0 .. pi/4] and its negatives. Negations are left out: x - (-a - b) = x + (a + b).
template <class D>
ALWAYS_INLINE D sineKernel(D x) {
  const auto c = [](double value) { return D::broadcast(value); };
  const D z = x * x;
  const D v = z * x;
  const D r = c(8.33333333332248946124e-3) + z * (c(-1.98412698298579493134e-4) + z * c(2.75573137070700676789e-6)) +
              z * (z * z) * (c(-2.50507602534068634195e-8) + z * c(1.58969099521155010221e-10));
  return x + (z * (v * r) + v * c(-1.66666666666666324348e-1));
}

template <class D>
ALWAYS_INLINE D cosineKernel(D x) {
  const auto c = [](double value) { return D::broadcast(value); };
  const D z = x * x;
  const D w = z * z;
  const D r = z * (c(4.16666666666666019037e-2) + z * (c(-1.38888888888741095749e-3) + z * c(2.48015872894767294178e-5))) +
              w * w * (c(-2.75573143513906633035e-7) + z * (c(2.08757232129817482790e-9) + z * c(-1.13596475577881948265e-11)));
  const D half = c(0.5) * z;
  const D head = c(1) - half;
  return head + (c(1) - head - half + z * r);
}

// Two numbers of one block.
template <class D>
struct DrawnPair {
  D first;
  D second;
};

template <class D>
ALWAYS_INLINE DrawnPair<D> uniformPair(const RandomBlock<D>& block) {
  return {uniformOf<D>(block.word[0], block.word[1]), uniformOf<D>(block.word[2], block.word[3])};
}

// Box-Muller (1958, doi:10.1214/aoms/1177706645). normal.ts turns (cos, sin) by q quarters with products by 0, 1 and -1;
// here they change places where q is odd, and take the signs. Both make +0 of every zero: the last sum does it here.
template <class D>
ALWAYS_INLINE DrawnPair<D> normalPair(const RandomBlock<D>& block) {
  using Bits = typename D::Bits;
  const DrawnPair<D> u = uniformPair(block);
  const D radius = squareRoot(D::broadcast(-2) * logarithm(u.first));
  const D quarters = D::broadcast(4) * u.second;
  const D nearest = roundDown(quarters + D::broadcast(0.5));
  const D x = (quarters - nearest) * D::broadcast(1.5707963267948966);
  const Bits q = asBits(nearest + D::broadcast(0x1p52));
  const Bits cosine = asBits(cosineKernel(x));
  const Bits sine = asBits(sineKernel(x));
  const Bits one = Bits::broadcast(1);
  const Bits swapped = (cosine ^ sine) & (Bits::broadcast(0) - (q & one));
  const Bits sign = Bits::broadcast(uint64_t{1} << 63);
  const Bits firstSign = shiftLeft<62>(q + one) & sign;
  const Bits secondSign = shiftLeft<62>(q) & sign;
  const D zero = D::broadcast(0);
  return {radius * (asNumber(cosine ^ swapped ^ firstSign) + zero), radius * (asNumber(sine ^ swapped ^ secondSign) + zero)};
}

}  // namespace collapsar
