#pragma once
// Normalization of a hidden layer's affine values, NUMERICS.md, 3 and 4: over the units of a sample (layer) or over the
// samples of the step (batch). Scales and shifts lie behind all affine parameters, [hidden layer][scale, shift][unit].
#include <cstddef>

#include "affine.h"
#include "job.h"
#include "stored.h"

namespace collapsar {

inline constexpr double normalizationEpsilon = 1e-5;

ALWAYS_INLINE size_t normalizationOffset(const Network& network, int layer) {
  const size_t perLayer = 2 * static_cast<size_t>(network.width);
  return network.parameters - (network.hidden - layer) * perLayer;
}

// One tile of one layer: z becomes u in place, and du becomes dz.
template <class V>
struct NormalizedTile {
  V* values;      // [sample][unit]
  V* normalized;  // [sample][unit], x
  int samples;
  int width;
};

template <class V>
ALWAYS_INLINE V inverseDeviation(V variance) {
  return V::broadcast(1) / squareRoot(variance + broadcastDouble<V>(normalizationEpsilon));
}

// ---- layer

// Leaves r of each sample in `inverse`.
template <class V>
__attribute__((noinline)) void normalizeSamples(const NormalizedTile<V>& tile, const V* scales, V* inverse) {
  const V units = broadcastDouble<V>(tile.width);
  const V* shifts = scales + tile.width;
  for (int s = 0; s < tile.samples; s++) {
    V* z = tile.values + s * tile.width;
    V* x = tile.normalized + s * tile.width;
    V sum = V::broadcast(0);
    for (int j = 0; j < tile.width; j++) sum = sum + z[j];
    const V mean = sum / units;
    sum = V::broadcast(0);
    for (int j = 0; j < tile.width; j++) {
      x[j] = z[j] - mean;
      sum = fma(x[j], x[j], sum);
    }
    inverse[s] = inverseDeviation(sum / units);
    for (int j = 0; j < tile.width; j++) {
      x[j] = x[j] * inverse[s];
      z[j] = fma(scales[j], x[j], shifts[j]);
    }
  }
}

// Adds the tile's gradients of scales and shifts, laid out as these.
template <class V>
__attribute__((noinline)) void addNormalizationGradients(const NormalizedTile<V>& tile, V* gradients, bool firstTile) {
  for (int j = 0; j < tile.width; j++) {
    V scale = V::broadcast(0);
    V shift = V::broadcast(0);
    for (int s = 0; s < tile.samples; s++) {
      const V du = tile.values[s * tile.width + j];
      scale = fma(du, tile.normalized[s * tile.width + j], scale);
      shift = shift + du;
    }
    addTile(gradients[j], scale, firstTile);
    addTile(gradients[tile.width + j], shift, firstTile);
  }
}

template <class V>
__attribute__((noinline)) void differentiateSamples(const NormalizedTile<V>& tile, const V* scales, const V* inverse) {
  const V units = broadcastDouble<V>(tile.width);
  for (int s = 0; s < tile.samples; s++) {
    V* du = tile.values + s * tile.width;
    const V* x = tile.normalized + s * tile.width;
    V sum = V::broadcast(0);
    V product = V::broadcast(0);
    for (int j = 0; j < tile.width; j++) {
      du[j] = scales[j] * du[j];
      sum = sum + du[j];
      product = fma(du[j], x[j], product);
    }
    const V c1 = sum / units;
    const V c2 = product / units;
    for (int j = 0; j < tile.width; j++) du[j] = stored(inverse[s] * (du[j] - fma(x[j], c2, c1)));
  }
}

// ---- batch: sums over all tiles, each tile's on its own first

// Per unit: what one layer's statistics are made of, and what its derivative needs. All [unit].
template <class V>
struct BatchStatistics {
  V* mean;
  V* inverse;
  V* first;   // sums of the step: of z, later of du
  V* second;  // of the squared distance from the mean, later of du * x
  V* tile;    // the present tile's part
};

template <class V>
ALWAYS_INLINE void addTileSums(V* total, const V* tile, int width, bool firstTile) {
  for (int j = 0; j < width; j++) total[j] = firstTile ? tile[j] : total[j] + tile[j];
}

// Adds one tile to the sums: term(sum, sample, unit) extends a unit's sum by one sample.
template <class V, class Term>
ALWAYS_INLINE void sumOverSamples(const NormalizedTile<V>& tile, V* total, V* part, bool firstTile, Term term) {
  for (int j = 0; j < tile.width; j++) part[j] = V::broadcast(0);
  for (int s = 0; s < tile.samples; s++) {
    for (int j = 0; j < tile.width; j++) part[j] = term(part[j], s * tile.width + j, j);
  }
  addTileSums(total, part, tile.width, firstTile);
}

}  // namespace collapsar
