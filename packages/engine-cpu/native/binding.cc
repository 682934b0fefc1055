// The Node side: exports instructionSets(), train(request, done), evaluate(...), fmaLoop(...) and kernelSeconds(). It only marshals.
#include <napi.h>

#include <memory>
#include <string>

#include "instruction-sets.h"
#include "request.h"
#include "running-job.h"

namespace collapsar {

namespace {

const Kernel& kernelNamed(Napi::Env env, const std::string& name, Numerics numerics) {
  for (const InstructionSet& set : usableInstructionSets()) {
    if (name == set.name) return set.kernel(numerics);
  }
  throw Napi::RangeError::New(env, "instruction set " + name + " is not available on this machine");
}

// One call of train. It keeps itself alive until `done` has been called or the environment ends, and keeps the arrays
// that its threads read and write from being collected.
//
// When the environment ends first (process.exit, worker.terminate), the hook stops the threads. It was added after the
// thread-safe function was made, so it runs before that is torn down: no thread can call into a dead environment.
struct Session {
  Session(Napi::Env env, Numerics numerics) : running(numerics), env(env) {}

  RunningJob running;
  napi_env env;
  Napi::ThreadSafeFunction done;
  Napi::ObjectReference arrays;
  std::shared_ptr<Session> self;

  static void stop(void* session) {
    auto* const stopped = static_cast<Session*>(session);
    stopped->running.cancel();
    stopped->running.join();
  }

  void begin(const Kernel& kernel, unsigned threads) {
    napi_add_env_cleanup_hook(env, stop, this);
    running.start(kernel, threads, [this] {
      done.NonBlockingCall([session = self](Napi::Env here, Napi::Function callback) {
        session->finish(here, callback);
      });
      done.Release();
    });
  }

  void finish(Napi::Env env, Napi::Function callback) {
    running.join();
    napi_remove_env_cleanup_hook(env, stop, this);
    arrays.Reset();
    self.reset();
    Napi::Value error = env.Null();
    if (running.outOfMemory()) error = Napi::String::New(env, "too little memory, or no thread, to train this batch");
    callback.Call({error, Napi::Boolean::New(env, running.cancelled())});
  }
};

Napi::Value instructionSets(const Napi::CallbackInfo& info) {
  const std::vector<InstructionSet> sets = usableInstructionSets();
  Napi::Array names = Napi::Array::New(info.Env(), sets.size());
  for (uint32_t i = 0; i < sets.size(); i++) names.Set(i, sets[i].name);
  return names;
}

// train(request, done): trains on threads of its own and calls done(error, cancelled) once they have ended. Returns
// { cancel(), progress() }.
Napi::Value train(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const Napi::Object request = info[0].As<Napi::Object>();
  const Numerics numerics = readNumerics(request);
  const Kernel& kernel = kernelNamed(env, request.Get("instructionSet").ToString(), numerics);
  const unsigned threads = request.Get("threads").ToNumber().Uint32Value();
  if (threads < 1 || threads > 1024) throw Napi::RangeError::New(env, "invalid threads: expected 1 to 1024");

  const auto session = std::make_shared<Session>(env, numerics);
  readRequest(request, numerics, session->running);
  session->arrays = Napi::Persistent(request);
  session->done = Napi::ThreadSafeFunction::New(env, info[1].As<Napi::Function>(), "collapsar training", 0, 1);
  session->self = session;
  session->begin(kernel, threads);

  Napi::Object handle = Napi::Object::New(env);
  handle.Set("cancel", Napi::Function::New(env, [session](const Napi::CallbackInfo&) { session->running.cancel(); }));
  handle.Set("progress", Napi::Function::New(env, [session](const Napi::CallbackInfo& call) {
    return Napi::Number::New(call.Env(), session->running.fractionDone());
  }));
  return handle;
}

Elementary elementaryNamed(Napi::Env env, const std::string& name) {
  if (name == "fma") return Elementary::fma;
  if (name == "expm1") return Elementary::expm1;
  if (name == "exp") return Elementary::exp;
  if (name == "tanh") return Elementary::tanh;
  if (name == "erf") return Elementary::erf;
  throw Napi::RangeError::New(env, "unknown function " + name);
}

const Napi::TypedArray operand(const Napi::CallbackInfo& info, size_t at, size_t length, bool binary64) {
  const Napi::TypedArray array = info[at].As<Napi::TypedArray>();
  const bool typed = array.TypedArrayType() == (binary64 ? napi_float64_array : napi_float32_array);
  if (!typed || array.ElementLength() != length) throw Napi::RangeError::New(info.Env(), "operands differ in kind");
  return array;
}

void* memoryOf(const Napi::TypedArray& array) {
  return static_cast<uint8_t*>(array.ArrayBuffer().Data()) + array.ByteOffset();
}

// evaluate(instructionSet, function, x, y, z, result): element by element, for tests of the elementary functions.
void evaluate(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const Napi::TypedArray x = info[2].As<Napi::TypedArray>();
  const bool binary64 = x.TypedArrayType() == napi_float64_array;
  const size_t count = x.ElementLength();
  const auto at = [&](size_t index) { return memoryOf(operand(info, index, count, binary64)); };
  const Kernel& kernel = kernelNamed(env, info[0].ToString(), binary64 ? Numerics::f64 : Numerics::f32);
  kernel.evaluate(elementaryNamed(env, info[1].ToString()), at(2), at(3), at(4), at(5), count);
}

// fmaLoop(instructionSet, binary64, rounds): the number of fmas made, on this thread.
Napi::Value fmaLoop(const Napi::CallbackInfo& info) {
  const Kernel& kernel = kernelNamed(info.Env(), info[0].ToString(), info[1].ToBoolean() ? Numerics::f64 : Numerics::f32);
  const uint64_t fmas = kernel.fmaLoop(static_cast<uint64_t>(info[2].ToNumber().Int64Value()));
  return Napi::Number::New(info.Env(), static_cast<double>(fmas));
}

// kernelSeconds(): processor time of the kernel threads that have ended, for benchmarks.
Napi::Value seconds(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), kernelSeconds()); }

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  exports.Set("instructionSets", Napi::Function::New(env, instructionSets));
  exports.Set("train", Napi::Function::New(env, train));
  exports.Set("evaluate", Napi::Function::New(env, evaluate));
  exports.Set("fmaLoop", Napi::Function::New(env, fmaLoop));
  exports.Set("kernelSeconds", Napi::Function::New(env, seconds));
  return exports;
}

}  // namespace

}  // namespace collapsar

Napi::Object initializeModule(Napi::Env env, Napi::Object exports) { return collapsar::initialize(env, exports); }

NODE_API_MODULE(engine_cpu, initializeModule)
