// SPDX-License-Identifier: Apache-2.0
#include "pipeline/classical/airway.h"

#include "pipeline/classical/airway_tree.h"
#include "pipeline/classical/voxel_state.h"

namespace pulmo {

Mask findAirway(const WorkVolume& volume, const BodyAir& body) {
  CoarseScan coarse;
  coarse.fineSize = coarse.size = volume.grid.size;
  coarse.fineSpacingMm = coarse.spacingMm = volume.grid.spacingMm;
  coarse.hu = volume.hu;
  coarse.padding.assign(volume.hu.size(), 0);
  BodyMask inside;
  inside.inside = body.body;
  inside.midlineX = body.bodyCentre[0];
  Grid grid;
  grid.size = volume.grid.size;
  grid.spacingMm = volume.grid.spacingMm;
  CtVolume ct(grid);
  ct.voxels() = volume.hu;
  Mask state(volume.hu.size(), 0);
  (void)findAirwayTree(ct, coarse, inside, body.thresholdHu, state, {});
  for (auto& value : state) value = value == kVoxelAirway ? 1 : 0;
  return state;
}

}  // namespace pulmo
