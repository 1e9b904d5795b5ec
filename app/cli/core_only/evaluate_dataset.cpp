// SPDX-License-Identifier: Apache-2.0
#include "app/cli/evaluate_dataset.h"

#include "pipeline/core/error.h"

namespace pulmo::cli {

Evaluation evaluateDataset(const std::string& dataset, const Segmenter&, const EvaluationPlan&, Context&) {
  throw Error(ErrorKind::Unsupported,
              dataset + " is no store. This build reads stores alone: make one with `pulmo prepare` where that is.");
}

}  // namespace pulmo::cli
