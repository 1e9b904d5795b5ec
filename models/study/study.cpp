// SPDX-License-Identifier: Apache-2.0
#include "models/study/study.h"

#include <utility>

namespace pulmo {

void Study::setScan(ScanPtr scan) {
  scan_ = std::move(scan);
  const bool hadReference = reference_.labels != nullptr;
  const bool hadPrediction = prediction_.labels != nullptr;
  const bool hadEdited = edited_.labels != nullptr;
  reference_ = {};
  prediction_ = {};
  edited_ = {};
  Q_EMIT scanChanged();
  if (hadReference) Q_EMIT referenceChanged();
  if (hadPrediction) Q_EMIT predictionChanged();
  if (hadEdited) Q_EMIT editedChanged();
}

void Study::setReference(NamedMask mask) {
  requireOnScan(mask, "reference mask");
  reference_ = std::move(mask);
  Q_EMIT referenceChanged();
}

void Study::setPrediction(NamedMask mask) {
  requireOnScan(mask, "prediction");
  prediction_ = std::move(mask);
  Q_EMIT predictionChanged();
}

void Study::setEdited(NamedMask mask) {
  requireOnScan(mask, "edited mask");
  if (!mask.labels && !edited_.labels) return;
  edited_ = std::move(mask);
  Q_EMIT editedChanged();
}

void Study::requireOnScan(const NamedMask& mask, const char* what) const {
  if (!mask.labels) return;
  if (!scan_) throw Error(ErrorKind::InvalidInput, "Open a scan before its mask.");
  requireSameGrid(mask.labels->grid(), what, scan_->ct->grid(), "scan");
  if (mask.uncertainty) requireSameGrid(mask.uncertainty->grid(), "map of uncertainty", scan_->ct->grid(), "scan");
}

}  // namespace pulmo
