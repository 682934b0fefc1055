// Compiled with the flags of its instruction set: see build.mjs. Every function in it is a template on a vector type of
// that set, so that no other object file can share, and run, its code.
#include "lanes-neon.h"
#include "train.h"

namespace collapsar {

const Kernel neonF64 = {train<neon::F64>, evaluate<neon::F64>, fmaLoop<neon::F64>};

}  // namespace collapsar
