// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "pipeline/simulate/noise_field.h"
#include "pipeline/simulate/pathology.h"
#include "pipeline/simulate/shapes.h"

namespace pulmo {

/// Bounds in mm, in the frame of lesions: voxel index times spacing.
struct Bounds {
  Mm3 low, high;
};

/// One lesion of mode Infiltrates: an ellipsoid whose space is bent by noise and whose border is frayed by more of it.
/// Positions are voxel index times spacing, in mm. Plain values, drawn once.
struct Lesion {
  LesionKind kind = LesionKind::GroundGlass;
  std::uint8_t side = 0;  ///< lung label it stays in
  Mm3 centre{}, radii{};
  std::array<Mm3, 3> axes{};  ///< the first points away from the pleura
  bool hugs = false;          ///< bent to follow the pleura: its first axis counts in depth
  double depth0Mm = 0;        ///< depth of its centre

  // Border.
  double warpMm = 0, warpCellMm = 1;      ///< how far space is bent, over which length
  double frayMm = 0, frayCellMm = 1;      ///< lobes of the border
  double fringeMm = 0, fringeCellMm = 1;  ///< its fine irregularity
  double softMm = 1;                      ///< from full to none
  Mm3 offset{};                           ///< where in the noise it reads

  // Appearance.
  double hu = 0;                        ///< of the opacity
  double mottle = 0;                    ///< relative unevenness of the opacity
  double cellMm = 8;                    ///< of lines and honeycombs
  double lineMm = 1;                    ///< thickness
  double lineHu = -300;                 ///< density of lines and walls
  double depthMm = 0;                   ///< fades beyond this depth below the pleura; 0: does not
  double gravityY0 = 0, gravityY1 = 0;  ///< Diffuse: from thin to dense, y in mm
  std::vector<Tube> bronchi;            ///< air that stays

  [[nodiscard]] Bounds bounds() const;
};

/// The lesion's fringe is cut at this many mm beyond the bent ellipsoid at most.
inline constexpr float kMostFray = 0.5F;
/// Below this coverage a lesion is not drawn.
inline constexpr float kLeastCover = 0.03F;

/// How much of each point the lesion covers, 0 .. 1, into cover[i - row.first].
/// @param depthMm  below the pleura, of each point; read if the lesion hugs it
/// @param scratch  at least 4 floats a point
void coverRow(const NoiseField& noise, const Lesion& lesion, const PointRow& row, const float* depthMm, float* cover,
              float* scratch);

}  // namespace pulmo
