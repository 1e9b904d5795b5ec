// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QWidget>

#include "pipeline/core/volume.h"

class QCheckBox;
class QLabel;

namespace pulmo {

class ComparisonSession;
class DoubtSession;
class FindingList;
class ReviewSession;
class Study;

/// Right dock, *Review*: where the mask may be wrong, and a click goes there. GUI thread only.
class ReviewPanel : public QWidget {
  Q_OBJECT
 public:
  ReviewPanel(Study& study, ReviewSession& session, DoubtSession& doubts, ComparisonSession& comparison,
              QWidget* parent = nullptr);

  [[nodiscard]] bool errorColours() const;
  void setErrorColours(bool on);
  [[nodiscard]] bool doubtColours() const;
  void setDoubtColours(bool on);

 Q_SIGNALS:
  void placeChosen(const pulmo::Index3& voxel);
  void errorColoursChanged();
  void doubtColoursChanged();

 private:
  void showFindings();
  void showAgreement();
  void showErrors();
  void showDoubt();
  [[nodiscard]] QString noDoubtText() const;

  Study& study_;
  ReviewSession& session_;
  DoubtSession& doubts_;
  ComparisonSession& comparison_;
  QLabel* empty_;
  FindingList* list_;
  QLabel* agreement_;
  QCheckBox* errors_;
  QLabel* errorsHint_;
  QCheckBox* doubt_;
  QLabel* doubtHint_;
};

}  // namespace pulmo
