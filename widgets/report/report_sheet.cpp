// SPDX-License-Identifier: Apache-2.0
#include "widgets/report/report_sheet.h"

#include <QFontDatabase>
#include <QFontMetricsF>
#include <QImage>
#include <QPageLayout>
#include <QPageSize>
#include <QTextLayout>
#include <QTextOption>

#include "pipeline/core/error.h"

namespace pulmo {

namespace {

constexpr int kDotsPerInch = 1200;
constexpr double kLeading = 1.0;  // of the fonts' own line spacing

/// Narrow and plain first; whatever there is last.
QString familyToUse() {
  const QStringList there = QFontDatabase::families();
  if (there.isEmpty())
    throw Error(ErrorKind::Unsupported,
                "A PDF needs a font, and this system has none. Install one (fonts-dejavu-core), or write the report "
                "as .html.");
  for (const char* family : {"Noto Sans", "Liberation Sans", "Arial", "DejaVu Sans Condensed", "DejaVu Sans"})
    if (there.contains(QLatin1String(family))) return QLatin1String(family);
  return there.first();
}

}  // namespace

ReportSheet::ReportSheet(const QString& file, const QString& title, const QString& creator)
    : writer_(file), family_(familyToUse()) {
  writer_.setResolution(kDotsPerInch);
  writer_.setPageSize(QPageSize(QPageSize::A4));
  writer_.setPageMargins(QMarginsF(0, 0, 0, 0));
  writer_.setTitle(title);
  writer_.setCreator(creator);
  dotsPerMm_ = kDotsPerInch / 25.4;
  if (!painter_.begin(&writer_)) throw Error(ErrorKind::Io, "The PDF could not be written.");
  painter_.setRenderHint(QPainter::Antialiasing);
  painter_.setRenderHint(QPainter::SmoothPixmapTransform);
}

void ReportSheet::newPage() {
  if (!writer_.newPage()) throw Error(ErrorKind::Io, "The PDF could not be written.");
}

QFont ReportSheet::fontOf(const Style& style) const {
  QFont font(family_);
  font.setPointSizeF(style.points);
  font.setBold(style.bold);
  font.setHintingPreference(QFont::PreferNoHinting);
  return font;
}

QRectF ReportSheet::dots(const QRectF& mm) const {
  return {dots(mm.x()), dots(mm.y()), dots(mm.width()), dots(mm.height())};
}

double ReportSheet::textWidth(const QString& text, const Style& style) {
  return QFontMetricsF(fontOf(style), &writer_).horizontalAdvance(text) / dotsPerMm_;
}

void ReportSheet::line(double xMm, double baselineMm, double widthMm, const QString& text, const Style& style,
                       Align align) {
  const QFont font = fontOf(style);
  const QFontMetricsF metrics(font, &writer_);
  const QString shown = metrics.elidedText(text, Qt::ElideRight, dots(widthMm));
  const double free = dots(widthMm) - metrics.horizontalAdvance(shown);
  const double x = dots(xMm) + (align == Align::Left ? 0 : align == Align::Right ? free : free / 2);
  painter_.setFont(font);
  painter_.setPen(style.colour);
  painter_.drawText(QPointF(x, dots(baselineMm)), shown);
}

double ReportSheet::paragraphAt(double xMm, double topMm, double widthMm, const QString& text, const Style& style,
                                bool draw) {
  QTextLayout layout(text, fontOf(style), &writer_);
  QTextOption option;
  option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
  layout.setTextOption(option);
  layout.beginLayout();
  double height = 0;
  for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
    line.setLineWidth(dots(widthMm));
    line.setPosition(QPointF(0, height));
    height += kLeading * line.height();
  }
  layout.endLayout();
  if (draw) {
    painter_.setPen(style.colour);
    layout.draw(&painter_, QPointF(dots(xMm), dots(topMm)));
  }
  return height / dotsPerMm_;
}

double ReportSheet::paragraph(double xMm, double topMm, double widthMm, const QString& text, const Style& style) {
  return paragraphAt(xMm, topMm, widthMm, text, style, true);
}

double ReportSheet::paragraphHeight(double widthMm, const QString& text, const Style& style) {
  return paragraphAt(0, 0, widthMm, text, style, false);
}

void ReportSheet::rule(double x0Mm, double y0Mm, double x1Mm, double y1Mm, double widthMm, const QColor& colour) {
  painter_.setPen(QPen(colour, dots(widthMm), Qt::SolidLine, Qt::FlatCap));
  painter_.drawLine(QPointF(dots(x0Mm), dots(y0Mm)), QPointF(dots(x1Mm), dots(y1Mm)));
}

void ReportSheet::curve(const QPolygonF& pointsMm, double widthMm, const QColor& colour) {
  QPolygonF points;
  for (const QPointF& p : pointsMm) points << QPointF(dots(p.x()), dots(p.y()));
  painter_.setPen(QPen(colour, dots(widthMm), Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  painter_.drawPolyline(points);
}

void ReportSheet::fill(const QRectF& mm, const QColor& colour) {
  painter_.fillRect(dots(mm), colour);
}

void ReportSheet::fill(const QRectF& mm, const QGradient& gradient) {
  painter_.fillRect(dots(mm), QBrush(gradient));
}

void ReportSheet::picture(const QRectF& mm, const QByteArray& png) {
  painter_.drawImage(dots(mm), QImage::fromData(png, "PNG"));
}

void ReportSheet::finish() {
  if (!painter_.end()) throw Error(ErrorKind::Io, "The PDF could not be written: the disk may be full.");
}

}  // namespace pulmo
