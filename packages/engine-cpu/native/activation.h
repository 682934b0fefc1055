#pragma once
// The activations of NUMERICS.md, 3. relu is applied inside the blocks of affine.h, as values leave their registers;
// the others pass over the finished slab, which costs a load and a store but needs each formula only once.
#include <cstddef>

#include "always-inline.h"
#include "elementary.h"
#include "job.h"

namespace collapsar {

// What happens to values and derivatives at the edge of a block.
template <class V>
struct ReluUnit {
  V* activations;  // overwritten by the derivatives
  ALWAYS_INLINE V value(V z) const { return positive(z); }
  ALWAYS_INLINE V derivative(V a, V q) const { return keep(greater(a, V::broadcast(0)), q); }
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

// z[i] becomes the activation, in place. gelu alone needs z for its derivative and leaves it in slopes.
template <class V>
__attribute__((noinline)) void activate(const Network& network, V* z, V* slopes, size_t count) {
  const V zero = V::broadcast(0);
  const V leak = V::broadcast(static_cast<typename V::Scalar>(network.leak));
  switch (network.activation) {
    case Activation::relu:
      for (size_t i = 0; i < count; i++) z[i] = positive(z[i]);
      break;
    case Activation::leakyRelu:
      for (size_t i = 0; i < count; i++) z[i] = select(greater(z[i], zero), z[i], leak * z[i]);
      break;
    case Activation::elu:
      for (size_t i = 0; i < count; i++) z[i] = select(greater(z[i], zero), z[i], expm1OfNegative(z[i]));
      break;
    case Activation::tanh:
      for (size_t i = 0; i < count; i++) z[i] = hyperbolicTangent(z[i]);
      break;
    case Activation::gelu:
      for (size_t i = 0; i < count; i++) {
        const GeluPoint<V> point = geluAt(z[i]);
        z[i] = point.value;
        slopes[i] = point.slope;
      }
      break;
  }
}

// a[i] becomes the derivative of the affine value: the derivative q[i] of the activation times its slope.
template <class V>
__attribute__((noinline)) void differentiate(const Network& network, V* a, const V* slopes, const V* q, size_t count) {
  const V zero = V::broadcast(0);
  const V one = V::broadcast(1);
  const V leak = V::broadcast(static_cast<typename V::Scalar>(network.leak));
  switch (network.activation) {
    case Activation::relu:
      for (size_t i = 0; i < count; i++) a[i] = keep(greater(a[i], zero), q[i]);
      break;
    case Activation::leakyRelu:
      for (size_t i = 0; i < count; i++) a[i] = select(greater(a[i], zero), q[i], leak * q[i]);
      break;
    case Activation::elu:
      for (size_t i = 0; i < count; i++) a[i] = select(greater(a[i], zero), q[i], q[i] * (a[i] + one));
      break;
    case Activation::tanh:
      for (size_t i = 0; i < count; i++) a[i] = q[i] * fma(a[i] * V::broadcast(-1), a[i], one);
      break;
    case Activation::gelu:
      for (size_t i = 0; i < count; i++) a[i] = q[i] * slopes[i];
      break;
  }
}

}  // namespace collapsar
