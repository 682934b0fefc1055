#pragma once
// The check of NUMERICS.md, 5: one forward pass over the full training set, for all lanes at once.
#include <cstdint>

#include "batch-normalized.h"
#include "job.h"
#include "network-pass.h"

namespace collapsar {

// What the pass found, [lane]; outputs as [output][lane].
template <class V>
struct Inspection {
  using Scalar = typename V::Scalar;
  uint16_t deadLayer[V::lanes];
  uint32_t deadPoints[V::lanes];
  alignas(64) Scalar loss[V::lanes];
  alignas(64) Scalar outputMin[maxOutputs][V::lanes];
  alignas(64) Scalar outputMax[maxOutputs][V::lanes];
};

// One inspection after another of the same lane group.
template <class V>
struct Inspector {
  using Scalar = typename V::Scalar;
  const Job& job;
  const Workspace<V>& work;
  const ForwardPass<V> forward;
  // Sums and extremes so far.
  V lossSum{};
  V deadPoints{};
  V low[maxOutputs]{};
  V high[maxOutputs]{};

  Inspector(const Job& job, const Workspace<V>& work, ForwardPass<V> forward)
      : job(job), work(work), forward(forward) {}

  bool mayDie() const { return job.network.canDie(); }

  void reset() {
    const V zero = V::broadcast(0);
    lossSum = deadPoints = zero;
    for (int layer = 0; layer < job.network.hidden; layer++) work.alive[layer] = zero;
  }

  V addLoss(V sum, V e) const {
    switch (job.training.loss) {
      case Loss::mse: return fma(e, e, sum);
      case Loss::mae: return sum + magnitude(e);
      case Loss::huber: break;
    }
    const V size = magnitude(e);
    const V delta = broadcastDouble<V>(job.training.huberDelta);
    const V bounded = select(greater(size, delta), delta, size);
    return fma(bounded, fma(broadcastDouble<V>(-0.5), bounded, size), sum);
  }

  // Adds the loss of one tile and widens the output ranges.
  void addOutputs(const Scalar* targets, uint32_t first, int samples) {
    const int outputs = job.network.outputs;
    V sum = V::broadcast(0);
    for (int s = 0; s < samples; s++) {
      for (int j = 0; j < outputs; j++) {
        const V o = work.outputs[s * outputs + j];
        const V e = o - V::broadcast(targets[s * outputs + j]);
        sum = addLoss(sum, e);
        const bool begins = first == 0 && s == 0;
        low[j] = begins ? o : select(greater(low[j], o), o, low[j]);
        high[j] = begins ? o : select(greater(o, high[j]), o, high[j]);
      }
    }
    lossSum = first == 0 ? sum : lossSum + sum;
  }

  // Adds the largest activation of every layer, and counts the points at which some layer is all zero. What relu leaves is
  // neither a NaN nor -0.
  void addAliveness(int samples) {
    const int width = job.network.width;
    const size_t slab = static_cast<size_t>(tileSamples(width)) * width;
    V least[maxTileSamples];  // the smallest of the layers' largest activations, [sample]
    for (int s = 0; s < samples; s++) least[s] = V::broadcast(1);
    for (int layer = 0; layer < job.network.hidden; layer++) {
      const V* units = work.activations + layer * slab;
      V alive = work.alive[layer];
      for (int s = 0; s < samples; s++, units += width) {
        V most = units[0];
        for (int i = 1; i < width; i++) most = larger(units[i], most);
        alive = larger(alive, most);
        least[s] = smaller(least[s], most);
      }
      work.alive[layer] = alive;
    }
    for (int s = 0; s < samples; s++) {
      deadPoints = deadPoints + keep(equal(least[s], V::broadcast(0)), V::broadcast(1));
    }
  }

  unsigned aliveBits(int layer) const {
    return laneBits(V{}, greater(work.alive[layer], V::broadcast(0)));
  }

  bool allAlive(unsigned wanted) const {
    for (int layer = 0; layer < job.network.hidden; layer++) {
      if ((aliveBits(layer) & wanted) != wanted) return false;
    }
    return true;
  }

  Tile<V> tileFrom(uint32_t first) const {
    const uint32_t size = static_cast<uint32_t>(tileSamples(job.network.width));
    const uint32_t left = job.points - first;
    const auto* inputs = static_cast<const Scalar*>(job.inputs) + static_cast<size_t>(first) * job.network.inputs;
    const auto* targets = static_cast<const Scalar*>(job.targets) + static_cast<size_t>(first) * job.network.outputs;
    const int slab = work.tiles == 1 ? 0 : static_cast<int>(first / size);
    return {static_cast<int>(left < size ? left : size), inputs, targets, nullptr, nullptr, slab};
  }

  void report(Inspection<V>& found) const {
    const int outputs = job.network.outputs;
    const double terms = static_cast<double>(job.points) * outputs;
    store(found.loss, lossSum / V::broadcast(static_cast<Scalar>(terms)));
    for (int j = 0; j < outputs; j++) {
      store(found.outputMin[j], low[j]);
      store(found.outputMax[j], high[j]);
    }
    alignas(64) Scalar points[V::lanes];
    store(points, deadPoints);
    for (int lane = 0; lane < V::lanes; lane++) {
      found.deadPoints[lane] = static_cast<uint32_t>(points[lane]);
      found.deadLayer[lane] = deadLayerOf(lane);
    }
  }

  uint16_t deadLayerOf(int lane) const {
    if (!mayDie()) return 0;
    for (int layer = 0; layer < job.network.hidden; layer++) {
      if ((aliveBits(layer) >> lane & 1) == 0) return static_cast<uint16_t>(layer + 1);
    }
    return 0;
  }

  static void store(Scalar* lanes, V value) { *reinterpret_cast<V*>(lanes) = value; }

  bool cancelled() const { return __atomic_load_n(&job.cancelled, __ATOMIC_RELAXED) != 0; }

  void forwardAllHidden() const {
    const Samples<V> all{job.points, static_cast<const Scalar*>(job.inputs), static_cast<const Scalar*>(job.targets),
                         nullptr, nullptr};
    BatchNormalizedPass<V>{job.network, work, all, job.cancelled}.forwardHidden();
  }

  // The whole training set. Leaves `found` as it was when the job is cancelled.
  void inspect(Inspection<V>& found) {
    const uint32_t size = static_cast<uint32_t>(tileSamples(job.network.width));
    reset();
    if (job.network.normalization == Normalization::batch) forwardAllHidden();
    for (uint32_t first = 0; first < job.points; first += size) {
      if (cancelled()) return;
      const Tile<V> tile = tileFrom(first);
      forward(job.network, work, tile);
      addOutputs(tile.sharedTargets, first, tile.samples);
      if (mayDie()) addAliveness(tile.samples);
    }
    report(found);
  }

  // The dead layers alone, no further than needed to see every layer of the wanted lanes alive. Tiles are taken from
  // both ends in turn: on ordered points a living unit shows itself at one of them.
  void inspectDeath(unsigned wanted, Inspection<V>& found) {
    const uint32_t size = static_cast<uint32_t>(tileSamples(job.network.width));
    const uint32_t tiles = (job.points + size - 1) / size;
    reset();
    for (uint32_t i = 0; mayDie() && i < tiles && !allAlive(wanted); i++) {
      if (cancelled()) return;
      const Tile<V> tile = tileFrom((i % 2 == 0 ? i / 2 : tiles - 1 - i / 2) * size);
      forward(job.network, work, tile);
      addAliveness(tile.samples);
    }
    for (int lane = 0; lane < V::lanes; lane++) found.deadLayer[lane] = deadLayerOf(lane);
  }
};

}  // namespace collapsar
