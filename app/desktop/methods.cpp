// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/methods.h"

#include "pipeline/classical/border_marching_segmenter.h"
#include "pipeline/classical/graph_search_segmenter.h"
#include "pipeline/classical/threshold_segmenter.h"
#include "pipeline/core/error.h"
#include "pipeline/learn/file_segmenter.h"
#include "pipeline/learn/shipped_weights.h"

namespace pulmo {

std::vector<std::shared_ptr<const Segmenter>> offeredMethods() {
  std::vector<std::shared_ptr<const Segmenter>> methods;
  try {
    if (auto weights = findShippedWeights()) methods.push_back(std::make_shared<FileSegmenter>(std::move(*weights)));
  } catch (const Error&) {  // a variable that names no file: the window works without
  }
  methods.push_back(std::make_shared<ThresholdSegmenter>());
  methods.push_back(std::make_shared<BorderMarchingSegmenter>());
  methods.push_back(std::make_shared<GraphSearchSegmenter>());
  return methods;
}

}  // namespace pulmo
