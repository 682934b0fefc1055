// Compiled with the flags of its instruction set: see build.mjs. Every function in it is a template on a vector type of
// that set, so that no other object file can share, and run, its code.
#include "lanes-avx512.h"
#include "train.h"

namespace collapsar {

const Kernel avx512F64 = {train<avx512::F64>, evaluate<avx512::F64>, fmaLoop<avx512::F64>};

}  // namespace collapsar
