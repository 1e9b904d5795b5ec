// SPDX-License-Identifier: Apache-2.0
#include "widgets/scene/slice_text.h"

#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkStdString.h>
#include <vtkTextProperty.h>
#include <vtkTextRenderer.h>

#include <algorithm>

namespace pulmo {

namespace {

constexpr std::size_t kMostSprites = 512;  // some 3 MB; a position and a value change with every slice

/// Ink spread by one pixel to all sides: the dark rim that keeps light letters readable on bone.
void addRim(TextSprite& text) {
  text.rim.assign(text.ink.size(), 0);
  for (int y = 0; y < text.height; ++y)
    for (int x = 0; x < text.width; ++x) {
      std::uint8_t most = 0;
      for (int j = std::max(0, y - 1); j <= std::min(text.height - 1, y + 1); ++j)
        for (int i = std::max(0, x - 1); i <= std::min(text.width - 1, x + 1); ++i)
          most = std::max(most, text.ink[text.at(i, j)]);
      text.rim[text.at(x, y)] = most;
    }
}

}  // namespace

struct TextCache::Font {
  vtkNew<vtkTextProperty> property;
  vtkNew<vtkImageData> image;
};

TextCache::TextCache() : font_(std::make_unique<Font>()) {
  font_->property->SetFontFamilyToArial();
  font_->property->SetColor(1, 1, 1);
}
TextCache::~TextCache() = default;

const TextSprite& TextCache::sprite(const std::string& utf8, const Style& style) {
  const auto key = std::make_pair(style, utf8);
  const auto found = sprites_.find(key);
  if (found != sprites_.end()) return found->second;
  if (sprites_.size() >= kMostSprites) sprites_.clear();
  TextSprite& text = sprites_[key];
  vtkTextRenderer* renderer = vtkTextRenderer::GetInstance();
  if (utf8.empty() || renderer == nullptr) return text;
  font_->property->SetFontSize(style.pixels);
  font_->property->SetBold(style.bold ? 1 : 0);
  int size[2] = {0, 0};
  vtkImageData* image = font_->image;
  if (!renderer->RenderString(font_->property, utf8, image, size, 72)) return text;  // at 72 dpi a point is a pixel
  const int* extent = image->GetExtent();
  const int width = std::min(size[0], extent[1] - extent[0] + 1);
  const int height = std::min(size[1], extent[3] - extent[2] + 1);
  const int channels = image->GetNumberOfScalarComponents();
  if (width <= 0 || height <= 0) return text;
  text.width = width + 2;
  text.height = height + 2;
  text.ink.assign(static_cast<std::size_t>(text.width) * static_cast<std::size_t>(text.height), 0);
  for (int y = 0; y < height; ++y) {  // VTK's first row is the lowest
    const auto* from =
        static_cast<const std::uint8_t*>(image->GetScalarPointer(extent[0], extent[2] + height - 1 - y, extent[4]));
    for (int x = 0; x < width; ++x) text.ink[text.at(x + 1, y + 1)] = from[x * channels + channels - 1];
  }
  addRim(text);
  return text;
}

void drawText(const PixelView& out, const TextSprite& text, int x, int y, Pixel colour) {
  constexpr Pixel kRim = pixelOfRgb(0, 0, 0);
  for (int j = std::max(0, -y); j < text.height && y + j < out.height; ++j) {
    Pixel* row = out.row(y + j);
    for (int i = std::max(0, -x); i < text.width && x + i < out.width; ++i) {
      const auto at = text.at(i, j);
      if (text.rim[at] == 0) continue;
      row[x + i] = blended(row[x + i], kRim, text.rim[at] * 190U / 255U);
      row[x + i] = blended(row[x + i], colour, text.ink[at] * 256U / 255U);
    }
  }
}

}  // namespace pulmo
