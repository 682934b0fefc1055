#pragma once
// Updates whose parameters are perturbed: the Philox stream with the counter (block, step, trial), all lanes at once.
// NUMERICS.md, 1 and 4.
#include <cstdint>

#include "job.h"
#include "minibatch.h"
#include "optimizer.h"
#include "philox.h"
#include "stored.h"

namespace collapsar {

// (2 (w >>> 8) + 1 - 2^24) / 2^24: an odd integer in the last bits of 2^52, and nothing is rounded.
template <class D>
ALWAYS_INLINE D noiseOf(typename D::Bits word) {
  using Bits = typename D::Bits;
  const Bits odd = (shiftRight<7>(word) & Bits::broadcast(0x1fffffe)) | Bits::broadcast(1);
  return (asNumber(odd | asBits(D::broadcast(0x1p52))) - D::broadcast(0x1p52 + 0x1p24)) * D::broadcast(0x1p-24);
}

// One update with noise after another.
template <class V>
class NoisyUpdates {
 public:
  explicit NoisyUpdates(const Job& job)
      : job_(job), keys_(job.noiseKey), level_(broadcastDouble<V>(job.training.noise.level)) {}

  // The update of all parameters, at the step that the counters name. Stops within 65536 of them when the job is cancelled.
  void make(const ParameterState<V>& state, const Update<V>& update, const LaneCounters<V>& counters) {
    const Network& network = job_.network;
    startBlocks(keys_, counters, starts_);
    if (job_.training.noise.parameters == NoisyParameters::all) return perturb(state, 0, network.parameters, update);
    size_t at = 0;
    for (int layer = 0; layer <= network.hidden; layer++) {
      const size_t inputs = static_cast<size_t>(layer == 0 ? network.inputs : network.width);
      const size_t outputs = static_cast<size_t>(layer == network.hidden ? network.outputs : network.width);
      const size_t biases = at + inputs * outputs;
      updateParameters(state, at, biases, update);
      at = biases + outputs;
      perturb(state, biases, at, update);
    }
    updateParameters(state, at, network.parameters, update);
  }

 private:
  using Wide = typename V::Wide;

  // Vectors of 64-bit words that make one vector of lanes.
  static constexpr int parts = V::lanes / Wide::lanes;

  // Updates the parameters [from, to) and adds their noise, as many at a time as share a block.
  __attribute__((noinline)) void perturb(const ParameterState<V>& state, size_t from, size_t to, const Update<V>& update) const {
    V before[4];
    for (size_t i = from; i < to;) {
      if (i % 65536 == 0 && __atomic_load_n(&job_.cancelled, __ATOMIC_RELAXED) != 0) return;
      const size_t next = to < i / 4 * 4 + 4 ? to : i / 4 * 4 + 4;
      for (size_t p = i; p < next; p++) before[p % 4] = state.parameters[p];
      updateParameters(state, i, next, update);
      addNoise(state.parameters, i, next, before);
      i = next;
    }
  }

  // before: the old values, at the numbers of their words.
  ALWAYS_INLINE void addNoise(V* parameters, size_t from, size_t to, const V* before) const {
    const bool relative = job_.training.noise.kind == Noise::relative;
    RandomBlock<Wide> block[parts];
    for (int part = 0; part < parts; part++) block[part] = blockOf(static_cast<uint32_t>(from / 4), part);
    for (size_t p = from; p < to; p++) {
      Wide numbers[parts];
      for (int part = 0; part < parts; part++) numbers[part] = noiseOf<Wide>(block[part].word[p % 4]);
      const V r = joined(V{}, numbers);
      const V after = parameters[p];
      const V noise = relative ? fma(level_ * r, after - before[p % 4], after) : fma(level_, r, after);
      parameters[p] = stored(noise);
    }
  }

  ALWAYS_INLINE RandomBlock<Wide> blockOf(uint32_t block, int part) const {
    RandomBlock<Wide> x = twoRounds(starts_[part], block);
#pragma GCC unroll 8
    for (int round = 2; round < 10; round++) x = nextRound(x, keys_, round);
    return x;
  }

  const Job& job_;
  const RoundKeys<Wide> keys_;
  const V level_;
  BlockStart<Wide> starts_[parts];
};

}  // namespace collapsar
