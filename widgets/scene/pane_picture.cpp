// SPDX-License-Identifier: Apache-2.0
#include "widgets/scene/pane_picture.h"

#include <dlfcn.h>
#include <vtkNew.h>
#include <vtkPNGWriter.h>
#include <vtkRenderWindow.h>
#include <vtkRenderer.h>
#include <vtkUnsignedCharArray.h>

#include <algorithm>

#include "widgets/scene/lung_raster.h"
#include "widgets/scene/rgb_image_vtk.h"
#include "widgets/scene/slice_scene.h"
#include "widgets/scene/surface_scene.h"

namespace pulmo {

namespace {

constexpr int kGap = 3;

struct Place {
  int x, y, width, height;
};

/// Where each pane goes; the 3-D pane is the last one.
std::vector<Place> placesFor(int panes, int width, int height) {
  const int columns = panes <= 3 ? panes : panes == 4 ? 2 : 3;
  std::vector<Place> places;
  for (int i = 0; i < panes; ++i) {
    const bool own = panes <= 3 || (panes == 5 && i == 4);  // a column of its own
    const int column = panes <= 3 ? i : own ? 2 : i % 2;
    const int left = column * (width + kGap) / columns;
    const int right = (column + 1) * (width + kGap) / columns - kGap;
    const int half = (height - kGap) / 2;
    const int top = own || i < 2 ? 0 : half + kGap;
    places.push_back({left, top, right - left, own ? height : top == 0 ? half : height - top});
  }
  return places;
}

void drawSlice(const PanePicture& picture, const PicturePane& pane, const Place& place, std::vector<Pixel>& pixels,
               const std::shared_ptr<SharedSlices>& shared) {
  SliceScene scene(shared);
  const Grid& grid = picture.ct->grid();
  scene.setCt(picture.ct);
  scene.setLabels(pane.labels);
  scene.setLabelsExpected(pane.labelsExpected);
  scene.setEmptyText(pane.emptyText);
  scene.setTitle(pane.title);
  scene.setViewport(place.width, place.height);
  scene.setSlice(pane.orientation, picture.cursor);
  scene.setView({(grid.size[0] - 1) / 2.0, (grid.size[1] - 1) / 2.0, (grid.size[2] - 1) / 2.0}, 1);
  scene.setWindow(picture.window);
  scene.setOverlay(picture.overlay);
  scene.setCrosshair(picture.crosshair);
  scene.render(
      {pixels.data() + std::ptrdiff_t(place.y) * picture.width + place.x, place.width, place.height, picture.width});
}

/// Where there is no display. Large panes are drawn smaller and enlarged: the samples of one would fill the memory.
void drawLungsByProcessor(const PanePicture& picture, const Place& place, std::vector<Pixel>& pixels) {
  constexpr int kMostPixels = 2000;
  const int times = (std::max(place.width, place.height) + kMostPixels - 1) / kMostPixels;
  const int width = (place.width + times - 1) / times, height = (place.height + times - 1) / times;
  std::vector<Pixel> drawn(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  const PixelView out{drawn.data(), width, height, width};
  const LungRaster raster(*picture.lungs);
  raster.draw(out, {0, raster.fittingPixelsPerMm(width, height, 0)});
  drawDirections(out, 0);
  for (int y = 0; y < place.height; ++y) {
    const Pixel* from = drawn.data() + std::ptrdiff_t(y / times) * width;
    Pixel* to = pixels.data() + std::ptrdiff_t(place.y + y) * picture.width + place.x;
    for (int x = 0; x < place.width; ++x) to[x] = from[x / times];
  }
}

void drawLungs(const PanePicture& picture, const Place& place, std::vector<Pixel>& pixels) {
  if (!hasDisplay()) return drawLungsByProcessor(picture, place, pixels);
  SurfaceScene scene;
  vtkNew<vtkRenderWindow> window;
  window->SetOffScreenRendering(1);
  window->SetMultiSamples(4);
  window->SetSize(place.width, place.height);
  for (vtkRenderer* renderer : scene.renderers()) {
    window->SetNumberOfLayers(std::max(window->GetNumberOfLayers(), renderer->GetLayer() + 1));
    window->AddRenderer(renderer);
  }
  scene.setGrid(picture.ct->grid());
  scene.setSurfaces(picture.lungs);
  scene.setCursor(picture.cursor);
  scene.setPlanesVisible(picture.crosshair);
  scene.setStandardView(SurfaceScene::StandardView::Anterior);
  scene.syncCube();
  window->Render();
  vtkNew<vtkUnsignedCharArray> read;
  window->GetPixelData(0, 0, place.width - 1, place.height - 1, 0, read);
  for (int y = 0; y < place.height; ++y) {  // OpenGL's first row is the lowest
    const unsigned char* from = read->GetPointer(3 * vtkIdType(place.height - 1 - y) * place.width);
    Pixel* to = pixels.data() + std::ptrdiff_t(place.y + y) * picture.width + place.x;
    for (int x = 0; x < place.width; ++x, from += 3) to[x] = pixelOfRgb(from[0], from[1], from[2]);
  }
  window->Finalize();
}

}  // namespace

bool hasDisplay() {
  // VTK ends the process where its X server cannot be reached, so that has to be known before. Xlib is there when VTK
  // links it, and asked by name: a VTK built for another window system needs no X server.
  using Open = void* (*)(const char*);
  using Close = int (*)(void*);
  const auto open = reinterpret_cast<Open>(dlsym(RTLD_DEFAULT, "XOpenDisplay"));
  const auto close = reinterpret_cast<Close>(dlsym(RTLD_DEFAULT, "XCloseDisplay"));
  if (open == nullptr || close == nullptr) return true;
  void* display = open(nullptr);
  if (display != nullptr) close(display);
  return display != nullptr;
}

RgbImage drawPanes(const PanePicture& picture) {
  std::vector<Pixel> pixels(static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height),
                            pixelOfRgb(27, 32, 39));
  const auto slices = static_cast<int>(picture.slices.size());
  const std::vector<Place> places = placesFor(slices + (picture.lungs ? 1 : 0), picture.width, picture.height);
  const auto shared = std::make_shared<SharedSlices>();
  for (std::size_t i = 0; i < picture.slices.size(); ++i)
    drawSlice(picture, picture.slices[i], places[i], pixels, shared);
  if (picture.lungs) drawLungs(picture, places.back(), pixels);
  return rgbOf(pixels, picture.width, picture.height);
}

RgbImage rgbOf(const std::vector<Pixel>& pixels, int width, int height) {
  RgbImage image{width, height, {}};
  image.rgb.reserve(pixels.size() * 3);
  for (const Pixel pixel : pixels)
    for (const unsigned shift : {16U, 8U, 0U}) image.rgb.push_back(static_cast<std::uint8_t>(pixel >> shift));
  return image;
}

vtkSmartPointer<vtkImageData> vtkImageOf(const RgbImage& image) {
  const auto data = vtkSmartPointer<vtkImageData>::New();
  data->SetDimensions(image.width, image.height, 1);
  data->AllocateScalars(VTK_UNSIGNED_CHAR, 3);
  const std::ptrdiff_t row = 3 * std::ptrdiff_t(image.width);
  for (int y = 0; y < image.height; ++y)
    std::copy_n(image.rgb.data() + y * row, row,
                static_cast<std::uint8_t*>(data->GetScalarPointer(0, image.height - 1 - y, 0)));
  return data;
}

std::string pngOf(const RgbImage& image) {
  vtkNew<vtkPNGWriter> writer;
  writer->SetInputData(vtkImageOf(image));
  writer->WriteToMemoryOn();
  writer->AddText("Software", "Pulmoscope");
  writer->AddText("Disclaimer", "research only");
  writer->Write();
  vtkUnsignedCharArray* bytes = writer->GetResult();
  return {reinterpret_cast<const char*>(bytes->GetPointer(0)), static_cast<std::size_t>(bytes->GetNumberOfValues())};
}

void savePng(const RgbImage& image, const std::filesystem::path& path, Overwrite overwrite) {
  writeAtomically(path, overwrite, pngOf(image));
}

}  // namespace pulmo
