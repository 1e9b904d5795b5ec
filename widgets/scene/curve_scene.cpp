// SPDX-License-Identifier: Apache-2.0
#include "widgets/scene/curve_scene.h"

#include <vtkAxis.h>
#include <vtkBrush.h>
#include <vtkChartXY.h>
#include <vtkContextActor.h>
#include <vtkContextScene.h>
#include <vtkDoubleArray.h>
#include <vtkNew.h>
#include <vtkPen.h>
#include <vtkPlot.h>
#include <vtkPlotPoints.h>
#include <vtkRenderer.h>
#include <vtkStringArray.h>
#include <vtkTable.h>
#include <vtkTextProperty.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace pulmo {

namespace {

constexpr std::size_t kMostPoints = 600;   // more cannot be told apart on a screen, and cost time
constexpr std::size_t kMarkedPoints = 25;  // up to so many, each is a dot
constexpr int kFontSize = 11, kLeft = 58, kBottom = 40, kTop = 8, kRight = 14;  // logical pixels
constexpr double kAir = 0.05;                                                   // of the data's range, around it

std::string numberText(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

/// Neighbours averaged until there are few enough points.
void thin(const std::vector<double>& x, const std::vector<double>& y, vtkDoubleArray* toX, vtkDoubleArray* toY) {
  const std::size_t step = (x.size() + kMostPoints - 1) / kMostPoints;
  for (std::size_t i = 0; i < x.size(); i += std::max<std::size_t>(1, step)) {
    const std::size_t end = std::min(x.size(), i + step);
    double sumX = 0, sumY = 0;
    for (std::size_t k = i; k < end; ++k) sumX += x[k], sumY += y[k];
    toX->InsertNextValue(sumX / static_cast<double>(end - i));
    toY->InsertNextValue(sumY / static_cast<double>(end - i));
  }
}

}  // namespace

std::vector<double> niceTicks(double low, double high, int wanted, bool whole) {
  std::vector<double> ticks;
  if (!(high > low) || !std::isfinite(low) || !std::isfinite(high)) return ticks;
  const double rough = (high - low) / std::max(1, wanted);
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= rough * 0.999) {
      step = factor * power;
      break;
    }
  if (whole) step = std::max(1.0, std::round(step));
  const double first = std::ceil(low / step - 1e-9);
  for (double k = first; k * step <= high + step * 1e-9 && ticks.size() < 100; ++k)
    ticks.push_back(k == 0 ? 0 : k * step);
  return ticks;
}

struct CurveScene::Impl {
  vtkNew<vtkRenderer> renderer;
  vtkNew<vtkContextActor> actor;
  vtkNew<vtkChartXY> chart;
  std::vector<Curve> curves;
  std::vector<CurveMark> marks;
  std::optional<Range> wanted;
  Range shown;
  bool log = false, whole = true;
  int width = 1, height = 1;
  double scale = 1;

  [[nodiscard]] double up(double y) const { return log ? std::log10(y) : y; }
  [[nodiscard]] double down(double v) const { return log ? std::pow(10.0, v) : v; }
  [[nodiscard]] bool drawable(double y) const { return std::isfinite(y) && (!log || y > 0); }
  vtkAxis* axisX() { return chart->GetAxis(vtkAxis::BOTTOM); }
  vtkAxis* axisY() { return chart->GetAxis(vtkAxis::LEFT); }

  void style() {
    renderer->SetBackground(16 / 255.0, 20 / 255.0, 24 / 255.0);
    chart->SetShowLegend(false);
    chart->SetHiddenAxisBorder(0);
    chart->SetAutoSize(false);
    for (vtkAxis* axis : {axisX(), axisY()}) {
      axis->SetBehavior(vtkAxis::FIXED);
      axis->GetPen()->SetColor(72, 82, 95);
      axis->GetGridPen()->SetColor(36, 43, 52);
      for (vtkTextProperty* text : {axis->GetLabelProperties(), axis->GetTitleProperties()}) {
        text->SetColor(0.62, 0.67, 0.73);
        text->SetBold(false);
      }
    }
  }

  [[nodiscard]] Range dataRange() const {
    Range all{0, 1, 0, 1};
    bool first = true;
    for (const Curve& curve : curves)
      for (std::size_t i = 0; i < curve.x.size(); ++i) {
        if (!drawable(curve.y[i])) continue;
        const double y = up(curve.y[i]);
        if (std::exchange(first, false)) all = {curve.x[i], curve.x[i], y, y};
        all = {std::min(all.x0, curve.x[i]), std::max(all.x1, curve.x[i]), std::min(all.y0, y), std::max(all.y1, y)};
      }
    if (!log && !first) all.y0 = std::min(0.0, all.y0);
    const double flat = log ? 0.5 : std::max(1e-6, std::abs(all.y1) * 0.1);
    if (all.y1 - all.y0 < 1e-12) all.y0 -= log ? flat : 0, all.y1 += flat;
    if (all.x1 - all.x0 < 1e-12) all.x0 -= 0.5, all.x1 += 0.5;
    const double airX = kAir / 2 * (all.x1 - all.x0), airY = kAir * (all.y1 - all.y0);
    return {all.x0 - airX, all.x1 + airX, log ? all.y0 - airY : all.y0, all.y1 + airY};
  }

  void showRange() {
    shown = wanted ? *wanted : dataRange();
    if (wanted && log) shown.y0 = up(std::max(1e-12, shown.y0)), shown.y1 = up(std::max(1e-11, shown.y1));
    const double w = std::max(1.0, width / scale - kLeft - kRight), h = std::max(1.0, height / scale - kTop - kBottom);
    axisX()->SetRange(shown.x0, shown.x1);
    axisY()->SetRange(shown.y0, shown.y1);
    setTicks(axisX(), niceTicks(shown.x0, shown.x1, static_cast<int>(w / 70), whole), false);
    std::vector<double> ticks;
    if (log && shown.y1 - shown.y0 > 0.7) {
      for (double decade = std::floor(shown.y0); decade <= shown.y1; ++decade)
        for (const double digit : {1.0, 2.0, 5.0})
          if (const double at = decade + std::log10(digit); at >= shown.y0 && at <= shown.y1) ticks.push_back(at);
    } else if (log) {
      for (const double at : niceTicks(down(shown.y0), down(shown.y1), static_cast<int>(h / 36), false))
        if (at > 0) ticks.push_back(up(at));
    } else {
      ticks = niceTicks(shown.y0, shown.y1, static_cast<int>(h / 36), false);
    }
    setTicks(axisY(), ticks, log);
  }

  void setTicks(vtkAxis* axis, const std::vector<double>& ticks, bool logged) {
    vtkNew<vtkDoubleArray> positions;
    vtkNew<vtkStringArray> labels;
    for (const double tick : ticks) {
      positions->InsertNextValue(tick);
      labels->InsertNextValue(numberText(logged ? std::pow(10.0, tick) : tick));
    }
    axis->SetCustomTickPositions(positions, labels);
  }

  void addPlot(const Curve& curve) {
    std::vector<double> x, y;
    for (std::size_t i = 0; i < curve.x.size(); ++i)
      if (drawable(curve.y[i])) x.push_back(curve.x[i]), y.push_back(up(curve.y[i]));
    if (x.empty()) return;
    vtkNew<vtkTable> table;
    vtkNew<vtkDoubleArray> columnX, columnY;
    columnX->SetName("x");
    columnY->SetName("y");
    thin(x, y, columnX, columnY);
    const bool dots = columnX->GetNumberOfValues() <= static_cast<vtkIdType>(kMarkedPoints);
    if (columnX->GetNumberOfValues() == 1) {  // a line needs two
      columnX->InsertNextValue(x.front());
      columnY->InsertNextValue(y.front());
    }
    table->AddColumn(columnX);
    table->AddColumn(columnY);
    vtkPlot* plot = chart->AddPlot(vtkChart::LINE);
    plot->SetInputData(table, 0, 1);
    plot->SetColor(curve.rgb[0], curve.rgb[1], curve.rgb[2], 255);
    plot->SetWidth(static_cast<float>(curve.width * scale));
    plot->GetPen()->SetLineType(curve.dashed ? vtkPen::DASH_LINE : vtkPen::SOLID_LINE);
    if (auto* points = vtkPlotPoints::SafeDownCast(plot)) {
      points->SetMarkerStyle(dots ? vtkPlotPoints::CIRCLE : vtkPlotPoints::NONE);
      points->SetMarkerSize(static_cast<float>(4 * scale));
    }
  }

  void addMark(const CurveMark& mark) {
    if (!drawable(mark.y)) return;
    vtkNew<vtkTable> table;
    vtkNew<vtkDoubleArray> columnX, columnY;
    columnX->SetName("x");
    columnY->SetName("y");
    for (int twice = 0; twice < 2; ++twice) {
      columnX->InsertNextValue(mark.x);
      columnY->InsertNextValue(up(mark.y));
    }
    table->AddColumn(columnX);
    table->AddColumn(columnY);
    auto* plot = vtkPlotPoints::SafeDownCast(chart->AddPlot(vtkChart::POINTS));
    if (!plot) return;
    plot->SetInputData(table, 0, 1);
    plot->SetColor(mark.rgb[0], mark.rgb[1], mark.rgb[2], 255);
    plot->SetMarkerStyle(vtkPlotPoints::DIAMOND);
    plot->SetMarkerSize(static_cast<float>(11 * scale));
  }

  void rebuild() {
    chart->ClearPlots();
    for (const Curve& curve : curves) addPlot(curve);
    for (const CurveMark& mark : marks) addMark(mark);
    showRange();
  }

  [[nodiscard]] std::array<double, 4> area() const {
    return {kLeft * scale, kTop * scale, std::max(kLeft * scale + 1, width - kRight * scale),
            std::max(kTop * scale + 1, height - kBottom * scale)};
  }
};

CurveScene::CurveScene() : impl_(std::make_unique<Impl>()) {
  impl_->style();
  impl_->actor->GetScene()->AddItem(impl_->chart);
  impl_->actor->GetScene()->SetRenderer(impl_->renderer);
  impl_->renderer->AddActor(impl_->actor);
  setViewport(1, 1);
}

CurveScene::~CurveScene() = default;

vtkRenderer* CurveScene::renderer() const {
  return impl_->renderer;
}

void CurveScene::setViewport(int width, int height, double scale) {
  Impl& m = *impl_;
  const bool rescaled = scale != m.scale;
  m.width = std::max(1, width);
  m.height = std::max(1, height);
  m.scale = scale;
  m.chart->SetSize(vtkRectf(0, 0, static_cast<float>(m.width), static_cast<float>(m.height)));
  m.chart->SetLayoutStrategy(vtkChart::AXES_TO_RECT);
  const auto [left, top, right, bottom] = m.area();
  m.chart->SetSize(vtkRectf(static_cast<float>(left), static_cast<float>(m.height - bottom),
                            static_cast<float>(right - left), static_cast<float>(bottom - top)));
  for (vtkAxis* axis : {m.axisX(), m.axisY()})
    for (vtkTextProperty* text : {axis->GetLabelProperties(), axis->GetTitleProperties()})
      text->SetFontSize(static_cast<int>(std::lround(kFontSize * scale)));
  if (rescaled)
    m.rebuild();
  else
    m.showRange();
}

void CurveScene::setCurves(std::vector<Curve> curves) {
  impl_->curves = std::move(curves);
  impl_->rebuild();
}

void CurveScene::setMarks(std::vector<CurveMark> marks) {
  impl_->marks = std::move(marks);
  impl_->rebuild();
}

void CurveScene::setTitles(const std::string& x, const std::string& y) {
  impl_->axisX()->SetTitle(x);
  impl_->axisY()->SetTitle(y);
}

void CurveScene::setWholeX(bool whole) {
  impl_->whole = whole;
  impl_->showRange();
}

void CurveScene::setLogY(bool log) {
  if (log == impl_->log) return;
  impl_->log = log;
  impl_->rebuild();
}

void CurveScene::setRange(std::optional<Range> range) {
  if (range && !(range->x1 > range->x0 && range->y1 > range->y0)) return;
  impl_->wanted = range;
  impl_->showRange();
}

bool CurveScene::empty() const {
  return std::all_of(impl_->curves.begin(), impl_->curves.end(), [](const Curve& curve) { return curve.x.empty(); });
}

bool CurveScene::zoomed() const {
  return impl_->wanted.has_value();
}

CurveScene::Range CurveScene::range() const {
  const Range& r = impl_->shown;
  return {r.x0, r.x1, impl_->down(r.y0), impl_->down(r.y1)};
}

std::array<double, 4> CurveScene::area() const {
  return impl_->area();
}

std::array<double, 2> CurveScene::pixelOf(double x, double y) const {
  const auto [left, top, right, bottom] = impl_->area();
  const Range& r = impl_->shown;
  return {left + (x - r.x0) / (r.x1 - r.x0) * (right - left),
          bottom - (impl_->up(y) - r.y0) / (r.y1 - r.y0) * (bottom - top)};
}

std::array<double, 2> CurveScene::dataAt(double pixelX, double pixelY) const {
  const auto [left, top, right, bottom] = impl_->area();
  const Range& r = impl_->shown;
  return {r.x0 + (pixelX - left) / (right - left) * (r.x1 - r.x0),
          impl_->down(r.y0 + (bottom - pixelY) / (bottom - top) * (r.y1 - r.y0))};
}

std::optional<CurveScene::Hit> CurveScene::nearest(double pixelX, double pixelY, double reach) const {
  std::optional<Hit> best;
  double bestSquare = reach * reach;
  for (std::size_t c = 0; c < impl_->curves.size(); ++c) {
    const Curve& curve = impl_->curves[c];
    // Ascending x: only a strip of the data can be near.
    const double x0 = dataAt(pixelX - reach, pixelY)[0], x1 = dataAt(pixelX + reach, pixelY)[0];
    const auto from = std::lower_bound(curve.x.begin(), curve.x.end(), x0) - curve.x.begin();
    for (auto i = static_cast<std::size_t>(from); i < curve.x.size() && curve.x[i] <= x1; ++i) {
      if (!impl_->drawable(curve.y[i])) continue;
      const auto [px, py] = pixelOf(curve.x[i], curve.y[i]);
      const double square = (px - pixelX) * (px - pixelX) + (py - pixelY) * (py - pixelY);
      if (square > bestSquare) continue;
      bestSquare = square;
      best = Hit{c, curve.x[i], curve.y[i], px, py};
    }
  }
  return best;
}

}  // namespace pulmo
