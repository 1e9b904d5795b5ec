// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vtkImageData.h>
#include <vtkSmartPointer.h>

#include "widgets/scene/pane_picture.h"

namespace pulmo {

/// The same picture as VTK's writers take it: its first row is the lowest.
[[nodiscard]] vtkSmartPointer<vtkImageData> vtkImageOf(const RgbImage& image);

}  // namespace pulmo
