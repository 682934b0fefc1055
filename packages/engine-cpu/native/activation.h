#pragma once
// The activations of NUMERICS.md, 3. relu is applied inside the blocks of affine.h, as values leave their registers;
// the others pass over the finished slab, which costs a load and a store but needs each formula only once.
#include <cstddef>

#include "always-inline.h"
#include "elementary.h"
#include "job.h"
#include "stored.h"

namespace collapsar {

// What happens to values and derivatives at the edge of a block.
template <class V>
struct ReluUnit {
  V* activations;  // overwritten by the derivatives
  ALWAYS_INLINE V value(V z) const { return stored(positive(z)); }
  ALWAYS_INLINE V derivative(V a, V q) const { return stored(keep(greater(a, V::broadcast(0)), q)); }
  ALWAYS_INLINE void store(int at, V q) const { activations[at] = derivative(activations[at], q); }
  ALWAYS_INLINE void storeBeside(int at, V a, V q) const { activations[at] = derivative(a, q); }
};

// The value stays the affine one, the derivative goes to a slab of its own.
template <class V>
struct DeferredUnit {
  V* derivatives;
  ALWAYS_INLINE V value(V z) const { return z; }
  ALWAYS_INLINE void store(int at, V q) const { derivatives[at] = q; }
  ALWAYS_INLINE void storeBeside(int at, V, V q) const { derivatives[at] = q; }
};

// Values of the output layer.
template <class V>
struct OutputUnit {
  ALWAYS_INLINE V value(V z) const { return stored(z); }
};

template <class V, bool Relu>
struct HiddenUnit {
  using Type = DeferredUnit<V>;
};
template <class V>
struct HiddenUnit<V, true> {
  using Type = ReluUnit<V>;
};

template <class V>
struct GeluPoint {
  V value;
  V slope;
};

template <class V>
ALWAYS_INLINE GeluPoint<V> geluAt(V z) {
  using Scalar = typename V::Scalar;
  const V half = V::broadcast(static_cast<Scalar>(0.5));
  const V share = fma(half, errorFunction(z * V::broadcast(static_cast<Scalar>(0.70710678118654752440))), half);
  const V bell = expOfNegative((z * z) * V::broadcast(static_cast<Scalar>(-0.5)));
  return {z * share, fma(z * bell, V::broadcast(static_cast<Scalar>(0.39894228040143267794)), share)};
}

// The constants of selu, from the numbers of its paper.
inline constexpr double seluScale = 1.0507009873554805;
inline constexpr double seluBelow = seluScale * 1.6732632423543772;

// z[i] becomes the activation, in place. gelu alone needs z for its derivative and leaves it in slopes.
template <class V>
__attribute__((noinline)) void activate(const Network& network, V* z, V* slopes, size_t count) {
  const V zero = V::broadcast(0);
  const V leak = broadcastDouble<V>(network.leak);
  const V scale = broadcastDouble<V>(seluScale);
  const V below = broadcastDouble<V>(seluBelow);
  const auto each = [&](auto value) __attribute__((always_inline)) {
    for (size_t i = 0; i < count; i++) z[i] = stored(value(z[i]));
  };
  switch (network.activation) {
    case Activation::relu: return each([&](V x) { return positive(x); });
    case Activation::leakyRelu: return each([&](V x) { return select(greater(x, zero), x, leak * x); });
    case Activation::elu: return each([&](V x) { return select(greater(x, zero), x, expm1OfNegative(x)); });
    case Activation::selu:
      return each([&](V x) { return select(greater(x, zero), scale * x, below * expm1OfNegative(x)); });
    case Activation::tanh: return each([&](V x) { return hyperbolicTangent(x); });
    case Activation::gelu:
      for (size_t i = 0; i < count; i++) {
        const GeluPoint<V> point = geluAt(z[i]);
        z[i] = stored(point.value);
        slopes[i] = point.slope;
      }
  }
}

// a[i] becomes the derivative of what the activation was applied to: the derivative q[i] of the activation times its
// slope. It is stored where that is the affine value, and goes on as it is where a normalization lies between.
template <class V, bool Stored>
__attribute__((noinline)) void differentiate(const Network& network, V* a, const V* slopes, const V* q, size_t count) {
  const V zero = V::broadcast(0);
  const V one = V::broadcast(1);
  const V leak = broadcastDouble<V>(network.leak);
  const V scale = broadcastDouble<V>(seluScale);
  const V below = broadcastDouble<V>(seluBelow);
  const auto each = [&](auto derivative) __attribute__((always_inline)) {
    for (size_t i = 0; i < count; i++) {
      const V dz = derivative(a[i], q[i]);
      a[i] = Stored ? stored(dz) : dz;
    }
  };
  switch (network.activation) {
    case Activation::relu: return each([&](V x, V d) { return keep(greater(x, zero), d); });
    case Activation::leakyRelu: return each([&](V x, V d) { return select(greater(x, zero), d, leak * d); });
    case Activation::elu: return each([&](V x, V d) { return select(greater(x, zero), d, d * (x + one)); });
    case Activation::selu: return each([&](V x, V d) { return select(greater(x, zero), scale * d, d * (x + below)); });
    case Activation::tanh: return each([&](V x, V d) { return d * fma(x * V::broadcast(-1), x, one); });
    case Activation::gelu:
      for (size_t i = 0; i < count; i++) {
        const V dz = q[i] * slopes[i];
        a[i] = Stored ? stored(dz) : dz;
      }
  }
}

}  // namespace collapsar
