// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QColor>
#include <QFont>
#include <QGradient>
#include <QPainter>
#include <QPdfWriter>
#include <QRectF>
#include <QString>

namespace pulmo {

/// A PDF that is drawn on in millimetres from the page's upper left corner.
class ReportSheet {
 public:
  enum class Align { Left, Right, Middle };
  struct Style {
    double points = 7.5;
    bool bold = false;
    QColor colour = QColor(22, 32, 43);
  };
  static constexpr double kWidthMm = 210, kHeightMm = 297, kMarginMm = 14;
  static constexpr double kInnerMm = kWidthMm - 2 * kMarginMm;

  /// @throws Error{Unsupported} if the system has no font; Error{Io} if nothing can be written
  ReportSheet(const QString& file, const QString& title, const QString& creator);

  void newPage();
  /// One line, cut with an ellipsis where it would be wider. @param baselineMm  where letters stand
  void line(double xMm, double baselineMm, double widthMm, const QString& text, const Style& style,
            Align align = Align::Left);
  /// Lines, broken at words, or anywhere where a word alone is too wide. @return their height in mm
  double paragraph(double xMm, double topMm, double widthMm, const QString& text, const Style& style);
  [[nodiscard]] double paragraphHeight(double widthMm, const QString& text, const Style& style);
  [[nodiscard]] double textWidth(const QString& text, const Style& style);
  void rule(double x0Mm, double y0Mm, double x1Mm, double y1Mm, double widthMm, const QColor& colour);
  void curve(const QPolygonF& pointsMm, double widthMm, const QColor& colour);
  void fill(const QRectF& mm, const QColor& colour);
  void fill(const QRectF& mm, const QGradient& gradient);  ///< its coordinates are 0 to 1 of the rectangle
  void picture(const QRectF& mm, const QByteArray& png);
  void finish();  ///< @throws Error{Io} if the file is not whole

 private:
  double paragraphAt(double xMm, double topMm, double widthMm, const QString& text, const Style& style, bool draw);
  [[nodiscard]] QFont fontOf(const Style& style) const;
  [[nodiscard]] double dots(double mm) const { return mm * dotsPerMm_; }
  [[nodiscard]] QRectF dots(const QRectF& mm) const;

  QPdfWriter writer_;
  QPainter painter_;
  QString family_;
  double dotsPerMm_ = 1;
};

}  // namespace pulmo
