// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QColor>

#include "pipeline/core/view_types.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// What the left button does in a slice pane in place of moving the cursor. Positions are continuous voxel indices on
/// the slice in view, in or out of the scan. GUI thread only.
class PaneTool {
 public:
  virtual ~PaneTool() = default;

  /// How it is seen at the pointer.
  struct Mark {
    double circleMm = 0;  ///< diameter; 0 = no circle
    bool line = false;    ///< from where the button was pressed to the pointer
    QColor colour = Qt::white;
  };
  [[nodiscard]] virtual Mark mark() const = 0;

  virtual void press(Orientation plane, const Point3& at) = 0;
  virtual void drag(const Point3& at) = 0;
  virtual void release(const Point3& at) = 0;
  virtual void resize(int steps) = 0;
};

}  // namespace pulmo
