// SPDX-License-Identifier: Apache-2.0
#include "pipeline/report/report_rows.h"

#include <algorithm>
#include <cmath>

#include "pipeline/core/label_set.h"
#include "pipeline/report/density_figures.h"
#include "pipeline/report/number_text.h"

namespace pulmo {

namespace {

constexpr const char* kDash = "–";

std::string joined(const std::vector<std::string>& parts, const char* between) {
  std::string text;
  for (const std::string& part : parts)
    if (!part.empty()) text += (text.empty() ? "" : between) + part;
  return text;
}

void add(std::vector<ReportRow>& rows, const char* name, const std::string& value) {
  if (!value.empty()) rows.push_back({name, value});
}

/// At most two decimals, none that say nothing: "0.7", "2.5", "5".
std::string shortMm(double mm) {
  std::string text = numberText(mm, 2, "");
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

/// "Family^Given" as people write it.
std::string personName(const std::string& dicom) {
  std::string name = dicom.substr(0, dicom.find('='));
  const auto first = name.find('^');
  if (first == std::string::npos) return name;
  const std::string family = name.substr(0, first);
  std::string given = name.substr(first + 1);
  std::replace(given.begin(), given.end(), '^', ' ');
  given.erase(std::find_if(given.rbegin(), given.rend(), [](char c) { return c != ' '; }).base(), given.end());
  return given.empty() ? family : family + ", " + given;
}

/// The figure's name with its limits, where that says more.
std::string nameOf(const DensityFigure& figure) {
  const std::string key = figure.key;
  if (key == "inflated_percent") return "Inflated, −950 to −750 HU, %";
  if (key == "infiltrated_percent") return "Infiltrated, −750 to −400 HU, %";
  if (key == "collapsed_percent") return "Collapsed, −400 to 0 HU, %";
  return withMinus(figure.name);
}

/// "2026-11-29T21:14:05Z" without what nobody reads.
std::string readableTime(const std::string& iso) {
  if (iso.size() < 16 || iso[10] != 'T') return iso;
  return iso.substr(0, 10) + " " + iso.substr(11, 5) + (iso.back() == 'Z' ? " UTC" : "");
}

std::string methodText(const ReportMask& mask) {
  if (mask.method == "unet") return "Network (unet)";
  if (mask.method.empty()) return "From a file";
  std::string text = mask.method;
  text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text;
}

const Densitometry* regionOf(const ReportContent& content, LungPart part, LungZone zone) {
  for (const MeasuredRegion& region : content.density)
    if (region.part == part && region.zone == zone) return &region.density;
  return nullptr;
}

std::string cell(const Densitometry* d, const std::optional<double>& value, int decimals) {
  return d == nullptr ? kDash : withMinus(numberText(value, decimals, kDash));
}

bool firstLineIsShort(const std::string& text) {
  return text.find('\n') == std::string::npos && text.size() <= 90;
}

}  // namespace

std::vector<ReportRow> patientRows(const ReportContent& content) {
  if (!content.patient) return {{"Patient", "Anonymous"}};
  std::vector<ReportRow> rows;
  add(rows, "Patient", personName(content.patient->name));
  add(rows, "Number", content.patient->id);
  add(rows, "Born", content.patient->birthDate);
  add(rows, "Sex", content.patient->sex);
  if (rows.empty()) rows.push_back({"Patient", "The scan names none"});
  return rows;
}

std::vector<ReportRow> scanRows(const ReportContent& content) {
  const SeriesFacts& scan = content.scan;
  std::vector<ReportRow> rows;
  std::string series = joined({scan.studyDescription, scan.description}, " · ");
  std::replace(series.begin(), series.end(), '^', ' ');
  add(rows, "Series", series);
  add(rows, "Date", scan.date);
  std::string matrix = std::to_string(scan.slices) + (scan.slices == 1 ? " slice of " : " slices of ") +
                       std::to_string(scan.columns) + " × " + std::to_string(scan.rows);
  if (content.spacingKnown)
    matrix += ", " + shortMm(content.voxelMm[0]) + " × " + shortMm(content.voxelMm[1]) + " × " +
              shortMm(content.voxelMm[2]) + " mm";
  else
    matrix += ", voxel size not known";
  if (scan.thicknessMm) matrix += " (" + shortMm(*scan.thicknessMm) + " mm thick)";
  add(rows, "Slices", matrix);
  add(rows, "Scanner", joined({scan.manufacturer, scan.kernel.empty() ? "" : "kernel " + scan.kernel}, ", "));
  add(rows, "Series UID", scan.format == "DICOM" ? scan.uid : "");
  add(rows, "File", scan.format == "DICOM" ? "" : scan.uid);
  return rows;
}

std::vector<ReportRow> maskRows(const ReportContent& content) {
  std::vector<ReportRow> rows;
  add(rows, "Mask", joined({methodText(content.mask), content.mask.file}, ": "));
  add(rows, "Weights", content.mask.weights);
  if (firstLineIsShort(content.mask.card)) add(rows, "Network", content.mask.card);
  if (content.agreement) add(rows, "Reference", content.reference.empty() ? "Given as a file" : content.reference);
  add(rows, "Made", joined({readableTime(content.madeAt), "Pulmoscope " + content.version}, ", "));
  return rows;
}

std::vector<ReportRow> decisionRows(const ReportContent& content) {
  if (!content.decision) return {};
  const ReportDecision& decision = *content.decision;
  std::string state = decision.state;
  if (!state.empty()) state.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(state.front())));
  std::vector<ReportRow> rows;
  add(rows, "Decision", state);
  add(rows, "Reader", joined({decision.reader, readableTime(decision.when)}, ", "));
  add(rows, "Comment", decision.comment);
  return rows;
}

ReportTable densityTable(const ReportContent& content) {
  constexpr const char* kShown[] = {"ml",
                                    "mass_g",
                                    "mean_hu",
                                    "percentile_15_hu",
                                    "laa_950_percent",
                                    "inflated_percent",
                                    "infiltrated_percent",
                                    "collapsed_percent",
                                    "haa_600_250_percent"};
  ReportTable table{"Lungs", {}, {"", "Right", "Left", "Both"}, {}};
  const LungPart parts[] = {LungPart::Right, LungPart::Left, LungPart::Both};
  for (const char* key : kShown)
    for (const DensityFigure& figure : densityFigures()) {
      if (std::string(key) != figure.key) continue;
      std::vector<std::string> row{nameOf(figure)};
      for (const LungPart part : parts) {
        const Densitometry* d = regionOf(content, part, LungZone::Whole);
        row.push_back(cell(d, d == nullptr ? std::nullopt : figure.value(*d), figure.decimals > 0 ? 1 : 0));
      }
      table.rows.push_back(std::move(row));
      if (std::string(key) != "ml") continue;
      const LungVolumes& v = content.volumes;
      const auto share = [&](const std::optional<double>& ml) {
        return v.bothMl && *v.bothMl > 0 && ml ? numberText(100 * *ml / *v.bothMl, 1, kDash) : std::string(kDash);
      };
      table.rows.push_back({"Share of both, %", share(v.rightMl), share(v.leftMl), share(v.bothMl)});
    }
  return table;
}

ReportTable thirdsTable(const ReportContent& content) {
  const bool sided = content.volumes.sided;
  ReportTable table{"Thirds of the lungs' height", {}, {""}, {}};
  const std::vector<LungPart> parts =
      sided ? std::vector<LungPart>{LungPart::Right, LungPart::Left} : std::vector<LungPart>{LungPart::Both};
  const char* kFigures[] = {"Volume, ml", "Mean, HU", "−750 to 0 HU, %"};
  if (sided) table.groups.assign(std::begin(kFigures), std::end(kFigures));
  for (const char* figure : kFigures) {
    if (sided) table.header.insert(table.header.end(), {"Right", "Left"});
    if (!sided) table.header.emplace_back(figure);
  }
  const std::pair<LungZone, const char*> zones[] = {
      {LungZone::Upper, "Upper"}, {LungZone::Middle, "Middle"}, {LungZone::Lower, "Lower"}};
  for (const auto& [zone, name] : zones) {
    std::vector<std::string> row{name}, volumes, means, airless;
    bool any = false;
    for (const LungPart part : parts) {
      const Densitometry* d = regionOf(content, part, zone);
      any = any || d != nullptr;
      volumes.push_back(cell(d, d == nullptr ? std::nullopt : d->ml, 0));
      means.push_back(cell(d, d == nullptr ? 0 : d->meanHu, 0));
      airless.push_back(cell(d, d == nullptr ? 0 : d->infiltratedPercent + d->collapsedPercent, 1));
    }
    for (const auto* figures : {&volumes, &means, &airless}) row.insert(row.end(), figures->begin(), figures->end());
    if (any) table.rows.push_back(std::move(row));
  }
  return table;
}

ReportTable agreementTable(const ReportContent& content) {
  ReportTable table{"Agreement with the reference", {}, {"", "Right", "Left", "Both"}, {}};
  if (!content.agreement) return table;
  for (const MetricFigure& figure : kMetricFigures) {
    if (!figure.brief) continue;
    std::vector<std::string> row{figure.name};
    for (const auto& column :
         {content.agreement->right, content.agreement->left, std::optional(content.agreement->both)})
      row.push_back(withMinus(numberText(column ? (*column).*(figure.value) : std::nullopt,
                                         figure.decimals == 4 ? 3 : figure.decimals, kDash)));
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::vector<ReportFinding> reportFindings(const ReportContent& content, std::size_t mostPlaces) {
  std::vector<ReportFinding> findings;
  for (const ReportAlarm& alarm : content.alarms)
    findings.push_back({alarm.severity, alarm.title, withMinus(alarm.sentence), alarm.where});
  for (std::size_t i = 0; i < std::min(mostPlaces, content.places.size()); ++i) {
    const ReportPlace& p = content.places[i];
    const char* kind = p.place.missed() ? "missed" : "added";
    findings.push_back({kind, numberText(std::abs(p.place.signedMm), 1, "") + " mm " + kind, "", p.where});
  }
  return findings;
}

std::vector<HistogramCurve> histogramCurves(const LungHistogram& histogram) {
  std::vector<HistogramCurve> curves;
  const auto add = [&](std::uint8_t label, const char* name, const std::vector<std::uint64_t>& counts,
                       std::uint64_t voxels) {
    if (counts.empty() || voxels == 0) return;
    HistogramCurve curve{name, {}, labelInfo(label).rgb};
    for (const std::uint64_t count : counts)
      curve.percent.push_back(100 * static_cast<double>(count) / static_cast<double>(voxels));
    curves.push_back(std::move(curve));
  };
  if (histogram.sided) {
    add(kRightLung, "Right", histogram.right, histogram.rightVoxels);
    add(kLeftLung, "Left", histogram.left, histogram.leftVoxels);
  } else {
    add(kLungUnsided, "Both", histogram.both, histogram.bothVoxels);
  }
  return curves;
}

double histogramTop(const std::vector<HistogramCurve>& curves) {
  double most = 0;
  for (const HistogramCurve& curve : curves)
    for (const double percent : curve.percent) most = std::max(most, percent);
  for (const double top : {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0, 50.0})
    if (most <= top) return top;
  return 100;
}

double rulerMm(const ReportPicture& picture) {
  if (picture.pixelsPerMm <= 0) return 0;
  for (const double mm : {100.0, 50.0, 20.0, 10.0, 5.0})
    if (mm * picture.pixelsPerMm <= picture.width / 4.0) return mm;
  return 0;
}

std::string withMinus(std::string text) {
  const auto isDigit = [&](std::size_t i) {
    return i < text.size() && std::isdigit(static_cast<unsigned char>(text[i])) != 0;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool first = i == 0 || text[i - 1] == ' ' || text[i - 1] == '(';
    if (text[i] == '-' && first && isDigit(i + 1)) text.replace(i, 1, "−");
  }
  return text;
}

std::string cleanText(const std::string& text) {
  std::string clean;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80U              ? 1
                               : (lead & 0xe0U) == 0xc0U ? 2
                               : (lead & 0xf0U) == 0xe0U ? 3
                               : (lead & 0xf8U) == 0xf0U ? 4
                                                         : 0;
    std::uint32_t code = length == 1 ? lead : lead & (0x7fU >> length);
    bool good = length > 0 && i + length <= text.size();
    for (std::size_t k = 1; good && k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      good = (next & 0xc0U) == 0x80U;
      code = code << 6U | (next & 0x3fU);
    }
    constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    good = good && code >= kLeast[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    if (!good)
      clean += "\xEF\xBF\xBD";
    else if (code < 0x20 || (code >= 0x7f && code < 0xa0))
      clean += ' ';
    else
      clean += text.substr(i, length);
    i += good ? length : 1;
  }
  return clean;
}

}  // namespace pulmo
