// SPDX-License-Identifier: Apache-2.0
#include "pipeline/classical/threshold_segmenter.h"

#include <algorithm>

#include "pipeline/classical/airway.h"
#include "pipeline/classical/body_air.h"
#include "pipeline/classical/refine.h"
#include "pipeline/classical/side_split.h"
#include "pipeline/core/label_set.h"

namespace pulmo {

namespace {

constexpr double kAirwayWallMm = 2.5;  // of trachea and main bronchi
constexpr double kCloseMm = 7;         // vessels at the hilum are up to 14 mm wide

/// Vessels and small dense spots inside, and dents of the border, become lung; the other lung and the airway stay free.
Mask closedLungs(const Mask& labels, const Mask& blocked, const BodyAir& body, const WorkGrid& g) {
  Mask result(labels.size());
  for (const std::uint8_t side : {kRightLung, kLeftLung}) {
    Mask lung(labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i) lung[i] = labels[i] == side;
    dilateInPlane(lung, g, kCloseMm);
    fillHolesInPlane(lung, g);
    erodeInPlane(lung, g, kCloseMm);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const bool own = labels[i] == side;
      if (own || (lung[i] != 0 && labels[i] == 0 && result[i] == 0 && blocked[i] == 0 && body.body[i] != 0)) result[i] = side;
    }
  }
  return result;
}

std::vector<std::string> notesOf(const Sides& sides, const Mask& labels, const WorkGrid& g, const Mask& airway) {
  std::vector<std::string> notes;
  if (sides.wereJoined) notes.emplace_back("The lungs touch each other; they were separated at the thin bridge: look at the front and back junction.");
  if (sides.single) notes.emplace_back("Only one lung was found. Look whether the other one is missing, collapsed or too dense for this method.");
  const auto any = [&](std::size_t from, std::size_t to) {
    return std::any_of(labels.begin() + static_cast<std::ptrdiff_t>(from), labels.begin() + static_cast<std::ptrdiff_t>(to), [](std::uint8_t v) { return v != 0; });
  };
  if (g.size[2] > 5) {
    if (any(0, g.planeCount())) notes.emplace_back("The lungs go on below the scan's last slice: volumes are of the part that was scanned.");
    if (any(labels.size() - g.planeCount(), labels.size())) notes.emplace_back("The lungs go on above the scan's first slice: volumes are of the part that was scanned.");
    if (std::none_of(airway.begin(), airway.end(), [](std::uint8_t v) { return v != 0; }))
      notes.emplace_back("The trachea was not found; parts of it may be in the mask.");
  }
  return notes;
}

}  // namespace

std::optional<Segmentation> ThresholdSegmenter::segment(const CtVolume& ct, const StopToken& stop, const ProgressSink& progress) const {
  if (ct.grid().voxelCount() == 0) throw Error(ErrorKind::InvalidInput, "The scan holds no voxels.");
  progress(0, "Looking at the body");
  const WorkVolume volume = makeWorkVolume(ct);
  if (stop.stop_requested()) return std::nullopt;
  const BodyAir body = findBodyAir(volume);
  if (stop.stop_requested()) return std::nullopt;
  progress(0.3, "Following the trachea");
  const Mask airway = findAirway(volume, body);
  if (stop.stop_requested()) return std::nullopt;
  Mask blocked = airway;
  dilateInPlane(blocked, volume.grid, kAirwayWallMm);
  Mask lungAir = body.air;
  for (std::size_t i = 0; i < lungAir.size(); ++i)
    if (blocked[i] != 0) lungAir[i] = 0;
  progress(0.5, "Telling right from left");
  const Sides sides = splitSides(lungAir, volume, body);
  if (stop.stop_requested()) return std::nullopt;
  progress(0.7, "Filling vessels");
  // Bronchi that the airway's growth has followed into a lung are lung: only what stays outside it is blocked.
  const Mask closed = closedLungs(sides.labels, blocked, body, volume.grid);
  if (stop.stop_requested()) return std::nullopt;
  progress(0.85, "Drawing the border");
  Segmentation result;
  result.labels = refineBorder(closed, blocked, volume.grid, ct, body.thresholdHu);
  if (std::none_of(result.labels.voxels().begin(), result.labels.voxels().end(), [](std::uint8_t v) { return v != 0; }))
    throw Error(ErrorKind::InvalidInput, "No lungs were found in this scan.");
  result.notes = notesOf(sides, closed, volume.grid, airway);
  progress(1, "");
  return result;
}

}  // namespace pulmo
