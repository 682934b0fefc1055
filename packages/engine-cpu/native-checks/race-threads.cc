// Trains random batches on four threads while another one reads their progress and, for every second batch, cancels them:
// what the Node side does. For ThreadSanitizer, which ends the program at a data race.
//
//   race-threads BATCHES
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "trained.h"

namespace {

using namespace collapsar;

// Set by the last thread of a job, waited for by the watcher.
class Completion {
 public:
  void announce() {
    const std::lock_guard lock(mutex_);
    done_ = true;
    changed_.notify_all();
  }
  bool waitFor(std::chrono::microseconds time) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [this] { return done_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
};

// Whether the job ended as it was asked to.
bool trainsAndStops(Batch& batch, bool cancelling) {
  batch.numerics = Numerics::f32;
  batch.job.trialCount = static_cast<uint32_t>(batch.trials.size());
  if (cancelling) batch.job.training.steps = 1u << 30;
  batch.traced = false;
  batch.laws.assign(static_cast<size_t>(batch.job.network.hidden) + 1, {{Distribution::normal, 1}, {Distribution::normal, 1}, true});
  batch.initial.resize(batch.job.trialCount * batch.job.network.parameters * sizeof(float));
  Trained results(batch);
  RunningJob running(batch.numerics);
  prepare(running, batch, results);
  Completion completion;
  running.start(avx2F32, 4, [&] { completion.announce(); });
  double fraction = 0;
  for (int looks = 0; !completion.waitFor(std::chrono::microseconds(200)); looks++) {
    fraction += running.fractionDone();
    if (cancelling && looks == 10) running.cancel();
  }
  running.join();
  return !running.outOfMemory() && fraction >= 0 && (cancelling || running.fractionDone() == 1);
}

}  // namespace

int main(int count, char** arguments) {
  const unsigned batches = count > 1 ? static_cast<unsigned>(atoi(arguments[1])) : 60;
  int wrong = 0;
  for (unsigned seed = 0; seed < batches; seed++) {
    Batch batch = randomBatch(4 * seed);
    wrong += !trainsAndStops(batch, seed % 2 == 1);
  }
  printf("%u jobs on four threads, %d ended otherwise than asked\n", batches, wrong);
  return wrong == 0 ? 0 : 1;
}
