// Trains random batches with one instruction set and with the scalar build, and compares all results bit for bit.
//
//   compare-kernels BATCHES      exit code 0: all are equal, and every enumerator of job.h was drawn or came out
#include <cstdio>
#include <cstdlib>
#include <tuple>

#include "checked-set.h"
#include "enumerators.h"
#include "trained.h"

namespace {

using namespace collapsar;

// How often each value of an enumeration was met.
template <class Enumeration>
struct Tally {
  static constexpr int size = enumeratorCount<Enumeration>();
  int counts[size] = {};

  void meet(Enumeration value) { counts[static_cast<int>(value)]++; }

  bool complete(const char* name) const {
    bool all = true;
    for (int i = 0; i < size; i++) {
      if (counts[i] == 0) printf("%s %d was never met: more batches are needed\n", name, i);
      all = all && counts[i] > 0;
    }
    return all;
  }
};

struct Coverage {
  Tally<Activation> activations;
  Tally<Normalization> normalizations;
  Tally<Loss> losses;
  Tally<Optimizer> optimizers;
  Tally<Noise> noises;
  Tally<NoisyParameters> noisyParameters;
  Tally<Numerics> numerics;
  Tally<End> ends;

  void meet(const Batch& batch, const Trained& trained) {
    activations.meet(batch.job.network.activation);
    normalizations.meet(batch.job.network.normalization);
    losses.meet(batch.job.training.loss);
    optimizers.meet(batch.job.training.optimizer);
    noises.meet(batch.job.training.noise.kind);
    noisyParameters.meet(batch.job.training.noise.parameters);
    numerics.meet(batch.numerics);
    for (const uint8_t end : trained.end) ends.meet(static_cast<End>(end));
  }

  bool complete() const {
    const bool drawn = activations.complete("activation") & normalizations.complete("normalization") &
                       losses.complete("loss") & optimizers.complete("optimizer") & noises.complete("noise") &
                       noisyParameters.complete("noisy parameters") & numerics.complete("numerics");
    return drawn & ends.complete("end");
  }
};

bool same(const Batch& batch, unsigned seed, Coverage& coverage) {
  const Trained expected = train(batch, scalarKernel(batch.numerics), 1);
  coverage.meet(batch, expected);
  const std::string columns = train(batch, checkedKernel(batch.numerics), 1 + seed % 2).differenceTo(expected);
  if (columns.empty()) return true;
  const auto& [network, training] = std::tie(batch.job.network, batch.job.training);
  printf("%s differs from scalar in %s: seed %u, numerics %d, width %d, activation %d, normalization %d, loss %d, "
         "optimizer %d, noise %d\n",
         checkedName, columns.c_str(), seed, static_cast<int>(batch.numerics), network.width,
         static_cast<int>(network.activation), static_cast<int>(network.normalization), static_cast<int>(training.loss),
         static_cast<int>(training.optimizer), static_cast<int>(training.noise.kind));
  return false;
}

}  // namespace

int main(int count, char** arguments) {
  const unsigned batches = count > 1 ? static_cast<unsigned>(atoi(arguments[1])) : 400;
  Coverage coverage;
  int different = 0;
  for (unsigned seed = 0; seed < batches; seed++) different += !same(randomBatch(seed), seed, coverage);
  printf("%u batches on %s, %d different\n", batches, checkedName, different);
  return coverage.complete() && different == 0 ? 0 : 1;
}
