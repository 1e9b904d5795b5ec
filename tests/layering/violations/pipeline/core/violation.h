// SPDX-License-Identifier: Apache-2.0
// Input of the layering test: the core may not know VTK.
#pragma once
#include <vtkObject.h>
