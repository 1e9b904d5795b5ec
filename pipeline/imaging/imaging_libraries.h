// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "pipeline/core/library_version.h"

namespace pulmo {

/// ITK, GDCM and zlib.
[[nodiscard]] std::vector<LibraryVersion> imagingLibraries();

}  // namespace pulmo
