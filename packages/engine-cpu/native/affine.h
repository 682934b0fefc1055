#pragma once
// One affine layer on a tile of samples: values, gradients, derivatives. Each output keeps its own chain of operations
// in the order of the numerics; the blocks below only decide which chains run side by side.
//
// A block of 4 x 2 chains hides the latency of the fma and loads 6 vectors for 8 of them. Where all weights of a block
// fit in registers they stay there while the samples pass by.
#include <cstddef>

#include "always-inline.h"
#include "stored.h"

namespace collapsar {

using Index = ptrdiff_t;

// Hides where an address came from, so that those of a block's vectors are this one plus a constant. Otherwise g++
// keeps a pointer for each of them, computed once for all blocks, and reloads it from the stack before every use.
template <class T>
ALWAYS_INLINE T opaque(T address) {
  __asm__("" : "+r"(address));
  return address;
}

template <int N>
struct Count {
  static constexpr int value = N;
};

// Values that differ between networks, [sample][unit].
template <class V, int N>
struct Rows {
  const V* at;
  Index runtimeUnits;
  ALWAYS_INLINE Index units() const { return N > 0 ? N : runtimeUnits; }
  ALWAYS_INLINE V operator()(Index sample, Index unit) const { return at[sample * units() + unit]; }
  ALWAYS_INLINE Rows from(Index sample, Index unit) const {
    return {opaque(at + sample * units() + unit), runtimeUnits};
  }
};

// Values that all networks share, [sample][unit].
template <class V, int N>
struct SharedRows {
  const typename V::Scalar* at;
  Index runtimeUnits;
  ALWAYS_INLINE Index units() const { return N > 0 ? N : runtimeUnits; }
  ALWAYS_INLINE V operator()(Index sample, Index unit) const { return V::broadcast(at[sample * units() + unit]); }
  ALWAYS_INLINE SharedRows from(Index sample, Index unit) const {
    return {opaque(at + sample * units() + unit), runtimeUnits};
  }
};

// Cuts 0 .. n-1 into blocks of four and a rest of two or three where n > 1: 5 is 3 + 2, since a single row wastes loads.
template <class Visit>
ALWAYS_INLINE void inRowBlocks(Index n, Visit visit) {
  Index at = 0;
  for (; n - at >= 6 || n - at == 4; at += 4) visit(Count<4>{}, at);
  switch (n - at) {
    case 5:
      visit(Count<3>{}, at);
      visit(Count<2>{}, at + 3);
      break;
    case 3: visit(Count<3>{}, at); break;
    case 2: visit(Count<2>{}, at); break;
    case 1: visit(Count<1>{}, at); break;
    default: break;
  }
}

// Cuts 0 .. n-1 into blocks of Size, then halves of it.
template <int Size, class Visit>
ALWAYS_INLINE void inBlocks(Index n, Index at, Visit visit) {
  for (; n - at >= Size; at += Size) visit(Count<Size>{}, at);
  if constexpr (Size > 1) inBlocks<Size / 2>(n, at, visit);
}

// How many samples run side by side with R rows.
template <int R>
inline constexpr int samplesBeside = R >= 3 ? 2 : R == 2 ? 4 : 8;

// Weights as the forward pass reads them: row j, inner k.
template <class V, int IN>
struct ForwardWeights {
  const V* at;
  Index runtimeInputs;
  ALWAYS_INLINE Index inputs() const { return IN > 0 ? IN : runtimeInputs; }
  ALWAYS_INLINE V operator()(Index row, Index inner) const { return at[row * inputs() + inner]; }
  ALWAYS_INLINE ForwardWeights from(Index row) const { return {opaque(at + row * inputs()), runtimeInputs}; }
};

// Weights as the backward pass reads them: row is the input unit, inner the output unit.
template <class V, int IN>
struct BackwardWeights {
  const V* at;
  Index runtimeInputs;
  ALWAYS_INLINE Index inputs() const { return IN > 0 ? IN : runtimeInputs; }
  ALWAYS_INLINE V operator()(Index row, Index inner) const { return at[inner * inputs() + row]; }
  ALWAYS_INLINE BackwardWeights from(Index row) const { return {opaque(at + row), runtimeInputs}; }
};

// R rows x S samples of chains: start[row] or the first product, then fma over the inner index, then the store.
template <int R, int S, int INNER, bool FirstIsProduct, class V, class Weights, class Values, class Store>
ALWAYS_INLINE void chainBlock(Weights allWeights, Values allValues, Index row0, Index sample0, Index runtimeInner,
                              const V* start, Store store) {
  const Index inner = INNER > 0 ? INNER : runtimeInner;
  const Weights weights = allWeights.from(row0);
  const Values values = allValues.from(sample0, 0);
  V sum[R][S];
  const V* const begins = start == nullptr ? nullptr : opaque(start + row0);
  Index k = 0;
  if constexpr (FirstIsProduct) {
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      const V w = weights(r, 0);
#pragma GCC unroll 8
      for (int s = 0; s < S; s++) sum[r][s] = w * values(s, 0);
    }
    k = 1;
  } else {
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      const V begin = begins[r];
#pragma GCC unroll 8
      for (int s = 0; s < S; s++) sum[r][s] = begin;
    }
  }
#pragma GCC unroll 8
  for (; k < inner; k++) {
    V x[S];
#pragma GCC unroll 8
    for (int s = 0; s < S; s++) x[s] = R > 1 ? pinned(values(s, k)) : values(s, k);
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      const V w = S > 1 ? pinned(weights(r, k)) : weights(r, k);
#pragma GCC unroll 8
      for (int s = 0; s < S; s++) sum[r][s] = fma(w, x[s], sum[r][s]);
    }
  }
  store.template block<R, S>(row0, sample0, sum);
}

// The same chains for R rows and all samples, the weights of the R rows held in registers.
template <int R, int INNER, bool FirstIsProduct, class V, class Weights, class Values, class Store>
ALWAYS_INLINE void residentChains(Weights weights, Values values, Index row0, Index samples, const V* start,
                                  Store store) {
  V w[R][INNER];
  V begin[R];
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
    if constexpr (!FirstIsProduct) begin[r] = pinned(start[row0 + r]);
#pragma GCC unroll 8
    for (Index k = 0; k < INNER; k++) w[r][k] = pinned(weights(row0 + r, k));
  }
#pragma GCC unroll 2
  for (Index s = 0; s < samples; s++) {
    V x[INNER];
#pragma GCC unroll 8
    for (Index k = 0; k < INNER; k++) x[k] = R > 1 ? pinned(values(s, k)) : values(s, k);
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      V sum;
      if constexpr (FirstIsProduct) {
        sum = w[r][0] * x[0];
      } else {
        sum = fma(w[r][0], x[0], begin[r]);
      }
#pragma GCC unroll 8
      for (int k = 1; k < INNER; k++) sum = fma(w[r][k], x[k], sum);
      store(row0 + r, s, sum);
    }
  }
}

template <int ROWS, int INNER, bool FirstIsProduct, class V, class Weights, class Values, class Store>
ALWAYS_INLINE void chains(Weights weights, Values values, Index rows, Index inner, Index samples, const V* start,
                          Store store) {
  inRowBlocks(ROWS > 0 ? ROWS : rows, [&](auto rowCount, Index row0) __attribute__((always_inline)) {
    constexpr int R = decltype(rowCount)::value;
    if constexpr (INNER > 0 && R * (INNER + (FirstIsProduct ? 0 : 1)) <= 12) {
      residentChains<R, INNER, FirstIsProduct, V>(weights, values, row0, samples, start, store);
    } else {
      Index sample0 = 0;
      for (; samples - sample0 >= samplesBeside<R>; sample0 += samplesBeside<R>) {
        chainBlock<R, samplesBeside<R>, INNER, FirstIsProduct, V>(weights, values, row0, sample0, inner, start, store);
      }
      for (; sample0 < samples; sample0++) {
        chainBlock<R, 1, INNER, FirstIsProduct, V>(weights, values, row0, sample0, inner, start, store);
      }
    }
  });
}

// Where values go: [sample][unit] of a slab, after the unit's function.
template <class V, int N, class Unit>
struct ValueStore {
  V* out;
  Index runtimeUnits;
  Unit unit;
  ALWAYS_INLINE Index units() const { return N > 0 ? N : runtimeUnits; }
  ALWAYS_INLINE void operator()(Index row, Index sample, V z) const { out[sample * units() + row] = unit.value(z); }
  template <int R, int S>
  ALWAYS_INLINE void block(Index row0, Index sample0, const V (&sum)[R][S]) const {
    V* const to = opaque(out + sample0 * units() + row0);
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
#pragma GCC unroll 8
      for (int s = 0; s < S; s++) to[s * units() + r] = unit.value(sum[r][s]);
    }
  }
};

// Where derivatives go: unit.store takes the place in a slab [sample][unit].
template <class V, int N, class Unit>
struct DerivativeStore {
  Index runtimeUnits;
  Unit unit;
  ALWAYS_INLINE Index units() const { return N > 0 ? N : runtimeUnits; }
  ALWAYS_INLINE void operator()(Index row, Index sample, V q) const { unit.store(sample * units() + row, q); }
  template <int R, int S>
  ALWAYS_INLINE void block(Index row0, Index sample0, const V (&sum)[R][S]) const {
    const Index at = opaque(sample0 * units() + row0);
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
#pragma GCC unroll 8
      for (int s = 0; s < S; s++) unit.store(at + s * units() + r, sum[r][s]);
    }
  }
};

// out[sample][output] = unit(bias + sum of weight * value, inputs ascending).
template <class V, int IN, int OUT, class Values, class Unit>
__attribute__((noinline)) void forwardAffine(const V* parameters, Values values, V* out, Index inputs, Index outputs,
                                             Index samples, Unit unit) {
  const V* biases = parameters + (IN > 0 ? IN : inputs) * (OUT > 0 ? OUT : outputs);
  chains<OUT, IN, false, V>(ForwardWeights<V, IN>{parameters, inputs}, values, outputs, inputs, samples, biases,
                            ValueStore<V, OUT, Unit>{out, outputs, unit});
}

// The derivative with respect to the layer's inputs: q = W[0][k] dz[0], then fma over outputs ascending, handed to
// unit.store with the place of the input unit in a slab [sample][input].
template <class V, int IN, int OUT, class Unit>
__attribute__((noinline)) void backwardAffine(const V* parameters, const V* derivatives, Index inputs, Index outputs,
                                              Index samples, Unit unit) {
  chains<IN, OUT, true, V>(BackwardWeights<V, IN>{parameters, inputs}, Rows<V, OUT>{derivatives, outputs}, inputs,
                           outputs, samples, static_cast<const V*>(nullptr), DerivativeStore<V, IN, Unit>{inputs, unit});
}

// R outputs x C inputs of gradient chains over the samples of a tile, with the bias gradients where Bias.
template <int R, int C, bool Bias, class V, class Rest, class Values>
ALWAYS_INLINE void gradientBlock(Rest allDerivatives, Values allValues, Index row0, Index column0, Index samples,
                                 V (&weights)[R][C], V (&biases)[R]) {
  const Rest derivatives = allDerivatives.from(0, row0);
  const Values values = allValues.from(0, column0);
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
    biases[r] = V::broadcast(0);
#pragma GCC unroll 8
    for (int c = 0; c < C; c++) weights[r][c] = V::broadcast(0);
  }
  for (Index s = 0; s < samples; s++) {
    V x[C];
#pragma GCC unroll 8
    for (int c = 0; c < C; c++) x[c] = R > 1 ? pinned(values(s, c)) : values(s, c);
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      const V dz = pinned(derivatives(s, r));
#pragma GCC unroll 8
      for (int c = 0; c < C; c++) weights[r][c] = fma(dz, x[c], weights[r][c]);
      if constexpr (Bias) biases[r] = biases[r] + dz;
    }
  }
}

// The first tile's sum is taken as it is, each later one added.
template <class V>
ALWAYS_INLINE void addTile(V& total, V tile, bool firstTile) {
  total = stored(firstTile ? tile : total + tile);
}

// Cuts the columns beside R rows so that about 8 chains run and nothing spills from 16 registers.
template <int R, class Visit>
ALWAYS_INLINE void inColumnBlocks(Index n, Visit visit) {
  if constexpr (R == 1) {
    inBlocks<8>(n, 0, visit);
  } else if constexpr (R == 2) {
    inRowBlocks(n, visit);
  } else if constexpr (R == 3) {
    Index at = 0;
    for (; n - at >= 5 || n - at == 3; at += 3) visit(Count<3>{}, at);
    inBlocks<2>(n, at, visit);
  } else {
    inBlocks<2>(n, 0, visit);
  }
}

// Gradients of one layer's weights and biases over a tile, laid out as its parameters.
template <class V, int IN, int OUT, class Values>
__attribute__((noinline)) void gradientAffine(const V* derivatives, Values values, V* gradients, Index inputs,
                                              Index outputs, Index samples, bool firstTile) {
  const Index columns = IN > 0 ? IN : inputs;
  const Index rows = OUT > 0 ? OUT : outputs;
  const Rows<V, OUT> dz{derivatives, outputs};
  inRowBlocks(rows, [&](auto rowCount, Index row0) __attribute__((always_inline)) {
    constexpr int R = decltype(rowCount)::value;
    inColumnBlocks<R>(columns, [&](auto columnCount, Index column0) __attribute__((always_inline)) {
      constexpr int C = decltype(columnCount)::value;
      V weights[R][C];
      V biases[R];
      if (column0 == 0) {
        gradientBlock<R, C, true>(dz, values, row0, column0, samples, weights, biases);
#pragma GCC unroll 8
        for (int r = 0; r < R; r++) addTile(gradients[rows * columns + row0 + r], biases[r], firstTile);
      } else {
        gradientBlock<R, C, false>(dz, values, row0, column0, samples, weights, biases);
      }
#pragma GCC unroll 8
      for (int r = 0; r < R; r++) {
#pragma GCC unroll 8
        for (int c = 0; c < C; c++) addTile(gradients[(row0 + r) * columns + column0 + c], weights[r][c], firstTile);
      }
    });
  });
}

}  // namespace collapsar
