#pragma once
// One batch of trials, as plain data: what the threads share, and all that the instruction-set files know of the rest.
#include <cstddef>
#include <cstdint>

#include "always-inline.h"

namespace collapsar {

// f16 and bf16 compute in binary32 and round what they store.
enum class Numerics { f32, f64, f16, bf16 };
enum class Activation { relu, leakyRelu, elu, gelu, tanh, selu };
enum class Normalization { none, batch, layer };
enum class Loss { mse, mae, huber };
enum class Optimizer { sgd, momentum, adam };
enum class Noise { none, relative, absolute };
enum class NoisyParameters { biases, all };
// The values of END in the trial package.
enum class End : uint8_t { completed, bornDead, died, diverged, converged };

inline constexpr int numericsCount = 4;

inline constexpr int maxInputs = 8;
inline constexpr int maxOutputs = 8;
inline constexpr int maxHiddenLayers = 199;
inline constexpr int maxTileSamples = 32;
inline constexpr uint32_t checkInterval = 32;   // updates between two checks
inline constexpr uint32_t certifyingChecks = 8;  // consecutive dead checks that certify death

// Layers of sizes inputs, width (hidden times), outputs. Parameters lie flat, layer by layer: weights [output][input],
// then biases; behind them, for each hidden layer of a normalized network, scales and shifts.
struct Network {
  int inputs;
  int width;
  int hidden;
  int outputs;
  Activation activation;
  double leak;
  size_t parameters;
  Normalization normalization;

  ALWAYS_INLINE bool normalized() const { return normalization != Normalization::none; }
  // Whether a hidden layer can be zero for good.
  ALWAYS_INLINE bool canDie() const { return activation == Activation::relu && !normalized(); }
};

struct ParameterNoise {
  Noise kind;
  NoisyParameters parameters;
  double level;
};

struct Training {
  Loss loss;
  Optimizer optimizer;
  double learningRate;
  double momentum;
  uint32_t batch;  // samples of a minibatch, 0 for the full batch
  uint32_t steps;
  bool stopAtDeath;
  double huberDelta;
  double convergedLoss;  // a trial ends at a check with at most this loss; below 0 none does
  ParameterNoise noise;

  // Whether a dead layer stays dead: absolute noise goes on moving its biases.
  ALWAYS_INLINE bool deathIsFinal() const { return noise.kind != Noise::absolute; }
};

// How the numbers of a tensor are drawn: NUMERICS.md, 1.
enum class Distribution : uint8_t { zero, normal, uniform };

struct TensorLaw {
  Distribution distribution;
  double scale;  // the standard deviation, or the limit of a uniform law
};

struct LayerLaw {
  TensorLaw weights;
  TensorLaw biases;
  bool replacesOne;  // then, one position of each row
};

struct InitialLaw {
  uint32_t initKey[2];
  uint32_t biasKey[2];
  const LayerLaw* layers;  // [affine layer], or null where the parameters are given
};

// Arrays of the working type are double for f64, otherwise float.
struct Job {
  Network network;
  Training training;

  uint32_t points;
  const void* inputs;   // [point][input], working type
  const void* targets;  // [point][output], working type
  const void* pairs;    // [point][input, target] for minibatches where both are single numbers, otherwise null
  const void* initial;  // [trial][parameter], working type, or null where the law is given
  InitialLaw law;
  const double* trials;  // [trial], exact integers
  uint32_t trialCount;
  uint32_t minibatchKey[2];
  uint32_t noiseKey[2];

  // Adam's s_t and e_t at [t - 1], working type; later updates use the last entry, from which they no longer differ.
  const void* stepSizes;
  const void* epsilons;
  uint32_t tableLength;

  void* parameters;  // [trial][parameter], working type
  uint8_t* end;      // [trial], as all that follow
  uint32_t* endStep;
  uint16_t* initialDeadLayer;
  uint16_t* deadLayer;
  uint32_t* firstDeadStep;
  double* loss;
  double* earlierLoss;
  double* outputMin;  // [trial][output]
  double* outputMax;  // [trial][output]
  uint32_t* deadPoints;
  double* lossTrace;  // [trial][0..steps], or null

  // Shared between threads, touched by __atomic operations only.
  int cancelled;
  uint32_t nextTrial;
  uint64_t updatesDone;  // of trialCount * steps; a trial that ends early counts in full
};

// Trains trials of the job until none is left or it is cancelled. Returns false when memory ran out.
using TrainFunction = bool (*)(Job& job);

// Applies one function of the numerics to each element: for the tests of fma and of elementary.h.
enum class Elementary { fma, expm1, exp, tanh, erf };
using EvaluateFunction = void (*)(Elementary function, const void* x, const void* y, const void* z, void* result,
                                  size_t count);

// Nothing but fmas in registers, `rounds` times: the peak that benchmarks are measured against. Returns their number.
using FmaLoopFunction = uint64_t (*)(uint64_t rounds);

// The code of one instruction set for one working type.
struct Kernel {
  TrainFunction train;
  EvaluateFunction evaluate;
  FmaLoopFunction fmaLoop;
};

extern const Kernel scalarF32, scalarF64, scalarF16, scalarBf16;
extern const Kernel avx2F32, avx2F64, avx2F16, avx2Bf16;
extern const Kernel avx512F32, avx512F64, avx512F16, avx512Bf16;
extern const Kernel neonF32, neonF64, neonF16, neonBf16;

}  // namespace collapsar
