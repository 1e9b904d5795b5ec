// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QHash>
#include <QSet>
#include <QTimer>
#include <QWidget>
#include <vector>

class QCheckBox;
class QComboBox;
class QPushButton;
class QTableWidget;

namespace pulmo {

class CurvePlot;
class TrainingSession;
struct EpochReport;
struct TrainingRun;

/// Bottom dock, *Runs*: curves by epoch and by step of every run shown, and a table of results and settings that is
/// their legend. GUI thread only.
class RunsPanel : public QWidget {
  Q_OBJECT
 public:
  explicit RunsPanel(TrainingSession& session, QWidget* parent = nullptr);

 Q_SIGNALS:
  void addRunRequested();  ///< the window owns the file dialogs
  void exportRequested();

 private:
  enum class Quantity { Total, DiceLoss, CrossEntropy, DiceScore };
  void makeTable();
  void showRuns();
  void showRow(int row, const TrainingRun& run);
  void showCurves();
  void showSteps();
  void removeSelected();
  [[nodiscard]] Quantity quantity() const;
  [[nodiscard]] int colourOf(int run);

  TrainingSession& session_;
  QComboBox* quantity_;
  QCheckBox* log_;
  QPushButton* all_;
  QPushButton* add_;
  QPushButton* remove_;
  QPushButton* export_;
  CurvePlot* epochs_;
  CurvePlot* steps_;
  QTableWidget* table_;
  QTimer stepsTimer_;             ///< steps come faster than curves can be seen to change
  std::vector<QString> columns_;  ///< keys of the settings in the table
  QSet<int> hidden_;              ///< runs that are not drawn
  QHash<int, int> colours_;       ///< of runs: a run keeps its own
};

}  // namespace pulmo
