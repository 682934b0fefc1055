#pragma once
// One affine layer on a tile of samples: values, gradients, derivatives. Each output keeps its own chain of operations
// in the order of the numerics; the blocks below only decide which chains run side by side.
//
// A block of 4 x 2 chains hides the latency of the fma and loads 6 vectors for 8 of them. Where all weights of a block
// fit in registers they stay there while the samples pass by.
#include "always-inline.h"
#include "stored.h"

namespace collapsar {

template <int N>
struct Count {
  static constexpr int value = N;
};

// Values that differ between networks, [sample][unit].
template <class V, int N>
struct Rows {
  const V* at;
  int runtimeUnits;
  ALWAYS_INLINE V operator()(int sample, int unit) const { return at[sample * (N > 0 ? N : runtimeUnits) + unit]; }
};

// Values that all networks share, [sample][unit].
template <class V, int N>
struct SharedRows {
  const typename V::Scalar* at;
  int runtimeUnits;
  ALWAYS_INLINE V operator()(int sample, int unit) const {
    return V::broadcast(at[sample * (N > 0 ? N : runtimeUnits) + unit]);
  }
};

// Cuts 0 .. n-1 into blocks of four and a rest of two or three where n > 1: 5 is 3 + 2, since a single row wastes loads.
template <class Visit>
ALWAYS_INLINE void inRowBlocks(int n, Visit visit) {
  int at = 0;
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
ALWAYS_INLINE void inBlocks(int n, int at, Visit visit) {
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
  int inputs;
  ALWAYS_INLINE V operator()(int row, int inner) const { return at[row * (IN > 0 ? IN : inputs) + inner]; }
};

// Weights as the backward pass reads them: row is the input unit, inner the output unit.
template <class V, int IN>
struct BackwardWeights {
  const V* at;
  int inputs;
  ALWAYS_INLINE V operator()(int row, int inner) const { return at[inner * (IN > 0 ? IN : inputs) + row]; }
};

// R rows x S samples of chains: start(row), then fma over the inner index, then store(row, sample, value).
template <int R, int S, int INNER, bool FirstIsProduct, class V, class Weights, class Values, class Start, class Store>
ALWAYS_INLINE void chainBlock(Weights weights, Values values, int row0, int sample0, int runtimeInner, Start start,
                              Store store) {
  const int inner = INNER > 0 ? INNER : runtimeInner;
  V sum[R][S];
  int k = 0;
  if constexpr (FirstIsProduct) {
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      const V w = weights(row0 + r, 0);
#pragma GCC unroll 8
      for (int s = 0; s < S; s++) sum[r][s] = w * values(sample0 + s, 0);
    }
    k = 1;
  } else {
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      const V begin = start(row0 + r);
#pragma GCC unroll 8
      for (int s = 0; s < S; s++) sum[r][s] = begin;
    }
  }
#pragma GCC unroll 8
  for (; k < inner; k++) {
    V x[S];
#pragma GCC unroll 8
    for (int s = 0; s < S; s++) x[s] = R > 1 ? pinned(values(sample0 + s, k)) : values(sample0 + s, k);
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      const V w = S > 1 ? pinned(weights(row0 + r, k)) : weights(row0 + r, k);
#pragma GCC unroll 8
      for (int s = 0; s < S; s++) sum[r][s] = fma(w, x[s], sum[r][s]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
#pragma GCC unroll 8
    for (int s = 0; s < S; s++) store(row0 + r, sample0 + s, sum[r][s]);
  }
}

// The same chains for R rows and all samples, the weights of the R rows held in registers.
template <int R, int INNER, bool FirstIsProduct, class V, class Weights, class Values, class Start, class Store>
ALWAYS_INLINE void residentChains(Weights weights, Values values, int row0, int samples, Start start, Store store) {
  V w[R][INNER];
  V begin[R];
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
    if constexpr (!FirstIsProduct) begin[r] = pinned(start(row0 + r));
#pragma GCC unroll 8
    for (int k = 0; k < INNER; k++) w[r][k] = pinned(weights(row0 + r, k));
  }
#pragma GCC unroll 2
  for (int s = 0; s < samples; s++) {
    V x[INNER];
#pragma GCC unroll 8
    for (int k = 0; k < INNER; k++) x[k] = R > 1 ? pinned(values(s, k)) : values(s, k);
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

template <int ROWS, int INNER, bool FirstIsProduct, class V, class Weights, class Values, class Start, class Store>
ALWAYS_INLINE void chains(Weights weights, Values values, int rows, int inner, int samples, Start start, Store store) {
  inRowBlocks(ROWS > 0 ? ROWS : rows, [&](auto rowCount, int row0) __attribute__((always_inline)) {
    constexpr int R = decltype(rowCount)::value;
    if constexpr (INNER > 0 && R * (INNER + (FirstIsProduct ? 0 : 1)) <= 12) {
      residentChains<R, INNER, FirstIsProduct, V>(weights, values, row0, samples, start, store);
    } else {
      int sample0 = 0;
      for (; samples - sample0 >= samplesBeside<R>; sample0 += samplesBeside<R>) {
        chainBlock<R, samplesBeside<R>, INNER, FirstIsProduct, V>(weights, values, row0, sample0, inner, start, store);
      }
      for (; sample0 < samples; sample0++) {
        chainBlock<R, 1, INNER, FirstIsProduct, V>(weights, values, row0, sample0, inner, start, store);
      }
    }
  });
}

// out[sample][output] = unit(bias + sum of weight * value, inputs ascending).
template <class V, int IN, int OUT, class Values, class Unit>
__attribute__((noinline)) void forwardAffine(const V* parameters, Values values, V* out, int inputs, int outputs,
                                             int samples, Unit unit) {
  const int stride = OUT > 0 ? OUT : outputs;
  const V* biases = parameters + (IN > 0 ? IN : inputs) * stride;
  chains<OUT, IN, false, V>(
      ForwardWeights<V, IN>{parameters, inputs}, values, outputs, inputs, samples,
      [=](int row) __attribute__((always_inline)) { return biases[row]; },
      [=](int row, int sample, V z) __attribute__((always_inline)) { out[sample * stride + row] = unit.value(z); });
}

// The derivative with respect to the layer's inputs: q = W[0][k] dz[0], then fma over outputs ascending, handed to
// unit.store with the place of the input unit in a slab [sample][input].
template <class V, int IN, int OUT, class Unit>
__attribute__((noinline)) void backwardAffine(const V* parameters, const V* derivatives, int inputs, int outputs,
                                              int samples, Unit unit) {
  const int stride = IN > 0 ? IN : inputs;
  chains<IN, OUT, true, V>(
      BackwardWeights<V, IN>{parameters, inputs}, Rows<V, OUT>{derivatives, outputs}, inputs, outputs, samples,
      [](int) __attribute__((always_inline)) { return V::broadcast(0); },
      [=](int row, int sample, V q) __attribute__((always_inline)) { unit.store(sample * stride + row, q); });
}

// R outputs x C inputs of gradient chains over the samples of a tile, with the bias gradients where Bias.
template <int R, int C, bool Bias, class V, class Rest, class Values>
ALWAYS_INLINE void gradientBlock(Rest derivatives, Values values, int row0, int column0, int samples, V (&weights)[R][C],
                                 V (&biases)[R]) {
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
    biases[r] = V::broadcast(0);
#pragma GCC unroll 8
    for (int c = 0; c < C; c++) weights[r][c] = V::broadcast(0);
  }
  for (int s = 0; s < samples; s++) {
    V x[C];
#pragma GCC unroll 8
    for (int c = 0; c < C; c++) x[c] = R > 1 ? pinned(values(s, column0 + c)) : values(s, column0 + c);
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      const V dz = pinned(derivatives(s, row0 + r));
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
ALWAYS_INLINE void inColumnBlocks(int n, Visit visit) {
  if constexpr (R == 1) {
    inBlocks<8>(n, 0, visit);
  } else if constexpr (R == 2) {
    inRowBlocks(n, visit);
  } else if constexpr (R == 3) {
    int at = 0;
    for (; n - at >= 5 || n - at == 3; at += 3) visit(Count<3>{}, at);
    inBlocks<2>(n, at, visit);
  } else {
    inBlocks<2>(n, 0, visit);
  }
}

// Gradients of one layer's weights and biases over a tile, laid out as its parameters.
template <class V, int IN, int OUT, class Values>
__attribute__((noinline)) void gradientAffine(const V* derivatives, Values values, V* gradients, int inputs, int outputs,
                                              int samples, bool firstTile) {
  const int columns = IN > 0 ? IN : inputs;
  const int rows = OUT > 0 ? OUT : outputs;
  const Rows<V, OUT> dz{derivatives, outputs};
  inRowBlocks(rows, [&](auto rowCount, int row0) __attribute__((always_inline)) {
    constexpr int R = decltype(rowCount)::value;
    inColumnBlocks<R>(columns, [&](auto columnCount, int column0) __attribute__((always_inline)) {
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
