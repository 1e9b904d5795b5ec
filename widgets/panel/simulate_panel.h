// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QString>
#include <QWidget>
#include <vector>

#include "pipeline/simulate/pathology.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;
class QSpinBox;

namespace pulmo {

class SimulateControls;
class SimulationSession;
class Study;

/// A disease by name.
struct DiseasePreset {
  QString key;   ///< as on the command line
  QString name;  ///< for people
  QString tip;
  PathologySpec spec;
};

/// Right dock, *Simulate*: which disease, on which patient, how much of it. GUI thread only.
class SimulatePanel : public QWidget {
  Q_OBJECT
 public:
  SimulatePanel(Study& study, SimulationSession& session, std::vector<DiseasePreset> presets,
                QWidget* parent = nullptr);

  /// @return whether there is one of that key or name
  bool choosePreset(const QString& keyOrName);
  [[nodiscard]] bool lesionsColoured() const;

 Q_SIGNALS:
  void segmentRequested();
  void exportRequested();  ///< the window owns the file dialogs
  void lesionsColouredChanged();

 private:
  void layOut();
  void showMask();
  void showSpec();
  void showPicture();

  Study& study_;
  SimulationSession& session_;
  std::vector<DiseasePreset> presets_;
  QWidget* missing_;  ///< what to do where there are no lungs to draw into
  QLabel* missingText_;
  QPushButton* segment_;
  QWidget* body_;
  QComboBox* preset_;
  QSpinBox* seed_;
  QPushButton* previous_;
  QPushButton* next_;
  QLabel* lungs_;
  QLabel* load_;
  QLabel* problem_;
  QCheckBox* coloured_;
  SimulateControls* controls_;
  QPushButton* export_;
};

}  // namespace pulmo
