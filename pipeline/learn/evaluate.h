// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/segmenter.h"
#include "pipeline/learn/slice_store.h"
#include "pipeline/metrics/lesion_inclusion.h"
#include "pipeline/metrics/metrics.h"

namespace pulmo {

enum class Condition : std::uint8_t { AsIs, Circles, Infiltrates };
[[nodiscard]] std::string conditionKey(Condition condition);  ///< "as_is", "circles", "infiltrates"

struct EvaluatedCase {
  std::string name;
  bool diseased = false;
  Condition condition = Condition::AsIs;
  Metrics metrics;
  std::optional<LesionInclusion> lesions;  ///< simulated conditions only
  double seconds = 0;
  std::string failure;  ///< sentence, "" if it worked; then there are no figures
};

struct EvaluationPlan {
  Split split = Split::Test;
  std::vector<Condition> conditions{Condition::AsIs, Condition::Circles, Condition::Infiltrates};
  PathologySpec infiltrates;
  std::uint64_t seed = 1;
};

struct Evaluation {
  std::vector<EvaluatedCase> cases;            ///< one a scan and condition
  std::size_t scansDone = 0, scansWanted = 0;  ///< fewer done than wanted: stopped
};

/// One scan in each of the plan's conditions (a diseased one as it is alone), appended to the results.
/// @param lungs  the truth; unsided lungs give figures for both together alone
/// @param seed   of its disease
/// @return Stopped if some were left undone
Outcome evaluateScan(const std::string& name, bool diseased, const CtVolume& ct, const LabelVolume& lungs,
                     std::uint64_t seed, const Segmenter& segmenter, const std::vector<Condition>& conditions,
                     const PathologySpec& infiltrates, const StopToken& stop, std::vector<EvaluatedCase>& results);

/// Runs a segmenter over the cases of a store's split, each as it is and with disease drawn into it (healthy cases
/// alone). One case that fails does not stop the rest.
/// @return what was done until stopped
[[nodiscard]] Evaluation evaluate(const SliceStore& store, const Segmenter& segmenter, const EvaluationPlan& plan,
                                  const StopToken& stop, const ProgressSink& progress);

}  // namespace pulmo
