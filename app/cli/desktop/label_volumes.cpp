// SPDX-License-Identifier: Apache-2.0
#include "app/cli/desktop/label_volumes.h"

#include "pipeline/core/label_set.h"
#include "pipeline/metrics/volumetry.h"

namespace pulmo::cli {

nlohmann::json labelVolumes(const LabelVolume& labels) {
  const LungVolumes volumes = measureVolumes(labels);
  nlohmann::json result = nlohmann::json::object();
  const std::pair<std::uint8_t, std::uint64_t> counts[] = {
      {kRightLung, volumes.rightVoxels}, {kLeftLung, volumes.leftVoxels}, {kLungUnsided, volumes.unsidedVoxels}};
  for (const auto& [label, voxels] : counts) {
    if (voxels == 0) continue;
    const auto ml = volumeMl(labels.grid(), voxels);
    result[std::string(labelInfo(label).key)] = {
        {"value", label}, {"voxels", voxels}, {"ml", ml ? nlohmann::json(*ml) : nlohmann::json()}};
  }
  return result;
}

}  // namespace pulmo::cli
