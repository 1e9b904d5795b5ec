// SPDX-License-Identifier: Apache-2.0
// The pictures of a report's page, and what is laid over them.
#include <QLinearGradient>
#include <QPolygonF>
#include <algorithm>

#include "pipeline/report/number_text.h"
#include "widgets/report/report_page.h"

namespace pulmo {

namespace {

constexpr double kGap = 2.4;  // between pictures

}  // namespace

void ReportPage::lettersOver(const QRectF& at, const ReportPicture& picture) {
  const Style letter{8, true, picture.dark ? QColor(255, 216, 120) : QColor(122, 90, 0)};
  const QColor plate(0, 0, 0, 130);  // letters stand on bone as well as on air
  constexpr double kBox = 3.6, kEdge = 0.8;
  const auto put = [&](const std::string& letters, double x, double y) {
    const double width = std::max(kBox, sheet_.textWidth(text(letters), letter) + 1);
    const QRectF box(x - width / 2, y - kBox / 2, width, kBox);
    if (picture.dark) sheet_.fill(box, plate);
    sheet_.line(box.left(), box.bottom() - 0.8, width, text(letters), letter, Align::Middle);
  };
  const double half = kBox / 2 + kEdge;
  put(picture.left, at.left() + half, at.center().y());
  put(picture.right, at.right() - half, at.center().y());
  put(picture.top, at.center().x(), at.top() + half);
  put(picture.bottom, at.center().x(), at.bottom() - half);
  const double mm = rulerMm(picture);
  if (mm <= 0) return;
  const QColor ink = picture.dark ? QColor(235, 240, 246) : kSoft;
  const double length = mm * picture.pixelsPerMm * at.width() / picture.width;
  const double right = at.right() - kEdge - 0.8, base = at.bottom() - kEdge - 0.8;
  if (picture.dark) sheet_.fill({right - length - 0.8, base - 5, length + 1.6, 5.8}, plate);
  sheet_.rule(right - length, base, right, base, 0.25, ink);
  for (const double x : {right - length, right - length / 2, right})
    sheet_.rule(x, base + 0.125, x, base - (x == right - length / 2 ? 0.9 : 1.4), 0.25, ink);
  sheet_.line(right - length, base - 2, length, text(numberText(mm, 0, "") + " mm"), {6.5, false, ink}, Align::Middle);
}

void ReportPage::onePicture(const QRectF& at, const ReportPicture& picture) {
  sheet_.picture(at, QByteArray::fromStdString(picture.png));
  lettersOver(at, picture);
  sheet_.line(at.left(), at.bottom() + 3, at.width(), text(picture.caption), kSmall);
}

void ReportPage::pictures() {
  std::vector<const ReportPicture*> slices, lungs;
  for (const ReportPicture& picture : content_.pictures) (picture.surface ? lungs : slices).push_back(&picture);
  if (!slices.empty()) {
    constexpr double kWidth = (kWide - 2 * kGap) / 3;
    double x = kLeft, height = 0;
    for (const ReportPicture* picture : slices) {
      height = kWidth * picture->height / picture->width;
      onePicture({x, y_, kWidth, height}, *picture);
      x += kWidth + kGap;
    }
    y_ += height + 5.2;
  }
  constexpr double kWidth = (kWide - 3 * kGap) / 4;
  double x = kLeft, height = kWidth;
  for (const ReportPicture* picture : lungs) {
    height = kWidth * picture->height / picture->width;
    onePicture({x, y_, kWidth, height}, *picture);
    x += kWidth + kGap;
  }
  histogram({x, y_, kRight - x, height});
  y_ += height + 5.2;
  if (content_.agreement) errorKey();
}

void ReportPage::histogram(const QRectF& at) {
  const std::vector<HistogramCurve> curves = histogramCurves(content_.histogram);
  if (curves.empty()) return;
  const QRectF area(at.left() + 5, at.top() + 1, at.width() - 6, at.height() - 5);
  const double top = histogramTop(curves);
  const auto xOf = [&](double hu) {
    return area.left() + area.width() * (hu - LungHistogram::kLowHu) / (LungHistogram::kBinHu * LungHistogram::kBins);
  };
  const auto yOf = [&](double percent) { return area.bottom() - area.height() * percent / top; };
  for (const int hu : {-1000, -750, -500, -250, 0}) {
    sheet_.rule(xOf(hu), area.top(), xOf(hu), area.bottom(), 0.15, kLine);
    sheet_.line(xOf(hu) - 6, area.bottom() + 3, 12, text(withMinus(std::to_string(hu))), {6, false, kSoft},
                Align::Middle);
  }
  for (const double share : {0.0, 0.5, 1.0})
    sheet_.line(at.left(), yOf(share * top) + 0.8, 4.2, text(numberText(share * top, top < 3 ? 1 : 0, "")),
                {6, false, kSoft}, Align::Right);
  sheet_.rule(area.left(), area.bottom(), area.right(), area.bottom(), 0.25, kSoft);
  sheet_.rule(area.left(), area.top(), area.left(), area.bottom(), 0.25, kSoft);
  double nameY = area.top() + 3;
  for (const HistogramCurve& curve : curves) {
    const QColor colour(curve.rgb[0], curve.rgb[1], curve.rgb[2]);
    QPolygonF points;
    for (std::size_t bin = 0; bin < curve.percent.size(); ++bin)
      points << QPointF(xOf(LungHistogram::kLowHu + (static_cast<double>(bin) + 0.5) * LungHistogram::kBinHu),
                        yOf(curve.percent[bin]));
    sheet_.curve(points, 0.35, colour);
    sheet_.fill({area.right() - 4, nameY - 1.2, 4, 0.6}, colour);
    sheet_.line(area.right() - 20, nameY, 15, text(curve.name), {6.5, false, kInk}, Align::Right);
    nameY += 3.2;
  }
  sheet_.line(at.left(), at.bottom() + 3, at.width(), "Voxels, % per 10 HU", kSmall);
}

void ReportPage::errorKey() {
  const auto colour = [&](std::size_t i) {
    return QColor(content_.errorRgb[i][0], content_.errorRgb[i][1], content_.errorRgb[i][2]);
  };
  double x = kLeft;
  sheet_.line(x, y_ + 2, 80, "Against the reference:", kSmall);
  x += sheet_.textWidth("Against the reference:", kSmall) + 3;
  const std::pair<std::size_t, const char*> kinds[] = {{0, "missed"}, {1, "agreed"}, {2, "added"}};
  for (const auto& [i, name] : kinds) {
    sheet_.fill({x, y_, 3, 2.2}, colour(i));
    sheet_.line(x + 4, y_ + 2, 15, name, kSmall);
    x += 4 + sheet_.textWidth(name, kSmall) + 4;
  }
  if (content_.errorLimitMm > 0) {
    x += 6;
    const QString end = text(numberText(content_.errorLimitMm, 0, "")) + " mm";
    const QString from = QStringLiteral("surface  −") + end;
    sheet_.line(x, y_ + 2, 40, from, kSmall);
    x += sheet_.textWidth(from, kSmall) + 2;
    QLinearGradient gradient(0, 0, 1, 0);
    gradient.setCoordinateMode(QGradient::ObjectMode);
    for (std::size_t i = 0; i < 3; ++i) gradient.setColorAt(static_cast<double>(i) / 2, colour(i));
    sheet_.fill(QRectF(x, y_, 30, 2.2), gradient);
    sheet_.line(x + 32, y_ + 2, 30, "+" + end, kSmall);
  }
  y_ += 4.5;
}

}  // namespace pulmo
