// SPDX-License-Identifier: Apache-2.0
#include "app/cli/segmenter_choice.h"
#include "pipeline/core/error.h"

namespace pulmo::cli {

std::unique_ptr<Segmenter> makeClassicalSegmenter(const SegmenterChoice& choice) {
  throw Error(ErrorKind::Unsupported, "This build does not have the method " +
                                          (choice.method.empty() ? std::string("threshold") : choice.method) +
                                          ": name a network with --weights FILE.pth.");
}

}  // namespace pulmo::cli
