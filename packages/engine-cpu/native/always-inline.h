#pragma once

// Lane operations and register blocks must dissolve into their caller: a call would spill every vector register. So must
// every function of a shared header that is no template over the vectors: files of all instruction sets would define it
// under one name, and the linker might keep the copy that only AVX-512 can run.
// (Programs that check bits alone on one machine define it as `inline`: they compile several times faster.)
#ifndef ALWAYS_INLINE
#define ALWAYS_INLINE inline __attribute__((always_inline))
#endif
