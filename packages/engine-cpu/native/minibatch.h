#pragma once
// Each network's own samples: the Philox stream with the counter (block, step, trial), all lanes at once. NUMERICS.md,
// 1 and 4.
#include <cstdint>

#include "job.h"
#include "philox.h"
#include "stored.h"

namespace collapsar {

// What identifies the streams of each lane, [lane]; a word takes 64 bits, as philox.h wants it.
template <class V>
struct LaneCounters {
  alignas(64) uint64_t step[V::lanes];  // 0 before the first update
  alignas(64) uint64_t trialLow[V::lanes];
  alignas(64) uint64_t trialHigh[V::lanes];
};

// What the blocks of the step that the counters name have in common, for each part of the lanes: [vector of 64-bit words].
template <class V>
ALWAYS_INLINE void startBlocks(const RoundKeys<typename V::Wide>& keys, const LaneCounters<V>& counters,
                               BlockStart<typename V::Wide>* starts) {
  using Wide = typename V::Wide;
  using Bits = typename Wide::Bits;
  const auto load = [](const uint64_t* words, int part) { return reinterpret_cast<const Bits*>(words)[part]; };
  for (int part = 0; part < V::lanes / Wide::lanes; part++) {
    const TrialWords<Wide> trial{load(counters.trialLow, part), load(counters.trialHigh, part)};
    starts[part] = startOfBlocks(keys, load(counters.step, part), trial);
  }
}

// The points of a tile, [sample][lane]: their numbers stand in the upper halves.
template <class V>
struct DrawnPoints {
  alignas(64) uint64_t product[maxTileSamples][V::lanes];
};

ALWAYS_INLINE size_t pointOf(uint64_t product) { return static_cast<size_t>(product >> 32); }

// The rows [first, second] of a table that the lanes' products point to. A lane file may know a faster way.
template <class V>
ALWAYS_INLINE LanePair<V> gatherPairs(V, const typename V::Scalar* table, const uint64_t* products) {
  alignas(64) typename V::Scalar lanes[2][V::lanes];
  for (int lane = 0; lane < V::lanes; lane++) {
    lanes[0][lane] = table[2 * pointOf(products[lane])];
    lanes[1][lane] = table[2 * pointOf(products[lane]) + 1];
  }
  return {*reinterpret_cast<const V*>(lanes[0]), *reinterpret_cast<const V*>(lanes[1])};
}

template <class B, class F>
ALWAYS_INLINE LanePair<Reduced<B, F>> gatherPairs(Reduced<B, F> a, const float* table, const uint64_t* products) {
  const LanePair<B> pair = gatherPairs(a.base, table, products);
  return {{pair.first}, {pair.second}};
}

// The draws of one step after another.
template <class V>
class SampleStream {
 public:
  using Scalar = typename V::Scalar;
  using Wide = typename V::Wide;
  using Bits = typename Wide::Bits;

  explicit SampleStream(const Job& job) : job_(job), keys_(job.minibatchKey) {}

  // Goes to the step that the counters name.
  void begin(const LaneCounters<V>& counters) { startBlocks(keys_, counters, starts_); }

  // Fills the rows of the samples [first, first + count) of this step; first is a multiple of 4.
  void draw(uint32_t first, int count, V* inputs, V* targets) const {
    const int d = job_.network.inputs;
    const int c = job_.network.outputs;
    for (int begin = 0; begin < count; begin += maxTileSamples) {
      const int most = count - begin < maxTileSamples ? count - begin : maxTileSamples;
      drawTile(first + static_cast<uint32_t>(begin), most, inputs + begin * d, targets + begin * c);
    }
  }

  // The same for at most a tile of points that are pairs. `between` is called about twice a sample, behind every round of
  // Philox: what it does runs beside.
  template <class Between>
  ALWAYS_INLINE void drawPairs(uint32_t first, int count, V* inputs, V* targets, Between between) const {
    DrawnPoints<V> points;
    drawPoints(points, first, count, between);
    const auto* pairs = static_cast<const Scalar*>(job_.pairs);
    for (int s = 0; s < count; s++) {
      const LanePair<V> pair = gatherPairs(V{}, pairs, points.product[s]);
      inputs[s] = pair.first;
      targets[s] = pair.second;
    }
  }

 private:
  // Vectors of 64-bit words that make one vector of lanes.
  static constexpr int parts = V::lanes / Wide::lanes;

  void drawTile(uint32_t first, int count, V* inputs, V* targets) const {
    if (job_.pairs != nullptr) return drawPairs(first, count, inputs, targets, [] {});
    const int d = job_.network.inputs;
    const int c = job_.network.outputs;
    DrawnPoints<V> points;
    drawPoints(points, first, count, [] {});
    for (int s = 0; s < count; s++) {
      copyComponents(static_cast<const Scalar*>(job_.inputs), d, points.product[s], inputs + s * d);
      copyComponents(static_cast<const Scalar*>(job_.targets), c, points.product[s], targets + s * c);
    }
  }

  // All points before the first is looked up: the loads wait for the last round of their block.
  template <class Between>
  ALWAYS_INLINE void drawPoints(DrawnPoints<V>& points, uint32_t first, int count, Between between) const {
    for (int begin = 0; begin < count; begin += 4) {
      drawBlock(points.product + begin, (first + static_cast<uint32_t>(begin)) / 4, between);
    }
  }

  // The points of four consecutive samples.
  template <class Between>
  ALWAYS_INLINE void drawBlock(uint64_t (*products)[V::lanes], uint32_t block, Between between) const {
    RandomBlock<Wide> x[parts];
#pragma GCC unroll 2
    for (int part = 0; part < parts; part++) x[part] = twoRounds(starts_[part], block);
#pragma GCC unroll 8
    for (int round = 2; round < 10; round++) {
#pragma GCC unroll 2
      for (int part = 0; part < parts; part++) x[part] = nextRound(x[part], keys_, round);
      between();
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
#pragma GCC unroll 2
      for (int part = 0; part < parts; part++) {
        reinterpret_cast<Bits*>(products[i])[part] = multiplyLower(x[part].word[i], job_.points);
      }
    }
  }

  // values: [point][component].
  static void copyComponents(const Scalar* values, int components, const uint64_t* products, V* to) {
    for (int k = 0; k < components; k++) {
      alignas(64) Scalar lanes[V::lanes];
      for (int lane = 0; lane < V::lanes; lane++) lanes[lane] = values[pointOf(products[lane]) * components + k];
      to[k] = *reinterpret_cast<const V*>(lanes);
    }
  }

  const Job& job_;
  const RoundKeys<Wide> keys_;
  BlockStart<Wide> starts_[parts];
};

}  // namespace collapsar
