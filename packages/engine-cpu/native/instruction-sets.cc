#include "instruction-sets.h"

namespace collapsar {

std::vector<InstructionSet> usableInstructionSets() {
  std::vector<InstructionSet> sets;
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
  if (avx512) sets.push_back({"avx512", {&avx512F32, &avx512F64, &avx512F16, &avx512Bf16}});
  if (avx2) sets.push_back({"avx2", {&avx2F32, &avx2F64, &avx2F16, &avx2Bf16}});
#elif defined(__aarch64__)
  sets.push_back({"neon", {&neonF32, &neonF64, &neonF16, &neonBf16}});
#endif
  sets.push_back({"scalar", {&scalarF32, &scalarF64, &scalarF16, &scalarBf16}});
  return sets;
}

}  // namespace collapsar
