// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "app/cli/command.h"
#include "pipeline/learn/evaluate.h"

namespace pulmo::cli {

/// Every case of a dataset that has a mask, at the scan's own resolution; masks that do not tell sides are compared as
/// both lungs. The plan's split does not count. Cases that cannot be read are listed as failed.
/// @throws Error{Unsupported} in a build that reads stores alone
[[nodiscard]] Evaluation evaluateDataset(const std::string& dataset, const Segmenter& segmenter,
                                         const EvaluationPlan& plan, Context& context);

}  // namespace pulmo::cli
