#pragma once
// The memory of one lane group, taken once per thread and job: nothing is allocated while it trains.
#include <stdint.h>
#include <stdlib.h>

#include "network-pass.h"

namespace collapsar {

// Numbers of vectors; README.md states the sum of them as the formula of the memory of a thread.
struct WorkspaceSize {
  size_t tiles;
  size_t slabs;
  size_t slopes;
  size_t normalized;
  size_t inverse;
  size_t statistics;
  size_t incoming;
  size_t tileOutputs;
  size_t ownInputs;
  size_t ownTargets;

  ALWAYS_INLINE size_t vectors(const Network& network) const {
    return 4 * network.parameters + slabs + slopes + normalized + inverse + statistics + incoming + tileOutputs +
           ownInputs + ownTargets + network.hidden;
  }
};

// Only batch normalization needs all tiles at once: those of the training set, or of a larger minibatch.
ALWAYS_INLINE WorkspaceSize workspaceSize(const Job& job) {
  const Network& network = job.network;
  const size_t width = static_cast<size_t>(network.width);
  const size_t tile = static_cast<size_t>(tileSamples(network.width));
  const size_t most = job.points > job.training.batch ? job.points : job.training.batch;
  const bool batch = network.normalization == Normalization::batch;
  const size_t tiles = batch ? (most + tile - 1) / tile : 1;
  const size_t slabs = tiles * tile * width * network.hidden;
  const bool inBlocks = network.activation == Activation::relu && !network.normalized();
  return {tiles,
          slabs,
          network.activation == Activation::gelu ? slabs : 0,
          network.normalized() ? slabs : 0,
          network.normalization == Normalization::layer ? tile * network.hidden : 0,
          batch ? width * (2 * network.hidden + 3) : 0,
          inBlocks ? 0 : tile * width,
          tile * network.outputs,
          tiles * tile * network.inputs,
          tiles * tile * network.outputs};
}

template <class V>
class WorkspaceMemory {
 public:
  // Without memory `work` stays empty and `allocated` says so.
  explicit WorkspaceMemory(const Job& job) {
    const Network& network = job.network;
    const WorkspaceSize size = workspaceSize(job);
    const size_t total = size.vectors(network);
    // The system gives pages of zeros as they are first touched: no long fill that a cancelled job would have to wait for.
    memory_ = calloc(total * sizeof(V) + alignment, 1);
    if (memory_ == nullptr) return;
    next_ = reinterpret_cast<V*>((reinterpret_cast<uintptr_t>(memory_) + alignment - 1) / alignment * alignment);
    const size_t p = network.parameters;
    work = {{take(p), take(p), take(p), take(p)},
            size.tiles,
            take(size.slabs),
            size.slopes == 0 ? nullptr : take(size.slopes),
            take(size.normalized),
            take(size.inverse),
            take(size.statistics),
            take(size.incoming),
            take(size.tileOutputs),
            take(size.ownInputs),
            take(size.ownTargets),
            take(network.hidden),
            &job.cancelled};
  }
  WorkspaceMemory(const WorkspaceMemory&) = delete;
  WorkspaceMemory& operator=(const WorkspaceMemory&) = delete;
  ~WorkspaceMemory() { free(memory_); }

  bool allocated() const { return memory_ != nullptr; }

  Workspace<V> work{};

 private:
  static constexpr size_t alignment = 64;

  V* take(size_t count) {
    V* const taken = next_;
    next_ += count;
    return taken;
  }

  void* memory_ = nullptr;
  V* next_ = nullptr;
};

}  // namespace collapsar
