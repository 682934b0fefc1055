#pragma once
// Networks with batch normalization: every layer needs all samples of the step before the next one begins, so the tiles
// run inside the layers, and the workspace holds a slab for each.
#include "network-pass.h"
#include "normalization.h"

namespace collapsar {

// All samples of a step or of a check.
template <class V>
struct Samples {
  uint32_t count;
  const typename V::Scalar* sharedInputs;   // [sample][input], or null
  const typename V::Scalar* sharedTargets;  // [sample][output]
  const V* ownInputs;                       // the same of each network's own, or null
  const V* ownTargets;

  int tiles(const Network& network) const {
    const uint32_t size = static_cast<uint32_t>(tileSamples(network.width));
    return static_cast<int>((count + size - 1) / size);
  }

  Tile<V> tile(const Network& network, int index) const {
    const uint32_t size = static_cast<uint32_t>(tileSamples(network.width));
    const size_t first = static_cast<size_t>(index) * size;
    const uint32_t left = count - static_cast<uint32_t>(first);
    const int samples = static_cast<int>(left < size ? left : size);
    const size_t input = first * network.inputs;
    const size_t target = first * network.outputs;
    if (ownInputs != nullptr) return {samples, nullptr, nullptr, ownInputs + input, ownTargets + target, index};
    return {samples, sharedInputs + input, sharedTargets + target, nullptr, nullptr, index};
  }
};

template <class V>
struct BatchNormalizedPass {
  using Pass = NetworkPass<V, 0, false>;

  const Network& network;
  const Workspace<V>& work;
  const Samples<V>& samples;
  const int& cancelled;

  bool stopped() const { return __atomic_load_n(&cancelled, __ATOMIC_RELAXED) != 0; }

  // Calls visit(pass, tile) tile after tile. It ends early when the job is cancelled: nothing is recorded then.
  template <class Visit>
  void eachTile(Visit visit) const {
    const int count = samples.tiles(network);
    for (int i = 0; i < count && !stopped(); i++) {
      const Tile<V> tile = samples.tile(network, i);
      visit(Pass{network, work, tile}, tile);
    }
  }

  NormalizedTile<V> normalizedTile(const Pass& pass, int layer) const {
    return {pass.slab(layer), pass.normalized(layer), pass.tile.samples, network.width};
  }

  BatchStatistics<V> statistics(int layer) const {
    const size_t width = static_cast<size_t>(network.width);
    V* const perLayer = work.statistics + 2 * width * layer;
    V* const scratch = work.statistics + 2 * width * network.hidden;
    return {perLayer, perLayer + width, scratch, scratch + width, scratch + 2 * width};
  }

  V sampleCount() const { return broadcastDouble<V>(samples.count); }

  // Mean and 1 / deviation of every unit of a layer whose affine values stand in all slabs.
  void measureLayer(int layer) const {
    const BatchStatistics<V> unit = statistics(layer);
    eachTile([&](const Pass& pass, const Tile<V>& tile) {
      const NormalizedTile<V> at = normalizedTile(pass, layer);
      sumOverSamples(at, unit.first, unit.tile, tile.index == 0,
                     [&](V sum, int place, int) { return sum + at.values[place]; });
    });
    for (int j = 0; j < network.width; j++) unit.mean[j] = unit.first[j] / sampleCount();
    eachTile([&](const Pass& pass, const Tile<V>& tile) {
      const NormalizedTile<V> at = normalizedTile(pass, layer);
      sumOverSamples(at, unit.second, unit.tile, tile.index == 0, [&](V sum, int place, int j) {
        const V distance = at.values[place] - unit.mean[j];
        return fma(distance, distance, sum);
      });
    });
    for (int j = 0; j < network.width; j++) unit.inverse[j] = inverseDeviation(unit.second[j] / sampleCount());
  }

  void normalizeTile(const NormalizedTile<V>& at, int layer) const {
    const BatchStatistics<V> unit = statistics(layer);
    const V* scales = work.state.parameters + normalizationOffset(network, layer);
    const V* shifts = scales + network.width;
    for (int s = 0; s < at.samples; s++) {
      for (int j = 0; j < network.width; j++) {
        const int place = s * network.width + j;
        at.normalized[place] = (at.values[place] - unit.mean[j]) * unit.inverse[j];
        at.values[place] = fma(scales[j], at.normalized[place], shifts[j]);
      }
    }
  }

  void forwardHidden() const {
    for (int layer = 0; layer < network.hidden; layer++) {
      eachTile([&](const Pass& pass, const Tile<V>&) { pass.forwardLayer(layer); });
      measureLayer(layer);
      eachTile([&](const Pass& pass, const Tile<V>&) {
        normalizeTile(normalizedTile(pass, layer), layer);
        pass.applyActivation(layer);
      });
    }
  }

  // du becomes dz in all slabs of a layer, and the gradients of its scales and shifts are taken.
  void differentiateLayer(int layer) const {
    const BatchStatistics<V> unit = statistics(layer);
    const size_t offset = normalizationOffset(network, layer);
    const V* scales = work.state.parameters + offset;
    eachTile([&](const Pass& pass, const Tile<V>& tile) {
      const NormalizedTile<V> at = normalizedTile(pass, layer);
      const bool first = tile.index == 0;
      addNormalizationGradients(at, work.state.gradients + offset, first);
      sumOverSamples(at, unit.first, unit.tile, first, [&](V sum, int i, int) { return sum + at.values[i]; });
      sumOverSamples(at, unit.second, unit.tile, first,
                     [&](V sum, int i, int) { return fma(at.values[i], at.normalized[i], sum); });
    });
    for (int j = 0; j < network.width; j++) {
      unit.first[j] = unit.first[j] / sampleCount();
      unit.second[j] = unit.second[j] / sampleCount();
    }
    eachTile([&](const Pass& pass, const Tile<V>&) {
      const NormalizedTile<V> at = normalizedTile(pass, layer);
      for (int i = 0; i < at.samples * network.width; i++) {
        const int j = i % network.width;
        const V centred = at.values[i] - fma(at.normalized[i], unit.second[j], unit.first[j]);
        at.values[i] = stored((scales[j] * unit.inverse[j]) * centred);
      }
    });
  }

  template <Loss L>
  void train(const LossScale<V>& scale) const {
    forwardHidden();
    eachTile([&](const Pass& pass, const Tile<V>& tile) { pass.template trainOutputs<L>(scale, tile.index == 0); });
    for (int layer = network.hidden - 1; layer >= 1; layer--) {
      differentiateLayer(layer);
      eachTile([&](const Pass& pass, const Tile<V>& tile) { pass.trainHidden(layer, tile.index == 0); });
    }
    differentiateLayer(0);
    eachTile([&](const Pass& pass, const Tile<V>& tile) { pass.trainInputs(tile.index == 0); });
  }
};

// The gradients of one step of all networks of the group.
template <class V>
void trainBatchNormalized(const BatchNormalizedPass<V>& pass, Loss loss, const LossScale<V>& scale) {
  switch (loss) {
    case Loss::mse: return pass.template train<Loss::mse>(scale);
    case Loss::mae: return pass.template train<Loss::mae>(scale);
    case Loss::huber: return pass.template train<Loss::huber>(scale);
  }
}

}  // namespace collapsar
