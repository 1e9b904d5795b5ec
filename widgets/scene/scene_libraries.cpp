// SPDX-License-Identifier: Apache-2.0
#include "widgets/scene/scene_libraries.h"

#include <vtkVersion.h>

namespace pulmo {

std::vector<LibraryVersion> sceneLibraries() {
  return {{"VTK", vtkVersion::GetVTKVersion(), "BSD-3-Clause"}};
}

}  // namespace pulmo
