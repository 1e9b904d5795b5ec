// SPDX-License-Identifier: Apache-2.0
#include "widgets/control/histogram_plot.h"

#include <QFontMetrics>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "widgets/scene/aeration_colours.h"
#include "widgets/scene/curve_scene.h"

namespace pulmo {

namespace {

const QColor kPaper(16, 20, 24), kAxis(0x48, 0x52, 0x5f), kGrid(0x22, 0x29, 0x31), kDim(0x8e, 0x9a, 0xa8),
    kInk(0xe6, 0xea, 0xef), kFocus(0x56, 0xb4, 0xe9);
constexpr int kGrip = 6;   // pixels to each side of a line where it can be taken
constexpr int kStrip = 6;  // height of the classes' colours
constexpr int kTickHu = 200;
constexpr double kHeadroom = 1.08;

QColor colourOf(Pixel pixel) {
  return QColor::fromRgb(pixel);
}

QString huText(int hu) {
  return QString::number(hu).replace('-', QChar(0x2212));
}

}  // namespace

HistogramPlot::HistogramPlot(QWidget* parent) : QWidget(parent) {
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setMinimumSize(200, 150);
}

void HistogramPlot::setLines(std::vector<Line> lines, std::optional<double> voxelMl) {
  inMl_ = voxelMl.has_value();
  bins_.clear();
  for (const Line& line : lines) {
    Bins bins{{}, line.colour, line.filled};
    for (int hu = kLowHu; hu < kHighHu; hu += kBinHu)
      bins.values.push_back(static_cast<double>(line.histogram.between(hu, hu + kBinHu)) * voxelMl.value_or(1));
    bins_.push_back(std::move(bins));
  }
  update();
}

void HistogramPlot::setLimits(const AerationLimits& limits) {
  if (limits == limits_) return;
  limits_ = limits;
  update();
}

QRectF HistogramPlot::area() const {
  const QFontMetrics metrics(font());
  const double left = metrics.horizontalAdvance(QStringLiteral("0000")) + 10;
  const double top = metrics.height() + 8, bottom = 2.0 * metrics.height() + kStrip + 8;
  return {left, top, width() - left - 8, std::max(20.0, height() - top - bottom)};
}

double HistogramPlot::xOf(double hu) const {
  const QRectF plot = area();
  return plot.left() + (hu - kLowHu) / (kHighHu - kLowHu) * plot.width();
}

void HistogramPlot::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), kPaper);
  const QRectF plot = area();
  double most = 0;
  for (const Bins& bins : bins_) most = std::max(most, *std::max_element(bins.values.begin(), bins.values.end()));
  most = most > 0 ? most * kHeadroom : 1;
  drawAxes(painter, plot, most);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setClipRect(plot);
  for (const Bins& bins : bins_) {
    QPainterPath path(QPointF(plot.left(), plot.bottom()));
    int hu = kLowHu;
    for (const double value : bins.values) {
      const double y = plot.bottom() - value / most * plot.height();
      path.lineTo(xOf(hu), y);
      path.lineTo(xOf(hu += kBinHu), y);
    }
    path.lineTo(plot.right(), plot.bottom());
    QColor colour = colourOf(bins.colour);
    if (bins.filled) {
      QColor area = colour;
      area.setAlpha(70);
      painter.fillPath(path, area);
    }
    painter.strokePath(path, QPen(colour, 1.3));
  }
  painter.setClipping(false);
  painter.setRenderHint(QPainter::Antialiasing, false);
  drawLimits(painter, plot);
  if (hasFocus()) {
    painter.setPen(kFocus);
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
  }
}

void HistogramPlot::drawAxes(QPainter& painter, const QRectF& plot, double most) const {
  const QFontMetrics metrics(font());
  const int line = metrics.height();
  const auto rowY = [&](double value) { return std::round(plot.bottom() - value / most * plot.height()); };
  painter.setPen(kDim);
  for (const double value : niceTicks(0, most, 3, !inMl_)) {
    const double y = rowY(value);
    painter.setPen(kGrid);
    painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
    painter.setPen(kDim);
    painter.drawText(QRectF(0, y - line / 2.0, plot.left() - 5, line), Qt::AlignRight | Qt::AlignVCenter,
                     QString::number(value, 'g', 3));
  }
  painter.drawText(QRectF(4, 2, width() - 8, line), Qt::AlignLeft | Qt::AlignTop,
                   inMl_ ? tr("ml per %1 HU").arg(kBinHu) : tr("voxels per %1 HU").arg(kBinHu));
  const double scaleTop = plot.bottom() + kStrip + 2;
  for (int hu = -1000; hu <= kHighHu; hu += kTickHu) {
    const double x = std::round(xOf(hu));
    painter.setPen(kAxis);
    painter.drawLine(QPointF(x, scaleTop), QPointF(x, scaleTop + 3));
    painter.setPen(kDim);
    painter.drawText(QRectF(x - 30, scaleTop + 3, 60, line), Qt::AlignHCenter | Qt::AlignTop, huText(hu));
  }
  painter.drawText(QRectF(plot.left(), scaleTop + 2 + line, plot.width(), line), Qt::AlignHCenter | Qt::AlignTop,
                   tr("HU"));
}

void HistogramPlot::drawLimits(QPainter& painter, const QRectF& plot) const {
  int from = kLowHu;
  for (std::size_t i = 0; i < kAerationClasses; ++i) {
    const int to = i < AerationLimits::kCount ? limits_.fromHu[i] : kHighHu;
    const double x0 = std::clamp(xOf(from), plot.left(), plot.right());
    const double x1 = std::clamp(xOf(to), plot.left(), plot.right());
    painter.fillRect(QRectF(x0, plot.bottom() + 1, x1 - x0, kStrip), colourOf(kAerationColours[i].colour));
    from = to;
  }
  for (std::size_t i = 0; i < AerationLimits::kCount; ++i) {
    const double x = std::round(xOf(limits_.fromHu[i]));
    if (x < plot.left() - 1 || x > plot.right() + 1) continue;
    const bool held = drag_ == i || (hasFocus() && current_ == i);
    painter.setPen(QPen(held ? kInk : kDim, held ? 2 : 1, held ? Qt::SolidLine : Qt::DashLine));
    painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom() + kStrip));
    painter.setPen(Qt::NoPen);
    painter.setBrush(held ? kInk : kDim);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.drawPolygon(QPolygonF{{x - 4, plot.top() - 6}, {x + 4, plot.top() - 6}, {x, plot.top()}});
    painter.setRenderHint(QPainter::Antialiasing, false);
    if (!held) continue;
    const QString text = tr("%1 HU").arg(huText(limits_.fromHu[i]));
    const double wide = QFontMetrics(font()).horizontalAdvance(text) + 8;
    const double at = std::clamp(x - wide / 2, plot.left(), std::max(plot.left(), plot.right() - wide));
    const QRectF box(at, plot.top() + 2, wide, QFontMetrics(font()).height() + 2);
    painter.fillRect(box, QColor(0x26, 0x2d, 0x36, 235));
    painter.setPen(kInk);
    painter.drawText(box, Qt::AlignCenter, text);
  }
}

std::optional<std::size_t> HistogramPlot::limitAt(double x) const {
  std::optional<std::size_t> nearest;
  double least = kGrip;
  for (std::size_t i = 0; i < AerationLimits::kCount; ++i) {
    const double away = std::abs(xOf(limits_.fromHu[i]) - x);
    if (away > least) continue;
    least = away;
    nearest = i;
  }
  return nearest;
}

void HistogramPlot::move(std::size_t limit, int hu) {
  auto& from = limits_.fromHu;
  const int low = limit > 0 ? from[limit - 1] + 1 : AerationLimits::kLeastHu;
  const int high = limit + 1 < AerationLimits::kCount ? from[limit + 1] - 1 : kHighHu;
  hu = std::clamp(hu, low, std::max(low, high));
  if (hu == from[limit]) return;
  from[limit] = hu;
  update();
  Q_EMIT limitsChanged(limits_);
}

void HistogramPlot::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  drag_ = limitAt(event->position().x());
  if (drag_) current_ = *drag_;
  update();
}

void HistogramPlot::mouseMoveEvent(QMouseEvent* event) {
  if (!drag_) {
    setCursor(limitAt(event->position().x()) ? Qt::SplitHCursor : Qt::ArrowCursor);
    return;
  }
  const QRectF plot = area();
  const double share = (event->position().x() - plot.left()) / plot.width();
  move(*drag_, static_cast<int>(std::lround(kLowHu + share * (kHighHu - kLowHu))));
}

void HistogramPlot::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  drag_.reset();
  update();
}

bool HistogramPlot::event(QEvent* event) {
  // The window's shortcuts for slices are the same keys: while the plot has the focus, they are the plot's.
  if (event->type() == QEvent::ShortcutOverride) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Left || key == Qt::Key_Right || key == Qt::Key_Up || key == Qt::Key_Down) {
      event->accept();
      return true;
    }
  }
  if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut) update();
  return QWidget::event(event);
}

void HistogramPlot::keyPressEvent(QKeyEvent* event) {
  const int step = event->modifiers() & Qt::ShiftModifier ? 50 : 5;
  switch (event->key()) {
    case Qt::Key_Left:
      return move(current_, limits_.fromHu[current_] - step);
    case Qt::Key_Right:
      return move(current_, limits_.fromHu[current_] + step);
    case Qt::Key_Up:
      current_ = std::min(current_ + 1, AerationLimits::kCount - 1);
      return update();
    case Qt::Key_Down:
      current_ = current_ > 0 ? current_ - 1 : 0;
      return update();
    default:
      QWidget::keyPressEvent(event);
  }
}

}  // namespace pulmo
