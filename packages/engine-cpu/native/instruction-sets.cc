#include "instruction-sets.h"

namespace collapsar {

std::vector<InstructionSet> usableInstructionSets() {
  std::vector<InstructionSet> sets;
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
  if (avx512) sets.push_back({"avx512", &avx512F32, &avx512F64});
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) sets.push_back({"avx2", &avx2F32, &avx2F64});
#elif defined(__aarch64__)
  sets.push_back({"neon", &neonF32, &neonF64});
#endif
  sets.push_back({"scalar", &scalarF32, &scalarF64});
  return sets;
}

}  // namespace collapsar
