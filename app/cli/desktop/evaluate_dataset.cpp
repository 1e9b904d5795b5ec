// SPDX-License-Identifier: Apache-2.0
#include "app/cli/evaluate_dataset.h"

#include "pipeline/core/error.h"
#include "pipeline/core/random.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/imaging/scan_search.h"
#include "pipeline/prepare/dataset_layout.h"

namespace pulmo::cli {

namespace {

void failed(const CaseSource& source, const std::string& why, std::vector<EvaluatedCase>& results) {
  EvaluatedCase result;
  result.name = source.name;
  result.diseased = source.diseased;
  result.failure = why;
  results.push_back(std::move(result));
}

Outcome evaluateCase(const CaseSource& source, std::uint64_t seed, const Segmenter& segmenter,
                     const EvaluationPlan& plan, Context& context, std::vector<EvaluatedCase>& results) {
  try {
    const auto scan = source.series ? loadScan(*source.series, context.stop, {})
                                    : openScan({source.image}, source.seriesUid, context.stop, {});
    if (!scan) return Outcome::Stopped;
    const LabelVolume lungs = loadMask(*source.mask, &*scan, source.values);
    return evaluateScan(source.name, source.diseased, *scan->ct, lungs, seed, segmenter, plan.conditions,
                        plan.infiltrates, context.stop, results);
  } catch (const Error& e) {
    failed(source, e.what(), results);
    return Outcome::Completed;
  }
}

}  // namespace

Evaluation evaluateDataset(const std::string& dataset, const Segmenter& segmenter, const EvaluationPlan& plan,
                           Context& context) {
  const DatasetCases found = findCases(dataset, "", context.stop);
  for (const std::string& problem : found.problems) context.say("Problem: " + problem);
  Evaluation result;
  for (const CaseSource& source : found.cases) result.scansWanted += source.mask ? 1 : 0;
  for (std::size_t i = 0; i < found.cases.size(); ++i) {
    const CaseSource& source = found.cases[i];
    if (!source.mask) continue;
    context.progress(static_cast<double>(i) / static_cast<double>(found.cases.size()), source.name);
    const auto words = Random(plan.seed, i).words(0);
    const std::uint64_t seed = (static_cast<std::uint64_t>(words[0]) << 32) | words[1];
    if (evaluateCase(source, seed, segmenter, plan, context, result.cases) == Outcome::Stopped) break;
    ++result.scansDone;
  }
  context.progress(1, "");
  return result;
}

}  // namespace pulmo::cli
