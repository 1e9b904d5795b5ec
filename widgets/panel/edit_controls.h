// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QWidget>

class QButtonGroup;
class QCheckBox;
class QLabel;
class QSpinBox;

namespace pulmo {

class EditTools;
class ValueSlider;

/// The editing tools and the settings of the one in hand; settings that it does not heed are not shown. GUI thread
/// only.
class EditControls : public QWidget {
  Q_OBJECT
 public:
  /// @param tools  outlives the controls, or is destroyed together with them
  explicit EditControls(EditTools& tools, QWidget* parent = nullptr);

 private:
  [[nodiscard]] QWidget* makeTools();
  [[nodiscard]] QWidget* makeBrush();
  [[nodiscard]] QWidget* makeLabel();
  void showTool();
  void showSettings();

  EditTools& tools_;
  QLabel* hint_ = nullptr;
  QButtonGroup *toolButtons_ = nullptr, *shapes_ = nullptr, *labels_ = nullptr;
  QCheckBox *keepOther_ = nullptr, *huLimited_ = nullptr;
  QSpinBox *huLow_ = nullptr, *huHigh_ = nullptr;
  ValueSlider *size_ = nullptr, *radius_ = nullptr, *neck_ = nullptr, *cut_ = nullptr;
  QWidget *brushRows_ = nullptr, *regionRows_ = nullptr, *cutRows_ = nullptr, *huRow_ = nullptr;
};

}  // namespace pulmo
