// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QWidget>

#include "pipeline/core/volume.h"

class QComboBox;
class QLabel;
class QPushButton;
class QTableWidget;

namespace pulmo {

class ComparisonSession;
class MaskSession;
class MethodsBox;
class MethodsSession;
class Study;
class VolumeSession;

/// Right dock, *Segment*: make a mask, load a reference, see how far they agree. GUI thread only.
class SegmentPanel : public QWidget {
  Q_OBJECT
 public:
  SegmentPanel(Study& study, MaskSession& masks, MethodsSession& methods, VolumeSession& volumes,
               ComparisonSession& comparison, QWidget* parent = nullptr);

  [[nodiscard]] int method() const;
  [[nodiscard]] MethodsBox* several() { return several_; }

 Q_SIGNALS:
  void segmentRequested();
  void openReferenceRequested();  ///< the window owns the file dialogs
  void saveMaskRequested();
  void saveAgreementRequested();

 private:
  void listMethods();
  void showMasks();
  void showMetrics();
  void copyMetrics() const;

  Study& study_;
  MaskSession& masks_;
  LabelPtr made_;  ///< by the last segmentation: its seconds are told of no other mask
  VolumeSession& volumes_;
  ComparisonSession& comparison_;
  QComboBox* method_;
  MethodsBox* several_;
  QPushButton* run_;
  QPushButton* save_;
  QPushButton* openReference_;
  QPushButton* copy_;
  QPushButton* saveAgreement_;
  QLabel* prediction_;
  QLabel* notes_;
  QLabel* reference_;
  QLabel* referenceNotes_;
  QLabel* agreementHint_;
  QTableWidget* agreement_;
};

}  // namespace pulmo
