// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "pipeline/core/library_version.h"

namespace pulmo {

/// LibTorch; does not start it.
[[nodiscard]] std::vector<LibraryVersion> learnLibraries();

}  // namespace pulmo
