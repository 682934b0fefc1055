#pragma once
// Philox4x32-10 (Salmon, Moraes, Dror, Shaw, SC'11, doi:10.1145/2063384.2063405) for the initial parameters: one network
// per binary64 lane, each 32-bit word in the lower half of a 64-bit lane, where the products are formed anyway.
// NUMERICS.md, 1. (minibatch.h packs the words, for it needs no binary64.)
#include <cstdint>

#include "always-inline.h"

namespace collapsar {

// The round keys of a stream. D: lanes of binary64.
template <class D>
struct RoundKeys {
  using Bits = typename D::Bits;
  Bits first[10];
  Bits second[10];

  explicit RoundKeys(const uint32_t key[2]) {
    uint32_t key0 = key[0];
    uint32_t key1 = key[1];
    for (int round = 0; round < 10; round++) {
      first[round] = Bits::broadcast(key0);
      second[round] = Bits::broadcast(key1);
      key0 += 0x9E3779B9u;
      key1 += 0xBB67AE85u;
    }
  }
};

// The words of the trials' indices, one trial a lane.
template <class D>
struct TrialWords {
  typename D::Bits low;
  typename D::Bits high;
};

// Four words a lane, in the lower halves; the upper halves are arbitrary.
template <class D>
struct RandomBlock {
  typename D::Bits word[4];
};

template <class D>
ALWAYS_INLINE RandomBlock<D> randomBlock(const RoundKeys<D>& keys, uint32_t block, uint32_t tensor,
                                         const TrialWords<D>& trial) {
  using Bits = typename D::Bits;
  RandomBlock<D> x{{Bits::broadcast(block), Bits::broadcast(tensor), trial.low, trial.high}};
#pragma GCC unroll 10
  for (int round = 0; round < 10; round++) {
    const Bits first = multiplyLower(x.word[0], 0xD2511F53u);
    const Bits second = multiplyLower(x.word[2], 0xCD9E8D57u);
    x = {{shiftRight<32>(second) ^ x.word[1] ^ keys.first[round], second,
          shiftRight<32>(first) ^ x.word[3] ^ keys.second[round], first}};
  }
  return x;
}

}  // namespace collapsar
