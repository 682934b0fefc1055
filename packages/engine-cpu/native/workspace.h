#pragma once
// The memory of one lane group, taken once per thread and job: nothing is allocated while it trains.
#include <stdlib.h>

#include "network-pass.h"

namespace collapsar {

template <class V>
class WorkspaceMemory {
 public:
  // Without memory `work` stays empty and `allocated` says so.
  explicit WorkspaceMemory(const Network& network) {
    const size_t tile = static_cast<size_t>(tileSamples(network.width));
    const size_t activations = tile * network.width * network.hidden;
    const bool relu = network.activation == Activation::relu;
    const size_t slopes = network.activation == Activation::gelu ? activations : 0;
    const size_t incoming = relu ? 0 : tile * network.width;
    const size_t perSample = network.outputs + network.inputs + network.outputs;
    const size_t total = 4 * network.parameters + activations + slopes + incoming + tile * perSample + network.hidden;
    next_ = static_cast<V*>(aligned_alloc(64, (total * sizeof(V) + 63) / 64 * 64));
    memory_ = next_;
    if (memory_ == nullptr) return;
    for (size_t i = 0; i < total; i++) next_[i] = V::broadcast(0);
    const size_t p = network.parameters;
    work = {{take(p), take(p), take(p), take(p)},
            take(activations),
            slopes == 0 ? nullptr : take(slopes),
            take(incoming),
            take(tile * network.outputs),
            take(tile * network.inputs),
            take(tile * network.outputs),
            take(network.hidden)};
  }
  WorkspaceMemory(const WorkspaceMemory&) = delete;
  WorkspaceMemory& operator=(const WorkspaceMemory&) = delete;
  ~WorkspaceMemory() { free(memory_); }

  bool allocated() const { return memory_ != nullptr; }

  Workspace<V> work{};

 private:
  V* take(size_t count) {
    V* const taken = next_;
    next_ += count;
    return taken;
  }

  V* memory_ = nullptr;
  V* next_ = nullptr;
};

}  // namespace collapsar
