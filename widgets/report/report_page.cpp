// SPDX-License-Identifier: Apache-2.0
#include "widgets/report/report_page.h"

#include <algorithm>

namespace pulmo {

namespace {

constexpr std::size_t kMostPlaces = 6;

QColor colourOf(const std::string& severity) {
  if (severity == "serious") return {179, 38, 30};
  if (severity == "warning") return {154, 91, 0};
  if (severity == "missed") return {196, 56, 31};
  if (severity == "added") return {77, 71, 214};
  return {59, 95, 138};
}

}  // namespace

void ReportPage::write() {
  header();
  facts();
  decision();
  pictures();
  tables();
  findings();
  if (!content_.decision) signature();
  footer();
}

void ReportPage::header() {
  sheet_.line(kLeft, 17, 90, "Lung report", {17, true, kInk});
  sheet_.line(kRight - 110, 17, 110, kReportWarning, {8, true, kAlert}, Align::Right);
  sheet_.fill({kLeft, 19.6, kWide, 0.7}, kAccent);
  y_ = 23;
}

double ReportPage::rows(double x, double y, double width, const std::vector<ReportRow>& rows) {
  constexpr double kNames = 17, kStep = 0.5;
  const double top = y;
  for (const ReportRow& row : rows) {
    sheet_.paragraph(x, y, kNames - 1, text(row.name), kName);
    y += sheet_.paragraph(x + kNames, y, width - kNames, text(row.value), kBody) + kStep;
  }
  return y - top;
}

void ReportPage::facts() {
  constexpr double kBetween = 6, kFirst = 104, kSecond = kWide - kFirst - kBetween;
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
  const double height = std::max(rows(kLeft, y_, kFirst, left), rows(kLeft + kFirst + kBetween, y_, kSecond, right));
  y_ += height + 2;
}

void ReportPage::decision() {
  const std::vector<ReportRow> rows = decisionRows(content_);
  if (rows.empty()) return;
  constexpr double kPad = 2;
  const double inner = kWide - 2 * kPad;
  QString line = text(rows.front().value);
  QString rest;
  for (std::size_t i = 1; i < rows.size(); ++i)
    rest += (rest.isEmpty() ? "" : "   ") + text(rows[i].name) + ": " + text(rows[i].value);
  const Style big{9, true, content_.decision->state == "rejected" ? kAlert : kAccent};
  const QString word = "Decision: " + line;
  const double indent = sheet_.textWidth(word, big) + 4;
  const double height = std::max(4.2, sheet_.paragraphHeight(inner - indent, rest, kBody)) + 1.6;
  sheet_.fill({kLeft, y_, kWide, height}, kPlate);
  sheet_.paragraph(kLeft + kPad, y_ + 0.7, indent, word, big);
  if (!rest.isEmpty()) sheet_.paragraph(kLeft + kPad + indent, y_ + 1.1, inner - indent, rest, kBody);
  y_ += height + 2.5;
}

double ReportPage::table(double x, double y, double width, double names, const ReportTable& table) {
  if (table.rows.empty()) return 0;
  constexpr double kStep = 4.15;
  const double top = y, column = (width - names) / static_cast<double>(table.header.size() - 1);
  sheet_.line(x, y + 3, width, text(table.title), kHead);
  y += 4.6;
  if (!table.groups.empty()) {
    for (std::size_t i = 0; i < table.groups.size(); ++i)
      sheet_.line(x + names + 2 * column * static_cast<double>(i), y + 2.9, 2 * column, text(table.groups[i]), kSmall,
                  Align::Middle);
    y += 3.5;
  }
  for (std::size_t i = 1; i < table.header.size(); ++i)
    sheet_.line(x + names + column * static_cast<double>(i - 1), y + 2.9, column, text(table.header[i]), kName,
                Align::Right);
  y += kStep;
  sheet_.rule(x, y, x + width, y, 0.3, kSoft);
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const double at = i == 0 ? x : x + names + column * static_cast<double>(i - 1);
      sheet_.line(at, y + 3.05, i == 0 ? names : column, text(row[i]), kBody, i == 0 ? Align::Left : Align::Right);
    }
    y += kStep;
    sheet_.rule(x, y, x + width, y, 0.12, kLine);
  }
  return y - top + 2.5;
}

void ReportPage::tables() {
  constexpr double kBetween = 8, kHalf = (kWide - kBetween) / 2, kSecond = kLeft + kHalf + kBetween;
  const double left = table(kLeft, y_, kHalf, 47, densityTable(content_));
  double right = table(kSecond, y_, kHalf, 15, thirdsTable(content_));
  right += table(kSecond, y_ + right, kHalf, 36, agreementTable(content_));
  y_ += std::max(left, right) + 0.5;
}

void ReportPage::need(double height) {
  if (y_ + height <= kBottom) return;
  footer();
  sheet_.newPage();
  ++page_;
  y_ = 18;
}

void ReportPage::findings() {
  const std::vector<ReportFinding> found = reportFindings(content_, kMostPlaces);
  constexpr double kIndent = 3;
  need(12);
  sheet_.line(kLeft, y_ + 3, kWide, "To be looked at", kHead);
  y_ += 4.6;
  if (found.empty()) y_ += sheet_.paragraph(kLeft, y_, kWide, "Nothing unusual was found about the mask.", kBody);
  bool second = false;  // places are short: two stand in a line
  double lineHeight = 0;
  for (const ReportFinding& f : found) {
    const bool place = f.sentence.empty();
    const double width = place ? kWide / 2 - 2 : kWide, left = kLeft + (place && second ? kWide / 2 : 0);
    const Style title{8, true, colourOf(f.severity)};
    const QString head = text(f.title) + (place ? QString() : " (" + text(f.severity) + ")");
    const double indent = kIndent + sheet_.textWidth(head, title) + 2;
    const QString rest = text(place ? f.where : f.sentence + " " + f.where + ".");
    const double height = sheet_.paragraphHeight(width - indent, rest, kBody);
    if (!second) need(height);
    sheet_.fill({left, y_ + 0.3, 1.2, height - 0.6}, title.colour);
    sheet_.paragraph(left + kIndent, y_, indent, head, title);
    sheet_.paragraph(left + indent, y_, width - indent, rest, kBody);
    lineHeight = std::max(second ? lineHeight : 0, height);
    second = place && !second;
    if (!second || &f == &found.back()) y_ += lineHeight + 0.6;
  }
  if (content_.notes.empty()) return;
  y_ += 1.5;
  need(10);
  sheet_.line(kLeft, y_ + 3, kWide, "Notes", kHead);
  y_ += 4.6;
  for (const std::string& note : content_.notes) {
    need(sheet_.paragraphHeight(kWide, text(note), kBody));
    y_ += sheet_.paragraph(kLeft, y_, kWide, text(note), kBody) + 0.4;
  }
}

void ReportPage::signature() {
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

void ReportPage::footer() {
  sheet_.rule(kLeft, 285.5, kRight, 285.5, 0.2, kLine);
  const QString about = text("Pulmoscope " + content_.version + ". ") + kReportWarning;
  sheet_.line(kLeft, 288.6, kWide - 20, about, kSmall);
  sheet_.line(kRight - 20, 288.6, 20, QString("Page %1").arg(page_), kSmall, Align::Right);
  if (!uid_.empty()) sheet_.line(kLeft, 291.6, kWide, text("Series " + uid_), kSmall);
}

}  // namespace pulmo
