// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QImage>
#include <QWidget>
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "models/study/view_state.h"
#include "pipeline/core/triangle_mesh.h"
#include "pipeline/core/voxel_box.h"
#include "widgets/scene/colour_scale.h"
#include "widgets/scene/slice_scene.h"

class QSplitter;

namespace pulmo {

class PaneFrame;
class PaneTool;
class SlicePane;
class SurfacePane;

enum class PaneId { Native, Mask, Prediction, Simulated, Lungs };

/// The centre of the window: up to five linked panes. It hands volumes to the panes and arranges them; what they share
/// is in the ViewState. GUI thread only.
///
/// Object names, for tests: "pane.native", "pane.mask", "pane.prediction", "pane.simulated", "pane.lungs" are the
/// pictures; "frame.native" and so on the panes with their bars.
class ViewGrid : public QWidget {
  Q_OBJECT
 public:
  /// @param state  outlives the grid
  explicit ViewGrid(ViewState& state, QWidget* parent = nullptr);
  ~ViewGrid() override;

  void setCt(const CtPtr& ct);  ///< of all panes but Simulated; null = none; drops no labels
  void setLabels(PaneId pane, LabelPtr labels, const QString& origin);  ///< for Mask and Prediction
  void labelsEdited(PaneId pane, const VoxelBox& box);  ///< voxels of the pane's labels have changed, within the box
  /// What the left button does in a pane's slices; null = moves the cursor. Call it again when the tool's mark changes.
  void setTool(PaneId pane, PaneTool* tool);
  /// What the Simulated pane shows, a scan of its own. @param lesions  null = not coloured
  void setSimulated(CtPtr ct, LabelPtr lesions, const QString& origin);
  void setPalette(PaneId pane, const LabelPalette& palette);  ///< of the pane's labels; the lungs' unless set
  /// One axial slice of a pane in place of its volume's; null = none. Kept until set again.
  void setPatch(PaneId pane, SlicePatchPtr patch);
  void setName(PaneId pane, const QString& name);    ///< in place of the pane's own
  void setDetail(PaneId pane, const QString& text);  ///< beside the pane's name
  void setEmptyText(PaneId pane, const QString& sentence);
  void setSurfaces(std::shared_ptr<const std::vector<TriangleMesh>> surfaces);  ///< null = none
  /// Colours them by values, with a scale, until other surfaces come. As SurfaceScene; without values: by side.
  void setSurfaceColours(SurfaceColours colours);

  /// Other labels over a slice pane's scan. Those of setLabels and setPatch stay set, unseen; while the pane has a
  /// tool, which may change them, they are seen.
  struct StandIn {
    LabelPtr labels;
    LabelPalette palette;
    QString detail;
  };
  void setStandIn(PaneId pane, std::optional<StandIn> standIn);  ///< nullopt = the pane's own again

  void setPaneVisible(PaneId pane, bool visible);
  [[nodiscard]] bool isPaneVisible(PaneId pane) const;  ///< chosen to be seen; a maximised neighbour may cover it
  void maximise(std::optional<PaneId> pane);            ///< nullopt = back to all panes
  [[nodiscard]] std::optional<PaneId> maximised() const { return maximised_; }
  void setOrientation(Orientation orientation);              ///< of all slice panes
  [[nodiscard]] Orientation orientation(PaneId pane) const;  ///< of the 3-D pane: the active or first slice pane's
  [[nodiscard]] PaneId activePane() const { return active_; }
  void takeFocus();  ///< onto the active pane

  [[nodiscard]] QImage picture();     ///< all of it as seen
  [[nodiscard]] QImage snapshot3d();  ///< the 3-D lungs alone; null without OpenGL

 Q_SIGNALS:
  void paneVisibilityChanged(PaneId pane, bool visible);
  void maximisedChanged();
  void orientationChanged(PaneId pane, Orientation orientation);
  void voxelHovered(std::optional<Index3> voxel);  ///< nullopt: the mouse is over no voxel
  void paneActivated(PaneId pane);

 private:
  static constexpr std::size_t kPanes = 5, kSlicePanes = 4;
  void makeSlicePane(PaneId pane);
  void makeSurfacePane();
  void connectFrame(PaneId pane);
  void activate(PaneId pane);
  void arrange();
  void showLabels(PaneId pane);
  [[nodiscard]] SlicePane* slice(PaneId pane) const;  ///< null for the 3-D pane

  /// What a slice pane shows over its scan.
  struct Overlay {
    LabelPtr labels;
    LabelPalette palette = lungPalette();
    SlicePatchPtr patch;
    QString detail;
    std::optional<StandIn> standIn;
    bool tool = false;
  };

  ViewState& state_;
  std::shared_ptr<SharedSlices> shared_;
  QSplitter* row_;
  std::array<QSplitter*, 3> columns_{};
  std::array<PaneFrame*, kPanes> frames_{};
  std::array<SlicePane*, kSlicePanes> slices_{};
  std::array<Overlay, kSlicePanes> overlays_;
  SurfacePane* surface_ = nullptr;
  std::array<bool, kPanes> visible_{true, true, true, true, true};
  std::optional<PaneId> maximised_;
  std::vector<QByteArray> sizesBefore_;  ///< of row and columns, from before a pane was maximised
  PaneId active_ = PaneId::Native;
};

}  // namespace pulmo
