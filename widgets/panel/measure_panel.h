// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QWidget>

class QCheckBox;
class QComboBox;
class QLabel;
class QTableWidget;

namespace pulmo {

class AerationBox;
class MeasureSession;
class Study;
class TextureBox;
class TextureSession;

/// Right dock, *Measure*: how dense the lungs are, each and both, whole or a zone, and their texture. GUI thread only.
class MeasurePanel : public QWidget {
  Q_OBJECT
 public:
  MeasurePanel(Study& study, MeasureSession& session, TextureSession& textures, QWidget* parent = nullptr);

  [[nodiscard]] bool aerationColours() const;
  void setAerationColours(bool on);

 Q_SIGNALS:
  void saveRequested();  ///< the window owns the file dialogs
  void saveTextureRequested();
  void aerationColoursChanged();

 protected:
  void showEvent(QShowEvent* event) override;  ///< measured is what is seen
  void hideEvent(QHideEvent* event) override;

 private:
  void showRegions();
  void copyTable() const;

  Study& study_;
  MeasureSession& session_;
  QLabel* hint_;
  QWidget* figures_;  ///< zone, table and buttons
  QComboBox* zone_;
  QTableWidget* table_;
  AerationBox* box_;
  TextureBox* texture_;
  QCheckBox* aeration_;
};

}  // namespace pulmo
