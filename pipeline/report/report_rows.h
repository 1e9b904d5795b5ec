// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/report/report_content.h"

namespace pulmo {

// What stands on a report, in words: the one source of HTML and PDF.

inline constexpr const char* kReportWarning =
    "Research use only. Not a medical device, not for diagnosis or treatment.";

struct ReportRow {
  std::string name, value;
};

/// Cells as text. Numbers are right-aligned: all columns but the first.
struct ReportTable {
  std::string title;
  std::vector<std::string> groups;  ///< over two columns each, from the second on; empty = none
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

[[nodiscard]] std::vector<ReportRow> patientRows(const ReportContent& content);  ///< "Anonymous" where nobody is named
[[nodiscard]] std::vector<ReportRow> scanRows(const ReportContent& content);
[[nodiscard]] std::vector<ReportRow> maskRows(const ReportContent& content);
[[nodiscard]] std::vector<ReportRow> decisionRows(const ReportContent& content);  ///< empty without a decision

[[nodiscard]] ReportTable densityTable(const ReportContent& content);    ///< of each lung and both
[[nodiscard]] ReportTable thirdsTable(const ReportContent& content);     ///< no rows where there are no thirds
[[nodiscard]] ReportTable agreementTable(const ReportContent& content);  ///< no rows without a reference

/// One line of what wants looking at.
struct ReportFinding {
  std::string severity;  ///< "serious", "warning", "note", "missed", "added"
  std::string title, sentence, where;
};
/// Alarms, then the worst places, `mostPlaces` of them.
[[nodiscard]] std::vector<ReportFinding> reportFindings(const ReportContent& content, std::size_t mostPlaces);

/// A share of the lungs' voxels in each bin of LungHistogram, in percent, and what the curve is called.
struct HistogramCurve {
  std::string name;
  std::vector<double> percent;
  std::array<std::uint8_t, 3> rgb;
};
[[nodiscard]] std::vector<HistogramCurve> histogramCurves(const LungHistogram& histogram);
/// A round number that all curves stay below, in percent.
[[nodiscard]] double histogramTop(const std::vector<HistogramCurve>& curves);

/// A round length that takes up to a quarter of the picture; 0 where millimetres are not known.
[[nodiscard]] double rulerMm(const ReportPicture& picture);

/// A minus sign before each number below zero, instead of a hyphen.
[[nodiscard]] std::string withMinus(std::string text);
/// What is not UTF-8 is replaced by U+FFFD, control characters by a space.
[[nodiscard]] std::string cleanText(const std::string& text);

}  // namespace pulmo
