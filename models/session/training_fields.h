// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QString>
#include <QStringList>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/learn/training_config.h"

namespace pulmo {

/// A setting of a run, for panels, tables and sweeps: a number within limits, or one of some words.
struct RunField {
  QString key;    ///< as in the run's config.json
  QString label;  ///< for people
  QString unit;   ///< "" if none
  QString group;  ///< for panels
  double low = 0, high = 0;
  int decimals = 0;
  QStringList words;           ///< not empty: the value is an index into it
  std::vector<double> values;  ///< that the words stand for
  std::function<double(const TrainingConfig&)> get;
  std::function<void(TrainingConfig&, double)> set;

  [[nodiscard]] QString text(const TrainingConfig& config) const;  ///< the value, as a person writes it
};

/// Every setting of a TrainingConfig, groups in the order of panels.
[[nodiscard]] const std::vector<RunField>& runFields();
/// @return null if there is none of that key
[[nodiscard]] const RunField* findRunField(const QString& key);

/// The numbers or words of a list such as "0.6, 0.8, 0.9" or "Adam, AdamW".
/// @throws Error{InvalidInput} naming the part that is no value of this field, with what would be one
[[nodiscard]] std::vector<double> parseValues(const RunField& field, const QString& list);

}  // namespace pulmo
