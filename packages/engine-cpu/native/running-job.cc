#include "running-job.h"

#include <time.h>

#include <cmath>
#include <cstring>

#include "stored.h"

namespace collapsar {

namespace {

std::atomic<uint64_t> kernelNanoseconds{0};

void addThreadTime() {
  timespec used;
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used) != 0) return;
  kernelNanoseconds += static_cast<uint64_t>(used.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(used.tv_nsec);
}

template <class T>
const void* rounded(std::vector<std::byte>& storage, const double* values, size_t count) {
  storage.resize(count * sizeof(T));
  T* const to = reinterpret_cast<T*>(storage.data());
  for (size_t i = 0; i < count; i++) to[i] = static_cast<T>(values[i]);
  return to;
}

// s_t and e_t of NUMERICS.md, 4, at [t - 1]: until the powers no longer count, or the steps end.
struct AdamFactors {
  std::vector<double> stepSizes;
  std::vector<double> epsilons;
};

AdamFactors adamFactors(double learningRate, uint32_t steps) {
  constexpr double beta1 = 0.9;
  constexpr double beta2 = 0.999;
  constexpr double epsilon = 1e-8;
  AdamFactors factors;
  double power1 = 1;
  double power2 = 1;
  for (uint32_t t = 1; t <= steps || t == 1; t++) {
    power1 *= beta1;
    power2 *= beta2;
    const double root = std::sqrt(1 - power2);
    factors.stepSizes.push_back((learningRate * root) / (1 - power1));
    factors.epsilons.push_back(epsilon * root);
    if (1 - power1 == 1 && 1 - power2 == 1) break;
  }
  return factors;
}

}  // namespace

template <class T>
const void* RunningJob::storedPoints(std::vector<std::byte>& storage, const double* values, size_t count) const {
  const void* points = rounded<T>(storage, values, count);
  auto* const narrow = reinterpret_cast<float*>(storage.data());
  for (size_t i = 0; numerics_ == Numerics::f16 && i < count; i++) narrow[i] = roundedNumber(narrow[i], Binary16{});
  for (size_t i = 0; numerics_ == Numerics::bf16 && i < count; i++) narrow[i] = roundedNumber(narrow[i], Bfloat16{});
  return points;
}

// One load then fetches both numbers of a drawn point.
template <class T>
const void* RunningJob::ownPairs() {
  if (job.training.batch == 0 || job.network.inputs != 1 || job.network.outputs != 1) return nullptr;
  pairs_.resize(2 * static_cast<size_t>(job.points) * sizeof(T));
  T* const pairs = reinterpret_cast<T*>(pairs_.data());
  for (size_t i = 0; i < job.points; i++) {
    pairs[2 * i] = static_cast<const T*>(job.inputs)[i];
    pairs[2 * i + 1] = static_cast<const T*>(job.targets)[i];
  }
  return pairs;
}

template <class T>
void RunningJob::ownAs(const PointArrays& points) {
  job.inputs = storedPoints<T>(inputs_, points.inputs, static_cast<size_t>(job.points) * job.network.inputs);
  job.targets = storedPoints<T>(targets_, points.targets, static_cast<size_t>(job.points) * job.network.outputs);
  job.pairs = ownPairs<T>();
  const AdamFactors factors = adamFactors(job.training.learningRate, job.training.steps);
  job.tableLength = static_cast<uint32_t>(factors.stepSizes.size());
  job.stepSizes = rounded<T>(stepSizes_, factors.stepSizes.data(), factors.stepSizes.size());
  job.epsilons = rounded<T>(epsilons_, factors.epsilons.data(), factors.epsilons.size());
}

void RunningJob::own(const PointArrays& points, const double* trials) {
  if (numerics_ == Numerics::f64) {
    ownAs<double>(points);
  } else {
    ownAs<float>(points);
  }
  trials_.assign(trials, trials + job.trialCount);
  job.trials = trials_.data();
}

void RunningJob::ownLaw(std::vector<LayerLaw> layers) {
  layerLaws_ = std::move(layers);
  job.law.layers = layerLaws_.data();
}

double kernelSeconds() { return static_cast<double>(kernelNanoseconds) * 1e-9; }

void RunningJob::leave() {
  if (--running_ == 0) whenDone_();
}

void RunningJob::trainOnThread(const Kernel& kernel) {
  if (!kernel.train(job)) {
    outOfMemory_ = true;
    cancel();
  }
  addThreadTime();
  leave();
}

void RunningJob::start(const Kernel& kernel, unsigned threads, std::function<void()> whenDone) {
  whenDone_ = std::move(whenDone);
  running_ = threads;
  try {
    threads_.reserve(threads);
    while (threads_.size() < threads) threads_.emplace_back([this, &kernel] { trainOnThread(kernel); });
  } catch (const std::exception&) {  // the system gives no more threads: those that run do the work, or it has failed
    if (threads_.empty()) {
      outOfMemory_ = true;
      cancel();
    }
    for (size_t missing = threads - threads_.size(); missing > 0; missing--) leave();
  }
}

void RunningJob::join() {
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

double RunningJob::fractionDone() const {
  const double all = static_cast<double>(job.trialCount) * job.training.steps;
  return all == 0 ? 1 : static_cast<double>(__atomic_load_n(&job.updatesDone, __ATOMIC_RELAXED)) / all;
}

}  // namespace collapsar
