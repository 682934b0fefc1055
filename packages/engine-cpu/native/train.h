#pragma once
// The entry points of one instruction set, for its vector types.
#include "elementary.h"
#include "job.h"
#include "lane-group.h"

namespace collapsar {

template <class V>
bool train(Job& job) {
  const WorkspaceMemory<V> memory(job);
  if (!memory.allocated()) return false;
  LaneGroup<V>(job, memory.work).run();
  return true;
}

template <class V>
V evaluateOne(Elementary function, V x, V y, V z) {
  switch (function) {
    case Elementary::expm1: return expm1OfNegative(x);
    case Elementary::exp: return expOfNegative(x);
    case Elementary::tanh: return hyperbolicTangent(x);
    case Elementary::erf: return errorFunction(x);
    case Elementary::fma: break;
  }
  return fma(x, y, z);
}

template <class V>
void evaluate(Elementary function, const void* x, const void* y, const void* z, void* result, size_t count) {
  using Scalar = typename V::Scalar;
  for (size_t at = 0; at < count; at += V::lanes) {
    alignas(64) Scalar operands[3][V::lanes] = {};
    alignas(64) Scalar values[V::lanes];
    const size_t lanes = count - at < V::lanes ? count - at : V::lanes;
    for (size_t i = 0; i < lanes; i++) {
      operands[0][i] = static_cast<const Scalar*>(x)[at + i];
      operands[1][i] = static_cast<const Scalar*>(y)[at + i];
      operands[2][i] = static_cast<const Scalar*>(z)[at + i];
    }
    const auto operand = [&](int i) { return *reinterpret_cast<const V*>(operands[i]); };
    *reinterpret_cast<V*>(values) = evaluateOne(function, operand(0), operand(1), operand(2));
    for (size_t i = 0; i < lanes; i++) static_cast<Scalar*>(result)[at + i] = values[i];
  }
}

// Twelve independent chains hide the latency of the fma on every machine known. The sum keeps them from being left out.
template <class V>
uint64_t fmaLoop(uint64_t rounds) {
  constexpr int chains = 12;
  V sum[chains];
  const V factor = pinned(V::broadcast(static_cast<typename V::Scalar>(0.999)));
  for (int i = 0; i < chains; i++) sum[i] = V::broadcast(static_cast<typename V::Scalar>(i));
  for (uint64_t round = 0; round < rounds; round++) {
#pragma GCC unroll 12
    for (int i = 0; i < chains; i++) sum[i] = pinned(fma(sum[i], factor, factor));
  }
  V all = factor;
  for (int i = 0; i < chains; i++) all = all + sum[i];
  return rounds * chains * V::lanes + (laneBits(all, equal(all, V::broadcast(0))) & 1);
}

}  // namespace collapsar
