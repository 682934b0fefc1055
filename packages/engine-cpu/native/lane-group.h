#pragma once
// A group of lanes that trains trials one after another: the lifetime of a trial, NUMERICS.md, 5 and 6.
//
// A lane is idle, or holds a trial that has made `step` updates. It takes a trial only when every trial of the group
// stands at a multiple of 32 updates (or none is left), so all checks of the group fall together; each trial counts
// its own updates, and nothing it computes depends on its neighbours. A trial found dead at its start leaves its lane
// before the first update.
#include <cstdint>

#include "batch-normalized.h"
#include "initialization.h"
#include "inspection.h"
#include "job.h"
#include "minibatch.h"
#include "network-pass.h"
#include "noise.h"
#include "workspace.h"

namespace collapsar {

inline constexpr int64_t idle = -1;

struct Lane {
  int64_t trial = idle;        // index within the batch
  uint32_t step = 0;           // updates made
  uint32_t deadChecks = 0;     // length of the present run of dead checks
  uint32_t runStart = 0;       // step of its first
  uint32_t firstDeadStep = 0;  // that of the run that certified death
  uint16_t initialDeadLayer = 0;
  bool earlierTaken = false;
};

template <class V>
class LaneGroup {
 public:
  using Scalar = typename V::Scalar;

  LaneGroup(Job& job, const Workspace<V>& work)
      : job_(job),
        work_(work),
        passes_(passesFor<V>(job.network)),
        inspector_(job, work_, passes_.forward),
        initializer_(job),
        stream_(job),
        noisy_(job) {
    const double outputs = job.network.outputs;
    const double samples = job.training.batch == 0 ? job.points : job.training.batch;
    const double factor = job.training.loss == Loss::mse ? 2 : 1;
    lossScale_ = {broadcastDouble<V>(factor / (samples * outputs)), broadcastDouble<V>(job.training.huberDelta)};
    update_.optimizer = job.training.optimizer;
    update_.minusRate = V::broadcast(-static_cast<Scalar>(job.training.learningRate));
    update_.momentum = V::broadcast(static_cast<Scalar>(job.training.momentum));
    earlierUpdate_ = job.training.steps - job.training.steps / 5;
  }

  void run() {
    while (!cancelled()) {
      if (phase_ == 0 || occupied() == 0) refill();
      if (occupied() == 0 || cancelled()) return;
      recordLosses();
      if (cancelled()) return;
      const uint32_t updates = updatesTogether();
      for (made_ = 0; made_ < updates; made_++) {
        makeUpdate();
        if (cancelled()) return;
      }
      finishUpdates(updates);
    }
  }

 private:
  bool cancelled() const { return __atomic_load_n(&job_.cancelled, __ATOMIC_RELAXED) != 0; }

  template <class Test>
  unsigned lanesWhere(Test test) const {
    unsigned bits = 0;
    for (int i = 0; i < V::lanes; i++) {
      if (lanes_[i].trial != idle && test(lanes_[i])) bits |= 1u << i;
    }
    return bits;
  }

  template <class Act>
  static void forLanes(unsigned bits, Act act) {
    for (; bits != 0; bits &= bits - 1) act(__builtin_ctz(bits));
  }

  unsigned occupied() const {
    return lanesWhere([](const Lane&) { return true; });
  }

  // ---- taking trials

  void refill() {
    phase_ = 0;
    while (!cancelled()) {
      const unsigned taken = takeTrials();
      if (taken == 0) return;
      startTrials(taken);
    }
  }

  // Gives the next trials to the idle lanes; the lanes that got one.
  unsigned takeTrials() {
    unsigned taken = 0;
    for (int i = 0; i < V::lanes; i++) {
      if (lanes_[i].trial != idle) continue;
      const uint32_t next = __atomic_fetch_add(&job_.nextTrial, 1, __ATOMIC_RELAXED);
      if (next >= job_.trialCount) {
        __atomic_store_n(&job_.nextTrial, job_.trialCount, __ATOMIC_RELAXED);
        break;
      }
      load(i, next);
      taken |= 1u << i;
    }
    if (taken != 0 && job_.law.layers != nullptr) initializer_.draw(taken, counters_, work_.state);
    return taken;
  }

  void load(int lane, uint32_t trial) {
    if (job_.initial != nullptr) copyInitial(lane, trial);
    const double index = job_.trials[trial];
    counters_.trialHigh[lane] = static_cast<uint32_t>(index / 4294967296.0);
    counters_.trialLow[lane] = static_cast<uint32_t>(index - counters_.trialHigh[lane] * 4294967296.0);
    lanes_[lane] = Lane{};
    lanes_[lane].trial = trial;
    drawnAhead_ = false;
  }

  // Stops when the job is cancelled: the largest networks take a tenth of a second.
  void copyInitial(int lane, uint32_t trial) {
    const size_t count = job_.network.parameters;
    const Scalar* initial = static_cast<const Scalar*>(job_.initial) + trial * count;
    for (size_t p = 0; p < count; p++) {
      if (p % 65536 == 0 && cancelled()) return;
      setLane(lane, p, StoredNumber<V>::of(initial[p]));
    }
  }

  // A parameter of one lane, its moments at zero.
  void setLane(int lane, size_t parameter, Scalar value) {
    const size_t at = parameter * V::lanes + lane;
    reinterpret_cast<Scalar*>(work_.state.parameters)[at] = value;
    reinterpret_cast<Scalar*>(work_.state.first)[at] = 0;
    reinterpret_cast<Scalar*>(work_.state.second)[at] = 0;
  }

  // The check at step 0. Those born dead end here, and all do where no update is to be made. One whole pass: to look for
  // death alone takes as long where it is common, and where it is rare training takes a thousand times longer.
  void startTrials(unsigned taken) {
    const bool allEnd = job_.training.steps == 0;
    if (!allEnd && !inspector_.mayDie()) return;
    inspector_.inspect(found_);
    if (cancelled()) return;
    unsigned bornDead = 0;
    const bool deadEnd = job_.training.stopAtDeath && job_.training.deathIsFinal();
    forLanes(taken, [&](int i) {
      lanes_[i].initialDeadLayer = found_.deadLayer[i];
      if (found_.deadLayer[i] != 0 && deadEnd) bornDead |= 1u << i;
    });
    forLanes(allEnd ? taken : bornDead, [&](int i) {
      traceLoss(i, found_.loss[i]);
      record(i, bornDead >> i & 1 ? End::bornDead : End::completed);
    });
  }

  // ---- updates

  // How many updates pass until a loss is to be recorded or a check made: at least one.
  uint32_t updatesTogether() const {
    if (job_.lossTrace != nullptr) return 1;
    uint32_t together = checkInterval - phase_;
    const auto atMost = [&](uint32_t updates) { together = updates < together ? updates : together; };
    forLanes(occupied(), [&](int i) {
      const uint32_t step = lanes_[i].step;
      atMost(job_.training.steps - step);
      if (step + 1 < earlierUpdate_) atMost(earlierUpdate_ - 1 - step);
    });
    return together;
  }

  void recordLosses() {
    const bool traced = job_.lossTrace != nullptr;
    const unsigned earlier = lanesWhere([&](const Lane& lane) { return lane.step + 1 == earlierUpdate_; });
    const unsigned wanted = traced ? occupied() : earlier;
    if (wanted == 0) return;
    inspector_.inspect(found_);
    if (cancelled()) return;
    forLanes(wanted, [&](int i) { traceLoss(i, found_.loss[i]); });
    forLanes(earlier, [&](int i) {
      job_.earlierLoss[lanes_[i].trial] = canonical(found_.loss[i]);
      lanes_[i].earlierTaken = true;
    });
  }

  void makeUpdate() {
    findAdamFactors();
    if (job_.training.batch > 0 && !drawnAhead_) beginDraws(0);
    if (job_.network.normalization == Normalization::batch) return makeBatchNormalizedUpdate();
    const uint32_t tile = static_cast<uint32_t>(tileSamples(job_.network.width));
    const uint32_t samples = job_.training.batch == 0 ? job_.points : job_.training.batch;
    for (uint32_t first = 0; first < samples; first += tile) {
      if (cancelled()) return;
      const uint32_t left = samples - first;
      const int count = static_cast<int>(left < tile ? left : tile);
      passes_.train(job_.network, job_.training.loss, work_, tileAt(first, count), {first == 0, lossScale_});
    }
    if (cancelled()) return;
    if (isNoisy()) return updateNoisily();
    updateAllParameters(static_cast<int>(samples < tile ? samples : tile));
  }

  bool isNoisy() const { return job_.training.noise.kind != Noise::none; }

  // No samples are drawn beside: the divider is not what this update waits for.
  void updateNoisily() {
    for (int i = 0; i < V::lanes; i++) counters_.step[i] = lanes_[i].step + made_;
    noisy_.make(work_.state, update_, counters_);
    drawnAhead_ = false;
  }

  // Goes to the samples of this update, or of one ahead.
  void beginDraws(uint32_t ahead) {
    for (int i = 0; i < V::lanes; i++) counters_.step[i] = lanes_[i].step + made_ + ahead;
    stream_.begin(counters_);
  }

  // The first tile of the next update is drawn between the parameters: Adam keeps the divider busy for 8.5 cycles a
  // vector, the draws everything else. (Inputs of several components would be overwritten by an inspection.)
  __attribute__((noinline)) void updateAllParameters(int nextSamples) {
    const ParameterState<V> state = work_.state;
    const size_t count = job_.network.parameters;
    size_t updated = 0;
    if (job_.pairs != nullptr) {
      const size_t byAdam = update_.optimizer == Optimizer::adam ? count : 0;
      beginDraws(1);
      stream_.drawPairs(0, nextSamples, work_.ownInputs, work_.ownTargets, [&]() __attribute__((always_inline)) {
        if (updated < byAdam) updateByAdam(state, updated++, update_);
      });
      drawnAhead_ = true;
    }
    updateParameters(state, updated, count, update_);
  }

  void makeBatchNormalizedUpdate() {
    const uint32_t batch = job_.training.batch;
    Samples<V> samples{job_.points, static_cast<const Scalar*>(job_.inputs), static_cast<const Scalar*>(job_.targets),
                       nullptr, nullptr};
    if (batch > 0) {
      stream_.draw(0, static_cast<int>(batch), work_.ownInputs, work_.ownTargets);
      samples = {batch, nullptr, nullptr, work_.ownInputs, work_.ownTargets};
    }
    const BatchNormalizedPass<V> pass{job_.network, work_, samples, job_.cancelled};
    trainBatchNormalized(pass, job_.training.loss, lossScale_);
    if (cancelled()) return;
    if (isNoisy()) return updateNoisily();
    updateParameters(work_.state, 0, job_.network.parameters, update_);
  }

  Tile<V> tileAt(uint32_t first, int count) {
    if (job_.training.batch == 0) {
      return {count, static_cast<const Scalar*>(job_.inputs) + static_cast<size_t>(first) * job_.network.inputs,
              static_cast<const Scalar*>(job_.targets) + static_cast<size_t>(first) * job_.network.outputs, nullptr,
              nullptr};
    }
    if (first > 0 || !drawnAhead_) stream_.draw(first, count, work_.ownInputs, work_.ownTargets);
    return {count, nullptr, nullptr, work_.ownInputs, work_.ownTargets};
  }

  // Each trial counts its own updates.
  void findAdamFactors() {
    if (job_.training.optimizer != Optimizer::adam) return;
    auto* stepSizes = reinterpret_cast<Scalar*>(&update_.stepSize);
    auto* epsilons = reinterpret_cast<Scalar*>(&update_.epsilon);
    for (int i = 0; i < V::lanes; i++) {
      const uint32_t last = job_.tableLength - 1;
      const uint32_t step = lanes_[i].step + made_;
      const uint32_t at = step < last ? step : last;
      stepSizes[i] = static_cast<const Scalar*>(job_.stepSizes)[at];
      epsilons[i] = static_cast<const Scalar*>(job_.epsilons)[at];
    }
  }

  // ---- after updates

  void finishUpdates(uint32_t updates) {
    made_ = 0;
    forLanes(occupied(), [&](int i) { lanes_[i].step += updates; });
    phase_ = (phase_ + updates) % checkInterval;
    const bool check = phase_ == 0;
    if (check) addProgress(checkInterval * static_cast<unsigned>(__builtin_popcount(occupied())));
    const unsigned last = lanesWhere([&](const Lane& lane) { return lane.step == job_.training.steps; });
    const unsigned tested = check ? occupied() : last;
    if (tested == 0) return;
    const unsigned diverged = notFinite() & tested;
    const bool mayDie = inspector_.mayDie() && job_.training.deathIsFinal();
    const unsigned dead = check && mayDie ? certifiedDead(occupied() & ~diverged) : 0;
    if (cancelled()) return;
    const unsigned died = job_.training.stopAtDeath ? dead : 0;
    const unsigned converged = check ? convergedLanes(occupied() & ~diverged & ~died) : 0;
    if (cancelled()) return;
    endTrials(diverged, died, converged, last & ~diverged & ~died & ~converged);
  }

  unsigned convergedLanes(unsigned checked) {
    if (checked == 0 || job_.training.convergedLoss < 0) return 0;
    inspector_.inspect(found_);
    unsigned converged = 0;
    forLanes(checked, [&](int i) {
      if (static_cast<double>(found_.loss[i]) <= job_.training.convergedLoss) converged |= 1u << i;
    });
    return converged;
  }

  // The lanes with a parameter that is not finite: zero times it is not zero.
  unsigned notFinite() const {
    const V zero = V::broadcast(0);
    V sum = zero;
    for (size_t p = 0; p < job_.network.parameters; p++) sum = fma(work_.state.parameters[p], zero, sum);
    return ~laneBits(sum, equal(sum, zero));
  }

  // Extends or breaks each lane's run of dead checks; the lanes whose run has just certified death.
  unsigned certifiedDead(unsigned checked) {
    if (checked == 0) return 0;
    inspector_.inspectDeath(checked, found_);
    unsigned certified = 0;
    forLanes(checked, [&](int i) {
      Lane& lane = lanes_[i];
      lane.deadChecks = found_.deadLayer[i] == 0 ? 0 : lane.deadChecks + 1;
      if (lane.deadChecks == 1) lane.runStart = lane.step;
      if (lane.deadChecks != certifyingChecks) return;
      if (lane.firstDeadStep == 0) lane.firstDeadStep = lane.runStart;
      certified |= 1u << i;
    });
    return certified;
  }

  void endTrials(unsigned diverged, unsigned died, unsigned converged, unsigned completed) {
    forLanes(diverged, [&](int i) { record(i, End::diverged); });
    const unsigned ended = died | converged | completed;
    if (ended == 0) return;
    inspector_.inspect(found_);
    if (cancelled()) return;
    forLanes(ended, [&](int i) {
      traceLoss(i, found_.loss[i]);
      record(i, died >> i & 1 ? End::died : converged >> i & 1 ? End::converged : End::completed);
    });
  }

  // ---- records

  static double canonical(Scalar x) { return x == x ? static_cast<double>(x) : __builtin_nan(""); }

  void traceLoss(int lane, Scalar loss) {
    if (job_.lossTrace == nullptr) return;
    const size_t row = static_cast<size_t>(lanes_[lane].trial) * (static_cast<size_t>(job_.training.steps) + 1);
    job_.lossTrace[row + lanes_[lane].step] = canonical(loss);
  }

  // Writes the record of a lane's trial and leaves the lane idle. Reads found_ unless the trial diverged.
  void record(int lane, End end) {
    Lane& ended = lanes_[lane];
    const int64_t trial = ended.trial;
    const bool diverged = end == End::diverged;
    job_.end[trial] = static_cast<uint8_t>(end);
    job_.endStep[trial] = ended.step;
    job_.initialDeadLayer[trial] = ended.initialDeadLayer;
    job_.firstDeadStep[trial] = ended.firstDeadStep;
    job_.deadLayer[trial] = diverged ? 0 : found_.deadLayer[lane];
    job_.deadPoints[trial] = diverged ? 0 : found_.deadPoints[lane];
    job_.loss[trial] = diverged ? __builtin_nan("") : canonical(found_.loss[lane]);
    if (!ended.earlierTaken) job_.earlierLoss[trial] = job_.loss[trial];
    for (int j = 0; j < job_.network.outputs; j++) {
      const int64_t at = trial * job_.network.outputs + j;
      job_.outputMin[at] = diverged ? __builtin_nan("") : canonical(found_.outputMin[j][lane]);
      job_.outputMax[at] = diverged ? __builtin_nan("") : canonical(found_.outputMax[j][lane]);
    }
    release(lane, diverged);
  }

  // Copies the parameters out. An idle lane goes on computing, from zeros where the trial diverged: infinities and their
  // like would only be slow.
  void release(int lane, bool diverged) {
    const size_t count = job_.network.parameters;
    Scalar* final = static_cast<Scalar*>(job_.parameters) + static_cast<size_t>(lanes_[lane].trial) * count;
    const Scalar* parameters = reinterpret_cast<const Scalar*>(work_.state.parameters);
    for (size_t p = 0; p < count; p++) {
      final[p] = diverged ? static_cast<Scalar>(__builtin_nan("")) : parameters[p * V::lanes + lane];
      if (diverged) setLane(lane, p, 0);
    }
    const uint32_t counted = lanes_[lane].step / checkInterval * checkInterval;
    addProgress(job_.training.steps - counted);
    lanes_[lane] = Lane{};
  }

  void addProgress(uint64_t updates) { __atomic_fetch_add(&job_.updatesDone, updates, __ATOMIC_RELAXED); }

  Job& job_;
  const Workspace<V> work_;
  const Passes<V> passes_;
  Inspector<V> inspector_;
  Initializer<V> initializer_;
  Inspection<V> found_;
  Update<V> update_;
  LossScale<V> lossScale_;
  uint32_t earlierUpdate_;
  uint32_t phase_ = 0;  // updates since all trials of the group stood at a multiple of 32
  Lane lanes_[V::lanes];
  LaneCounters<V> counters_{};
  SampleStream<V> stream_;
  NoisyUpdates<V> noisy_;
  uint32_t made_ = 0;        // updates that the steps of the lanes do not count yet
  bool drawnAhead_ = false;  // the first tile of the next update's samples lies in the workspace
};

}  // namespace collapsar
