// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QString>
#include <QWidget>

class QDoubleSpinBox;
class QLabel;
class QSlider;

namespace pulmo {

/// One number on one line: its name, a slider for the hand, a box with the unit for the exact value.
/// GUI thread only.
class ValueSlider : public QWidget {
  Q_OBJECT
 public:
  struct Range {
    double low = 0, high = 1;
    int decimals = 0;
    QString unit;     ///< "" if none
    double step = 0;  ///< of arrow keys and the slider; 0 = one of the last decimal
  };
  /// @param tip  without unit and limits: they are added
  ValueSlider(const QString& name, const Range& range, const QString& tip, QWidget* parent = nullptr);

  [[nodiscard]] double value() const;
  void setValue(double value);  ///< emits nothing
  void setNameWidth(int pixels);
  void setSwatch(const QColor& colour);  ///< a square before the name
  [[nodiscard]] QDoubleSpinBox* box() const { return box_; }
  [[nodiscard]] QSlider* slider() const { return slider_; }

 Q_SIGNALS:
  void valueChanged(double value);  ///< by the person

 private:
  void showOnSlider();
  Range range_;
  QLabel* swatch_;
  QLabel* name_;
  QSlider* slider_;
  QDoubleSpinBox* box_;
};

}  // namespace pulmo
