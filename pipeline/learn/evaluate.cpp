// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/evaluate.h"

#include <algorithm>
#include <chrono>

#include "pipeline/core/error.h"
#include "pipeline/core/random.h"
#include "pipeline/simulate/simulator.h"

namespace pulmo {

namespace {

using Clock = std::chrono::steady_clock;

/// A seed of its own a case, so that leaving one out changes no other.
std::uint64_t seedOf(std::uint64_t seed, std::size_t caseIndex) {
  const auto words = Random(seed, caseIndex).words(0);
  return (static_cast<std::uint64_t>(words[0]) << 32) | words[1];
}

PathologySpec specOf(Condition condition, const PathologySpec& infiltrates) {
  if (condition == Condition::Infiltrates) return infiltrates;
  PathologySpec circles;
  circles.mode = PathologyMode::Circles;
  return circles;
}

/// Fills the figures. @return false if stopped
bool judge(EvaluatedCase& result, const CtVolume& ct, const LabelVolume& lungs, const LabelVolume* lesions,
           const Segmenter& segmenter, const StopToken& stop) {
  const auto start = Clock::now();
  const auto found = segmenter.segment(ct, stop, {});
  if (!found) return false;
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  auto metrics = compareMasks(lungs, found->labels, {}, stop);
  if (!metrics) return false;
  result.metrics = std::move(*metrics);
  if (lesions == nullptr) return true;
  result.lesions = lesionInclusion(*lesions, found->labels, lungs, {}, stop);
  return result.lesions.has_value();
}

bool evaluateOne(EvaluatedCase& result, const CtVolume& ct, const LabelVolume& lungs, std::uint64_t seed,
                 const Segmenter& segmenter, const PathologySpec& infiltrates, const StopToken& stop) {
  try {
    if (result.condition == Condition::AsIs) return judge(result, ct, lungs, nullptr, segmenter, stop);
    const auto simulated = simulate(ct, lungs, specOf(result.condition, infiltrates), seed, stop);
    return simulated && judge(result, simulated->ct, lungs, &simulated->lesions, segmenter, stop);
  } catch (const Error& e) {
    result.failure = e.what();
    return true;
  }
}

}  // namespace

std::string conditionKey(Condition condition) {
  switch (condition) {
    case Condition::AsIs:
      return "as_is";
    case Condition::Circles:
      return "circles";
    case Condition::Infiltrates:
      break;
  }
  return "infiltrates";
}

Outcome evaluateScan(const std::string& name, bool diseased, const CtVolume& ct, const LabelVolume& lungs,
                     std::uint64_t seed, const Segmenter& segmenter, const std::vector<Condition>& conditions,
                     const PathologySpec& infiltrates, const StopToken& stop, std::vector<EvaluatedCase>& results) {
  for (const Condition condition : conditions) {
    if (condition != Condition::AsIs && diseased) continue;
    EvaluatedCase result;
    result.name = name;
    result.diseased = diseased;
    result.condition = condition;
    if (stop.stop_requested() || !evaluateOne(result, ct, lungs, seed, segmenter, infiltrates, stop))
      return Outcome::Stopped;
    results.push_back(std::move(result));
  }
  return Outcome::Completed;
}

Evaluation evaluate(const SliceStore& store, const Segmenter& segmenter, const EvaluationPlan& plan,
                    const StopToken& stop, const ProgressSink& progress) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < store.cases().size(); ++i)
    if (store.cases()[i].split == plan.split) chosen.push_back(i);
  Evaluation result;
  result.scansWanted = chosen.size();
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const StoredCase& stored = store.cases()[chosen[i]];
    if (progress) progress(static_cast<double>(i) / static_cast<double>(chosen.size()), stored.name);
    const CtVolume ct = store.loadCt(static_cast<int>(chosen[i]));
    const LabelVolume lungs = store.loadLabels(static_cast<int>(chosen[i]));
    if (evaluateScan(stored.name, stored.diseased, ct, lungs, seedOf(plan.seed, chosen[i]), segmenter, plan.conditions,
                     plan.infiltrates, stop, result.cases) == Outcome::Stopped)
      return result;
    ++result.scansDone;
  }
  if (progress) progress(1, "");
  return result;
}

}  // namespace pulmo
