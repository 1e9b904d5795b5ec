// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

class vtkRenderer;

namespace pulmo {

/// A line of a chart.
struct Curve {
  std::string name;  ///< utf-8; for the hover, not drawn
  std::array<std::uint8_t, 3> rgb{255, 255, 255};
  bool dashed = false;
  double width = 1.5;        ///< logical pixels
  std::vector<double> x, y;  ///< equal lengths, x ascending
};

/// A point that stands out, such as the best epoch.
struct CurveMark {
  double x = 0, y = 0;
  std::array<std::uint8_t, 3> rgb{255, 255, 255};
};

/// Curves on two axes: data in, a renderer out; no Qt. Axis ticks are at 1, 2 or 5 times a power of ten.
///
/// Pixels are the window's own, from its upper left. Where a curve has more points than can be told apart, neighbours
/// are averaged. One thread, the one that owns the render window.
class CurveScene {
 public:
  struct Range {
    double x0 = 0, x1 = 1, y0 = 0, y1 = 1;
    friend bool operator==(const Range&, const Range&) = default;
  };
  struct Hit {
    std::size_t curve = 0;
    double x = 0, y = 0;            ///< of the data point
    double pixelX = 0, pixelY = 0;  ///< where it is
  };

  CurveScene();
  ~CurveScene();
  CurveScene(const CurveScene&) = delete;
  CurveScene& operator=(const CurveScene&) = delete;

  [[nodiscard]] vtkRenderer* renderer() const;
  void setViewport(int width, int height, double scale = 1);  ///< before each frame whose size is another
  void setCurves(std::vector<Curve> curves);
  void setMarks(std::vector<CurveMark> marks);
  void setTitles(const std::string& x, const std::string& y);
  void setWholeX(bool whole);                 ///< x counts things: no ticks between whole numbers
  void setLogY(bool log);                     ///< values <= 0 are then left out
  void setRange(std::optional<Range> range);  ///< what is shown; nullopt = all of the data

  [[nodiscard]] bool empty() const;   ///< no point at all
  [[nodiscard]] bool zoomed() const;  ///< a range was set
  [[nodiscard]] Range range() const;  ///< as shown, in data
  /// left, top, right, bottom of the plotting area
  [[nodiscard]] std::array<double, 4> area() const;
  [[nodiscard]] std::array<double, 2> pixelOf(double x, double y) const;
  [[nodiscard]] std::array<double, 2> dataAt(double pixelX, double pixelY) const;  ///< not clipped
  /// The data point nearest to a pixel, within `reach` pixels.
  [[nodiscard]] std::optional<Hit> nearest(double pixelX, double pixelY, double reach) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Tick positions within [low, high] at 1, 2 or 5 times a power of ten, about `wanted` of them.
[[nodiscard]] std::vector<double> niceTicks(double low, double high, int wanted, bool whole);

}  // namespace pulmo
