// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "pipeline/core/segmenter.h"

namespace pulmo {

/// Lungs by their air, without any training: body, threshold, airways, regions and sides, border, vessels. Each step
/// has its own header here. About 10 bytes a voxel at the most beside the scan; some seconds for 300 slices of 512 x
/// 512.
class ThresholdSegmenter final : public Segmenter {
 public:
  [[nodiscard]] std::string name() const override { return "threshold"; }
  [[nodiscard]] std::optional<Segmentation> segment(const CtVolume& ct, const StopToken& stop,
                                                    const ProgressSink& progress) const override;
};

}  // namespace pulmo
