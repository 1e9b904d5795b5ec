// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>

#include "pipeline/core/volume.h"

namespace pulmo::cli {

/// Of each lung that the mask holds: its value, voxels and ml (null without a spacing).
[[nodiscard]] nlohmann::json labelVolumes(const LabelVolume& labels);

}  // namespace pulmo::cli
