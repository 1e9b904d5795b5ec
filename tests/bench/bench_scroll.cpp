// SPDX-License-Identifier: Apache-2.0
// Scrolls the real panes and times every frame, from the wheel until all panes that changed are painted.
#include <vtkCamera.h>
#include <vtkImageData.h>
#include <vtkImageMapToColors.h>
#include <vtkImageProperty.h>
#include <vtkImageSlice.h>
#include <vtkImageSliceMapper.h>
#include <vtkLookupTable.h>
#include <vtkNew.h>
#include <vtkRenderer.h>
#include <QApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QScreen>
#include <QWheelEvent>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "pipeline/core/label_set.h"
#include "pipeline/simulate/phantom.h"
#include "pipeline/surface/extract_surface.h"
#include "widgets/view/slice_pane.h"
#include "widgets/view/surface_pane.h"
#include "widgets/view/view_grid.h"
#include "widgets/view/vtk_view.h"

namespace {

using namespace pulmo;

constexpr double kLimitMs = 40;
constexpr int kFrames = 300;

/// The peer: a slice pane as VTK draws it, on the graphics library that the process has, without texts or outlines.
class VtkSlicePane {
 public:
  VtkSlicePane(const CtVolume& ct, const LabelVolume& labels) {
    view_.resize(531, 470);
    add(ct.voxels().data(), sizeof(std::int16_t), VTK_SHORT, ct.grid(), nullptr);
    vtkNew<vtkLookupTable> colours;
    colours->SetNumberOfTableValues(3);
    colours->SetRange(0, 2);
    colours->SetTableValue(0, 0, 0, 0, 0);
    colours->SetTableValue(1, 0.34, 0.7, 0.91, 0.35);
    colours->SetTableValue(2, 0.94, 0.67, 0.24, 0.35);
    add(labels.voxels().data(), 1, VTK_UNSIGNED_CHAR, labels.grid(), colours);
    renderer_->GetActiveCamera()->ParallelProjectionOn();
    view_.addRenderer(renderer_);
    renderer_->ResetCamera();
  }
  void draw(int slice) {
    for (const auto& mapper : mappers_) mapper->SetSliceNumber(slice);
    view_.render();
    (void)view_.frame();
  }

 private:
  void add(const void* voxels, std::size_t bytes, int type, const Grid& grid, vtkLookupTable* colours) {
    vtkNew<vtkImageData> image;
    image->SetDimensions(grid.size.data());
    image->SetSpacing(grid.spacingMm.data());
    image->AllocateScalars(type, 1);
    std::memcpy(image->GetScalarPointer(), voxels, grid.voxelCount() * bytes);
    auto mapper = vtkSmartPointer<vtkImageSliceMapper>::New();
    mapper->SetInputData(image);
    mapper->SetOrientationToZ();
    vtkNew<vtkImageSlice> slice;
    slice->SetMapper(mapper);
    slice->GetProperty()->SetInterpolationTypeToLinear();
    slice->GetProperty()->SetColorWindow(1500);
    slice->GetProperty()->SetColorLevel(-600);
    if (colours != nullptr) {
      slice->GetProperty()->SetLookupTable(colours);
      slice->GetProperty()->UseLookupTableScalarRangeOn();
      slice->GetProperty()->SetInterpolationTypeToNearest();
    }
    renderer_->AddViewProp(slice);
    mappers_.push_back(mapper);
  }
  VtkView view_;
  vtkNew<vtkRenderer> renderer_;
  std::vector<vtkSmartPointer<vtkImageSliceMapper>> mappers_;
};

/// @return the 95th percentile of drawing four such panes
double scrollPeer(const CtVolume& ct, const LabelVolume& labels) {
  std::vector<std::unique_ptr<VtkSlicePane>> panes;
  for (int i = 0; i < 4; ++i) panes.push_back(std::make_unique<VtkSlicePane>(ct, labels));
  std::vector<double> frames;
  for (int i = 0; i < 60; ++i) {
    QElapsedTimer timer;
    timer.start();
    for (const auto& pane : panes) pane->draw(40 + i % 60);
    if (i > 0) frames.push_back(double(timer.nsecsElapsed()) / 1e6);  // the first one compiles shaders
  }
  std::sort(frames.begin(), frames.end());
  const double p95 = frames[frames.size() * 95 / 100];
  std::printf("%-22s median %5.1f  95 %% %5.1f  max %5.1f ms | the pixels alone, not yet on the screen\n",
              "peer: VTK, axial", frames[frames.size() / 2], p95, frames.back());
  return p95;
}

/// One wheel step over a pane, and back to the caller when every slice pane has been painted and the window flushed.
double frameMs(const std::vector<SlicePane*>& panes, int direction) {
  QEventLoop loop;
  std::size_t painted = 0;
  std::vector<QMetaObject::Connection> connections;
  for (SlicePane* pane : panes)
    connections.push_back(QObject::connect(pane, &SlicePane::painted, &loop, [&] {
      // queued: runs after the window system has got the pixels of this turn
      if (++painted == panes.size()) QMetaObject::invokeMethod(&loop, &QEventLoop::quit, Qt::QueuedConnection);
    }));
  QElapsedTimer timer;
  timer.start();
  const QPointF middle(panes[0]->width() / 2.0, panes[0]->height() / 2.0);
  QWheelEvent wheel(middle, panes[0]->mapToGlobal(middle), {}, {0, 120 * direction}, Qt::NoButton, Qt::NoModifier,
                    Qt::NoScrollPhase, false);
  QApplication::sendEvent(panes[0], &wheel);
  loop.exec();
  const double ms = double(timer.nsecsElapsed()) / 1e6;
  for (const auto& connection : connections) QObject::disconnect(connection);
  return ms;
}

/// @return the 95th percentile
double scroll(ViewGrid& grid, ViewState& state, const char* name, Orientation orientation, const OverlayStyle& style) {
  grid.setOrientation(orientation);
  state.setOverlay(style);
  std::vector<SlicePane*> panes;
  for (const char* pane : {"pane.native", "pane.mask", "pane.prediction", "pane.simulated"})
    panes.push_back(grid.findChild<SlicePane*>(pane));
  frameMs(panes, 1);  // the change of orientation and style is painted with this one
  SliceScene::Times before{};
  for (SlicePane* pane : panes) {
    const SliceScene::Times& t = pane->scene().times();
    before.ct += t.ct, before.labels += t.labels, before.outlines += t.outlines, before.annotations += t.annotations;
  }
  std::vector<double> frames;
  int direction = 1;
  const int slices = state.grid().size[ViewState::normalAxis(orientation)];
  for (int i = 0; i < kFrames; ++i) {
    const int at = state.cursor()[ViewState::normalAxis(orientation)];
    if (at == slices - 1) direction = -1;
    if (at == 0) direction = 1;
    frames.push_back(frameMs(panes, direction));
  }
  double total = 0;
  for (const double ms : frames) total += ms;
  std::sort(frames.begin(), frames.end());
  SliceScene::Times spent{};
  for (SlicePane* pane : panes) {
    const SliceScene::Times& t = pane->scene().times();
    spent.ct += t.ct, spent.labels += t.labels, spent.outlines += t.outlines, spent.annotations += t.annotations;
  }
  const double ct = spent.ct - before.ct, labels = spent.labels - before.labels,
               outlines = spent.outlines - before.outlines, annotations = spent.annotations - before.annotations;
  const double p95 = frames[frames.size() * 95 / 100];
  std::printf("%-22s median %5.1f  95 %% %5.1f  max %5.1f ms | limit %.0f ms, %.2f of it | ", name,
              frames[frames.size() / 2], p95, frames.back(), kLimitMs, p95 / kLimitMs);
  std::printf("CT %2.0f %%, fill %2.0f %%, outlines %2.0f %%, texts %2.0f %%, window system and events %2.0f %%\n",
              100 * ct / total, 100 * labels / total, 100 * outlines / total, 100 * annotations / total,
              100 * (total - ct - labels - outlines - annotations) / total);
  return p95;
}

}  // namespace

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  PhantomSpec spec;
  spec.size = {512, 512, 133};
  spec.spacingMm = {0.7, 0.7, 2.5};
  auto phantom = makePhantom(spec);
  auto surfaces = std::make_shared<std::vector<TriangleMesh>>(*extractSurfaces(phantom->lungs, SurfaceQuality::View));
  const auto ct = std::make_shared<const CtVolume>(std::move(phantom->ct));
  const auto lungs = std::make_shared<const LabelVolume>(std::move(phantom->lungs));

  ViewState state;
  ViewGrid grid(state);
  grid.resize(1600, 1000);
  state.setGrid(ct->grid());
  grid.setCt(ct);
  for (const PaneId pane : {PaneId::Mask, PaneId::Prediction}) grid.setLabels(pane, lungs, "phantom");
  grid.setSimulated(std::make_shared<const CtVolume>(*ct), lungs, "phantom");
  grid.setSurfaces(surfaces);
  grid.show();
  std::printf("512 x 512 x 133, five panes in 1600 x 1000, %d frames each; scale factor %.1f\n", kFrames,
              grid.devicePixelRatioF());
  OverlayStyle outline;
  outline.outlineOnly = true;
  double worst = 0;
  const double axial = scroll(grid, state, "axial, filled", Orientation::Axial, {});
  worst = std::max(worst, axial);
  worst = std::max(worst, scroll(grid, state, "axial, outlines", Orientation::Axial, outline));
  worst = std::max(worst, scroll(grid, state, "coronal, filled", Orientation::Coronal, {}));
  worst = std::max(worst, scroll(grid, state, "sagittal, filled", Orientation::Sagittal, {}));
  const double peer = scrollPeer(*ct, *lungs);
  std::printf("four slices through VTK take %.1f times as long (95 %% to 95 %%)\n", peer / axial);
  if (argc > 1) grid.picture().save(argv[1]);
  return worst <= kLimitMs ? EXIT_SUCCESS : EXIT_FAILURE;
}
