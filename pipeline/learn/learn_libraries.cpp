// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/learn_libraries.h"

#include <torch/version.h>

namespace pulmo {

std::vector<LibraryVersion> learnLibraries() {
  return {{"LibTorch", TORCH_VERSION, "BSD-3-Clause"}};
}

}  // namespace pulmo
