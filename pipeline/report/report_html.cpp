// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdint>

#include "pipeline/report/number_text.h"
#include "pipeline/report/report_content.h"
#include "pipeline/report/report_rows.h"

namespace pulmo {

namespace {

constexpr std::size_t kMostPlaces = 8;

/// Nothing of it runs and nothing is loaded, whatever a header may have smuggled in: told to the browser, too.
constexpr const char* kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lung report</title>
<style>
:root { color-scheme: light dark; --ink: #16202b; --soft: #5a6673; --line: #cfd6de; --page: #fff; --plate: #f3f5f8;
  --serious: #b3261e; --warning: #9a5b00; --note: #3b5f8a; --missed: #c4381f; --added: #4d47d6; --accent: #0f5c82; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9ef; --soft: #9aa6b3; --line: #36404b; --page: #14191f;
  --plate: #1d242c; --serious: #ff8a80; --warning: #f2b04c; --note: #8db9e8; --missed: #ff8066; --added: #9a97ff;
  --accent: #6cc0e6; } }
@page { size: A4; margin: 12mm }
* { box-sizing: border-box; -webkit-print-color-adjust: exact; print-color-adjust: exact }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 13px/1.4 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif}
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem }
header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem;
  border-bottom: 2px solid var(--accent); padding-bottom: .4rem }
h1 { font-size: 1.6rem; margin: 0 } h2 { font-size: .95rem; margin: 0 0 .3rem; color: var(--accent) }
.use { color: var(--serious); font-weight: 600 }
.columns { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .9rem 1.6rem; margin-top: .9rem }
.row { display: grid; gap: .5rem; margin-top: .9rem; align-items: start }
.facts { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr) } section + section { margin-top: .9rem }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; color: var(--soft); font-size: .85em; margin-top: .4rem }
.key i { display: inline-block; width: 1.1em; height: .8em; margin-right: .35em }
.three { grid-template-columns: repeat(3, minmax(0, 1fr)) } .four { grid-template-columns: repeat(4, minmax(0, 1fr)) }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .1rem .8rem; margin: 0 }
dt { color: var(--soft) } dd { margin: 0 } dd, li, p { overflow-wrap: anywhere }
figure { margin: 0; break-inside: avoid } figure svg { display: block; width: 100%; height: auto }
figcaption { color: var(--soft); font-size: .85em; margin-top: .15rem }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { padding: .12rem .35rem; text-align: right; border-bottom: 1px solid var(--line); font-weight: 400 }
td, th { white-space: nowrap } th { color: var(--soft) } th[scope=row], td:first-child { text-align: left; color: var(--ink) }
thead th[colspan] { text-align: center }
ul { list-style: none; margin: 0; padding: 0 } li { padding: .15rem 0; border-bottom: 1px solid var(--line) }
li b { margin-right: .4rem } .where { color: var(--soft) }
.serious b { color: var(--serious) } .warning b { color: var(--warning) } .note b { color: var(--note) }
.missed b { color: var(--missed) } .added b { color: var(--added) }
footer { color: var(--soft); margin-top: 1rem; border-top: 1px solid var(--line); padding-top: .4rem }
@media (max-width: 40rem) { .columns, .facts, .three, .four { grid-template-columns: minmax(0, 1fr) } }
@media print { :root { color-scheme: light; --ink: #16202b; --soft: #5a6673; --line: #cfd6de; --page: #fff;
  --plate: #f3f5f8; --serious: #b3261e; --warning: #9a5b00; --note: #3b5f8a; --missed: #c4381f; --added: #4d47d6;
  --accent: #0f5c82; } html { font-size: 12px } body { margin: 0; font-size: 9.5px; line-height: 1.2 }
  main { padding: 0; max-width: none } th, td { padding: .05rem .35rem } li { padding: .05rem 0 }
  .columns, .row { margin-top: .6rem } }
</style>
</head>
<body>
<main>
)";

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : cleanText(text)) {
    if (c == '&')
      safe += "&amp;";
    else if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '"')
      safe += "&quot;";
    else if (c == '\'')
      safe += "&#39;";
    else
      safe += c;
  }
  return safe;
}

/// @source RFC 4648, section 4
std::string base64(const std::string& bytes) {
  constexpr const char* kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8U | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) text += i + k <= bytes.size() ? kDigits[group >> (18 - 6 * k) & 63U] : '=';
  }
  return text;
}

std::string num(double value) {
  return numberText(value, 1, "0");
}

std::string rowsHtml(const std::vector<ReportRow>& rows) {
  std::string html = "<dl>";
  for (const ReportRow& row : rows) html += "<dt>" + escaped(row.name) + "</dt><dd>" + escaped(row.value) + "</dd>";
  return html + "</dl>\n";
}

std::string tableHtml(const ReportTable& table) {
  if (table.rows.empty()) return {};
  std::string html = "<section><h2>" + escaped(table.title) + "</h2>\n<table><thead>";
  if (!table.groups.empty()) {
    html += "<tr><th></th>";
    for (const std::string& group : table.groups) html += "<th colspan=\"2\">" + escaped(group) + "</th>";
    html += "</tr>";
  }
  html += "<tr>";
  for (const std::string& name : table.header) html += "<th scope=\"col\">" + escaped(name) + "</th>";
  html += "</tr></thead><tbody>\n";
  for (const auto& row : table.rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      html += (i == 0 ? "<th scope=\"row\">" : "<td>") + escaped(row[i]) + (i == 0 ? "</th>" : "</td>");
    html += "</tr>\n";
  }
  return html + "</tbody></table></section>\n";
}

std::string textAt(double x, double y, const std::string& text, const char* anchor, const char* fill, double size,
                   bool rimmed = false) {
  // A dark rim keeps light letters readable on bone.
  const std::string rim = rimmed ? "\" stroke=\"#000\" stroke-opacity=\".7\" stroke-width=\"" + num(0.22 * size) +
                                       "\" stroke-linejoin=\"round\" paint-order=\"stroke"
                                 : "";
  return "<text x=\"" + num(x) + "\" y=\"" + num(y) + "\" text-anchor=\"" + anchor + "\" font-size=\"" + num(size) +
         "\" fill=\"" + fill + rim + "\" font-family=\"sans-serif\">" + escaped(text) + "</text>";
}

/// The picture with its letters and its ruler laid over it, which stay sharp at any size.
std::string pictureHtml(const ReportPicture& picture) {
  const double w = picture.width, h = picture.height, size = 0.055 * h, edge = 0.02 * h;
  const char* letter = picture.dark ? "#ffd878" : "#7a5a00";
  const char* ink = picture.dark ? "#e0e6ee" : "#3a4652";
  std::string html = "<figure><svg viewBox=\"0 0 " + num(w) + " " + num(h) + "\" role=\"img\" aria-label=\"" +
                     escaped(picture.caption) + "\"><image width=\"" + num(w) + "\" height=\"" + num(h) +
                     "\" href=\"data:image/png;base64," + base64(picture.png) + "\"/>";
  html += textAt(edge, h / 2 + size / 3, picture.left, "start", letter, size, picture.dark);
  html += textAt(w - edge, h / 2 + size / 3, picture.right, "end", letter, size, picture.dark);
  html += textAt(w / 2, edge + size * 0.8, picture.top, "middle", letter, size, picture.dark);
  html += textAt(w / 2, h - edge, picture.bottom, "middle", letter, size, picture.dark);
  if (const double mm = rulerMm(picture); mm > 0) {
    const double length = mm * picture.pixelsPerMm, y = h - 1.5 * edge;
    html += "<path d=\"M" + num(w - edge - length) + " " + num(y - edge) + "v" + num(edge) + "h" + num(length) + "v" +
            num(-edge) + "\" fill=\"none\" stroke=\"" + ink + "\" stroke-width=\"" + num(0.005 * h) + "\"/>";
    html += textAt(w - edge, y - 1.4 * edge, numberText(mm, 0, "") + " mm", "end", ink, 0.8 * size, picture.dark);
  }
  return html + "</svg><figcaption>" + escaped(picture.caption) + "</figcaption></figure>\n";
}

std::string rgbHtml(const std::array<std::uint8_t, 3>& rgb) {
  return "rgb(" + std::to_string(rgb[0]) + "," + std::to_string(rgb[1]) + "," + std::to_string(rgb[2]) + ")";
}

std::string histogramHtml(const ReportContent& content) {
  const std::vector<HistogramCurve> curves = histogramCurves(content.histogram);
  if (curves.empty()) return {};
  constexpr double kLeft = 34, kTop = 12, kWidth = 250, kHeight = 272;
  const double top = histogramTop(curves);
  const auto xOf = [&](double hu) {
    return kLeft + kWidth * (hu - LungHistogram::kLowHu) / (LungHistogram::kBinHu * LungHistogram::kBins);
  };
  const auto yOf = [&](double percent) { return kTop + kHeight * (1 - percent / top); };
  std::string html =
      "<figure><svg viewBox=\"0 0 300 313\" role=\"img\" aria-label=\"Histogram of Hounsfield units\" "
      "style=\"color:var(--soft)\">";
  for (const int hu : {-1000, -750, -500, -250, 0}) {
    html += "<path d=\"M" + num(xOf(hu)) + " " + num(kTop) + "V" + num(kTop + kHeight) +
            "\" stroke=\"currentColor\" stroke-opacity=\".3\" fill=\"none\"/>";
    html += textAt(xOf(hu), kTop + kHeight + 14, withMinus(std::to_string(hu)), "middle", "currentColor", 12);
  }
  for (const double share : {0.0, 0.5, 1.0})
    html += textAt(kLeft - 4, yOf(share * top) + 4, numberText(share * top, share > 0 && share * top < 3 ? 1 : 0, ""),
                   "end", "currentColor", 12);
  html += "<path d=\"M" + num(kLeft) + " " + num(kTop) + "v" + num(kHeight) + "h" + num(kWidth) +
          "\" stroke=\"currentColor\" fill=\"none\"/>";
  double nameX = kLeft + kWidth;
  for (auto curve = curves.rbegin(); curve != curves.rend(); ++curve) {
    const std::string colour = rgbHtml(curve->rgb);
    std::string points;
    for (std::size_t bin = 0; bin < curve->percent.size(); ++bin)
      points += (bin == 0 ? "M" : "L") +
                num(xOf(LungHistogram::kLowHu + (static_cast<double>(bin) + 0.5) * LungHistogram::kBinHu)) + " " +
                num(yOf(curve->percent[bin]));
    html += "<path d=\"" + points + "\" fill=\"none\" stroke=\"" + colour + "\" stroke-width=\"2\"/>";
    html += textAt(nameX, kTop + 12, curve->name, "end", colour.c_str(), 13);
    nameX -= 44;
  }
  return html + "</svg><figcaption>Share of the voxels, % per 10 HU</figcaption></figure>\n";
}

/// What the colours mean where there is a reference.
std::string errorKeyHtml(const ReportContent& content) {
  if (!content.agreement || content.pictures.empty()) return {};
  std::string html = "<div class=\"key\"><span>Against the reference:</span>";
  constexpr std::array<const char*, 3> kNames{"missed", "agreed", "added"};
  for (std::size_t i = 0; i < kNames.size(); ++i)
    html += "<span><i style=\"background:" + rgbHtml(content.errorRgb[i]) + "\"></i>" + kNames[i] + "</span>";
  if (content.errorLimitMm > 0) {
    const std::string end = numberText(content.errorLimitMm, 0, "") + " mm";
    html += "<span>surface −" + end + " <i style=\"width:8em;background:linear-gradient(to right," +
            rgbHtml(content.errorRgb[0]) + "," + rgbHtml(content.errorRgb[1]) + "," + rgbHtml(content.errorRgb[2]) +
            ")\"></i>+" + end + "</span>";
  }
  return html + "</div>\n";
}

std::string picturesHtml(const ReportContent& content) {
  std::string slices, lungs;
  for (const ReportPicture& picture : content.pictures) (picture.surface ? lungs : slices) += pictureHtml(picture);
  std::string html;
  if (!slices.empty()) html += "<div class=\"row three\">\n" + slices + "</div>\n";
  return html + "<div class=\"row four\">\n" + lungs + histogramHtml(content) + "</div>\n" + errorKeyHtml(content);
}

std::string findingsHtml(const ReportContent& content) {
  const std::vector<ReportFinding> findings = reportFindings(content, kMostPlaces);
  std::string html = "<section style=\"margin-top:.9rem\"><h2>To be looked at</h2>\n";
  if (findings.empty()) return html + "<p style=\"margin:0\">Nothing unusual was found about the mask.</p></section>\n";
  html += "<ul>\n";
  for (const ReportFinding& f : findings) {
    const bool alarm = f.severity == "serious" || f.severity == "warning" || f.severity == "note";
    html += "<li class=\"" + escaped(f.severity) + "\"><b>" + escaped(f.title) +
            (alarm ? " (" + escaped(f.severity) + ")" : "") + "</b>" + escaped(f.sentence) + " <span class=\"where\">" +
            escaped(f.where) + "</span></li>\n";
  }
  return html + "</ul></section>\n";
}

std::string notesHtml(const ReportContent& content) {
  if (content.notes.empty()) return {};
  std::string html = "<section style=\"margin-top:.9rem\"><h2>Notes</h2><ul>\n";
  for (const std::string& note : content.notes) html += "<li>" + escaped(note) + "</li>\n";
  return html + "</ul></section>\n";
}

}  // namespace

std::string toHtml(const ReportContent& content) {
  std::string html = kHead;
  html += "<header><h1>Lung report</h1><div class=\"use\">" + escaped(kReportWarning) + "</div></header>\n";
  std::vector<ReportRow> person = patientRows(content);
  for (auto&& row : decisionRows(content)) person.push_back(std::move(row));
  for (auto&& row : maskRows(content)) person.push_back(std::move(row));
  html += "<div class=\"columns facts\">\n" + rowsHtml(person) + rowsHtml(scanRows(content)) + "</div>\n";
  html += picturesHtml(content);
  html += "<div class=\"columns\">\n" + tableHtml(densityTable(content)) + "<div>" + tableHtml(thirdsTable(content)) +
          tableHtml(agreementTable(content)) + "</div></div>\n";
  html += findingsHtml(content) + notesHtml(content);
  html += "<footer>Made by Pulmoscope " + escaped(content.version) + " on " + escaped(content.madeAt) + ". " +
          escaped(kReportWarning) + "</footer>\n</main>\n</body>\n</html>\n";
  return html;
}

}  // namespace pulmo
