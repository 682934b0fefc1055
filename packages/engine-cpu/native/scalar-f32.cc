// Compiled with the flags of its instruction set: see build.mjs. Every function in it is a template on a vector type of
// that set, so that no other object file can share, and run, its code.
#include "lanes-scalar.h"
#include "train.h"

namespace collapsar {

const Kernel scalarF32 = {train<scalar::F32>, evaluate<scalar::F32>, fmaLoop<scalar::F32>};

}  // namespace collapsar
