// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "pipeline/core/library_version.h"

namespace pulmo {

/// DCMTK.
[[nodiscard]] std::vector<LibraryVersion> dicomSegLibraries();

}  // namespace pulmo
