// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "pipeline/core/library_version.h"

namespace pulmo {

/// VTK.
[[nodiscard]] std::vector<LibraryVersion> sceneLibraries();

}  // namespace pulmo
