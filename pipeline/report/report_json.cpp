// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "pipeline/core/csv_text.h"
#include "pipeline/report/density_figures.h"
#include "pipeline/report/figures.h"
#include "pipeline/report/number_text.h"
#include "pipeline/report/report_content.h"

namespace pulmo {

namespace {

using nlohmann::json;

json orNull(const std::optional<double>& value) {
  const auto number = measured(value);
  return number ? json(*number) : json();
}

json orNull(const std::string& text) {
  return text.empty() ? json() : json(text);
}

json alarmsOf(const std::vector<ReportAlarm>& alarms, bool spacingKnown) {
  json list = json::array();
  for (const ReportAlarm& alarm : alarms)
    list.push_back({{"kind", alarm.kind},
                    {"severity", alarm.severity},
                    {"label", alarm.label},
                    {"sentence", alarm.sentence},
                    {"position_mm", spacingKnown ? json(alarm.positionMm) : json()},
                    {"axes", "LPS"},
                    {"voxel", alarm.voxel},
                    {"slice", alarm.voxel[2] + 1},
                    {"ml", orNull(alarm.ml)},
                    {"mm", orNull(alarm.mm)}});
  return list;
}

json placesOf(const ReportContent& content) {
  if (!content.agreement) return nullptr;
  std::vector<WorstPlace> places;
  for (const ReportPlace& place : content.places) places.push_back(place.place);
  return json::parse(toJson(places));
}

json histogramOf(const LungHistogram& histogram) {
  return {{"low_hu", LungHistogram::kLowHu},
          {"bin_hu", LungHistogram::kBinHu},
          {"right_lung", histogram.right.empty() ? json() : json(histogram.right)},
          {"left_lung", histogram.left.empty() ? json() : json(histogram.left)},
          {"lungs", histogram.both}};
}

/// Text from files may be in any encoding: what is not UTF-8 is replaced, never thrown at.
std::string dumped(const json& object) {
  return object.dump(2, ' ', false, json::error_handler_t::replace);
}

/// Rows of "section,label,zone,figure,value".
class Table {
 public:
  void row(const std::string& section, const std::string& label, const std::string& zone, const std::string& figure,
           const std::string& value) {
    for (const std::string& field : {section, label, zone, figure}) text_ += csvField(field) + ",";
    text_ += csvField(value) + "\n";
  }
  void facts(const std::string& section, const json& object) {
    for (const auto& [key, value] : object.items()) {
      if (value.is_null() || value.is_structured()) continue;
      row(section, "", "", key, value.is_string() ? value.get<std::string>() : dumped(value));
    }
  }
  [[nodiscard]] std::string text() const { return "section,label,zone,figure,value\n" + text_; }

 private:
  std::string text_;
};

}  // namespace

std::string toJson(const SeriesFacts& f) {
  json spacing = nullptr;
  if (f.pixelSpacingMm[0] > 0) spacing = {f.pixelSpacingMm[0], f.pixelSpacingMm[1]};
  return dumped({{"uid", f.uid},
                 {"format", f.format},
                 {"modality", f.modality},
                 {"description", f.description},
                 {"study", f.studyDescription},
                 {"study_uid", f.studyUid},
                 {"date", f.date},
                 {"kernel", f.kernel},
                 {"manufacturer", f.manufacturer},
                 {"transfer_syntax", f.transferSyntax},
                 {"orientation", f.orientation},
                 {"matrix", {f.columns, f.rows}},
                 {"slices", f.slices},
                 {"pixel_spacing_mm", spacing},
                 {"slice_spacing_mm", orNull(f.sliceSpacingMm)},
                 {"thickness_mm", orNull(f.thicknessMm)},
                 {"gantry_tilt_deg", orNull(f.gantryTiltDeg)},
                 {"warnings", f.warnings},
                 {"refusal", orNull(f.refusal)}});
}

std::string toJson(const ReportContent& content) {
  json patient = nullptr, decision = nullptr, metrics = nullptr;
  if (const auto& p = content.patient)
    patient = {{"name", p->name}, {"id", p->id}, {"birth_date", p->birthDate}, {"sex", p->sex}};
  if (const auto& d = content.decision)
    decision = {
        {"state", d->state}, {"comment", orNull(d->comment)}, {"reader", orNull(d->reader)}, {"when", orNull(d->when)}};
  if (content.agreement) metrics = json::parse(toJson(*content.agreement));
  return dumped({{"patient", patient},
                 {"scan", json::parse(toJson(content.scan))},
                 {"notes", content.notes},
                 {"mask",
                  {{"method", orNull(content.mask.method)},
                   {"file", orNull(content.mask.file)},
                   {"weights", orNull(content.mask.weights)},
                   {"card", orNull(content.mask.card)}}},
                 {"volumes", json::parse(toJson(content.volumes))},
                 {"density", json::parse(toJson(content.density))},
                 {"histogram", histogramOf(content.histogram)},
                 {"reference", content.agreement ? orNull(content.reference) : json()},
                 {"metrics", metrics},
                 {"worst_places", placesOf(content)},
                 {"alarms", alarmsOf(content.alarms, content.spacingKnown)},
                 {"decision", decision},
                 {"made", content.madeAt},
                 {"version", content.version},
                 {"use", "research only"}});
}

std::string toCsv(const ReportContent& content) {
  const json all = json::parse(toJson(content));
  Table table;
  table.row("report", "", "", "use", "research only");
  table.row("report", "", "", "version", content.version);
  table.row("report", "", "", "made", content.madeAt);
  for (const char* section : {"patient", "scan", "mask", "decision"})
    if (all[section].is_object()) table.facts(section, all[section]);
  for (const MeasuredRegion& region : content.density) {
    const std::string label = keyOf(region.part), zone = keyOf(region.zone);
    table.row("density", label, zone, "voxels", std::to_string(region.density.voxels));
    for (const DensityFigure& figure : densityFigures())
      table.row("density", label, zone, figure.key, numberText(figure.value(region.density), 6, ""));
  }
  if (const auto& metrics = content.agreement) {
    const std::pair<const char*, std::optional<LabelMetrics>> columns[] = {
        {"right_lung", metrics->right}, {"left_lung", metrics->left}, {"lungs", metrics->both}};
    for (const auto& [label, column] : columns)
      for (const MetricFigure& figure : kMetricFigures)
        if (column) table.row("metrics", label, "", figure.key, numberText((*column).*(figure.value), 6, ""));
  }
  for (const ReportPlace& place : content.places)
    table.row("worst_places", "", place.where, "signed_mm", numberText(place.place.signedMm, 3, ""));
  for (const ReportAlarm& alarm : content.alarms)
    table.row("alarms", alarm.label, alarm.where, alarm.severity + " " + alarm.kind, alarm.sentence);
  return table.text();
}

}  // namespace pulmo
