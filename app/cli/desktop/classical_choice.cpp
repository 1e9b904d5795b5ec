// SPDX-License-Identifier: Apache-2.0
#include "app/cli/segmenter_choice.h"
#include "pipeline/classical/border_marching_segmenter.h"
#include "pipeline/classical/graph_search_segmenter.h"
#include "pipeline/classical/threshold_segmenter.h"

namespace pulmo::cli {

std::unique_ptr<Segmenter> makeClassicalSegmenter(const SegmenterChoice& choice) {
  if (choice.method == "border-marching") return std::make_unique<BorderMarchingSegmenter>();
  if (choice.method == "graph-search") return std::make_unique<GraphSearchSegmenter>();
  return std::make_unique<ThresholdSegmenter>();
}

}  // namespace pulmo::cli
