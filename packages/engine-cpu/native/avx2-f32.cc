// Compiled with the flags of its instruction set: see build.mjs. Every function in it is a template on a vector type of
// that set, so that no other object file can share, and run, its code.
#include "lanes-avx2.h"
#include "train.h"

namespace collapsar {

const Kernel avx2F32 = {train<avx2::F32>, evaluate<avx2::F32>, fmaLoop<avx2::F32>};

}  // namespace collapsar
