#pragma once
// Each network's own samples: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, SC'11, doi:10.1145/2063384.2063405) with the
// counter (block, step, trial), all lanes at once. NUMERICS.md, 1 and 4. Integers only: the compiler may vectorize.
#include <cstdint>

#include "job.h"
#include "network-pass.h"

namespace collapsar {

// What identifies the stream of each lane, [lane].
template <class V>
struct LaneCounters {
  uint32_t step[V::lanes];  // 0 before the first update
  uint32_t trialLow[V::lanes];
  uint32_t trialHigh[V::lanes];
};

// words[i][lane]: word i of the Philox block for each lane.
template <class V>
inline void philox(uint32_t (&words)[4][V::lanes], uint32_t block, const LaneCounters<V>& counters,
                   const uint32_t (&key)[2]) {
  for (int lane = 0; lane < V::lanes; lane++) {
    words[0][lane] = block;
    words[1][lane] = counters.step[lane];
    words[2][lane] = counters.trialLow[lane];
    words[3][lane] = counters.trialHigh[lane];
  }
  uint32_t key0 = key[0];
  uint32_t key1 = key[1];
  for (int round = 0; round < 10; round++) {
    for (int lane = 0; lane < V::lanes; lane++) {
      const uint64_t product0 = static_cast<uint64_t>(words[0][lane]) * 0xD2511F53u;
      const uint64_t product1 = static_cast<uint64_t>(words[2][lane]) * 0xCD9E8D57u;
      const uint32_t word1 = words[1][lane];
      const uint32_t word3 = words[3][lane];
      words[0][lane] = static_cast<uint32_t>(product1 >> 32) ^ word1 ^ key0;
      words[1][lane] = static_cast<uint32_t>(product1);
      words[2][lane] = static_cast<uint32_t>(product0 >> 32) ^ word3 ^ key1;
      words[3][lane] = static_cast<uint32_t>(product0);
    }
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
}

// Fills the rows of the samples [first, first + count) of this step; first is a multiple of 4.
template <class V>
void drawSamples(const Job& job, const LaneCounters<V>& counters, uint32_t first, int count, V* inputs, V* targets) {
  using Scalar = typename V::Scalar;
  const int d = job.network.inputs;
  const int c = job.network.outputs;
  const auto* pointInputs = static_cast<const Scalar*>(job.inputs);
  const auto* pointTargets = static_cast<const Scalar*>(job.targets);
  auto* rows = reinterpret_cast<Scalar*>(inputs);         // [sample][input][lane]
  auto* targetRows = reinterpret_cast<Scalar*>(targets);  // [sample][output][lane]
  uint32_t words[4][V::lanes];
  for (int sample = 0; sample < count; sample++) {
    if (sample % 4 == 0) philox<V>(words, (first + static_cast<uint32_t>(sample)) / 4, counters, job.minibatchKey);
    for (int lane = 0; lane < V::lanes; lane++) {
      const uint64_t point = static_cast<uint64_t>(words[sample % 4][lane]) * job.points >> 32;
      for (int i = 0; i < d; i++) rows[(sample * d + i) * V::lanes + lane] = pointInputs[point * d + i];
      for (int j = 0; j < c; j++) targetRows[(sample * c + j) * V::lanes + lane] = pointTargets[point * c + j];
    }
  }
}

}  // namespace collapsar
