// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QDialog>

#include "models/session/sample_session.h"

class QCheckBox;
class QLabel;
class QPushButton;

namespace pulmo {

class SampleGrid;

/// Training slices as the network would see them with the settings as they are: disease, augmentation and window.
/// Follows the settings while it is open. GUI thread only.
class SamplesWindow : public QDialog {
  Q_OBJECT
 public:
  static constexpr int kCount = 12;

  explicit SamplesWindow(SampleSession& session, QWidget* parent = nullptr);

  /// @param store  "" = none open
  void setSource(const TrainingConfig& config, const std::filesystem::path& store);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void request();
  void showSheet();

  SampleSession& session_;
  TrainingConfig config_;
  std::filesystem::path store_;
  int epoch_ = 1;
  SampleGrid* grid_;
  QCheckBox* outlines_;
  QCheckBox* disease_;
  QPushButton* others_;
  QLabel* facts_;
};

}  // namespace pulmo
