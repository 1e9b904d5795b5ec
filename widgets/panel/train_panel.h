// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QTimer>
#include <QWidget>
#include <filesystem>

#include "models/session/training_fields.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QSlider;
class QVBoxLayout;

namespace pulmo {

class ConfigEditor;
class TrainingSession;

/// Right dock, *Train*: the dataset, the settings, start and stop. GUI thread only.
class TrainPanel : public QWidget {
  Q_OBJECT
 public:
  explicit TrainPanel(TrainingSession& session, QWidget* parent = nullptr);

  [[nodiscard]] const TrainingConfig& config() const;
  void setConfig(const TrainingConfig& config);
  void showProblem(const QString& sentence);  ///< beside the start button; "" = none
  [[nodiscard]] QString sweepField() const;
  [[nodiscard]] QString sweepValues() const;

 Q_SIGNALS:  // the window owns the file dialogs
  void openStoreRequested();
  void prepareRequested();
  void startRequested();
  void sweepRequested();
  void resumeRequested();
  void stopRequested();
  void configChanged();
  void samplesRequested();           ///< training slices as the network sees them
  void simulatedDiseaseRequested();  ///< the disease of the tab Simulate for training

 private:
  void addDataset(QVBoxLayout* column);
  void addFrequency(QVBoxLayout* column);
  void addRun(QVBoxLayout* column);
  void addSweep(QVBoxLayout* column);
  void showStore();
  void showConfig();
  void showState();
  void showTimes();

  TrainingSession& session_;
  QLabel* store_;
  QLabel* problems_;
  QPushButton* openStore_;
  QPushButton* prepare_;
  QLabel* frequencyText_;
  QSlider* frequency_;
  QPushButton* start_;
  QPushButton* stop_;
  QPushButton* resume_;
  QLabel* state_;
  QLabel* problem_;
  QProgressBar* progress_;
  ConfigEditor* editor_;
  QPushButton* defaults_;
  QPushButton* takeDisease_;
  QPushButton* samples_;
  QComboBox* sweepField_;
  QLineEdit* sweepValues_;
  QPushButton* sweep_;
  QTimer tick_;
};

}  // namespace pulmo
