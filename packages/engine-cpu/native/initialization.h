#pragma once
// Draws the initial parameters of a lane group by their law, one network a lane: the twin of draw-initial.ts in the trial
// package, to the same bits. NUMERICS.md, 1.
#include <cstdint>

#include "job.h"
#include "minibatch.h"
#include "normal.h"
#include "optimizer.h"

namespace collapsar {

// z * deviation, of a normal number z.
template <class D>
struct NormalNumbers {
  D deviation;
  ALWAYS_INLINE DrawnPair<D> operator()(const RandomBlock<D>& block) const {
    const DrawnPair<D> z = normalPair(block);
    return {z.first * deviation, z.second * deviation};
  }
};

// (2 u - 1) * limit.
template <class D>
struct UniformNumbers {
  D limit;
  ALWAYS_INLINE D spread(D u) const { return (D::broadcast(2) * u - D::broadcast(1)) * limit; }
  ALWAYS_INLINE DrawnPair<D> operator()(const RandomBlock<D>& block) const {
    const DrawnPair<D> u = uniformPair(block);
    return {spread(u.first), spread(u.second)};
  }
};

template <class V>
class Initializer {
 public:
  using Scalar = typename V::Scalar;
  using Wide = typename V::Wide;
  using Bits = typename Wide::Bits;

  explicit Initializer(const Job& job) : job_(job), initKeys_(job.law.initKey), biasKeys_(job.law.biasKey) {}

  // Draws the parameters of the lanes in `taken`, whose trials stand in the counters, with moments at zero. Stops within
  // one layer when the job is cancelled.
  void draw(unsigned taken, const LaneCounters<V>& counters, const ParameterState<V>& state) {
    readCounters(taken, counters);
    const Network& network = job_.network;
    V* at = state.parameters;
    for (int layer = 0; layer <= network.hidden; layer++) {
      if (__atomic_load_n(&job_.cancelled, __ATOMIC_RELAXED) != 0) return;
      const int inputs = layer == 0 ? network.inputs : network.width;
      const int outputs = layer == network.hidden ? network.outputs : network.width;
      drawLayer(layer, inputs, outputs, at);
      at += static_cast<size_t>(inputs + 1) * outputs;
    }
    for (int layer = 0; layer < network.hidden && network.normalized(); layer++) {
      for (int j = 0; j < 2 * network.width; j++) put(*at++, V::broadcast(j < network.width ? 1 : 0));
    }
    if (job_.training.steps == 0) return;
    for (size_t p = 0; p < network.parameters; p++) {
      if (p % 65536 == 0 && __atomic_load_n(&job_.cancelled, __ATOMIC_RELAXED) != 0) return;
      put(state.first[p], V::broadcast(0));
      put(state.second[p], V::broadcast(0));
    }
  }

 private:
  // Vectors of binary64 that make one vector of lanes.
  static constexpr int parts = V::lanes / Wide::lanes;

  void readCounters(unsigned taken, const LaneCounters<V>& counters) {
    alignas(64) Scalar flags[V::lanes];
    alignas(64) uint64_t low[V::lanes];
    alignas(64) uint64_t high[V::lanes];
    for (int i = 0; i < V::lanes; i++) {
      flags[i] = static_cast<Scalar>(taken >> i & 1);
      low[i] = counters.trialLow[i];
      high[i] = counters.trialHigh[i];
    }
    taken_ = *reinterpret_cast<const V*>(flags);
    for (int part = 0; part < parts; part++) {
      trials_[part] = {reinterpret_cast<const Bits*>(low)[part], reinterpret_cast<const Bits*>(high)[part]};
    }
  }

  // Replaces a vector in the lanes that are drawn.
  ALWAYS_INLINE void put(V& at, V drawn) const { at = select(greater(taken_, V::broadcast(0)), drawn, at); }

  // weights: [output][input], followed by the biases, [output].
  void drawLayer(int layer, int inputs, int outputs, V* weights) const {
    const LayerLaw& law = job_.law.layers[layer];
    const size_t count = static_cast<size_t>(inputs) * outputs;
    drawTensor(law.weights, initKeys_, layer, weights, count);
    drawTensor(law.biases, biasKeys_, layer, weights + count, outputs);
    if (law.replacesOne) replaceOnes(layer, inputs, outputs, weights);
  }

  void drawTensor(const TensorLaw& law, const RoundKeys<Wide>& keys, int tensor, V* into, size_t count) const {
    const Wide scale = Wide::broadcast(law.scale);
    switch (law.distribution) {
      case Distribution::zero:
        for (size_t i = 0; i < count; i++) put(into[i], V::broadcast(0));
        break;
      case Distribution::normal:
        drawPairs(keys, tensor, into, count, NormalNumbers<Wide>{scale});
        break;
      case Distribution::uniform:
        drawPairs(keys, tensor, into, count, UniformNumbers<Wide>{scale});
        break;
    }
  }

  // Elements 2 b and 2 b + 1 of a tensor are the pair of block b.
  template <class PairOf>
  __attribute__((noinline)) void drawPairs(const RoundKeys<Wide>& keys, int tensor, V* into, size_t count,
                                           PairOf pairOf) const {
    for (size_t i = 0; i < count; i += 2) {
      Wide first[parts];
      Wide second[parts];
#pragma GCC unroll 2
      for (int part = 0; part < parts; part++) {
        const DrawnPair<Wide> pair = pairOf(randomBlock(keys, static_cast<uint32_t>(i / 2), tensor, trials_[part]));
        first[part] = pair.first;
        second[part] = pair.second;
      }
      put(into[i], stored(joined(V{}, first)));
      if (i + 1 < count) put(into[i + 1], stored(joined(V{}, second)));
    }
  }

  // Randomized asymmetric initialization: in the row [w, b] of every unit one number becomes the root of a uniform one.
  void replaceOnes(int layer, int inputs, int outputs, V* weights) const {
    V* const biases = weights + static_cast<size_t>(inputs) * outputs;
    const uint32_t tensor = static_cast<uint32_t>(job_.network.hidden + 1 + layer);
    for (int unit = 0; unit < outputs; unit++) {
      Wide values[parts];
      alignas(64) uint64_t positions[V::lanes];
      for (int part = 0; part < parts; part++) {
        const RandomBlock<Wide> block = randomBlock(initKeys_, static_cast<uint32_t>(unit), tensor, trials_[part]);
        values[part] = squareRoot(uniformOf<Wide>(block.word[2], block.word[3]));
        const Bits product = multiplyLower(block.word[0], static_cast<uint32_t>(inputs + 1));
        reinterpret_cast<Bits*>(positions)[part] = shiftRight<32>(product);
      }
      const V value = stored(joined(V{}, values));
      for (int lane = 0; lane < V::lanes; lane++) {
        if (laneOf(taken_, lane) == 0) continue;
        const int position = static_cast<int>(positions[lane]);
        V& replaced = position < inputs ? weights[unit * inputs + position] : biases[unit];
        reinterpret_cast<Scalar*>(&replaced)[lane] = laneOf(value, lane);
      }
    }
  }

  static Scalar laneOf(const V& vector, int lane) { return reinterpret_cast<const Scalar*>(&vector)[lane]; }

  const Job& job_;
  const RoundKeys<Wide> initKeys_;
  const RoundKeys<Wide> biasKeys_;
  V taken_{};  // 1 in the lanes that are drawn, 0 elsewhere
  TrialWords<Wide> trials_[parts];
};

}  // namespace collapsar
