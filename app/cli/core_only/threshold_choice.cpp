// SPDX-License-Identifier: Apache-2.0
#include "app/cli/segmenter_choice.h"
#include "pipeline/core/error.h"

namespace pulmo::cli {

std::unique_ptr<Segmenter> makeThresholdSegmenter() {
  throw Error(ErrorKind::Unsupported,
              "This build does not have the threshold method: name a network with --weights FILE.pth.");
}

}  // namespace pulmo::cli
