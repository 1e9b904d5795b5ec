// SPDX-License-Identifier: Apache-2.0
// Surfaces for the 3-D pane at 512 x 512 x 300 against their limit of 2 s, and frames a second while the lungs turn.
#include <vtkNew.h>
#include <vtkRenderWindow.h>
#include <vtkRenderer.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <vector>

#include "pipeline/simulate/phantom.h"
#include "pipeline/surface/extract_surface.h"
#include "widgets/scene/surface_scene.h"

namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

int main() {
  using namespace pulmo;
  PhantomSpec spec;
  spec.size = {512, 512, 300};
  spec.spacingMm = {0.7, 0.7, 1};
  const auto phantom = makePhantom(spec);
  std::vector<double> seconds;
  std::shared_ptr<const std::vector<TriangleMesh>> meshes;
  for (int round = 0; round < 5; ++round) {
    const double start = now();
    meshes = std::make_shared<const std::vector<TriangleMesh>>(*extractSurfaces(phantom->lungs, SurfaceQuality::View));
    seconds.push_back(now() - start);
  }
  std::sort(seconds.begin(), seconds.end());
  std::size_t triangles = 0;
  for (const TriangleMesh& m : *meshes) triangles += m.triangles.size();
  std::printf("surfaces of 512 x 512 x 300: median %.2f s of 5 (limit 2 s), %zu triangles\n", seconds[2], triangles);

  SurfaceScene scene;
  scene.setGrid(phantom->lungs.grid());
  scene.setSurfaces(meshes);
  vtkNew<vtkRenderWindow> window;
  window->SetOffScreenRendering(1);
  window->SetSize(600, 500);
  for (vtkRenderer* renderer : scene.renderers()) window->AddRenderer(renderer);
  scene.setInteractive(true);
  window->Render();
  std::vector<double> frames;
  for (int i = 0; i < 120; ++i) {
    scene.turn(3, 0.5);
    scene.syncCube();
    const double start = now();
    window->Render();
    frames.push_back(now() - start);
  }
  std::sort(frames.begin(), frames.end());
  std::printf(
      "turning, 600 x 500 pixels, %zu triangles: median %.1f ms, 95 %% within %.1f ms (limit 50 ms: 20 frames a "
      "second)\n",
      scene.trianglesShown(), 1000 * frames[60], 1000 * frames[114]);
  for (vtkRenderer* renderer : scene.renderers()) window->RemoveRenderer(renderer);
  return 0;
}
