// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QWidget>

#include "pipeline/core/volume.h"

class QCheckBox;
class QLabel;

namespace pulmo {

class ComparisonSession;
class FindingList;
class ReviewSession;
class Study;

/// Right dock, *Review*: where the mask may be wrong, and a click goes there. GUI thread only.
class ReviewPanel : public QWidget {
  Q_OBJECT
 public:
  ReviewPanel(Study& study, ReviewSession& session, ComparisonSession& comparison, QWidget* parent = nullptr);

  [[nodiscard]] bool errorColours() const;
  void setErrorColours(bool on);

 Q_SIGNALS:
  void placeChosen(const pulmo::Index3& voxel);
  void errorColoursChanged();

 private:
  void showFindings();
  void showAgreement();
  void showErrors();

  Study& study_;
  ReviewSession& session_;
  ComparisonSession& comparison_;
  QLabel* empty_;
  FindingList* list_;
  QLabel* agreement_;
  QCheckBox* errors_;
  QLabel* errorsHint_;
};

}  // namespace pulmo
