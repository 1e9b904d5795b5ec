// SPDX-License-Identifier: Apache-2.0
// The 3-D lungs at 512 x 512 x 300 against their limits: surfaces in 2 s, 20 frames a second (50 ms) while turning at
// 600 x 500 pixels on software OpenGL. Run below xvfb-run with LIBGL_ALWAYS_SOFTWARE=1; a mask (.mha) may be named.
#include <vtkNew.h>
#include <vtkRenderWindow.h>
#include <vtkRenderer.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <vector>

#include "pipeline/core/mha_io.h"
#include "pipeline/simulate/phantom.h"
#include "pipeline/surface/extract_surface.h"
#include "widgets/scene/surface_scene.h"

using namespace pulmo;

namespace {

/// Sorted times of `rounds` calls, in ms.
std::vector<double> timesOf(int rounds, const std::function<void()>& work) {
  std::vector<double> ms;
  for (int i = 0; i < rounds; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    ms.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(ms.begin(), ms.end());
  return ms;
}

void print(const char* what, std::size_t triangles, const std::vector<double>& ms, double limitMs) {
  const double median = ms[ms.size() / 2], most = ms[ms.size() * 95 / 100];
  std::printf("%-34s %8zu triangles   median %7.1f ms   95 %% within %7.1f ms", what, triangles, median, most);
  if (limitMs > 0) std::printf("   limit %.0f ms, x%.1f", limitMs, limitMs / median);
  std::printf("\n");
}

LabelVolume phantomLungs() {
  PhantomSpec spec;
  spec.size = {512, 512, 300};
  spec.spacingMm = {0.7, 0.7, 1};
  return std::move(makePhantom(spec)->lungs);
}

}  // namespace

int main(int argc, char** argv) {
  const LabelVolume mask = argc > 1 ? loadMhaLabels(argv[1]) : phantomLungs();
  const Index3 size = mask.grid().size;
  std::printf("mask of %d x %d x %d\n", size[0], size[1], size[2]);
  std::shared_ptr<const std::vector<TriangleMesh>> meshes;
  for (const auto quality : {SurfaceQuality::Export, SurfaceQuality::View}) {
    const auto ms = timesOf(
        5, [&] { meshes = std::make_shared<const std::vector<TriangleMesh>>(*extractSurfaces(mask, quality)); });
    std::size_t triangles = 0;
    for (const TriangleMesh& m : *meshes) triangles += m.triangles.size();
    const bool forView = quality == SurfaceQuality::View;
    print(forView ? "surfaces for the view" : "surfaces for a file", triangles, ms, forView ? 2000 : 0);
  }

  SurfaceScene scene;
  scene.setGrid(mask.grid());
  scene.setCursor({size[0] / 3, size[1] / 2, size[2] / 2});
  vtkNew<vtkRenderWindow> window;
  window->SetOffScreenRendering(1);
  window->SetMultiSamples(0);  // as the window's pane has it
  window->SetSize(600, 500);
  for (vtkRenderer* renderer : scene.renderers()) window->AddRenderer(renderer);
  print("into the scene", 0, timesOf(5, [&] { scene.setSurfaces(meshes); }), 50);
  for (const bool translucent : {false, true})
    for (const bool turning : {false, true}) {
      scene.setOpacity(translucent ? 0.4 : 1);
      scene.setInteractive(turning);
      window->Render();
      const auto ms = timesOf(120, [&] {
        scene.turn(3, 0.5);
        scene.syncCube();
        window->Render();
      });
      const char* solidity = turning ? "frame, opaque, turning" : "frame, opaque, full detail";
      if (translucent) solidity = turning ? "frame, translucent, turning" : "frame, translucent, full detail";
      print(solidity, scene.trianglesShown(), ms, turning ? 50 : 0);
    }
  for (vtkRenderer* renderer : scene.renderers()) window->RemoveRenderer(renderer);
  return 0;
}
