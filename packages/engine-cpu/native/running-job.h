#pragma once
// A job, the arrays it owns, and its threads. Knows nothing of Node.
#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "job.h"

namespace collapsar {

// The training set in binary64, as it came: [point][input] and [point][output].
struct PointArrays {
  const double* inputs;
  const double* targets;
};

// Processor time of all kernel threads of this process that have ended.
double kernelSeconds();

class RunningJob {
 public:
  explicit RunningJob(Numerics numerics) : numerics_(numerics) {}
  RunningJob(const RunningJob&) = delete;
  RunningJob& operator=(const RunningJob&) = delete;

  // Everything but points, trials and tables, which `own` copies.
  Job job{};

  // Rounds the points as the numerics says, copies the trial indices and computes Adam's factors.
  void own(const PointArrays& points, const double* trials);

  // Copies the laws of the affine layers, by which the threads draw the initial parameters.
  void ownLaw(std::vector<LayerLaw> layers);

  // Trains on so many threads; the last one to finish calls whenDone, from its thread.
  void start(const Kernel& kernel, unsigned threads, std::function<void()> whenDone);

  // The threads stop within one tile of samples.
  void cancel() { __atomic_store_n(&job.cancelled, 1, __ATOMIC_RELAXED); }
  bool cancelled() const { return __atomic_load_n(&job.cancelled, __ATOMIC_RELAXED) != 0; }
  void join();

  bool outOfMemory() const { return outOfMemory_; }
  double fractionDone() const;

 private:
  template <class T>
  void ownAs(const PointArrays& points);
  template <class T>
  const void* ownPairs();
  template <class T>
  const void* storedPoints(std::vector<std::byte>& storage, const double* values, size_t count) const;
  void trainOnThread(const Kernel& kernel);
  void leave();

  const Numerics numerics_;
  std::vector<std::byte> inputs_, targets_, pairs_, stepSizes_, epsilons_;
  std::vector<double> trials_;
  std::vector<LayerLaw> layerLaws_;
  std::vector<std::thread> threads_;
  std::atomic<unsigned> running_{0};
  std::atomic<bool> outOfMemory_{false};
  std::function<void()> whenDone_;
};

}  // namespace collapsar
