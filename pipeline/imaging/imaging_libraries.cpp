// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/imaging_libraries.h"

#include <gdcmVersion.h>
#include <itkVersion.h>
#include <zlib.h>

namespace pulmo {

std::vector<LibraryVersion> imagingLibraries() {
  return {{"ITK", itk::Version::GetITKVersion(), "Apache-2.0"},
          {"GDCM", gdcm::Version::GetVersion(), "BSD-3-Clause"},
          {"zlib", zlibVersion(), "zlib"}};
}

}  // namespace pulmo
