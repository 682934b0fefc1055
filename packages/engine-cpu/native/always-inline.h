#pragma once

// Lane operations and register blocks must dissolve into their caller: a call would spill every vector register.
#define ALWAYS_INLINE inline __attribute__((always_inline))
