#pragma once
// The one instruction set that a check is built for, named by -DCHECKED_SET=avx2|avx512|neon, and the scalar build that
// it is compared with: not asked of the processor, so that it may be another one's, under an emulator.
#include "job.h"

#define JOINED(set, type) set##type
#define KERNEL_OF(set, type) JOINED(set, type)
#define QUOTED(set) #set
#define NAME_OF(set) QUOTED(set)

namespace collapsar {

inline constexpr const char* checkedName = NAME_OF(CHECKED_SET);

static_assert(numericsCount == 4, "a new numerics belongs into both lists below");

// [Numerics]
inline const Kernel* const checkedKernels[] = {&KERNEL_OF(CHECKED_SET, F32), &KERNEL_OF(CHECKED_SET, F64),
                                               &KERNEL_OF(CHECKED_SET, F16), &KERNEL_OF(CHECKED_SET, Bf16)};
inline const Kernel* const scalarKernels[] = {&scalarF32, &scalarF64, &scalarF16, &scalarBf16};

inline const Kernel& checkedKernel(Numerics numerics) { return *checkedKernels[static_cast<int>(numerics)]; }
inline const Kernel& scalarKernel(Numerics numerics) { return *scalarKernels[static_cast<int>(numerics)]; }

}  // namespace collapsar
