// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QString>
#include <QWidget>
#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "pipeline/metrics/aeration_limits.h"
#include "pipeline/metrics/hu_histogram.h"
#include "widgets/scene/colour_map.h"

namespace pulmo {

/// HU histograms over one axis, with the limits of aeration as lines that can be dragged. Bins of 10 HU; what lies
/// beyond the axis is not drawn. GUI thread only.
class HistogramPlot : public QWidget {
  Q_OBJECT
 public:
  static constexpr int kLowHu = -1050, kHighHu = 150, kBinHu = 10;

  struct Line {
    HuHistogram histogram;
    Pixel colour = 0;
    bool filled = false;  ///< an area below it
  };

  explicit HistogramPlot(QWidget* parent = nullptr);

  /// @param voxelMl  nullopt = the axis counts voxels instead of ml
  void setLines(std::vector<Line> lines, std::optional<double> voxelMl);
  void setLimits(const AerationLimits& limits);  ///< emits nothing
  [[nodiscard]] const AerationLimits& limits() const { return limits_; }
  [[nodiscard]] double xOf(double hu) const;  ///< logical pixels
  [[nodiscard]] QSize sizeHint() const override { return {260, 170}; }

 Q_SIGNALS:
  void limitsChanged(const pulmo::AerationLimits& limits);  ///< by the person, while the hand moves

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  bool event(QEvent* event) override;

 private:
  [[nodiscard]] QRectF area() const;
  [[nodiscard]] std::optional<std::size_t> limitAt(double x) const;
  void move(std::size_t limit, int hu);
  void drawAxes(QPainter& painter, const QRectF& area, double most) const;
  void drawLimits(QPainter& painter, const QRectF& area) const;

  struct Bins {
    std::vector<double> values;
    Pixel colour;
    bool filled;
  };
  std::vector<Bins> bins_;
  bool inMl_ = true;
  AerationLimits limits_;
  std::size_t current_ = 1;  ///< that the arrow keys move
  std::optional<std::size_t> drag_;
};

}  // namespace pulmo
