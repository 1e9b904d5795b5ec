// SPDX-License-Identifier: Apache-2.0
#include "pipeline/dicomseg/dicomseg_libraries.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcuid.h>

namespace pulmo {

std::vector<LibraryVersion> dicomSegLibraries() {
  return {{"DCMTK", OFFIS_DCMTK_VERSION_STRING, "BSD-3-Clause"}};
}

}  // namespace pulmo
