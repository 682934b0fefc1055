#pragma once
// Which kernels were compiled in and run on this processor.
#include <string>
#include <vector>

#include "job.h"

namespace collapsar {

struct InstructionSet {
  const char* name;
  const Kernel* binary32;
  const Kernel* binary64;
};

// Best first; never empty.
std::vector<InstructionSet> usableInstructionSets();

}  // namespace collapsar
