#pragma once
// Philox4x32-10 (Salmon, Moraes, Dror, Shaw, SC'11, doi:10.1145/2063384.2063405): one network per binary64 lane, each
// 32-bit word in the lower half of a 64-bit lane, where the products are formed anyway. NUMERICS.md, 1.
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

inline constexpr uint32_t firstMultiplier = 0xD2511F53u;
inline constexpr uint32_t secondMultiplier = 0xCD9E8D57u;

template <class D>
ALWAYS_INLINE RandomBlock<D> nextRound(const RandomBlock<D>& x, const RoundKeys<D>& keys, int round) {
  const auto first = multiplyLower(x.word[0], firstMultiplier);
  const auto second = multiplyLower(x.word[2], secondMultiplier);
  return {{shiftRight<32>(second) ^ x.word[1] ^ keys.first[round], second,
           shiftRight<32>(first) ^ x.word[3] ^ keys.second[round], first}};
}

template <class D>
ALWAYS_INLINE RandomBlock<D> randomBlock(const RoundKeys<D>& keys, uint32_t block, uint32_t tensor,
                                         const TrialWords<D>& trial) {
  using Bits = typename D::Bits;
  RandomBlock<D> x{{Bits::broadcast(block), Bits::broadcast(tensor), trial.low, trial.high}};
#pragma GCC unroll 10
  for (int round = 0; round < 10; round++) x = nextRound(x, keys, round);
  return x;
}

// What the first two rounds of all blocks of one step have in common: the block's number enters the first round as a
// product of its own, and of what the second one multiplies only word 2 depends on it.
template <class D>
struct BlockStart {
  typename D::Bits word0;  // of the second round's result, but for a product; so are words 2 and 3
  typename D::Bits word2;
  typename D::Bits word3;
  typename D::Bits factor;  // of that product, but for the block's
};

template <class D>
ALWAYS_INLINE BlockStart<D> startOfBlocks(const RoundKeys<D>& keys, typename D::Bits step, const TrialWords<D>& trial) {
  const auto second = multiplyLower(trial.low, secondMultiplier);
  const auto first = multiplyLower(shiftRight<32>(second) ^ step ^ keys.first[0], firstMultiplier);
  return {second ^ keys.first[1], shiftRight<32>(first) ^ keys.second[1], first, trial.high ^ keys.second[0]};
}

// Rounds 0 and 1 of randomBlock(keys, block, step, trial).
template <class D>
ALWAYS_INLINE RandomBlock<D> twoRounds(const BlockStart<D>& start, uint32_t block) {
  using Bits = typename D::Bits;
  const uint64_t product = static_cast<uint64_t>(block) * firstMultiplier;
  const Bits second = multiplyLower(start.factor ^ Bits::broadcast(product >> 32), secondMultiplier);
  return {{shiftRight<32>(second) ^ start.word0, second,
           start.word2 ^ Bits::broadcast(static_cast<uint32_t>(product)), start.word3}};
}

}  // namespace collapsar
