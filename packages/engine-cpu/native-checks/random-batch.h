#pragma once
// Batches of all kinds, by seed, for checks without Node.
#include <vector>

#include "job.h"

namespace collapsar {

// A job without the pointers to arrays, and what they are to point to.
struct Batch {
  Job job{};
  Numerics numerics;
  bool traced;
  std::vector<std::byte> initial;  // [trial][parameter], working type
  std::vector<LayerLaw> laws;      // by which the initial parameters are drawn; empty where they are given
  std::vector<double> inputs, targets, trials;
};

// The same batch for the same seed; every enumerator of job.h is drawn by some seed.
Batch randomBatch(unsigned seed);

size_t parameterCount(const Network& network);

}  // namespace collapsar
