#include "trained.h"

#include <cstring>
#include <limits>

namespace collapsar {

Trained::Trained(const Batch& batch) {
  const size_t trials = batch.job.trialCount;
  const size_t outputs = trials * batch.job.network.outputs;
  parameters.resize(batch.initial.size());
  end.resize(trials);
  for (auto* column : {&endStep, &firstDeadStep, &deadPoints}) column->resize(trials);
  for (auto* column : {&initialDeadLayer, &deadLayer}) column->resize(trials);
  for (auto* column : {&loss, &earlierLoss}) column->resize(trials);
  for (auto* column : {&outputMin, &outputMax}) column->resize(outputs);
  if (batch.traced) lossTrace.resize(trials * (batch.job.training.steps + 1), std::numeric_limits<double>::quiet_NaN());
}

std::string Trained::differenceTo(const Trained& other) const {
  std::string names;
  const auto compare = [&](const char* name, const auto& a, const auto& b) {
    const bool same = a.size() == b.size() && (a.empty() || memcmp(a.data(), b.data(), a.size() * sizeof a[0]) == 0);
    if (!same) names += std::string(names.empty() ? "" : ", ") + name;
  };
  compare("parameters", parameters, other.parameters);
  compare("end", end, other.end);
  compare("endStep", endStep, other.endStep);
  compare("firstDeadStep", firstDeadStep, other.firstDeadStep);
  compare("deadPoints", deadPoints, other.deadPoints);
  compare("initialDeadLayer", initialDeadLayer, other.initialDeadLayer);
  compare("deadLayer", deadLayer, other.deadLayer);
  compare("loss", loss, other.loss);
  compare("earlierLoss", earlierLoss, other.earlierLoss);
  compare("outputMin", outputMin, other.outputMin);
  compare("outputMax", outputMax, other.outputMax);
  compare("lossTrace", lossTrace, other.lossTrace);
  return names;
}

void prepare(RunningJob& running, const Batch& batch, Trained& results) {
  Job& job = running.job;
  job = batch.job;
  if (batch.laws.empty()) {
    job.initial = batch.initial.data();
  } else {
    running.ownLaw(batch.laws);
  }
  job.parameters = results.parameters.data();
  job.end = results.end.data();
  job.endStep = results.endStep.data();
  job.initialDeadLayer = results.initialDeadLayer.data();
  job.deadLayer = results.deadLayer.data();
  job.firstDeadStep = results.firstDeadStep.data();
  job.loss = results.loss.data();
  job.earlierLoss = results.earlierLoss.data();
  job.outputMin = results.outputMin.data();
  job.outputMax = results.outputMax.data();
  job.deadPoints = results.deadPoints.data();
  job.lossTrace = batch.traced ? results.lossTrace.data() : nullptr;
  running.own({batch.inputs.data(), batch.targets.data()}, batch.trials.data());
}

Trained train(const Batch& batch, const Kernel& kernel, unsigned threads) {
  Trained results(batch);
  RunningJob running(batch.numerics);
  prepare(running, batch, results);
  running.start(kernel, threads, [] {});
  running.join();
  return results;
}

}  // namespace collapsar
