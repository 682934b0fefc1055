#pragma once
// The results of a job, in arrays of exactly their length: what lies beside them belongs to the sanitizer.
#include <string>

#include "random-batch.h"
#include "running-job.h"

namespace collapsar {

struct Trained {
  std::vector<std::byte> parameters;
  std::vector<uint8_t> end;
  std::vector<uint32_t> endStep, firstDeadStep, deadPoints;
  std::vector<uint16_t> initialDeadLayer, deadLayer;
  std::vector<double> loss, earlierLoss, outputMin, outputMax, lossTrace;

  explicit Trained(const Batch& batch);
  // The names of the columns that differ in any bit; empty where none does.
  std::string differenceTo(const Trained& other) const;
};

// Points the job at the arrays of a batch and of its results, which must outlive the training.
void prepare(RunningJob& running, const Batch& batch, Trained& results);

Trained train(const Batch& batch, const Kernel& kernel, unsigned threads);

}  // namespace collapsar
