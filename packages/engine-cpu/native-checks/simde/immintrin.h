// Stands in for <immintrin.h> where native/lanes-avx512.h is to run without AVX-512: SIMDe carries out each of its
// intrinsics by AVX2 (fma by the fma instruction, on two halves). The compiler's header is read first, with its own
// 512-bit types put aside, because SIMDe defines them too.
#ifndef COLLAPSAR_NATIVE_CHECKS_SIMDE
#define COLLAPSAR_NATIVE_CHECKS_SIMDE

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#define __m512 compiler_m512
#define __m512i compiler_m512i
#define __m512d compiler_m512d
#include_next <immintrin.h>
#undef __m512
#undef __m512i
#undef __m512d

// By these SIMDe would conclude that the types are the compiler's.
#undef _MM_CMPINT_NLT
#undef _MM_CMPINT_GE
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>

// The conversions that Debian's SIMDe (0.7.4) lacks, by halves.
namespace collapsar_simde {

inline __m256 narrowed(simde__m512d a) {
  const simde__m512d_private halves = simde__m512d_to_private(a);
  return _mm256_set_m128(_mm256_cvtpd_ps(halves.m256d[1]), _mm256_cvtpd_ps(halves.m256d[0]));
}

template <int rounding>
__m256i toHalf(simde__m512 a) {
  const simde__m512_private halves = simde__m512_to_private(a);
  return _mm256_set_m128i(_mm256_cvtps_ph(halves.m256[1], rounding), _mm256_cvtps_ph(halves.m256[0], rounding));
}

inline simde__m512 fromHalf(__m256i a) {
  simde__m512_private halves;
  halves.m256[0] = _mm256_cvtph_ps(_mm256_castsi256_si128(a));
  halves.m256[1] = _mm256_cvtph_ps(_mm256_extracti128_si256(a, 1));
  return simde__m512_from_private(halves);
}

}  // namespace collapsar_simde

// SIMDe's macro shifts its last argument without parentheses.
#undef _mm512_roundscale_pd
#define _mm512_roundscale_pd(a, scale) simde_mm512_roundscale_pd(a, (scale))
#define _mm512_cvtpd_ps(a) collapsar_simde::narrowed(a)
#undef _mm512_cvtps_ph
#define _mm512_cvtps_ph(a, rounding) collapsar_simde::toHalf<rounding>(a)
#define _mm512_cvtph_ps(a) collapsar_simde::fromHalf(a)

// `pinned` keeps a value in a register, which 512 bits have not: it changes no value.
#define __asm__(...)

#else
#include_next <immintrin.h>
#endif
