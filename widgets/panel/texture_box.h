// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QWidget>

class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QTableWidget;
class QToolButton;

namespace pulmo {

class TextureSession;

/// The texture of each lung, of both and of a sphere around the cursor, in a section that is closed until wanted: what
/// is not seen is not measured. GUI thread only.
class TextureBox : public QWidget {
  Q_OBJECT
 public:
  /// @param session  outlives this
  explicit TextureBox(TextureSession& session, QWidget* parent = nullptr);

 Q_SIGNALS:
  void saveRequested();  ///< the window owns the file dialogs

 protected:
  void showEvent(QShowEvent* event) override;
  void hideEvent(QHideEvent* event) override;

 private:
  void openChanged();
  void showTextures();

  TextureSession& session_;
  QToolButton* head_;
  QWidget* body_;
  QDoubleSpinBox* radius_;
  QTableWidget* table_;
  QPushButton* save_;
  QLabel* hint_;
};

}  // namespace pulmo
