#pragma once
// The update of NUMERICS.md, 4, on a range of parameters: each parameter on its own, so the order is free.
#include <cstddef>

#include "always-inline.h"
#include "job.h"
#include "stored.h"

namespace collapsar {

// Constants of one update. stepSize and epsilon differ between lanes: each trial counts its own updates.
template <class V>
struct Update {
  Optimizer optimizer;
  V minusRate;
  V momentum;
  V stepSize;
  V epsilon;
};

// All four arrays [parameter]; first and second are the moments (first alone for momentum, neither for sgd).
template <class V>
struct ParameterState {
  V* parameters;
  V* gradients;
  V* first;
  V* second;
};

template <class V>
ALWAYS_INLINE void updateByAdam(const ParameterState<V>& state, size_t i, const Update<V>& update) {
  const V g = state.gradients[i];
  const V m = stored(fma(broadcastDouble<V>(0.9), state.first[i], broadcastDouble<V>(1 - 0.9) * g));
  const V v = stored(fma(broadcastDouble<V>(0.999), state.second[i], (broadcastDouble<V>(1 - 0.999) * g) * g));
  state.first[i] = m;
  state.second[i] = v;
  const V step = (update.stepSize * m) / (squareRoot(v) + update.epsilon);
  state.parameters[i] = stored(state.parameters[i] - step);
}

template <class V>
__attribute__((noinline)) void updateParameters(const ParameterState<V>& state, size_t from, size_t to,
                                                const Update<V>& update) {
  switch (update.optimizer) {
    case Optimizer::sgd:
      for (size_t i = from; i < to; i++) {
        state.parameters[i] = stored(fma(update.minusRate, state.gradients[i], state.parameters[i]));
      }
      break;
    case Optimizer::momentum:
      for (size_t i = from; i < to; i++) {
        const V velocity = stored(fma(update.momentum, state.first[i], state.gradients[i]));
        state.first[i] = velocity;
        state.parameters[i] = stored(fma(update.minusRate, velocity, state.parameters[i]));
      }
      break;
    case Optimizer::adam:
      for (size_t i = from; i < to; i++) updateByAdam(state, i, update);
      break;
  }
}

}  // namespace collapsar
