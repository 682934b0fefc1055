#pragma once
// Backward passes for layers so narrow that weights and gradient sums all stay in registers: each sample is read once.
// The order of operations is that of affine.h.
#include "activation.h"
#include "affine.h"
#include "job.h"

namespace collapsar {

inline constexpr int widestFused = 2;         // hidden layers whose whole backward pass is fused
inline constexpr int widestFusedOutput = 4;  // widths for which a single output's is

// Gradients of weights and biases and the derivative of the inputs, in one pass. The activations of the layer below
// (unit.activations for relu) are read before unit.store overwrites them.
template <class V, int W, class Unit>
__attribute__((noinline)) void backwardFused(const V* parameters, const V* derivatives, const V* activations,
                                             V* gradients, int samples, bool firstTile, Unit unit) {
  V w[W][W];
  V weights[W][W];
  V biases[W];
#pragma GCC unroll 8
  for (int j = 0; j < W; j++) {
    biases[j] = V::broadcast(0);
#pragma GCC unroll 8
    for (int k = 0; k < W; k++) {
      w[j][k] = pinned(parameters[j * W + k]);
      weights[j][k] = V::broadcast(0);
    }
  }
#pragma GCC unroll 2
  for (int s = 0; s < samples; s++) {
    V a[W];
    V q[W];
#pragma GCC unroll 8
    for (int k = 0; k < W; k++) a[k] = pinned(activations[s * W + k]);
#pragma GCC unroll 8
    for (int j = 0; j < W; j++) {
      const V dz = pinned(derivatives[s * W + j]);
      biases[j] = biases[j] + dz;
#pragma GCC unroll 8
      for (int k = 0; k < W; k++) {
        weights[j][k] = fma(dz, a[k], weights[j][k]);
        q[k] = j == 0 ? w[0][k] * dz : fma(w[j][k], dz, q[k]);
      }
    }
#pragma GCC unroll 8
    for (int k = 0; k < W; k++) unit.storeBeside(s * W + k, a[k], q[k]);
  }
#pragma GCC unroll 8
  for (int j = 0; j < W; j++) {
#pragma GCC unroll 8
    for (int k = 0; k < W; k++) addTile(gradients[j * W + k], weights[j][k], firstTile);
    addTile(gradients[W * W + j], biases[j], firstTile);
  }
}

// The constants of the loss: the factor C of NUMERICS.md, 4, and delta.
template <class V>
struct LossScale {
  V factor;
  V huberDelta;
};

// The derivative of the loss with respect to one output.
template <class V, Loss L>
ALWAYS_INLINE V lossDerivative(V output, V target, const LossScale<V>& scale) {
  const V e = output - target;
  if constexpr (L == Loss::mse) return stored(e * scale.factor);
  const V minus = V::broadcast(-1);
  if constexpr (L == Loss::huber) {
    const V least = scale.huberDelta * minus;
    const V bounded = select(greater(least, e), least, e);
    return stored(select(greater(bounded, scale.huberDelta), scale.huberDelta, bounded) * scale.factor);
  }
  const V zero = V::broadcast(0);
  return stored(select(greater(e, zero), scale.factor, keep(greater(zero, e), scale.factor * minus)));
}

// A network with one output: value, loss, gradients and the derivative of the last activations, in one pass.
template <class V, int W, Loss L, class Targets, class Unit>
__attribute__((noinline)) void outputFused(const V* parameters, const V* activations, Targets targets, LossScale<V> scale,
                                           V* gradients, int samples, bool firstTile, Unit unit) {
  V w[W];
  V weights[W];
  V bias = V::broadcast(0);
  const V start = pinned(parameters[W]);
#pragma GCC unroll 8
  for (int k = 0; k < W; k++) {
    w[k] = pinned(parameters[k]);
    weights[k] = V::broadcast(0);
  }
#pragma GCC unroll 2
  for (int s = 0; s < samples; s++) {
    V a[W];
    V output = start;
#pragma GCC unroll 8
    for (int k = 0; k < W; k++) {
      a[k] = pinned(activations[s * W + k]);
      output = fma(w[k], a[k], output);
    }
    const V dz = lossDerivative<V, L>(stored(output), targets(s, 0), scale);
    bias = bias + dz;
#pragma GCC unroll 8
    for (int k = 0; k < W; k++) {
      weights[k] = fma(dz, a[k], weights[k]);
      unit.storeBeside(s * W + k, a[k], w[k] * dz);
    }
  }
#pragma GCC unroll 8
  for (int k = 0; k < W; k++) addTile(gradients[k], weights[k], firstTile);
  addTile(gradients[W], bias, firstTile);
}

}  // namespace collapsar
