// SPDX-License-Identifier: Apache-2.0
#include "app/cli/segmenter_choice.h"
#include "pipeline/classical/threshold_segmenter.h"

namespace pulmo::cli {

std::unique_ptr<Segmenter> makeThresholdSegmenter() {
  return std::make_unique<ThresholdSegmenter>();
}

}  // namespace pulmo::cli
