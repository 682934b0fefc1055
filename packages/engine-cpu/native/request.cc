#include "request.h"

#include <cmath>
#include <string>

namespace collapsar {

namespace {

[[noreturn]] void refuse(Napi::Env env, const std::string& sentence) { throw Napi::RangeError::New(env, sentence); }

double number(const Napi::Object& from, const char* name, double low, double high) {
  const Napi::Value value = from.Get(name);
  const double x = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  if (!value.IsNumber() || !(x >= low && x <= high)) {
    refuse(from.Env(), std::string("invalid ") + name + ": expected a number from " + std::to_string(low) + " to " +
                           std::to_string(high));
  }
  return x;
}

uint32_t integer(const Napi::Object& from, const char* name, uint32_t low, uint32_t high) {
  const double x = number(from, name, low, high);
  if (x != static_cast<uint32_t>(x)) refuse(from.Env(), std::string("invalid ") + name + ": expected an integer");
  return static_cast<uint32_t>(x);
}

// The memory of a typed array that has exactly this type and length.
void* array(const Napi::Object& from, const char* name, napi_typedarray_type type, size_t length) {
  const Napi::Value value = from.Get(name);
  if (!value.IsTypedArray()) refuse(from.Env(), std::string("invalid ") + name + ": expected a typed array");
  const Napi::TypedArray typed = value.As<Napi::TypedArray>();
  if (typed.TypedArrayType() != type) refuse(from.Env(), std::string("invalid ") + name + ": wrong element type");
  if (typed.ElementLength() != length) {
    refuse(from.Env(), std::string("invalid length of ") + name + ": expected " + std::to_string(length) +
                           ", received " + std::to_string(typed.ElementLength()));
  }
  return static_cast<uint8_t*>(typed.ArrayBuffer().Data()) + typed.ByteOffset();
}

size_t parameterCount(const Network& network) {
  const size_t width = static_cast<size_t>(network.width);
  const size_t normalized = network.normalized() ? 2 * width * network.hidden : 0;
  return (network.inputs + 1) * width + (network.hidden - 1) * (width + 1) * width + (width + 1) * network.outputs +
         normalized;
}

Network readNetwork(const Napi::Object& request) {
  Network network{};
  network.inputs = static_cast<int>(integer(request, "inputs", 1, maxInputs));
  network.width = static_cast<int>(integer(request, "width", 1, 256));
  network.hidden = static_cast<int>(integer(request, "hidden", 1, maxHiddenLayers));
  network.outputs = static_cast<int>(integer(request, "outputs", 1, maxOutputs));
  network.activation = static_cast<Activation>(integer(request, "activation", 0, 5));
  network.normalization = static_cast<Normalization>(integer(request, "normalization", 0, 2));
  network.leak = number(request, "leak", 0, 1e30);
  network.parameters = parameterCount(network);
  return network;
}

Training readTraining(const Napi::Object& request) {
  Training training{};
  training.loss = static_cast<Loss>(integer(request, "lossKind", 0, 2));
  training.optimizer = static_cast<Optimizer>(integer(request, "optimizer", 0, 2));
  training.learningRate = number(request, "learningRate", -1e300, 1e300);
  training.momentum = number(request, "momentum", -1e300, 1e300);
  training.batch = integer(request, "batch", 0, 1u << 24);
  training.steps = integer(request, "steps", 0, 1u << 30);
  training.stopAtDeath = request.Get("stopAtDeath").ToBoolean();
  training.huberDelta = number(request, "huberDelta", 0, 1e300);
  training.convergedLoss = number(request, "convergedLoss", -1, 1e300);
  training.noise.kind = static_cast<Noise>(integer(request, "noiseKind", 0, 2));
  training.noise.parameters = static_cast<NoisyParameters>(integer(request, "noisyParameters", 0, 1));
  training.noise.level = number(request, "noiseLevel", 0, 1e300);
  return training;
}

TensorLaw tensorLaw(Napi::Env env, uint8_t distribution, double scale) {
  if (distribution > static_cast<uint8_t>(Distribution::uniform) || !std::isfinite(scale)) refuse(env, "invalid law");
  return {static_cast<Distribution>(distribution), scale};
}

// lawKeys: init and bias; lawKinds: [layer][weights, biases, replacesOne]; lawScales: [layer][weights, biases].
void readLaw(const Napi::Object& request, RunningJob& running) {
  const Napi::Env env = request.Env();
  const size_t layers = static_cast<size_t>(running.job.network.hidden) + 1;
  const auto* keys = static_cast<const uint32_t*>(array(request, "lawKeys", napi_uint32_array, 4));
  const auto* kinds = static_cast<const uint8_t*>(array(request, "lawKinds", napi_uint8_array, 3 * layers));
  const auto* scales = static_cast<const double*>(array(request, "lawScales", napi_float64_array, 2 * layers));
  running.job.law = {{keys[0], keys[1]}, {keys[2], keys[3]}, nullptr};
  std::vector<LayerLaw> laws;
  for (size_t l = 0; l < layers; l++) {
    if (kinds[3 * l + 2] > 1) refuse(env, "invalid law");
    laws.push_back({tensorLaw(env, kinds[3 * l], scales[2 * l]), tensorLaw(env, kinds[3 * l + 1], scales[2 * l + 1]),
                    kinds[3 * l + 2] == 1});
  }
  running.ownLaw(std::move(laws));
}

void readResults(const Napi::Object& request, napi_typedarray_type working, Job& job) {
  const size_t trials = job.trialCount;
  const size_t outputs = trials * job.network.outputs;
  const auto take = [&](const char* name, napi_typedarray_type type, size_t length) {
    return array(request, name, type, length);
  };
  job.parameters = take("parameters", working, trials * job.network.parameters);
  job.end = static_cast<uint8_t*>(take("end", napi_uint8_array, trials));
  job.endStep = static_cast<uint32_t*>(take("endStep", napi_uint32_array, trials));
  job.initialDeadLayer = static_cast<uint16_t*>(take("initialDeadLayer", napi_uint16_array, trials));
  job.deadLayer = static_cast<uint16_t*>(take("deadLayer", napi_uint16_array, trials));
  job.firstDeadStep = static_cast<uint32_t*>(take("firstDeadStep", napi_uint32_array, trials));
  job.loss = static_cast<double*>(take("loss", napi_float64_array, trials));
  job.earlierLoss = static_cast<double*>(take("earlierLoss", napi_float64_array, trials));
  job.outputMin = static_cast<double*>(take("outputMin", napi_float64_array, outputs));
  job.outputMax = static_cast<double*>(take("outputMax", napi_float64_array, outputs));
  job.deadPoints = static_cast<uint32_t*>(take("deadPoints", napi_uint32_array, trials));
  if (request.Get("lossTrace").IsNull()) return;
  const size_t rows = static_cast<size_t>(job.training.steps) + 1;
  job.lossTrace = static_cast<double*>(take("lossTrace", napi_float64_array, trials * rows));
}

}  // namespace

Numerics readNumerics(const Napi::Object& request) {
  return static_cast<Numerics>(integer(request, "numericsKind", 0, numericsCount - 1));
}

void readRequest(const Napi::Object& request, Numerics numerics, RunningJob& running) {
  const napi_typedarray_type working = numerics == Numerics::f64 ? napi_float64_array : napi_float32_array;
  Job& job = running.job;
  job.network = readNetwork(request);
  job.training = readTraining(request);
  job.points = integer(request, "points", 1, 1u << 24);
  job.trialCount = integer(request, "trialCount", 0, 0x7fffffff);
  job.minibatchKey[0] = integer(request, "minibatchKey0", 0, 0xffffffff);
  job.minibatchKey[1] = integer(request, "minibatchKey1", 0, 0xffffffff);
  job.noiseKey[0] = integer(request, "noiseKey0", 0, 0xffffffff);
  job.noiseKey[1] = integer(request, "noiseKey1", 0, 0xffffffff);
  if (request.Get("initial").IsNull()) {
    readLaw(request, running);
  } else {
    job.initial = array(request, "initial", working, job.trialCount * job.network.parameters);
  }
  readResults(request, working, job);
  const size_t points = job.points;
  const PointArrays arrays{
      static_cast<const double*>(array(request, "pointInputs", napi_float64_array, points * job.network.inputs)),
      static_cast<const double*>(array(request, "pointTargets", napi_float64_array, points * job.network.outputs))};
  running.own(arrays, static_cast<const double*>(array(request, "trials", napi_float64_array, job.trialCount)));
}

}  // namespace collapsar
