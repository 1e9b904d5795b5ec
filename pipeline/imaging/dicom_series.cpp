// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/dicom_series.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>
#include <map>
#include <tuple>

#include "pipeline/imaging/orient.h"

namespace pulmo {

namespace {

using Frames = std::vector<DicomFrame>;

constexpr double kNearlyAll = 0.9;  // of the positions

/// Whether two frames may lie in one volume. With tolerance: a scanner writes the same direction with a different last
/// digit on each slice.
bool fitTogether(const DicomFrame& a, const DicomFrame& b) {
  const auto near = [](const auto& one, const auto& other, double tolerance) {
    if (one.has_value() != other.has_value()) return false;
    for (std::size_t i = 0; one && i < one->size(); ++i)
      if (!(std::abs((*one)[i] - (*other)[i]) <= tolerance)) return false;
    return true;
  };
  return a.refusal == b.refusal && a.facts.columns == b.facts.columns && a.facts.rows == b.facts.rows &&
         a.frameOfReference == b.frameOfReference && near(a.orientation, b.orientation, 0.005) &&
         near(a.pixelSpacing, b.pixelSpacing, 0.001);
}

/// Heights along the first frame's normal, with each frame's index, in order.
/// @pre every frame has a position and an orientation
std::vector<std::pair<double, std::size_t>> heightsOf(const Frames& frames, const DicomFrame& normalOf) {
  const auto& o = *normalOf.orientation;
  const Point3 normal{o[1] * o[5] - o[2] * o[4], o[2] * o[3] - o[0] * o[5], o[0] * o[4] - o[1] * o[3]};
  std::vector<std::pair<double, std::size_t>> heights;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const Point3& p = *frames[i].position;
    heights.emplace_back(p[0] * normal[0] + p[1] * normal[1] + p[2] * normal[2], i);
  }
  std::sort(heights.begin(), heights.end());
  return heights;
}

std::vector<std::pair<double, std::size_t>> heightsOf(const Frames& frames) {
  return heightsOf(frames, frames.front());
}

/// The frames at each position, as indices, from one end to the other.
std::vector<std::vector<std::size_t>> placesOf(const Frames& frames) {
  std::vector<std::vector<std::size_t>> places;
  double before = 0;
  for (const auto& [height, index] : heightsOf(frames)) {
    if (places.empty() || height - before >= 0.01) places.emplace_back();
    places.back().push_back(index);
    before = height;
  }
  return places;
}

std::vector<double> bareHeights(const Frames& frames, const DicomFrame& normalOf) {
  std::vector<double> heights;
  for (const auto& [height, index] : heightsOf(frames, normalOf)) heights.push_back(height);
  return heights;
}

/// Whether the parts are even in themselves, while their slices lie between each other's and make an uneven whole.
bool areInterleaved(const Frames& whole, const std::map<std::string, Frames>& parts) {
  if (parts.size() < 2) return false;
  double reach = 0;  // of all parts, laid end to end
  for (const auto& [value, part] : parts) {
    const std::vector<double> heights = bareHeights(part, whole.front());
    if (heights.size() < 3 || !evenlySpaced(heights)) return false;
    reach += heights.back() - heights.front();
  }
  const std::vector<double> all = bareHeights(whole, whole.front());
  return reach > 1.5 * (all.back() - all.front()) && !evenlySpaced(all);
}

/// The first frame at each position, the second, ...: scans at the same positions that no field tells apart.
std::vector<Frames> splitByTurn(Frames frames, std::vector<std::vector<std::size_t>> places) {
  const auto turn = [&](std::size_t i) { return std::tie(frames[i].acquisition, frames[i].instance, frames[i].path); };
  std::vector<Frames> split;
  for (std::vector<std::size_t>& here : places) {
    std::sort(here.begin(), here.end(), [&](std::size_t a, std::size_t b) { return turn(a) < turn(b); });
    if (split.size() < here.size()) split.resize(here.size());
    for (std::size_t k = 0; k < here.size(); ++k) split[k].push_back(std::move(frames[here[k]]));
  }
  return split;
}

/// Two scans under one UID (before and after contrast, two kernels) lie at the same positions: told apart by the first
/// field that leaves no position twice and makes no more parts than a position has frames (step and shoot counts
/// acquisitions by the table), else by their turn where nearly every position is there twice. A few repeated slices are
/// no second scan. Scans a breath apart lie between each other's slices instead: told apart where that makes even
/// stacks of an uneven one.
std::vector<Frames> splitAcquisitions(Frames frames) {
  std::vector<std::vector<std::size_t>> places = placesOf(frames);
  const std::size_t duplicates = frames.size() - places.size();
  const std::size_t most = std::max_element(places.begin(), places.end(), [](const auto& a, const auto& b) {
                             return a.size() < b.size();
                           })->size();
  const bool twice = duplicates >= 3 && duplicates * 5 >= frames.size();
  if (!twice && evenlySpaced(bareHeights(frames, frames.front()))) return {std::move(frames)};
  const std::function<std::string(const DicomFrame&)> fields[] = {
      [](const DicomFrame& f) { return std::to_string(f.acquisition); },
      [](const DicomFrame& f) { return f.facts.kernel; },
      [](const DicomFrame& f) { return std::to_string(f.thickness.value_or(0)); },
      [](const DicomFrame& f) { return f.imageType; }};
  for (const auto& field : fields) {
    std::map<std::string, Frames> parts;
    for (const DicomFrame& frame : frames) parts[field(frame)].push_back(frame);
    const bool single = std::none_of(
        parts.begin(), parts.end(), [](const auto& part) { return placesOf(part.second).size() < part.second.size(); });
    if (!(twice && single && parts.size() <= most) && !areInterleaved(frames, parts)) continue;
    std::vector<Frames> split;
    split.reserve(parts.size());
    for (auto& [value, part] : parts) split.push_back(std::move(part));
    return split;
  }
  const auto wanted = static_cast<double>(places.size() * (most - 1));
  if (twice && static_cast<double>(duplicates) >= kNearlyAll * wanted)
    return splitByTurn(std::move(frames), std::move(places));
  return {std::move(frames)};
}

/// Pieces with so much space between them that filling it would be invention: neck and pelvis under one UID.
std::vector<Frames> splitFarPieces(Frames frames) {
  if (frames.size() < 3) return {std::move(frames)};
  const auto heights = heightsOf(frames);
  std::vector<double> gaps;
  for (std::size_t i = 1; i < heights.size(); ++i)
    if (const double gap = heights[i].first - heights[i - 1].first; gap >= 0.01) gaps.push_back(gap);
  if (gaps.empty()) return {std::move(frames)};
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>((gaps.size() - 1) / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  const double far = std::max(8 * *middle, 25.0);
  std::vector<Frames> pieces(1);
  for (std::size_t i = 0; i < heights.size(); ++i) {
    if (i > 0 && heights[i].first - heights[i - 1].first > far) pieces.emplace_back();
    pieces.back().push_back(std::move(frames[heights[i].second]));
  }
  return pieces;
}

bool arePlaced(const Frames& frames) {
  return std::all_of(frames.begin(), frames.end(),
                     [](const DicomFrame& f) { return f.refusal.empty() && f.position && f.orientation; });
}

bool contains(std::string text, std::initializer_list<const char*> words) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::any_of(words.begin(), words.end(),
                     [&](const char* word) { return text.find(word) != std::string::npos; });
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
  if (!first.pixelSpacing)
    f.warnings.emplace_back("The header gives no pixel spacing: figures in mm and ml are left out.");
  if (f.slices == 1) f.warnings.emplace_back("This is a single slice, not a volume.");
}

/// No codec packs a scan a thousand times smaller: such headers want memory alone. Each file was asked by itself; a
/// hundred small lies are one large one.
std::string hollowRefusal(const std::vector<DicomFrame>& frames) {
  std::uint64_t pixels = 0, bytes = 0;
  for (const DicomFrame& f : frames) {
    if (!f.layout.encapsulated) return {};
    pixels += static_cast<std::uint64_t>(f.facts.columns) * static_cast<std::uint64_t>(f.facts.rows);
    bytes += f.layout.pixelLength / static_cast<std::uint64_t>(f.frames);
  }
  if (pixels <= (std::uint64_t{1} << 24) || pixels / 1000 <= bytes) return {};
  return "Its headers promise " + std::to_string(frames.size()) + " pictures of " +
         std::to_string(frames.front().facts.columns) + " x " + std::to_string(frames.front().facts.rows) +
         ", but only " + std::to_string(bytes) + " bytes of them are there.";
}

std::string geometryRefusal(const std::vector<DicomFrame>& frames) {
  const DicomFrame& f = frames.front();
  if (!f.refusal.empty()) return f.refusal;
  if (f.pixelSpacing && !((*f.pixelSpacing)[0] > 1e-3 && (*f.pixelSpacing)[1] > 1e-3 && (*f.pixelSpacing)[0] < 100 &&
                          (*f.pixelSpacing)[1] < 100))
    return "Its header gives a pixel spacing that cannot be.";
  if (std::string hollow = hollowRefusal(frames); !hollow.empty()) return hollow;
  if (frames.size() == 1) return {};
  const auto lacks = [&](auto has) {
    return std::count_if(frames.begin(), frames.end(), [&](const DicomFrame& x) { return !has(x); });
  };
  if (const auto n = lacks([](const DicomFrame& x) { return x.position.has_value(); }); n > 0)
    return std::to_string(n) + " of " + std::to_string(frames.size()) +
           " slices do not say where they lie, so they cannot be put in order.";
  if (lacks([](const DicomFrame& x) { return x.orientation.has_value(); }) > 0)
    return "The slices do not say how they are oriented.";
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
  places.reserve(frames.size());
  for (const DicomFrame& f : frames)
    places.push_back(
        {f.position.value_or(Point3{0, 0, 0}), first.orientation.value_or(std::array<double, 6>{1, 0, 0, 0, 1, 0})});
  const std::array<double, 2> spacing = first.pixelSpacing
                                            ? std::array<double, 2>{(*first.pixelSpacing)[1], (*first.pixelSpacing)[0]}
                                            : std::array<double, 2>{1, 1};
  try {
    s.stack = stackSlices(places, {s.facts.columns, s.facts.rows}, spacing, first.thickness.value_or(1));
    const std::uint64_t voxels = s.stack.regular.voxelCount();
    if (voxels > (std::uint64_t{1} << 31))
      throw Error(ErrorKind::InvalidInput,
                  "It would make " + std::to_string(voxels) + " voxels, more than can be opened.");
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
  if (!first.orientation || !first.position)
    s.facts.warnings.emplace_back("The header does not say where the slice lies in the patient: sides may be wrong.");
  s.chestScore = scoreOf(s);
  return s;
}

}  // namespace

std::vector<DicomSeries> groupSeries(std::vector<DicomFrame> frames) {
  std::map<std::string, std::vector<Frames>> byUid;
  for (DicomFrame& frame : frames) {
    auto& groups = byUid[frame.facts.uid];
    const auto group =
        std::find_if(groups.begin(), groups.end(), [&](const Frames& g) { return fitTogether(g.front(), frame); });
    if (group != groups.end())
      group->push_back(std::move(frame));
    else
      groups.emplace_back().push_back(std::move(frame));
  }
  std::vector<DicomSeries> all;
  for (auto& [uid, groups] : byUid)
    for (Frames& group : groups) {
      if (!arePlaced(group)) {
        all.push_back(makeSeries(std::move(group)));
        continue;
      }
      for (Frames& acquisition : splitAcquisitions(std::move(group)))
        for (Frames& piece : splitFarPieces(std::move(acquisition))) all.push_back(makeSeries(std::move(piece)));
    }
  std::stable_sort(all.begin(), all.end(),
                   [](const DicomSeries& a, const DicomSeries& b) { return a.chestScore > b.chestScore; });
  std::map<std::string, int> parts, seen;
  for (const DicomSeries& series : all)
    if (series.facts.refusal.empty()) ++parts[series.facts.uid];
  for (DicomSeries& series : all) {
    if (const int count = parts[series.facts.uid]; count > 1 && series.facts.refusal.empty())
      series.facts.warnings.push_back(
          "The images of this series do not fit into one volume (matrix, orientation, acquisition or place differ): it "
          "is listed as " +
          std::to_string(count) + " series.");
    const int part = ++seen[series.facts.uid];
    if (part > 1) series.facts.uid += "#" + std::to_string(part);
  }
  return all;
}

}  // namespace pulmo
