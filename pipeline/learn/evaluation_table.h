// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/learn/evaluate.h"

namespace pulmo {

/// One column of an evaluation. What is absent is no number: null, an empty cell, a dash.
struct EvaluationFigure {
  std::string_view key;    ///< "right_lung_dice", "lungs_hd95_mm", "lesion_inclusion_near_pleura"
  std::string_view title;  ///< for a terminal
  bool ofASide;            ///< right or left lung: absent where labels are merged
  bool largeIsBad;         ///< distances and differences, by their size
  bool inText;             ///< a terminal has no room for all
  std::optional<double> (*get)(const EvaluatedCase&);
};
[[nodiscard]] std::span<const EvaluationFigure> evaluationFigures();

/// Mean and worst of each figure over the cases of one condition that have it. A case that failed counts as an empty
/// mask does: Dice, Jaccard, sensitivity and lesion inclusion 0; the others leave it out.
struct EvaluationSummary {
  Condition condition = Condition::AsIs;
  bool diseased = false;  ///< really diseased cases are summed up apart from healthy ones
  int cases = 0, failed = 0;
  std::vector<std::optional<double>> mean, worst;  ///< in the order of evaluationFigures()
};
/// One for each condition and kind of case that there is, in the order of Condition, healthy first.
[[nodiscard]] std::vector<EvaluationSummary> summarise(const std::vector<EvaluatedCase>& cases);

/// What belongs to a table beside its figures, by key: method, weights, store ... An empty text: does not apply.
using EvaluationFacts = std::vector<std::pair<std::string, std::string>>;

/// {facts ..., "cases": [...], "overall": [{"condition", "diseased", "cases", "failed", "mean": {...}, "worst":
/// {...}}]}
[[nodiscard]] std::string evaluationJson(const std::vector<EvaluatedCase>& cases, const EvaluationFacts& facts = {});
/// One row a case and condition, a header row first; the facts are the last columns, the same in each row.
[[nodiscard]] std::string evaluationCsv(const std::vector<EvaluatedCase>& cases, const EvaluationFacts& facts = {});
/// Aligned columns for a terminal: the cases, then mean and worst, then the facts.
/// @param merged  leave the columns of one side out
[[nodiscard]] std::string evaluationText(const std::vector<EvaluatedCase>& cases, bool merged,
                                         const EvaluationFacts& facts = {});

}  // namespace pulmo
