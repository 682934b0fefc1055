#pragma once
// Each network's own samples: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, SC'11, doi:10.1145/2063384.2063405) with the
// counter (block, step, trial), all lanes at once. NUMERICS.md, 1 and 4.
#include <cstdint>

#include "job.h"
#include "network-pass.h"

namespace collapsar {

// What identifies the stream of each lane, [lane].
template <class V>
struct LaneCounters {
  alignas(64) uint32_t step[V::Words::count];  // 0 before the first update
  alignas(64) uint32_t trialLow[V::Words::count];
  alignas(64) uint32_t trialHigh[V::Words::count];
};

// The points that one Philox block draws for each lane: four consecutive samples of a step.
template <class V>
struct DrawnPoints {
  alignas(64) uint32_t at[4][V::Words::count];
};

template <class V>
ALWAYS_INLINE void drawPoints(DrawnPoints<V>& points, uint32_t block, const LaneCounters<V>& counters, const Job& job) {
  using Words = typename V::Words;
  const auto load = [](const uint32_t* from) { return *reinterpret_cast<const Words*>(from); };
  Words w[4] = {Words::broadcast(block), load(counters.step), load(counters.trialLow), load(counters.trialHigh)};
  uint32_t key0 = job.minibatchKey[0];
  uint32_t key1 = job.minibatchKey[1];
#pragma GCC unroll 10
  for (int round = 0; round < 10; round++) {
    const auto first = multiplyWide(w[0], 0xD2511F53u);
    const auto second = multiplyWide(w[2], 0xCD9E8D57u);
    w[0] = second.high ^ w[1] ^ Words::broadcast(key0);
    w[1] = second.low;
    w[2] = first.high ^ w[3] ^ Words::broadcast(key1);
    w[3] = first.low;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  for (int i = 0; i < 4; i++) *reinterpret_cast<Words*>(points.at[i]) = multiplyWide(w[i], job.points).high;
}

// Copies component `component` of `size` of each lane's point into one vector.
template <class V>
ALWAYS_INLINE V gather(const typename V::Scalar* values, const uint32_t* points, int size, int component) {
  alignas(64) typename V::Scalar lanes[V::lanes];
  for (int lane = 0; lane < V::lanes; lane++) {
    lanes[lane] = values[static_cast<size_t>(points[lane]) * size + component];
  }
  return *reinterpret_cast<const V*>(lanes);
}

// Fills the rows of the samples [first, first + count) of this step; first is a multiple of 4. The arrays hold a row
// for every sample of a full tile, so the last block may write past count.
template <class V>
__attribute__((noinline)) void drawSamples(const Job& job, const LaneCounters<V>& counters, uint32_t first, int count,
                                           V* inputs, V* targets) {
  const int d = job.network.inputs;
  const int c = job.network.outputs;
  const auto* pointInputs = static_cast<const typename V::Scalar*>(job.inputs);
  const auto* pointTargets = static_cast<const typename V::Scalar*>(job.targets);
  for (int begin = 0; begin < count; begin += 4) {
    DrawnPoints<V> points;
    drawPoints<V>(points, (first + static_cast<uint32_t>(begin)) / 4, counters, job);
    for (int i = 0; i < 4; i++) {
      const int sample = begin + i;
      if (d == 1 && c == 1) {
        inputs[sample] = gather<V>(pointInputs, points.at[i], 1, 0);
        targets[sample] = gather<V>(pointTargets, points.at[i], 1, 0);
        continue;
      }
      for (int k = 0; k < d; k++) inputs[sample * d + k] = gather<V>(pointInputs, points.at[i], d, k);
      for (int j = 0; j < c; j++) targets[sample * c + j] = gather<V>(pointTargets, points.at[i], c, j);
    }
  }
}

}  // namespace collapsar
