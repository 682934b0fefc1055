#pragma once
// One tile of samples through the whole network: forward alone, or forward and backward. Layer 0 reads the inputs,
// layers 1 .. hidden-1 join hidden layers, the last one is the output.
#include <cstddef>

#include "activation.h"
#include "affine.h"
#include "job.h"
#include "narrow.h"
#include "normalization.h"
#include "optimizer.h"

namespace collapsar {

// The buffers of one lane group. Everything is an array of vectors, one lane per network.
template <class V>
struct Workspace {
  ParameterState<V> state;
  size_t tiles;    // slabs of a layer: 1, or all tiles of a step with batch normalization
  V* activations;  // [hidden layer][tile][sample][unit]
  V* slopes;       // the same for gelu, otherwise null
  V* normalized;   // the same for a normalized network, otherwise null
  V* inverse;      // [hidden layer][sample], 1 / deviation, for layer normalization
  V* statistics;   // [hidden layer][mean, 1 / deviation][unit] for batch normalization, then three times [unit]
  V* incoming;     // [sample][unit], derivatives of activations that wait for their slope
  V* outputs;      // [sample][output], then the derivatives of the output layer
  V* ownInputs;    // [sample][input] of a minibatch
  V* ownTargets;   // [sample][output] of a minibatch
  V* alive;        // [hidden layer], largest activation seen by an inspection
  const int* cancelled;  // of the job
};

// The samples of a tile: shared by all networks (full batch), or each network's own (then ownInputs is not null).
template <class V>
struct Tile {
  int samples;
  const typename V::Scalar* sharedInputs;   // [sample][input]
  const typename V::Scalar* sharedTargets;  // [sample][output]
  const V* ownInputs;
  const V* ownTargets;
  int index = 0;  // of its slab within a layer's
};

// The place of a tile in its step.
template <class V>
struct TileStep {
  bool first;
  LossScale<V> lossScale;
};

ALWAYS_INLINE constexpr int tileSamples(int width) { return width < 8 ? 32 : 16; }

template <class V>
using ForwardPass = void (*)(const Network&, const Workspace<V>&, const Tile<V>&);
template <class V>
using TrainingPass = void (*)(const Network&, Loss, const Workspace<V>&, const Tile<V>&, const TileStep<V>&);

// W: the width, or 0 where it is known at run time only. Relu: the activation happens inside the blocks.
template <class V, int W, bool Relu>
struct NetworkPass {
  using Unit = typename HiddenUnit<V, Relu>::Type;

  const Network& network;
  const Workspace<V>& work;
  const Tile<V>& tile;

  int width() const { return W > 0 ? W : network.width; }
  size_t slabSize() const { return static_cast<size_t>(tileSamples(width())) * width(); }
  size_t slabAt(int layer) const { return (layer * work.tiles + tile.index) * slabSize(); }
  V* slab(int layer) const { return work.activations + slabAt(layer); }
  V* slopes(int layer) const { return work.slopes == nullptr ? nullptr : work.slopes + slabAt(layer); }
  V* normalized(int layer) const { return work.normalized + slabAt(layer); }
  V* inverse(int layer) const { return work.inverse + static_cast<size_t>(layer) * tileSamples(width()); }
  size_t firstLayerSize() const { return static_cast<size_t>(network.inputs + 1) * width(); }
  size_t hiddenLayerSize() const { return static_cast<size_t>(width() + 1) * width(); }
  // Where the parameters of affine layer 0 .. hidden begin.
  size_t offset(int layer) const { return layer == 0 ? 0 : firstLayerSize() + (layer - 1) * hiddenLayerSize(); }
  Unit unit(int layer) const { return {Relu ? slab(layer) : work.incoming}; }

  // The inputs as vectors, [sample][input]: shared ones are spread over the lanes first.
  Rows<V, 0> inputRows() const {
    if (tile.ownInputs != nullptr) return {tile.ownInputs, network.inputs};
    const int count = tile.samples * network.inputs;
    for (int i = 0; i < count; i++) work.ownInputs[i] = V::broadcast(tile.sharedInputs[i]);
    return {work.ownInputs, network.inputs};
  }

  void forwardInputs() const {
    const V* parameters = work.state.parameters;
    const int d = network.inputs;
    if (d != 1) {
      forwardAffine<V, 0, 0>(parameters, inputRows(), slab(0), d, width(), tile.samples, unit(0));
    } else if (tile.ownInputs != nullptr) {
      forwardAffine<V, 1, W>(parameters, Rows<V, 1>{tile.ownInputs, 1}, slab(0), 1, width(), tile.samples, unit(0));
    } else {
      forwardAffine<V, 1, W>(parameters, SharedRows<V, 1>{tile.sharedInputs, 1}, slab(0), 1, width(), tile.samples,
                             unit(0));
    }
  }

  // OUT: the number of outputs, or 0.
  template <int OUT, class Visit>
  void withTargets(Visit visit) const {
    if (tile.ownTargets != nullptr) return visit(Rows<V, OUT>{tile.ownTargets, network.outputs});
    return visit(SharedRows<V, OUT>{tile.sharedTargets, network.outputs});
  }

  NormalizedTile<V> normalizedTile(int layer) const {
    return {slab(layer), normalized(layer), tile.samples, width()};
  }

  void applyActivation(int layer) const {
    activate(network, slab(layer), slopes(layer), static_cast<size_t>(tile.samples) * width());
  }

  // Behind the affine values; a batch normalization does its part between the tiles.
  void finishActivations(int layer) const {
    if constexpr (!Relu) {
      if (network.normalization == Normalization::layer) {
        const V* scales = work.state.parameters + normalizationOffset(network, layer);
        normalizeSamples(normalizedTile(layer), scales, inverse(layer));
      }
      applyActivation(layer);
    }
  }

  // From the derivatives of the activations to those of the affine values; with batch normalization of its values.
  void finishDerivatives(int layer, bool firstTile) const {
    if constexpr (!Relu) {
      const size_t count = static_cast<size_t>(tile.samples) * width();
      if (!network.normalized()) {
        return differentiate<V, true>(network, slab(layer), slopes(layer), work.incoming, count);
      }
      differentiate<V, false>(network, slab(layer), slopes(layer), work.incoming, count);
      if (network.normalization == Normalization::batch) return;
      const size_t at = normalizationOffset(network, layer);
      addNormalizationGradients(normalizedTile(layer), work.state.gradients + at, firstTile);
      differentiateSamples(normalizedTile(layer), work.state.parameters + at, inverse(layer));
    }
  }

  // The affine values of a hidden layer; with relu its activations.
  void forwardLayer(int layer) const {
    if (layer == 0) return forwardInputs();
    forwardAffine<V, W, W>(work.state.parameters + offset(layer), Rows<V, W>{slab(layer - 1), width()}, slab(layer),
                           width(), width(), tile.samples, unit(layer));
  }

  // Whether the rest of the tile is in vain. A tile of the largest network takes up to seconds, and so a layer is waited
  // for; one of a width with a kernel of its own takes microseconds, and is not interrupted.
  bool stopped() const { return W == 0 && __atomic_load_n(work.cancelled, __ATOMIC_RELAXED) != 0; }

  void forwardHidden() const {
    for (int layer = 0; layer < network.hidden && !stopped(); layer++) {
      forwardLayer(layer);
      finishActivations(layer);
    }
  }

  void forwardOutputs() const {
    const int last = network.hidden - 1;
    const V* parameters = work.state.parameters + offset(network.hidden);
    const Rows<V, W> values{slab(last), width()};
    const OutputUnit<V> unit{};
    if (W > 0 && network.outputs == 1) {
      forwardAffine<V, W, W == 0 ? 0 : 1>(parameters, values, work.outputs, width(), 1, tile.samples, unit);
    } else {
      forwardAffine<V, 0, 0>(parameters, Rows<V, 0>{slab(last), width()}, work.outputs, width(), network.outputs,
                             tile.samples, unit);
    }
  }

  template <Loss L>
  void lossDerivatives(const LossScale<V>& scale) const {
    withTargets<0>([&](auto targets) {
      for (int s = 0; s < tile.samples; s++) {
        for (int j = 0; j < network.outputs; j++) {
          V& output = work.outputs[s * network.outputs + j];
          output = lossDerivative<V, L>(output, targets(s, j), scale);
        }
      }
    });
  }

  // INNER: the width again, or 0.
  template <int INNER, int OUT>
  void backwardOutputs(bool firstTile) const {
    const int last = network.hidden - 1;
    const size_t at = offset(network.hidden);
    gradientAffine<V, INNER, OUT>(work.outputs, Rows<V, INNER>{slab(last), width()}, work.state.gradients + at, width(),
                              network.outputs, tile.samples, firstTile);
    backwardAffine<V, INNER, OUT>(work.state.parameters + at, work.outputs, width(), network.outputs, tile.samples,
                              unit(last));
  }

  template <Loss L>
  void trainOutputs(const LossScale<V>& scale, bool firstTile) const {
    const int last = network.hidden - 1;
    const size_t at = offset(network.hidden);
    if constexpr (W > 0 && W <= widestFusedOutput) {
      if (network.outputs == 1) {
        withTargets<1>([&](auto targets) {
          outputFused<V, W, L>(work.state.parameters + at, slab(last), targets, scale,
                               work.state.gradients + at, tile.samples, firstTile, unit(last));
        });
        return finishDerivatives(last, firstTile);
      }
    }
    forwardOutputs();
    lossDerivatives<L>(scale);
    if (W > 0 && network.outputs == 1) {
      backwardOutputs<W, W == 0 ? 0 : 1>(firstTile);
    } else {
      backwardOutputs<0, 0>(firstTile);
    }
    finishDerivatives(last, firstTile);
  }

  void trainHidden(int layer, bool firstTile) const {
    const V* parameters = work.state.parameters + offset(layer);
    V* gradients = work.state.gradients + offset(layer);
    if constexpr (W > 0 && W <= widestFused) {
      backwardFused<V, W>(parameters, slab(layer), slab(layer - 1), gradients, tile.samples, firstTile,
                          unit(layer - 1));
    } else {
      gradientAffine<V, W, W>(slab(layer), Rows<V, W>{slab(layer - 1), width()}, gradients, width(), width(),
                              tile.samples, firstTile);
      backwardAffine<V, W, W>(parameters, slab(layer), width(), width(), tile.samples, unit(layer - 1));
    }
    finishDerivatives(layer - 1, firstTile);
  }

  void trainInputs(bool firstTile) const {
    V* gradients = work.state.gradients;
    const int d = network.inputs;
    if (d != 1) {
      gradientAffine<V, 0, 0>(slab(0), inputRows(), gradients, d, width(), tile.samples, firstTile);
    } else if (tile.ownInputs != nullptr) {
      gradientAffine<V, 1, W>(slab(0), Rows<V, 1>{tile.ownInputs, 1}, gradients, 1, width(), tile.samples, firstTile);
    } else {
      gradientAffine<V, 1, W>(slab(0), SharedRows<V, 1>{tile.sharedInputs, 1}, gradients, 1, width(), tile.samples,
                              firstTile);
    }
  }

  void train(Loss loss, const TileStep<V>& step) const {
    forwardHidden();
    switch (loss) {
      case Loss::mse: trainOutputs<Loss::mse>(step.lossScale, step.first); break;
      case Loss::mae: trainOutputs<Loss::mae>(step.lossScale, step.first); break;
      case Loss::huber: trainOutputs<Loss::huber>(step.lossScale, step.first); break;
    }
    for (int layer = network.hidden - 1; layer >= 1 && !stopped(); layer--) trainHidden(layer, step.first);
    trainInputs(step.first);
  }

  static void forwardPass(const Network& network, const Workspace<V>& work, const Tile<V>& tile) {
    const NetworkPass pass{network, work, tile};
    pass.forwardHidden();
    pass.forwardOutputs();
  }

  static void trainingPass(const Network& network, Loss loss, const Workspace<V>& work, const Tile<V>& tile,
                           const TileStep<V>& step) {
    NetworkPass{network, work, tile}.train(loss, step);
  }
};

// The output layer alone: with batch normalization the hidden ones are passed by all tiles first (batch-normalized.h).
template <class V>
void outputPass(const Network& network, const Workspace<V>& work, const Tile<V>& tile) {
  NetworkPass<V, 0, false>{network, work, tile}.forwardOutputs();
}

template <class V>
struct Passes {
  ForwardPass<V> forward;
  TrainingPass<V> train;
};

template <class V, int W, bool Relu>
Passes<V> passesOf() {
  return {NetworkPass<V, W, Relu>::forwardPass, NetworkPass<V, W, Relu>::trainingPass};
}

// Register blocks of their own for the narrow relu networks, where they are worth 1.1 to 2.2 times the speed; the other
// activations spend their time elsewhere, and the oracle of the bits does without. Each width costs a second or two of
// compilation per instruction set.
template <class V>
Passes<V> passesFor(const Network& network) {
  if (network.normalization == Normalization::batch) return {outputPass<V>, nullptr};
  if (network.activation != Activation::relu || network.normalized()) return passesOf<V, 0, false>();
  if constexpr (V::lanes > 1 && !isReduced<V>) {
    switch (network.width) {
      case 2: return passesOf<V, 2, true>();
      case 3: return passesOf<V, 3, true>();
      case 5: return passesOf<V, 5, true>();
#ifndef FEW_WIDTHS  // for builds under a sanitizer, which compile slowly
      case 1: return passesOf<V, 1, true>();
      case 4: return passesOf<V, 4, true>();
      case 6: return passesOf<V, 6, true>();
      case 7: return passesOf<V, 7, true>();
      case 8: return passesOf<V, 8, true>();
#endif
      default: break;
    }
  }
  return passesOf<V, 0, true>();
}

}  // namespace collapsar
