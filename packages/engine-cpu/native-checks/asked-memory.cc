// The bytes that a training asks the allocator for, seen from the allocator: what src/memory.ts must predict.
//
//   asked-memory NUMERICS INPUTS WIDTH HIDDEN OUTPUTS ACTIVATION NORMALIZATION POINTS BATCH STEPS TRIALS
//
// (enumerators of job.h by number; BATCH 0 is the full one) prints the bytes of a thread's lane group and the most that
// the job itself held at a time.
#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include "lanes-avx2.h"
#include "random-batch.h"
#include "running-job.h"
#include "workspace.h"

namespace {

size_t zeroedBytes = 0;
size_t heldBytes = 0;
size_t mostHeldBytes = 0;

}  // namespace

// Called by WorkspaceMemory, and before main by the system: only the difference counts.
extern "C" void* calloc(size_t count, size_t size) {
  zeroedBytes += count * size;
  void* const memory = malloc(count * size);
  return memory == nullptr ? nullptr : memset(memory, 0, count * size);
}

void* operator new(size_t size) {
  void* const memory = malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  heldBytes += malloc_usable_size(memory);
  if (heldBytes > mostHeldBytes) mostHeldBytes = heldBytes;
  return memory;
}

void operator delete(void* memory) noexcept {
  if (memory != nullptr) heldBytes -= malloc_usable_size(memory);
  free(memory);
}
void operator delete(void* memory, size_t) noexcept { operator delete(memory); }

namespace {

using namespace collapsar;

Job jobOf(const int* numbers) {
  Job job{};
  job.network = {numbers[0], numbers[1], numbers[2], numbers[3], static_cast<Activation>(numbers[4]), 0.01, 0,
                 static_cast<Normalization>(numbers[5])};
  job.network.parameters = parameterCount(job.network);
  job.points = static_cast<uint32_t>(numbers[6]);
  job.training.batch = static_cast<uint32_t>(numbers[7]);
  job.training.steps = static_cast<uint32_t>(numbers[8]);
  job.training.optimizer = Optimizer::adam;
  job.training.learningRate = 0.001;
  job.trialCount = static_cast<uint32_t>(numbers[9]);
  return job;
}

size_t bytesOfThread(const Job& job, Numerics numerics) {
  const size_t before = zeroedBytes;
  if (numerics == Numerics::f64) {
    const WorkspaceMemory<avx2::F64> memory(job);
  } else {
    const WorkspaceMemory<avx2::F32> memory(job);
  }
  return zeroedBytes - before;
}

size_t bytesOfJob(const Job& job, Numerics numerics) {
  const std::vector<double> inputs(static_cast<size_t>(job.points) * job.network.inputs);
  const std::vector<double> targets(static_cast<size_t>(job.points) * job.network.outputs);
  const std::vector<double> trials(job.trialCount);
  const size_t before = mostHeldBytes = heldBytes;
  RunningJob running(numerics);
  running.job = job;
  running.own({inputs.data(), targets.data()}, trials.data());
  return mostHeldBytes - before;
}

}  // namespace

int main(int count, char** arguments) {
  constexpr int numberCount = 11;
  if (count != numberCount + 1) return 1;
  int numbers[numberCount];
  for (int i = 0; i < numberCount; i++) numbers[i] = atoi(arguments[i + 1]);
  const auto numerics = static_cast<Numerics>(numbers[0]);
  const Job job = jobOf(numbers + 1);
  printf("%zu %zu\n", bytesOfThread(job, numerics), bytesOfJob(job, numerics));
}
