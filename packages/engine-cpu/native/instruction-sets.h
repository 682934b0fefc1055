#pragma once
// Which kernels were compiled in and run on this processor.
#include <string>
#include <vector>

#include "job.h"

namespace collapsar {

struct InstructionSet {
  const char* name;
  const Kernel* kernels[numericsCount];  // [Numerics]
  const Kernel& kernel(Numerics numerics) const { return *kernels[static_cast<int>(numerics)]; }
};

// Best first; never empty.
std::vector<InstructionSet> usableInstructionSets();

}  // namespace collapsar
