// Compiled with the flags of its instruction set: see build.mjs. Every function in it is a template on a vector type of
// that set, so that no other object file can share, and run, its code.
#include "lanes-scalar.h"
#include "train.h"

namespace collapsar {

const Kernel scalarF64 = {train<scalar::F64>, evaluate<scalar::F64>, fmaLoop<scalar::F64>};

}  // namespace collapsar
