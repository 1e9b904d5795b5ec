// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/dicom_series.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <map>
#include <tuple>

#include "pipeline/imaging/orient.h"

namespace pulmo {

namespace {

/// Frames with equal keys may form one volume. Directions are rounded: a scanner writes the same one with a different
/// last digit on each slice.
auto keyOf(const DicomFrame& f) {
  std::array<long, 6> orientation{};
  if (f.orientation)
    for (std::size_t i = 0; i < 6; ++i) orientation[i] = std::lround(100 * (*f.orientation)[i]);
  std::array<long, 2> spacing{};
  if (f.pixelSpacing)
    for (std::size_t i = 0; i < 2; ++i) spacing[i] = std::lround(1000 * (*f.pixelSpacing)[i]);
  return std::make_tuple(f.facts.uid, f.refusal, f.facts.columns, f.facts.rows, orientation, spacing, f.frameOfReference);
}

bool contains(std::string text, std::initializer_list<const char*> words) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::any_of(words.begin(), words.end(), [&](const char* word) { return text.find(word) != std::string::npos; });
}

/// The higher, the more likely this is the axial chest CT that the person means.
double scoreOf(const DicomSeries& s) {
  const SeriesFacts& f = s.facts;
  if (!f.refusal.empty()) return -1;
  double score = f.orientation == "axial" ? 100 : 0;
  score += std::min(350.0, (f.slices - 1) * f.sliceSpacingMm.value_or(0)) / 2;  // a chest is about 300 mm long
  score += std::min(400, f.slices) / 10.0;                                      // thin slices before thick ones
  if (f.slices < 3) score -= 100;
  const DicomFrame& first = s.frames.front();
  const std::string words = f.description + " " + f.studyDescription + " " + first.bodyPart;
  if (contains(words, {"chest", "thorax", "lung", "pulm", "hrct"})) score += 60;
  if (contains(words, {"head", "brain", "neck", "knee", "spine"})) score -= 40;
  if (contains(first.imageType, {"derived", "secondary", "mip", "reformat", "mpr"})) score -= 40;
  return std::max(0.0, score);
}

void fillGeometry(DicomSeries& s, const DicomFrame& first) {
  SeriesFacts& f = s.facts;
  const Grid& grid = s.stack.source;
  f.orientation = orientationName(grid);
  f.slices = grid.size[2];
  if (first.pixelSpacing) f.pixelSpacingMm = {grid.spacingMm[0], grid.spacingMm[1]};
  if (f.slices > 1) f.sliceSpacingMm = grid.spacingMm[2];
  f.thicknessMm = first.thickness;
  if (s.stack.tiltDeg > 0.05) f.gantryTiltDeg = s.stack.tiltDeg;
  for (const std::string& note : s.stack.notes) f.warnings.push_back(note);
  if (!first.pixelSpacing) f.warnings.emplace_back("The header gives no pixel spacing: figures in mm and ml are left out.");
  if (f.slices == 1) f.warnings.emplace_back("This is a single slice, not a volume.");
}

std::string geometryRefusal(const std::vector<DicomFrame>& frames) {
  const DicomFrame& f = frames.front();
  if (!f.refusal.empty()) return f.refusal;
  if (f.pixelSpacing && !((*f.pixelSpacing)[0] > 1e-3 && (*f.pixelSpacing)[1] > 1e-3 && (*f.pixelSpacing)[0] < 100 && (*f.pixelSpacing)[1] < 100))
    return "Its header gives a pixel spacing that cannot be.";
  if (frames.size() == 1) return {};
  const auto lacks = [&](auto has) { return std::count_if(frames.begin(), frames.end(), [&](const DicomFrame& x) { return !has(x); }); };
  if (const auto n = lacks([](const DicomFrame& x) { return x.position.has_value(); }); n > 0)
    return std::to_string(n) + " of " + std::to_string(frames.size()) + " slices do not say where they lie, so they cannot be put in order.";
  if (lacks([](const DicomFrame& x) { return x.orientation.has_value(); }) > 0) return "The slices do not say how they are oriented.";
  return {};
}

DicomSeries makeSeries(std::vector<DicomFrame> frames) {
  DicomSeries s;
  s.facts = frames.front().facts;
  s.facts.slices = static_cast<int>(frames.size());
  s.facts.refusal = geometryRefusal(frames);
  // Where two slices lie at one position, the one acquired first stands for both.
  std::stable_sort(frames.begin(), frames.end(), [](const DicomFrame& a, const DicomFrame& b) {
    return std::tie(a.acquisition, a.instance, a.path) < std::tie(b.acquisition, b.instance, b.path);
  });
  if (!s.facts.refusal.empty()) {
    s.frames = std::move(frames);
    s.chestScore = scoreOf(s);
    return s;
  }
  const DicomFrame first = frames.front();
  std::vector<SlicePlace> places;
  for (const DicomFrame& f : frames)
    places.push_back({f.position.value_or(Point3{0, 0, 0}), first.orientation.value_or(std::array<double, 6>{1, 0, 0, 0, 1, 0})});
  const std::array<double, 2> spacing = first.pixelSpacing ? std::array<double, 2>{(*first.pixelSpacing)[1], (*first.pixelSpacing)[0]} : std::array<double, 2>{1, 1};
  try {
    s.stack = stackSlices(places, {s.facts.columns, s.facts.rows}, spacing, first.thickness.value_or(1));
    const std::uint64_t voxels = s.stack.regular.voxelCount();
    if (voxels > (std::uint64_t{1} << 31))
      throw Error(ErrorKind::InvalidInput, "It would make " + std::to_string(voxels) + " voxels, more than can be opened.");
    (void)canonicalTurn(s.stack.source);
  } catch (const Error& e) {
    s.facts.refusal = e.what();
    s.frames = std::move(frames);
    s.chestScore = -1;
    return s;
  }
  s.stack.source.spacingKnown = s.stack.regular.spacingKnown = first.pixelSpacing.has_value();
  for (const std::size_t i : s.stack.order) s.frames.push_back(std::move(frames[i]));
  fillGeometry(s, first);
  if (!first.orientation || !first.position) s.facts.warnings.emplace_back("The header does not say where the slice lies in the patient: sides may be wrong.");
  s.chestScore = scoreOf(s);
  return s;
}

}  // namespace

std::vector<DicomSeries> groupSeries(std::vector<DicomFrame> frames) {
  std::map<decltype(keyOf(frames.front())), std::vector<DicomFrame>> groups;
  for (DicomFrame& frame : frames) groups[keyOf(frame)].push_back(std::move(frame));
  std::vector<DicomSeries> all;
  for (auto& [key, group] : groups) all.push_back(makeSeries(std::move(group)));
  std::stable_sort(all.begin(), all.end(), [](const DicomSeries& a, const DicomSeries& b) { return a.chestScore > b.chestScore; });
  std::map<std::string, int> seen;
  for (DicomSeries& series : all) {
    const int part = ++seen[series.facts.uid];
    if (part > 1) series.facts.uid += "#" + std::to_string(part);
  }
  return all;
}

}  // namespace pulmo
