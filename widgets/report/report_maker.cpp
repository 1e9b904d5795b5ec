// SPDX-License-Identifier: Apache-2.0
#include "widgets/report/report_maker.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <limits>

#include "models/session/finding.h"
#include "pipeline/alarms/alarms.h"
#include "pipeline/core/error.h"
#include "pipeline/core/label_set.h"
#include "pipeline/metrics/agreement.h"
#include "pipeline/metrics/surface_error.h"
#include "pipeline/surface/coverage_field.h"
#include "pipeline/surface/extract_surface.h"
#include "widgets/report/report_pictures.h"
#include "widgets/scene/error_colours.h"

namespace pulmo {

namespace {

/// A part of a longer work's progress.
ProgressSink partOf(const ProgressSink& progress, double from, double to) {
  return [&progress, from, to](double fraction, const std::string& step) {
    if (progress) progress(from + (to - from) * fraction, step);
  };
}

std::vector<ReportAlarm> alarmTexts(const std::vector<Alarm>& alarms, const LabelVolume& mask) {
  const std::vector<Finding> findings = findingsOf(alarms, lungLevels(mask), mask.grid());
  std::vector<ReportAlarm> texts;
  for (std::size_t i = 0; i < alarms.size(); ++i) {
    const Alarm& alarm = alarms[i];
    const bool both = alarm.label == kBackground || alarm.label == kLungUnsided;
    texts.push_back({keyOf(alarm.kind), keyOf(alarm.severity), std::string(both ? "lungs" : labelInfo(alarm.label).key),
                     nameOf(alarm), alarm.sentence, findings[i].where.toStdString(), alarm.positionMm, alarm.ml,
                     alarm.mm, alarm.voxel});
  }
  return texts;
}

std::vector<ReportPlace> placeTexts(const std::vector<WorstPlace>& places, const LabelVolume& reference,
                                    const LabelVolume& mask) {
  LungLevels levels = lungLevels(reference);
  levels.include(lungLevels(mask));
  const std::vector<Finding> findings = findingsOf(places, levels, mask.grid());
  std::vector<ReportPlace> texts;
  for (std::size_t i = 0; i < places.size(); ++i) texts.push_back({places[i], findings[i].where.toStdString()});
  return texts;
}

VoxelBox boxOf(const LabelBox& box) {
  return {box.low, box.high};
}

/// The lung with more disease: the middle of the body shows none in a sagittal picture.
std::size_t lungToCut(const ReportContent& content) {
  double share[2] = {0, 0};
  for (const MeasuredRegion& region : content.density)
    if (region.zone == LungZone::Whole && region.part != LungPart::Both)
      share[region.part == LungPart::Left] = region.density.infiltratedPercent + region.density.collapsedPercent;
  return share[1] > share[0] ? kLeftLung : kRightLung;
}

/// Where the slices are cut: at the worst place, else at the most serious alarm, else through the middle.
void chooseCursors(const ReportContent& content, const std::vector<Alarm>& alarms, const std::array<LabelBox, 4>& boxes,
                   SliceStills& stills) {
  const auto middleOf = [](const VoxelBox& box) {
    Index3 middle{};
    for (std::size_t k = 0; k < 3; ++k) middle[k] = (box.low[k] + box.high[k]) / 2;
    return middle;
  };
  std::optional<Index3> place;
  if (!content.places.empty())
    place = content.places.front().place.voxel;
  else if (!alarms.empty() && alarms.front().severity != Severity::Note)
    place = alarms.front().voxel;
  stills.marked = place.has_value();
  stills.cursors.fill(place.value_or(middleOf(stills.lungs)));
  const VoxelBox side = boxOf(boxes[lungToCut(content)]);
  if (!place && !side.empty()) stills.cursors[2][0] = middleOf(side)[0];
}

struct SurfaceErrors {
  std::vector<std::vector<float>> mm;
  double limitMm = 0;
};

/// @return nullopt if stopped; empty without a reference or millimetres
std::optional<SurfaceErrors> errorsOf(const std::vector<TriangleMesh>& lungs, const LabelPtr& reference,
                                      const StopToken& stop) {
  SurfaceErrors errors;
  if (!reference || !reference->grid().spacingKnown) return errors;
  for (const TriangleMesh& lung : lungs) {
    auto mm = surfaceErrorMm(lung, SurfaceOf::Mask, *reference, 0, stop);
    if (!mm) return std::nullopt;
    // A lung that the reference does not have is added as a whole, by no distance.
    mm->resize(lung.pointsMm.size(), std::numeric_limits<float>::infinity());
    errors.mm.push_back(std::move(*mm));
  }
  errors.limitMm = errorScaleMm(errors.mm);
  return errors;
}

/// @return false if stopped
bool addPictures(const ReportRequest& request, const std::vector<Alarm>& alarms, ReportContent& content,
                 const StopToken& stop, const ProgressSink& progress) {
  const auto boxes = labelBoxes(*request.mask, stop);
  if (!boxes) return false;
  SliceStills stills;
  stills.ct = request.scan->ct;
  stills.labels = request.mask;
  for (const LabelBox& box : *boxes) stills.lungs.include(boxOf(box));
  if (stills.lungs.empty())
    throw Error(ErrorKind::InvalidInput, "The mask has no lung, so there is nothing to report.");
  if (request.reference) {
    auto agreement = agreementOf(*request.reference, *request.mask, 0, stop);
    if (!agreement) return false;
    stills.agreement = std::make_shared<const LabelVolume>(std::move(*agreement));
  }
  chooseCursors(content, alarms, *boxes, stills);
  content.pictures = drawSlices(stills);
  auto lungs = request.lungs;
  if (!lungs) {
    auto made = extractSurfaces(*request.mask, SurfaceQuality::View, stop, partOf(progress, 0, 0.7));
    if (!made) return false;
    lungs = std::make_shared<const std::vector<TriangleMesh>>(std::move(*made));
  }
  const auto errors = errorsOf(*lungs, request.reference, stop);
  if (!errors || stop.stop_requested()) return false;
  content.errorLimitMm = errors->limitMm;
  for (const auto& [i, colour] :
       {std::pair<std::size_t, Pixel>{0, kMissedColour}, {1, kAgreedColour}, {2, kAddedColour}})
    for (std::size_t k = 0; k < 3; ++k) content.errorRgb[i][k] = static_cast<std::uint8_t>(colour >> (16U - 8U * k));
  if (progress) progress(0.8, "Drawing the lungs");
  for (ReportPicture& picture : drawLungs(*lungs, errors->mm, errors->limitMm))
    content.pictures.push_back(std::move(picture));
  return true;
}

}  // namespace

ReportFormat reportFormatOf(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return std::tolower(c); });
  if (ending == ".pdf") return ReportFormat::Pdf;
  if (ending == ".html" || ending == ".htm") return ReportFormat::Html;
  if (ending == ".json") return ReportFormat::Json;
  if (ending == ".csv") return ReportFormat::Csv;
  throw Error(ErrorKind::Unsupported,
              "A report is written as .pdf, .html, .json or .csv, not as " + path.filename().string() + ".");
}

std::optional<ReportContent> makeReport(const ReportRequest& request, const StopToken& stop,
                                        const ProgressSink& progress) {
  const Scan& scan = *request.scan;
  const LabelVolume& mask = *request.mask;
  requireSameGrid(scan.ct->grid(), "scan", mask.grid(), "mask");
  ReportContent content;
  const SeriesFacts& facts = content.scan = scan.facts;
  content.patient = ReportPatient{facts.patientName, facts.patientId, facts.patientBirthDate, facts.patientSex};
  content.spacingKnown = mask.grid().spacingKnown;
  content.voxelMm = mask.grid().spacingMm;
  for (const auto* notes : {&facts.warnings, &scan.notes, &request.notes})
    content.notes.insert(content.notes.end(), notes->begin(), notes->end());
  content.mask = request.about;
  content.reference = request.referenceName;
  content.decision = request.decision;
  content.madeAt = request.madeAt;
  content.version = request.version;

  if (progress) progress(0, "Measuring the lungs");
  content.volumes = measureVolumes(mask);
  content.density = measureDensity(*scan.ct, mask);
  content.histogram = measureHistogram(*scan.ct, mask);
  const auto alarms = findAlarms(mask, scan.ct.get(), stop, partOf(progress, 0.1, 0.3));
  if (!alarms) return std::nullopt;
  content.alarms = alarmTexts(*alarms, mask);
  if (request.reference) {
    auto metrics = compareMasks(*request.reference, mask, {}, stop, partOf(progress, 0.3, 0.5));
    if (!metrics) return std::nullopt;
    const auto places = worstPlaces(*request.reference, mask, {}, stop, partOf(progress, 0.5, 0.6));
    if (!places) return std::nullopt;
    content.agreement = *metrics;
    content.places = placeTexts(*places, *request.reference, mask);
  }
  if (request.pictures && !addPictures(request, *alarms, content, stop, partOf(progress, 0.6, 0.95)))
    return std::nullopt;
  if (!request.withIdentity) makeAnonymous(content, request.hidden);
  return content;
}

std::string timeNow() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

}  // namespace pulmo
