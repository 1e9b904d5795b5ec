// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate/pathology.h"

#include <cmath>
#include <cstdio>

#include "pipeline/core/error.h"

namespace pulmo {

namespace {

constexpr std::array<LesionKindInfo, kInfiltrateKinds + 1> kKinds{{
    {LesionKind::GroundGlass, "ground_glass", "Ground-glass", {120, 190, 255}},
    {LesionKind::Consolidation, "consolidation", "Consolidation", {255, 120, 60}},
    {LesionKind::Reticulation, "reticulation", "Reticulation", {255, 215, 70}},
    {LesionKind::Honeycombing, "honeycombing", "Honeycombing", {200, 120, 255}},
    {LesionKind::CrazyPaving, "crazy_paving", "Crazy paving", {80, 220, 170}},
    {LesionKind::Diffuse, "diffuse", "Diffuse (ARDS-like)", {255, 90, 140}},
    {LesionKind::Circle, "circle", "Circle", {255, 255, 255}},
}};

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

void within(const char* field, double value, double low, double high, const char* unit = "") {
  if (value >= low && value <= high) return;  // NaN is refused too
  throw Error(ErrorKind::InvalidInput, std::string("Simulated disease: ") + field + " is " + number(value) + unit +
                                           "; it may lie from " + number(low) + " to " + number(high) + unit + ".");
}

void ordered(const char* low, double a, const char* high, double b) {
  if (a <= b) return;
  throw Error(ErrorKind::InvalidInput, std::string("Simulated disease: ") + low + " (" + number(a) +
                                           ") is larger than " + high + " (" + number(b) + ").");
}

void validateInfiltrates(const PathologySpec& s) {
  double sum = 0;
  for (std::size_t k = 0; k < kInfiltrateKinds; ++k) {
    within(("weight of " + std::string(kKinds[k].key)).c_str(), s.weight[k], 0, 1000);
    sum += s.weight[k];
  }
  if (!(sum > 0))
    throw Error(ErrorKind::InvalidInput,
                "Simulated disease: weight is 0 for every kind; at least one kind needs a weight above 0.");
  within("lesions_min", s.lesionsMin, 1, 60);
  within("lesions_max", s.lesionsMax, 1, 60);
  ordered("lesions_min", s.lesionsMin, "lesions_max", s.lesionsMax);
  within("size_mm_min", s.sizeMmMin, 4, 200, " mm");
  within("size_mm_max", s.sizeMmMax, 4, 200, " mm");
  ordered("size_mm_min", s.sizeMmMin, "size_mm_max", s.sizeMmMax);
  within("extent_percent", s.extentPercent, 1, 90, " %");
  within("density_shift_hu", s.densityShiftHu, -200, 200, " HU");
  within("pleural", s.pleural, 0, 1);
  within("basal", s.basal, -1, 1);
  within("dorsal", s.dorsal, -1, 1);
  if (static_cast<int>(s.sides) > static_cast<int>(LesionSides::Either))
    throw Error(ErrorKind::InvalidInput, "Simulated disease: sides is none of both, right, left, either.");
}

void validateCircles(const PathologySpec& s) {
  within("circles_min", s.circlesMin, 1, 60);
  within("circles_max", s.circlesMax, 1, 60);
  ordered("circles_min", s.circlesMin, "circles_max", s.circlesMax);
  within("radius_share_min", s.radiusShareMin, 0.001, 1);
  within("radius_share_max", s.radiusShareMax, 0.001, 1);
  ordered("radius_share_min", s.radiusShareMin, "radius_share_max", s.radiusShareMax);
  within("opacity_min", s.opacityMin, 0, 1);
  within("opacity_max", s.opacityMax, 0, 1);
  ordered("opacity_min", s.opacityMin, "opacity_max", s.opacityMax);
}

}  // namespace

std::span<const LesionKindInfo> lesionKinds() {
  return kKinds;
}

void validate(const PathologySpec& spec) {
  if (spec.mode != PathologyMode::Circles && spec.mode != PathologyMode::Infiltrates)
    throw Error(ErrorKind::InvalidInput, "Simulated disease: mode is neither circles nor infiltrates.");
  validateInfiltrates(spec);
  validateCircles(spec);
}

}  // namespace pulmo
