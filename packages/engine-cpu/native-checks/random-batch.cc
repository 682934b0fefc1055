#include "random-batch.h"

#include <random>

#include "enumerators.h"

namespace collapsar {

static_assert(enumeratorCount<Numerics>() == numericsCount && enumeratorCount<End>() >= 4);

namespace {

class Draw {
 public:
  explicit Draw(unsigned seed) : random_(seed) {}

  int upTo(uint32_t count) { return static_cast<int>(random_() % count); }
  bool once(uint32_t in) { return upTo(in) == 0; }
  uint32_t word() { return random_(); }
  double between(double low, double high) { return low + (high - low) * (word() + 0.5) / 4294967296.0; }

  template <class Enumeration>
  Enumeration any() {
    return static_cast<Enumeration>(upTo(enumeratorCount<Enumeration>()));
  }

 private:
  std::mt19937 random_;
};

Network randomNetwork(Draw& draw) {
  Network network{};
  network.inputs = draw.once(2) ? 1 : draw.once(8) ? maxInputs : 1 + draw.upTo(3);
  network.width = draw.once(16) ? 33 : 1 + draw.upTo(12);
  network.hidden = draw.once(16) ? 12 : 1 + draw.upTo(4);
  network.outputs = draw.once(2) ? 1 : draw.once(8) ? maxOutputs : 1 + draw.upTo(3);
  network.activation = draw.once(2) ? Activation::relu : draw.any<Activation>();
  network.leak = 0.01;
  network.normalization = draw.once(2) ? Normalization::none : draw.any<Normalization>();
  network.parameters = parameterCount(network);
  return network;
}

// The scalar build computes its fmas in software: long trainings and many trials are for small networks.
bool small(const Network& network) { return network.parameters < 60; }

uint32_t randomSteps(Draw& draw, const Network& network) {
  if (small(network) && draw.once(2)) return draw.once(2) ? 256 + draw.upTo(100) : 32 + draw.upTo(40);
  return draw.upTo(10);
}

Training randomTraining(Draw& draw, const Network& network) {
  Training training{};
  training.loss = draw.any<Loss>();
  training.optimizer = draw.any<Optimizer>();
  training.learningRate = draw.once(8) ? 1.5 : 0.02;  // the large one diverges
  training.momentum = 0.9;
  training.batch = draw.once(2) ? 0 : 1 + draw.upTo(40);
  training.steps = randomSteps(draw, network);
  training.stopAtDeath = !draw.once(4);
  training.huberDelta = 0.3;
  training.convergedLoss = draw.once(3) ? draw.between(0, 2) : -1;
  return training;
}

// Relative noise of 1 doubles a step at most; absolute noise of 0.05 lets narrow networks die and revive.
ParameterNoise randomNoise(Draw& draw) {
  if (draw.once(2)) return {};
  const Noise kind = draw.any<Noise>();
  return {kind, draw.any<NoisyParameters>(), kind == Noise::relative ? 1 : 0.05};
}

// One law for every layer of a batch.
std::vector<LayerLaw> randomLaws(Draw& draw, int layers) {
  const auto law = [&] { return TensorLaw{draw.any<Distribution>(), draw.between(0.1, 2)}; };
  const LayerLaw layer{law(), law(), draw.once(3)};
  return std::vector<LayerLaw>(static_cast<size_t>(layers), layer);
}

void drawNumbers(Draw& draw, std::vector<double>& numbers, size_t count) {
  for (size_t i = 0; i < count; i++) numbers.push_back(draw.between(-1.5, 1.5));
}

template <class Scalar>
void drawInitial(Draw& draw, std::vector<std::byte>& initial, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const Scalar value = static_cast<Scalar>(draw.between(-1.5, 1.5));
    const auto* const bytes = reinterpret_cast<const std::byte*>(&value);
    initial.insert(initial.end(), bytes, bytes + sizeof value);
  }
}

}  // namespace

size_t parameterCount(const Network& network) {
  const size_t width = static_cast<size_t>(network.width);
  const size_t affine =
      (network.inputs + 1) * width + (network.hidden - 1) * (width + 1) * width + (width + 1) * network.outputs;
  return affine + (network.normalized() ? 2 * width * network.hidden : 0);
}

Batch randomBatch(unsigned seed) {
  Draw draw(seed);
  Batch batch;
  Job& job = batch.job;
  batch.numerics = static_cast<Numerics>(seed % numericsCount);
  job.network = randomNetwork(draw);
  job.training = randomTraining(draw, job.network);
  batch.traced = draw.once(4);
  job.points = 1 + draw.upTo(70);
  job.trialCount = 1 + draw.upTo(small(job.network) ? 20 : 4);
  for (uint32_t& word : job.minibatchKey) word = draw.word();
  if (draw.once(2)) batch.laws = randomLaws(draw, job.network.hidden + 1);
  for (uint32_t* key : {job.law.initKey, job.law.biasKey}) key[0] = draw.word(), key[1] = draw.word();
  drawNumbers(draw, batch.inputs, static_cast<size_t>(job.points) * job.network.inputs);
  drawNumbers(draw, batch.targets, static_cast<size_t>(job.points) * job.network.outputs);
  job.training.noise = randomNoise(draw);
  for (uint32_t& word : job.noiseKey) word = draw.word();
  for (uint32_t i = 0; i < job.trialCount; i++) batch.trials.push_back(i * 3e9);
  const size_t count = job.trialCount * job.network.parameters;
  batch.numerics == Numerics::f64 ? drawInitial<double>(draw, batch.initial, count)
                                  : drawInitial<float>(draw, batch.initial, count);
  return batch;
}

}  // namespace collapsar
