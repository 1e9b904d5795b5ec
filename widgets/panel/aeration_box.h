// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QWidget>
#include <array>

#include "models/session/measure_session.h"

class QGridLayout;
class QLabel;
class QPushButton;
class QSpinBox;

namespace pulmo {

class HistogramPlot;

/// How the lungs' HU are distributed, and what share of them is aerated how, by limits that can be moved: in the
/// histogram by the mouse or the arrow keys, or as numbers. GUI thread only.
class AerationBox : public QWidget {
  Q_OBJECT
 public:
  /// @param session  outlives this
  explicit AerationBox(MeasureSession& session, QWidget* parent = nullptr);

  void showZone(LungZone zone);  ///< what the session has measured of it

 private:
  void makeTable(QGridLayout* grid);
  void setLimits(const AerationLimits& limits);
  void showLimits();

  static constexpr std::size_t kParts = 3;
  MeasureSession& session_;
  HistogramPlot* plot_;
  std::array<QSpinBox*, AerationLimits::kCount> from_{};
  std::array<std::array<QLabel*, kParts>, kAerationClasses> percent_{};
  QPushButton* reset_;
};

}  // namespace pulmo
