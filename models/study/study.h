// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <QString>
#include <QStringList>

#include "pipeline/core/scan.h"

namespace pulmo {

/// A mask with where it came from.
struct NamedMask {
  LabelPtr labels;         ///< on the scan's canonical grid; null = none
  QString origin;          ///< file name, or the method that made it
  QStringList notes = {};  ///< sentences for the person: what had to be assumed, what to check
  /// How unsure the method that made it was: entropy, 0 .. 255, on the same grid; null = it cannot tell.
  LabelPtr uncertainty = {};
  QString algorithm = {};  ///< the method that made it or that was corrected, for files that name it; "" = not known
  bool byPerson = false;   ///< a person has corrected or signed it: no method alone stands behind it
};

/// The scan that is open, and its masks. Volumes are immutable: a change is a new volume.
/// GUI thread only.
class Study : public QObject {
  Q_OBJECT
 public:
  explicit Study(QObject* parent = nullptr) : QObject(parent) {}

  [[nodiscard]] const ScanPtr& scan() const { return scan_; }  ///< null if nothing is open
  [[nodiscard]] const NamedMask& reference() const { return reference_; }
  [[nodiscard]] const NamedMask& prediction() const { return prediction_; }
  /// The mask that a person has corrected, as it was when the hand last rested; none while nothing is changed.
  [[nodiscard]] const NamedMask& edited() const { return edited_; }
  /// What is measured, compared and saved: the edited mask, else the prediction.
  [[nodiscard]] const NamedMask& result() const { return edited_.labels ? edited_ : prediction_; }

  void setScan(ScanPtr scan);          ///< also drops all masks
  void setReference(NamedMask mask);   ///< @throws Error{InvalidInput} if not on the scan's grid
  void setPrediction(NamedMask mask);  ///< likewise
  void setEdited(NamedMask mask);      ///< likewise

 Q_SIGNALS:
  void scanChanged();
  void referenceChanged();
  void predictionChanged();
  void editedChanged();

 private:
  void requireOnScan(const NamedMask& mask, const char* what) const;
  ScanPtr scan_;
  NamedMask reference_;
  NamedMask prediction_;
  NamedMask edited_;
};

}  // namespace pulmo
