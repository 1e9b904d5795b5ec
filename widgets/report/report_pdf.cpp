// SPDX-License-Identifier: Apache-2.0
#include "widgets/report/report_pdf.h"

#include <QLinearGradient>
#include <QPolygonF>
#include <algorithm>

#include "pipeline/core/error.h"
#include "pipeline/report/number_text.h"
#include "pipeline/report/report_rows.h"
#include "widgets/report/report_maker.h"
#include "widgets/report/report_sheet.h"

namespace pulmo {

namespace {

using Sheet = ReportSheet;
using Align = ReportSheet::Align;
using Style = ReportSheet::Style;

const QColor kInk(22, 32, 43), kSoft(92, 104, 117), kLine(207, 214, 222), kAccent(15, 92, 130), kPlate(243, 245, 248);
const QColor kAlert(179, 38, 30);
constexpr double kLeft = Sheet::kMarginMm, kRight = Sheet::kWidthMm - Sheet::kMarginMm;
constexpr double kBottom = 282;  // below it stands the footer
constexpr double kGap = 2.4;     // between pictures
constexpr std::size_t kMostPlaces = 6;

const Style kHead{8.5, true, kAccent}, kBody{7.5, false, kInk}, kName{7.5, false, kSoft}, kBold{7.5, true, kInk},
    kSmall{6.5, false, kSoft};

QString text(const std::string& utf8) {
  return QString::fromStdString(cleanText(utf8));
}

QColor colourOf(const std::string& severity) {
  if (severity == "serious") return kAlert;
  if (severity == "warning") return {154, 91, 0};
  if (severity == "missed") return {196, 56, 31};
  if (severity == "added") return {77, 71, 214};
  return {59, 95, 138};
}

/// Draws a report from the top of its page downwards.
class PageWriter {
 public:
  PageWriter(const ReportContent& content, Sheet& sheet) : content_(content), sheet_(sheet) {}

  void write() {
    header();
    facts();
    decision();
    pictures();
    tables();
    findings();
    if (!content_.decision) signature();
    footer();
  }

 private:
  void header() {
    sheet_.line(kLeft, 19, 90, "Lung report", {17, true, kInk});
    sheet_.line(kRight - 110, 19, 110, kReportWarning, {7.5, true, kAlert}, Align::Right);
    sheet_.fill({kLeft, 21.6, Sheet::kInnerMm, 0.7}, kAccent);
    y_ = 25;
  }

  /// @return the height
  double rows(double x, double y, double width, const std::vector<ReportRow>& rows) {
    constexpr double kNames = 19, kStep = 0.5;
    const double top = y;
    for (const ReportRow& row : rows) {
      sheet_.paragraph(x, y, kNames - 1, text(row.name), kName);
      y += sheet_.paragraph(x + kNames, y, width - kNames, text(row.value), kBody) + kStep;
    }
    return y - top;
  }

  void facts() {
    constexpr double kBetween = 6, kHalf = (Sheet::kInnerMm - kBetween) / 2;
    std::vector<ReportRow> person = patientRows(content_), scan = scanRows(content_), left, right;
    // The UID is as long as a line, and for machines: it stands in the footer.
    const auto uid =
        std::find_if(scan.begin(), scan.end(), [](const ReportRow& row) { return row.name == "Series UID"; });
    if (uid != scan.end()) {
      uid_ = uid->value;
      scan.erase(uid);
    }
    left = std::move(person);
    left.insert(left.end(), scan.begin(), scan.end());
    right = maskRows(content_);
    const double height = std::max(rows(kLeft, y_, kHalf, left), rows(kLeft + kHalf + kBetween, y_, kHalf, right));
    y_ += height + 2;
  }

  void decision() {
    const std::vector<ReportRow> rows = decisionRows(content_);
    if (rows.empty()) return;
    constexpr double kPad = 2;
    const double inner = Sheet::kInnerMm - 2 * kPad;
    QString line = text(rows.front().value);
    QString rest;
    for (std::size_t i = 1; i < rows.size(); ++i)
      rest += (rest.isEmpty() ? "" : "   ") + text(rows[i].name) + ": " + text(rows[i].value);
    const Style big{9, true, content_.decision->state == "rejected" ? kAlert : kAccent};
    const QString word = "Decision: " + line;
    const double indent = sheet_.textWidth(word, big) + 4;
    const double height = std::max(4.2, sheet_.paragraphHeight(inner - indent, rest, kBody)) + 1.6;
    sheet_.fill({kLeft, y_, Sheet::kInnerMm, height}, kPlate);
    sheet_.paragraph(kLeft + kPad, y_ + 0.7, indent, word, big);
    if (!rest.isEmpty()) sheet_.paragraph(kLeft + kPad + indent, y_ + 1.1, inner - indent, rest, kBody);
    y_ += height + 2.5;
  }

  void letters(const QRectF& at, const ReportPicture& picture) {
    const Style letter{8, true, picture.dark ? QColor(240, 208, 120) : QColor(122, 90, 0)};
    const double middle = at.center().y() + 1, edge = 1.2;
    sheet_.line(at.left() + edge, middle, 10, text(picture.left), letter);
    sheet_.line(at.right() - edge - 10, middle, 10, text(picture.right), letter, Align::Right);
    sheet_.line(at.center().x() - 5, at.top() + 3.4, 10, text(picture.top), letter, Align::Middle);
    sheet_.line(at.center().x() - 5, at.bottom() - edge, 10, text(picture.bottom), letter, Align::Middle);
    const double mm = rulerMm(picture);
    if (mm <= 0) return;
    const QColor ink = picture.dark ? QColor(224, 230, 238) : kSoft;
    const double length = mm * picture.pixelsPerMm * at.width() / picture.width;
    const double right = at.right() - edge, base = at.bottom() - edge - 0.4;
    sheet_.rule(right - length, base, right, base, 0.25, ink);
    for (const double x : {right - length, right - length / 2, right})
      sheet_.rule(x, base + 0.125, x, base - (x == right - length / 2 ? 0.9 : 1.4), 0.25, ink);
    sheet_.line(right - 20, base - 2, 20, text(numberText(mm, 0, "") + " mm"), {6.5, false, ink}, Align::Right);
  }

  void onePicture(const QRectF& at, const ReportPicture& picture) {
    sheet_.picture(at, QByteArray::fromStdString(picture.png));
    letters(at, picture);
    sheet_.line(at.left(), at.bottom() + 3, at.width(), text(picture.caption), kSmall);
  }

  void pictures() {
    std::vector<const ReportPicture*> slices, lungs;
    for (const ReportPicture& picture : content_.pictures) (picture.surface ? lungs : slices).push_back(&picture);
    if (!slices.empty()) {
      constexpr double kWidth = (Sheet::kInnerMm - 2 * kGap) / 3;
      double x = kLeft, height = 0;
      for (const ReportPicture* picture : slices) {
        height = kWidth * picture->height / picture->width;
        onePicture({x, y_, kWidth, height}, *picture);
        x += kWidth + kGap;
      }
      y_ += height + 5.2;
    }
    constexpr double kWidth = (Sheet::kInnerMm - 3 * kGap) / 4;
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

  void histogram(const QRectF& at) {
    const std::vector<HistogramCurve> curves = histogramCurves(content_.histogram);
    if (curves.empty()) return;
    const QRectF area(at.left() + 5, at.top() + 1, at.width() - 6, at.height() - 5);
    const double top = histogramTop(curves);
    const auto xOf = [&](double hu) {
      return area.left() + area.width() * (hu - HuHistogram::kLowHu) / (HuHistogram::kBinHu * HuHistogram::kBins);
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
        points << QPointF(xOf(HuHistogram::kLowHu + (static_cast<double>(bin) + 0.5) * HuHistogram::kBinHu),
                          yOf(curve.percent[bin]));
      sheet_.curve(points, 0.35, colour);
      sheet_.fill({area.right() - 4, nameY - 1.2, 4, 0.6}, colour);
      sheet_.line(area.right() - 20, nameY, 15, text(curve.name), {6.5, false, kInk}, Align::Right);
      nameY += 3.2;
    }
    sheet_.line(at.left(), at.bottom() + 3, at.width(), "Voxels, % per 10 HU", kSmall);
  }

  void errorKey() {
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

  /// @return its height
  double table(double x, double y, double width, double names, const ReportTable& table) {
    if (table.rows.empty()) return 0;
    constexpr double kStep = 3.75;
    const double top = y, column = (width - names) / static_cast<double>(table.header.size() - 1);
    sheet_.line(x, y + 3, width, text(table.title), kHead);
    y += 4.6;
    if (!table.groups.empty()) {
      for (std::size_t i = 0; i < table.groups.size(); ++i)
        sheet_.line(x + names + 2 * column * static_cast<double>(i), y + 2.6, 2 * column, text(table.groups[i]), kSmall,
                    Align::Right);
      y += 3.2;
    }
    for (std::size_t i = 1; i < table.header.size(); ++i)
      sheet_.line(x + names + column * static_cast<double>(i - 1), y + 2.6, column, text(table.header[i]), kName,
                  Align::Right);
    y += kStep;
    sheet_.rule(x, y, x + width, y, 0.3, kSoft);
    for (const auto& row : table.rows) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        const double at = i == 0 ? x : x + names + column * static_cast<double>(i - 1);
        sheet_.line(at, y + 2.8, i == 0 ? names : column, text(row[i]), kBody, i == 0 ? Align::Left : Align::Right);
      }
      y += kStep;
      sheet_.rule(x, y, x + width, y, 0.12, kLine);
    }
    return y - top + 2.5;
  }

  void tables() {
    constexpr double kBetween = 8, kHalf = (Sheet::kInnerMm - kBetween) / 2, kSecond = kLeft + kHalf + kBetween;
    const double left = table(kLeft, y_, kHalf, 36, densityTable(content_));
    double right = table(kSecond, y_, kHalf, 15, thirdsTable(content_));
    right += table(kSecond, y_ + right, kHalf, 36, agreementTable(content_));
    y_ += std::max(left, right) + 0.5;
  }

  /// Goes to a new page where there is no room for that much.
  void need(double height) {
    if (y_ + height <= kBottom) return;
    footer();
    sheet_.newPage();
    ++page_;
    y_ = 18;
  }

  void findings() {
    const std::vector<ReportFinding> found = reportFindings(content_, kMostPlaces);
    constexpr double kIndent = 3;
    need(12);
    sheet_.line(kLeft, y_ + 3, Sheet::kInnerMm, "To be looked at", kHead);
    y_ += 4.6;
    if (found.empty())
      y_ += sheet_.paragraph(kLeft, y_, Sheet::kInnerMm, "Nothing unusual was found about the mask.", kBody);
    for (const ReportFinding& f : found) {
      const bool alarm = f.severity == "serious" || f.severity == "warning" || f.severity == "note";
      const Style title{7.5, true, colourOf(f.severity)};
      const QString head = text(f.title) + (alarm ? " (" + text(f.severity) + ")" : QString());
      const double indent = kIndent + sheet_.textWidth(head, title) + 2;
      const QString rest = text(f.sentence.empty() ? f.where : f.sentence + " " + f.where + ".");
      const double height = sheet_.paragraphHeight(Sheet::kInnerMm - indent, rest, kBody);
      need(height);
      sheet_.fill({kLeft, y_ + 0.3, 1.2, height - 0.6}, title.colour);
      sheet_.paragraph(kLeft + kIndent, y_, indent, head, title);
      sheet_.paragraph(kLeft + indent, y_, Sheet::kInnerMm - indent, rest, kBody);
      y_ += height + 0.6;
    }
    if (content_.notes.empty()) return;
    y_ += 1.5;
    need(10);
    sheet_.line(kLeft, y_ + 3, Sheet::kInnerMm, "Notes", kHead);
    y_ += 4.6;
    for (const std::string& note : content_.notes) {
      need(sheet_.paragraphHeight(Sheet::kInnerMm, text(note), kBody));
      y_ += sheet_.paragraph(kLeft, y_, Sheet::kInnerMm, text(note), kBody) + 0.4;
    }
  }

  /// For a pen, where nobody has decided in the program and there is room.
  void signature() {
    constexpr double kBase = kBottom - 1.5;
    if (y_ > kBase - 8) return;
    double x = kLeft;
    for (const char* state : {"Accepted", "Corrected", "Rejected"}) {
      const QRectF box(x, kBase - 2.6, 2.8, 2.8);
      sheet_.curve({box.topLeft(), box.topRight(), box.bottomRight(), box.bottomLeft(), box.topLeft()}, 0.2, kSoft);
      sheet_.line(x + 4.2, kBase, 20, state, kBody);
      x += 4.2 + sheet_.textWidth(state, kBody) + 5;
    }
    for (const auto& [name, width] : {std::pair<const char*, double>{"Reader", 48}, {"Date", 28}}) {
      sheet_.line(x + 2, kBase, 20, name, kName);
      x += 2 + sheet_.textWidth(name, kName) + 2;
      sheet_.rule(x, kBase + 0.4, x + width, kBase + 0.4, 0.2, kSoft);
      x += width + 3;
    }
  }

  void footer() {
    sheet_.rule(kLeft, 285.5, kRight, 285.5, 0.2, kLine);
    const QString about = text("Pulmoscope " + content_.version + ". ") + kReportWarning;
    sheet_.line(kLeft, 288.6, Sheet::kInnerMm - 20, about, kSmall);
    sheet_.line(kRight - 20, 288.6, 20, QString("Page %1").arg(page_), kSmall, Align::Right);
    if (!uid_.empty()) sheet_.line(kLeft, 291.6, Sheet::kInnerMm, text("Series " + uid_), kSmall);
  }

  const ReportContent& content_;
  Sheet& sheet_;
  double y_ = 0;
  int page_ = 1;
  std::string uid_;
};

}  // namespace

void writePdf(const ReportContent& content, const std::filesystem::path& path, Overwrite overwrite) {
  writeAtomically(path, overwrite, [&](const std::filesystem::path& temporary) {
    Sheet sheet(QString::fromStdString(temporary.string()), QStringLiteral("Lung report"),
                text("Pulmoscope " + content.version));
    PageWriter(content, sheet).write();
    sheet.finish();
  });
}

void writeReport(const ReportContent& content, const std::filesystem::path& path, Overwrite overwrite) {
  switch (reportFormatOf(path)) {
    case ReportFormat::Pdf:
      return writePdf(content, path, overwrite);
    case ReportFormat::Html:
      return writeAtomically(path, overwrite, toHtml(content));
    case ReportFormat::Json:
      return writeAtomically(path, overwrite, toJson(content) + "\n");
    case ReportFormat::Csv:
      return writeAtomically(path, overwrite, toCsv(content));
  }
}

}  // namespace pulmo
