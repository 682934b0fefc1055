// Compiled with the flags of its instruction set: see build.mjs. Every function in it is a template on a vector type of
// that set, so that no other object file can share, and run, its code.
#include "lanes-avx512.h"
#include "train.h"

namespace collapsar {

const Kernel avx512F32 = {train<avx512::F32>, evaluate<avx512::F32>, fmaLoop<avx512::F32>};

}  // namespace collapsar
