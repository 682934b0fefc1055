// Trains random batches with every kernel of the machine and with the scalar one, and compares all results bit for bit:
// the check of an instruction set without Node, for a cross-compiled build under an emulator. Not part of the addon.
//
//   g++="aarch64-linux-gnu-g++ -std=c++20 -O2 -ffp-contract=off -fno-math-errno -fno-strict-aliasing -Wno-psabi"
//   $g++ -static -pthread compare-kernels.cc running-job.cc instruction-sets.cc neon-f*.cc scalar-f*.cc -o compare
//   qemu-aarch64 ./compare
#include <cstdio>
#include <cstring>
#include <random>

#include "instruction-sets.h"
#include "running-job.h"

namespace {

using namespace collapsar;

struct Results {
  std::vector<std::byte> parameters;
  std::vector<uint8_t> end;
  std::vector<uint32_t> endStep, firstDeadStep, deadPoints;
  std::vector<uint16_t> initialDeadLayer, deadLayer;
  std::vector<double> loss, earlierLoss, outputMin, outputMax;

  bool sameBits(const Results& other) const {
    const auto same = [](const auto& a, const auto& b) {
      return memcmp(a.data(), b.data(), a.size() * sizeof a[0]) == 0;
    };
    return same(parameters, other.parameters) && same(end, other.end) && same(endStep, other.endStep) &&
           same(firstDeadStep, other.firstDeadStep) && same(deadPoints, other.deadPoints) &&
           same(initialDeadLayer, other.initialDeadLayer) && same(deadLayer, other.deadLayer) &&
           same(loss, other.loss) && same(earlierLoss, other.earlierLoss) && same(outputMin, other.outputMin) &&
           same(outputMax, other.outputMax);
  }
};

struct Batch {
  Job job{};
  Numerics numerics;
  bool binary64() const { return numerics == Numerics::f64; }
  std::vector<std::byte> initial;
  std::vector<LayerLaw> laws;  // by which the initial parameters are drawn; empty where they are given
  std::vector<double> inputs, targets, trials;
};

// One law for every layer of a batch.
std::vector<LayerLaw> randomLaws(std::mt19937& random, int layers) {
  const auto law = [&] { return TensorLaw{static_cast<Distribution>(random() % 3), 0.1 + 1e-9 * random()}; };
  const LayerLaw layer{law(), law(), random() % 3 == 0};
  return std::vector<LayerLaw>(static_cast<size_t>(layers), layer);
}

Batch randomBatch(unsigned seed) {
  std::mt19937 random(seed);
  const auto upTo = [&](uint32_t n) { return static_cast<int>(random() % n); };
  Batch batch;
  Job& job = batch.job;
  batch.numerics = static_cast<Numerics>(seed % numericsCount);
  const Activation activation = upTo(2) ? Activation::relu : static_cast<Activation>(upTo(6));
  job.network = {1 + upTo(2), 1 + upTo(12), 1 + upTo(4), 1 + upTo(3), activation, 0.01, 0, Normalization::none};
  if (upTo(3) == 0) job.network.normalization = static_cast<Normalization>(1 + upTo(2));
  Network& n = job.network;
  if (upTo(2)) n.inputs = n.outputs = 1;
  n.parameters = (n.inputs + 1) * n.width + (n.hidden - 1) * (n.width + 1) * n.width + (n.width + 1) * n.outputs;
  if (n.normalized()) n.parameters += 2 * n.width * n.hidden;
  job.training = {static_cast<Loss>(upTo(3)), static_cast<Optimizer>(upTo(3)), 0.02, 0.9, 0, 0, upTo(4) != 0, 0.3, upTo(3) ? -1 : 0.05};
  job.training.batch = upTo(2) ? 1 + upTo(40) : 0;
  job.training.steps = upTo(4) ? upTo(10) : upTo(400);
  job.points = 1 + upTo(70);
  job.trialCount = 1 + upTo(20);
  job.minibatchKey[0] = random();
  job.minibatchKey[1] = random();
  if (upTo(2)) batch.laws = randomLaws(random, n.hidden + 1);
  for (uint32_t* key : {job.law.initKey, job.law.biasKey}) key[0] = random(), key[1] = random();
  std::uniform_real_distribution<double> uniform(-1.5, 1.5);
  for (uint32_t i = 0; i < job.points * n.inputs; i++) batch.inputs.push_back(uniform(random));
  for (uint32_t i = 0; i < job.points * n.outputs; i++) batch.targets.push_back(uniform(random));
  for (uint32_t i = 0; i < job.trialCount; i++) batch.trials.push_back(i * 3e9);
  for (size_t i = 0; i < job.trialCount * n.parameters; i++) {
    const double value = uniform(random);
    const float narrow = static_cast<float>(value);
    const void* bytes = batch.binary64() ? static_cast<const void*>(&value) : &narrow;
    const auto* from = static_cast<const std::byte*>(bytes);
    batch.initial.insert(batch.initial.end(), from, from + (batch.binary64() ? 8 : 4));
  }
  return batch;
}

Results train(const Batch& batch, const Kernel& kernel, unsigned threads) {
  RunningJob running(batch.numerics);
  Job& job = running.job;
  job = batch.job;
  const size_t trials = job.trialCount;
  const size_t outputs = trials * job.network.outputs;
  Results r{std::vector<std::byte>(batch.initial.size()), std::vector<uint8_t>(trials)};
  for (auto* column : {&r.endStep, &r.firstDeadStep, &r.deadPoints}) column->resize(trials);
  for (auto* column : {&r.initialDeadLayer, &r.deadLayer}) column->resize(trials);
  for (auto* column : {&r.loss, &r.earlierLoss}) column->resize(trials);
  for (auto* column : {&r.outputMin, &r.outputMax}) column->resize(outputs);
  if (batch.laws.empty()) {
    job.initial = batch.initial.data();
  } else {
    running.ownLaw(batch.laws);
  }
  job.parameters = r.parameters.data();
  job.end = r.end.data();
  job.endStep = r.endStep.data();
  job.initialDeadLayer = r.initialDeadLayer.data();
  job.deadLayer = r.deadLayer.data();
  job.firstDeadStep = r.firstDeadStep.data();
  job.loss = r.loss.data();
  job.earlierLoss = r.earlierLoss.data();
  job.outputMin = r.outputMin.data();
  job.outputMax = r.outputMax.data();
  job.deadPoints = r.deadPoints.data();
  running.own({batch.inputs.data(), batch.targets.data()}, batch.trials.data());
  running.start(kernel, threads, [] {});
  running.join();
  return r;
}

}  // namespace

int main() {
  int compared = 0;
  int different = 0;
  for (unsigned seed = 0; seed < 400; seed++) {
    const Batch batch = randomBatch(seed);
    const auto kernelOf = [&](const InstructionSet& set) -> const Kernel& { return set.kernel(batch.numerics); };
    const std::vector<InstructionSet> sets = usableInstructionSets();
    const Results expected = train(batch, kernelOf(sets.back()), 1);
    for (size_t i = 0; i + 1 < sets.size(); i++) {
      const bool same = train(batch, kernelOf(sets[i]), 1 + seed % 2).sameBits(expected);
      compared++;
      different += !same;
      if (!same) printf("%s differs from scalar at seed %u, width %d\n", sets[i].name, seed, batch.job.network.width);
    }
  }
  printf("%d comparisons, %d different\n", compared, different);
  return compared > 0 && different == 0 ? 0 : 1;
}
