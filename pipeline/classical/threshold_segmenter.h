// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "pipeline/core/segmenter.h"

namespace pulmo {

/// Lungs by their air, without any training: body, threshold, airways, regions and sides, border, vessels. Each step
/// has its own header here. Dense disease (consolidation, fluid, masses at the border) is left out.
///
/// @cost about 3 bytes a voxel beside the scan; 2 to 4 s for 512 x 512 x 300 on two processors
class ThresholdSegmenter final : public Segmenter {
 public:
  [[nodiscard]] std::string name() const override { return "threshold"; }
  [[nodiscard]] std::optional<Segmentation> segment(const CtVolume& ct, const StopToken& stop,
                                                    const ProgressSink& progress) const override;
};

}  // namespace pulmo
