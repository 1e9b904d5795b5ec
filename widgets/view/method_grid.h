// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QImage>
#include <QWidget>
#include <memory>
#include <optional>
#include <vector>

#include "models/study/view_state.h"
#include "widgets/scene/slice_scene.h"

class QGridLayout;

namespace pulmo {

class PaneFrame;
class SlicePane;

/// The same slice of one scan as often as there are masks to compare, each with the outline of its own. The panes share
/// the ViewState, so cursor, slices, zoom and window are linked. GUI thread only.
///
/// Object names, for tests: "method.0", "method.1" … are the pictures in the order of the masks.
class MethodGrid : public QWidget {
  Q_OBJECT
 public:
  struct Shown {
    QString name;
    QString detail;     ///< beside the name: seconds
    LabelPtr labels;    ///< null = none yet
    QString emptyText;  ///< said where there are no labels
  };

  /// @param state  outlives the grid
  explicit MethodGrid(ViewState& state, QWidget* parent = nullptr);
  ~MethodGrid() override;

  void setCt(const CtPtr& ct);
  void setMasks(const std::vector<Shown>& masks);
  void setChosen(std::optional<std::size_t> pane);  ///< framed: the one that is worked on
  void toggleMaximised();                           ///< the pane last turned to alone, or all again
  void setOrientation(Orientation orientation);
  [[nodiscard]] Orientation orientation() const { return orientation_; }

 Q_SIGNALS:
  void voxelHovered(std::optional<Index3> voxel);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  struct Pane {
    PaneFrame* frame;
    SlicePane* slice;
  };
  void addPane();
  void maximise(std::size_t pane);
  void arrange();
  [[nodiscard]] int columnsThatFit(int panes) const;

  ViewState& state_;
  std::shared_ptr<SharedSlices> shared_;
  CtPtr ct_;
  Orientation orientation_ = Orientation::Axial;
  QGridLayout* layout_;
  std::vector<Pane> panes_;
  std::size_t used_ = 0, turnedTo_ = 0;
  std::optional<std::size_t> maximised_;
};

}  // namespace pulmo
