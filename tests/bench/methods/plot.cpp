// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/methods/plot.h"

#include <QPainter>
#include <QPolygonF>
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>

namespace pulmo::bench {

namespace {

constexpr int kHeight = 640, kLeft = 74, kRight = 16, kTop = 92, kBottom = 104;
const QColor kInk(0x22, 0x26, 0x2b), kFaint(0x6b, 0x72, 0x7a), kGrid(0xd9, 0xdd, 0xe2), kBand(0xf5, 0xf6, 0xf8);

struct Wording {
  const char *title, *axis;
  double least;  ///< smaller values stand at the axis
};

Wording wordingOf(Figure figure) {
  switch (figure) {
    case Figure::Dice:
      return {"Error of overlap: 100 % × (1 − Dice); of border disease: the share lost", "%", 0.1};
    case Figure::Hd95:
      return {"Distance of the surfaces, 95th percentile (HD95)", "mm", 0.5};
    case Figure::Over:
      return {"Over-segmentation: voxels outside the reference, of its volume", "%", 0.1};
    case Figure::Under:
      return {"Under-segmentation: voxels of the reference left out, of its volume", "%", 0.1};
    case Figure::Seconds:
      return {"Time", "s", 0.01};
    case Figure::Memory:
      return {"Memory beyond the scan, at its peak", "MB", 1};
  }
  return {"", "", 1};
}

double inUnit(double value, Figure figure) {
  return figure == Figure::Dice ? 100 * (1 - value) : value;
}

/// Round numbers of a logarithmic axis: 1, 2, 5 times a power of ten.
std::vector<double> roundNumbers(double low, double high) {
  std::vector<double> numbers;
  for (double power = std::pow(10, std::floor(std::log10(low))); power <= high; power *= 10)
    for (const double factor : {1, 2, 5})
      if (factor * power >= low * 0.999 && factor * power <= high * 1.001) numbers.push_back(factor * power);
  return numbers;
}

double roundUp(double value) {
  const double power = std::pow(10, std::floor(std::log10(value)));
  for (const double factor : {1, 2, 5, 10})
    if (factor * power >= value * 0.999) return factor * power;
  return 10 * power;
}

double roundDown(double value) {
  const double power = std::pow(10, std::floor(std::log10(value)));
  for (const double factor : {5, 2, 1})
    if (factor * power <= value * 1.001) return factor * power;
  return power;
}

QPolygonF shapeOf(std::size_t method, const QPointF& at, double radius) {
  constexpr double kPi = 3.14159265358979323846;
  // Corners and the first one's angle: circle, square, triangle, diamond, triangle on its tip, pentagon.
  constexpr std::array<std::pair<int, double>, 6> kShapes{{{24, 0}, {4, 45}, {3, -90}, {4, 0}, {3, 90}, {5, -90}}};
  const auto& [corners, first] = kShapes[method % kShapes.size()];
  QPolygonF polygon;
  for (int i = 0; i < corners; ++i) {
    const double angle = (first + 360.0 * i / corners) * kPi / 180;
    polygon << at + radius * (corners < 5 ? 1.2 : 1.0) * QPointF(std::cos(angle), std::sin(angle));
  }
  return polygon;
}

void drawShape(QPainter& painter, std::size_t method, const QPointF& at, double radius, bool filled) {
  painter.setPen(QPen(filled ? QColor(Qt::white) : plotColour(method), filled ? 1 : 1.6));
  painter.setBrush(filled ? QBrush(plotColour(method)) : QBrush(Qt::white));
  painter.drawPolygon(shapeOf(method, at, radius));
}

struct Value {
  std::size_t method, group;
  double mean, worst;
  std::size_t n;
};

/// The axis, and what is measured on it.
class Canvas {
 public:
  Canvas(const MethodResults& results, Figure figure, int width)
      : results_(results), figure_(figure), wording_(wordingOf(figure)), width_(width) {
    for (const SummarySet& set : summarySets()) {
      const std::size_t group = groups_.size();
      bool any = false;
      for (std::size_t m = 0; m < results.methods.size(); ++m) {
        const auto values = valuesOf(results, results.methods[m], set, figure);
        if (values.empty()) continue;
        any = true;
        values_.push_back(
            {m, group, inUnit(mean(values), figure), inUnit(bench::worst(values, figure), figure), values.size()});
      }
      if (any) groups_.push_back(&set);
    }
    low_ = 1e9, high_ = wording_.least * 10;
    for (const Value& v : values_) {
      low_ = std::min(low_, roundDown(std::max(v.mean, wording_.least)));
      high_ = std::max(high_, roundUp(std::max(v.worst, wording_.least)));
    }
    low_ = std::min(low_, high_ / 10);
  }

  [[nodiscard]] bool empty() const { return values_.empty(); }

  Plot draw() {
    Plot plot;
    plot.image = QImage(width_, kHeight, QImage::Format_RGB32);
    plot.image.fill(Qt::white);
    QPainter painter(&plot.image);
    painter.setRenderHint(QPainter::Antialiasing);
    QFont font("DejaVu Sans");
    font.setPixelSize(13);
    painter.setFont(font);
    drawAxis(painter);
    drawLegend(painter);
    for (const Value& v : values_) {
      const double x = xOf(v);
      PlotMark mark{results_.methods[v.method], groups_[v.group]->name, v.mean, v.worst,
                    {x, yOf(v.mean)},           {x, yOf(v.worst)}};
      painter.setPen(QPen(plotColour(v.method), 2));
      painter.drawLine(mark.meanAt, mark.worstAt);
      drawShape(painter, v.method, mark.worstAt, 3.6, false);
      drawShape(painter, v.method, mark.meanAt, 7, true);
      plot.marks.push_back(std::move(mark));
    }
    drawMissing(painter);
    return plot;
  }

 private:
  [[nodiscard]] double groupWidth() const {
    return static_cast<double>(width_ - kLeft - kRight) / static_cast<double>(groups_.size());
  }
  [[nodiscard]] double xOf(std::size_t group, std::size_t method) const {
    const double step = groupWidth() / (static_cast<double>(results_.methods.size()) + 1);
    return kLeft + groupWidth() * static_cast<double>(group) + step * (static_cast<double>(method) + 1);
  }
  [[nodiscard]] double xOf(const Value& v) const { return xOf(v.group, v.method); }
  [[nodiscard]] double yOf(double value) const {
    const double share = std::log(std::max(value, low_) / low_) / std::log(high_ / low_);
    return kHeight - kBottom - share * (kHeight - kTop - kBottom);
  }

  void drawAxis(QPainter& painter) const {
    const int bottom = kHeight - kBottom, right = width_ - kRight;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const QRectF column(kLeft + groupWidth() * static_cast<double>(g), kTop, groupWidth(), bottom - kTop);
      if (g % 2 == 0) painter.fillRect(column, kBand);
      QString name = groups_[g]->name;
      if (groups_[g]->border && figure_ == Figure::Dice) name.replace("kept", "lost");
      painter.setPen(kInk);
      painter.drawText(QRectF(column.left() + 3, bottom + 8, column.width() - 6, 56),
                       Qt::AlignHCenter | Qt::AlignTop | Qt::TextWordWrap, name);
      painter.setPen(kFaint);
      painter.drawText(QRectF(column.left(), bottom + 62, column.width(), 18), Qt::AlignCenter, countOf(g));
    }
    for (const double number : roundNumbers(low_, high_)) {
      const double y = yOf(number);
      painter.setPen(QPen(kGrid, 1));
      painter.drawLine(QPointF(kLeft, y), QPointF(right, y));
      painter.setPen(kInk);
      painter.drawText(QRectF(0, y - 9, kLeft - 8, 18), Qt::AlignRight | Qt::AlignVCenter,
                       QString::number(number) + ' ' + wording_.axis);
    }
    painter.setPen(QPen(kInk, 1));
    painter.drawLine(kLeft, kTop, kLeft, bottom);
    painter.drawLine(kLeft, bottom, right, bottom);
    painter.setPen(kFaint);
    painter.drawText(QRectF(kLeft, kHeight - 22, right - kLeft, 18), Qt::AlignLeft,
                     QString("Large mark: mean; end of the line: worst; ×: cannot. n: %1. Logarithmic axis.")
                         .arg(figure_ == Figure::Seconds || figure_ == Figure::Memory
                                  ? "runs"
                                  : "lungs, of merged references both as one; of border disease: regions"));
  }

  /// Networks may have been run on fewer cases.
  [[nodiscard]] QString countOf(std::size_t group) const {
    std::size_t least = 0, most = 0;
    for (const Value& v : values_)
      if (v.group == group) least = least == 0 ? v.n : std::min(least, v.n), most = std::max(most, v.n);
    return least == most ? QString("n = %1").arg(most) : QString("n = %1–%2").arg(least).arg(most);
  }

  void drawLegend(QPainter& painter) const {
    QFont bold = painter.font();
    bold.setPixelSize(17);
    bold.setBold(true);
    const QFont plain = painter.font();
    painter.setFont(bold);
    painter.setPen(kInk);
    painter.drawText(QRectF(kLeft, 12, width_ - kLeft - kRight, 26), Qt::AlignLeft | Qt::AlignVCenter,
                     QString::fromUtf8(wording_.title) + ", in " + wording_.axis);
    painter.setFont(plain);
    double x = kLeft + 8;
    for (std::size_t m = 0; m < results_.methods.size(); ++m) {
      drawShape(painter, m, {x, 62}, 7, true);
      const QString name = QString::fromStdString(results_.methods[m]);
      painter.setPen(kInk);
      painter.drawText(QPointF(x + 14, 67), name);
      x += 14 + painter.fontMetrics().horizontalAdvance(name) + 30;
    }
  }

  /// A method that could work on none of a group's cases.
  void drawMissing(QPainter& painter) const {
    for (std::size_t g = 0; g < groups_.size(); ++g)
      for (std::size_t m = 0; m < results_.methods.size(); ++m) {
        const bool there =
            std::any_of(values_.begin(), values_.end(), [&](const Value& v) { return v.group == g && v.method == m; });
        if (there || failures(results_, results_.methods[m], *groups_[g]) == 0) continue;
        painter.setPen(QPen(plotColour(m), 2));
        const QPointF at(xOf(g, m), kHeight - kBottom - 10);
        for (const double sign : {-1.0, 1.0}) painter.drawLine(at + 5 * QPointF(-1, -sign), at + 5 * QPointF(1, sign));
      }
  }

  const MethodResults& results_;
  Figure figure_;
  Wording wording_;
  int width_;
  std::vector<const SummarySet*> groups_;
  std::vector<Value> values_;
  double low_ = 1, high_ = 1;
};

}  // namespace

QColor plotColour(std::size_t method) {
  // @source Okabe & Ito 2008, Color Universal Design; yellow left out, which white swallows
  static const std::array<QColor, 7> kColours{{{0x00, 0x72, 0xb2},
                                               {0xe6, 0x9f, 0x00},
                                               {0x00, 0x9e, 0x73},
                                               {0xd5, 0x5e, 0x00},
                                               {0xcc, 0x79, 0xa7},
                                               {0x56, 0xb4, 0xe9},
                                               {0x22, 0x22, 0x22}}};
  return kColours[method % kColours.size()];
}

Plot plotOf(const MethodResults& results, Figure figure, int width) {
  Canvas canvas(results, figure, width);
  return canvas.empty() ? Plot{} : canvas.draw();
}

}  // namespace pulmo::bench
