// Compiled with the flags of its instruction set: see build.mjs. Every function in it is a template on a vector type of
// that set, so that no other object file can share, and run, its code.
#include "lanes-neon.h"
#include "train.h"

namespace collapsar {

using Lanes = Reduced<neon::F32, Binary16>;

const Kernel neonF16 = {train<Lanes>, evaluate<Lanes>, fmaLoop<Lanes>};

}  // namespace collapsar
