// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace pulmo {

enum class PathologyMode : std::uint8_t {
  Circles,     ///< discs slice by slice: the published baseline, kept for comparison
  Infiltrates  ///< one seeded 3-D field a scan
};

/// Ids of lesion label volumes; 0 is no lesion. Where lesions overlap, the later drawn wins the label.
enum class LesionKind : std::uint8_t {
  GroundGlass = 1,  ///< soft, -750 .. -400 HU, vessels still visible
  Consolidation,    ///< -100 .. 50 HU, with air bronchograms
  Reticulation,     ///< fine lines
  Honeycombing,     ///< clusters of walled cells of 3 to 10 mm under the pleura
  CrazyPaving,      ///< ground-glass with lines
  Diffuse,          ///< ARDS-like: wide opacity that grows towards the back (gravity)
  Circle            ///< of mode Circles
};
inline constexpr std::size_t kInfiltrateKinds = 6;

struct LesionKindInfo {
  LesionKind kind;
  std::string_view key;   ///< for files and the command line: "ground_glass"
  std::string_view name;  ///< for people: "Ground-glass"
  std::array<std::uint8_t, 3> rgb;
};
/// The one list that legend, files and export read; mode Infiltrates' kinds first, in the order of `weight`.
[[nodiscard]] std::span<const LesionKindInfo> lesionKinds();

enum class LesionSides : std::uint8_t { Both, Right, Left, Either /* one of them, drawn with the seed */ };

/// What to draw, in plain values. Saved with every result.
struct PathologySpec {
  PathologyMode mode = PathologyMode::Infiltrates;

  // Infiltrates. A range is drawn from uniformly, once a lesion.
  std::array<double, kInfiltrateKinds> weight{1, 0.9, 0.3, 0.2, 0.3, 0.25};  ///< >= 0, how often each kind; not all 0
  int lesionsMin = 2, lesionsMax = 24;                                       ///< in both lungs together, 1 .. 60
  double sizeMmMin = 12, sizeMmMax = 150;  ///< diameter along the longest axis, 4 .. 200
  double extentPercent = 75;               ///< of the lung volume, 1 .. 90: no lesion is added beyond it
  double densityShiftHu = 0;               ///< -200 .. 200, added to each kind's own density
  double pleural = 0.5;                    ///< 0 anywhere .. 1 at the pleura only
  double basal = 0.3;                      ///< -1 apex .. 0 anywhere .. 1 base
  double dorsal = 0.3;                     ///< -1 front .. 0 anywhere .. 1 back
  LesionSides sides = LesionSides::Both;
  /// Lifts what is half lung, half wall just outside the mask where dense lesions touch it. Without it a thin dark
  /// line, which real consolidation does not have, tells where the lung ends. Nothing else outside the mask ever
  /// changes.
  bool closeRim = false;

  // Circles, as in the source document.
  int circlesMin = 7, circlesMax = 9;                   ///< a slice, 1 .. 60
  double radiusShareMin = 0.05, radiusShareMax = 0.25;  ///< of the lung box's shorter side, > 0 .. 1
  double opacityMin = 0.2, opacityMax = 0.9;            ///< 0 .. 1: what share of the voxel becomes soft tissue
  bool spill = false;  ///< also outside the lung mask, as the source did; then labels lie

  friend bool operator==(const PathologySpec&, const PathologySpec&) = default;
};

/// @throws Error{InvalidInput} naming the first field that is out of its limits, with the limits
void validate(const PathologySpec& spec);

}  // namespace pulmo
