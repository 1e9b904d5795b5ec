// SPDX-License-Identifier: Apache-2.0
#include "pipeline/report/texture_figures.h"

#include <nlohmann/json.hpp>

#include "pipeline/report/number_text.h"

namespace pulmo {

namespace {

using T = Texture;
using Value = std::optional<double>;

constexpr TextureFigure kFigures[] = {
    {"ml", "Volume, ml", 1, [](const T& t) { return t.ml; }},
    {"mean_hu", "Mean, HU", 1, [](const T& t) -> Value { return t.meanHu; }},
    {"sd_hu", "SD, HU", 1, [](const T& t) -> Value { return t.sdHu; }},
    {"skewness", "Skewness", 2, [](const T& t) -> Value { return t.skewness; }},
    {"kurtosis", "Excess kurtosis", 2, [](const T& t) -> Value { return t.kurtosis; }},
    {"percentile_10_hu", "P10, HU", 0, [](const T& t) -> Value { return t.percentileHu[0]; }},
    {"percentile_25_hu", "P25, HU", 0, [](const T& t) -> Value { return t.percentileHu[1]; }},
    {"percentile_50_hu", "Median, HU", 0, [](const T& t) -> Value { return t.percentileHu[2]; }},
    {"percentile_75_hu", "P75, HU", 0, [](const T& t) -> Value { return t.percentileHu[3]; }},
    {"percentile_90_hu", "P90, HU", 0, [](const T& t) -> Value { return t.percentileHu[4]; }},
    {"level_entropy_bits", "Level entropy, bits", 2, [](const T& t) -> Value { return t.levelEntropyBits; }},
    {"level_energy", "Level energy", 3, [](const T& t) -> Value { return t.levelEnergy; }},
    {"contrast", "Contrast", 2, [](const T& t) { return t.contrast; }},
    {"homogeneity", "Homogeneity", 3, [](const T& t) { return t.homogeneity; }},
    {"correlation", "Correlation", 3, [](const T& t) { return t.correlation; }},
    {"pair_energy", "Pair energy", 3, [](const T& t) { return t.energy; }},
    {"pair_entropy_bits", "Pair entropy, bits", 2, [](const T& t) { return t.entropyBits; }},
};

}  // namespace

std::span<const TextureFigure> textureFigures() {
  return kFigures;
}

const char* keyOf(TexturePart part) {
  constexpr const char* kKeys[] = {"right_lung", "left_lung", "lungs", "sphere"};
  return kKeys[static_cast<std::size_t>(part)];
}

std::string toJson(const std::vector<MeasuredTexture>& textures, const GreyLevels& levels) {
  nlohmann::json list = nlohmann::json::array();
  for (const MeasuredTexture& each : textures) {
    const Texture& t = each.texture;
    nlohmann::json object{{"label", keyOf(each.part)}, {"voxels", t.voxels}, {"pairs", t.pairs}};
    for (const TextureFigure& figure : kFigures) {
      const auto value = t.voxels > 0 ? measured(figure.value(t)) : std::nullopt;
      object[figure.key] = value ? nlohmann::json(*value) : nlohmann::json();
    }
    if (each.part == TexturePart::Sphere) {
      object["centre_mm"] = each.sphere.centreMm;
      object["radius_mm"] = each.sphere.radiusMm;
    }
    list.push_back(std::move(object));
  }
  return nlohmann::json{{"levels", {{"low_hu", levels.lowHu}, {"bin_hu", levels.binHu}, {"count", levels.count}}},
                        {"regions", list}}
      .dump(2);
}

std::string toCsv(const std::vector<MeasuredTexture>& textures, const GreyLevels& levels) {
  std::string csv = "label,voxels,pairs";
  for (const TextureFigure& figure : kFigures) csv += std::string(",") + figure.key;
  csv += ",low_hu,bin_hu,levels,centre_x_mm,centre_y_mm,centre_z_mm,radius_mm\n";
  for (const MeasuredTexture& each : textures) {
    const Texture& t = each.texture;
    csv += std::string(keyOf(each.part)) + "," + std::to_string(t.voxels) + "," + std::to_string(t.pairs);
    for (const TextureFigure& figure : kFigures)
      csv += "," + numberText(t.voxels > 0 ? figure.value(t) : std::nullopt, 6, "");
    csv += "," + std::to_string(levels.lowHu) + "," + std::to_string(levels.binHu) + "," + std::to_string(levels.count);
    const bool sphere = each.part == TexturePart::Sphere;
    for (const double mm : each.sphere.centreMm) csv += "," + numberText(sphere ? Value(mm) : std::nullopt, 3, "");
    csv += "," + numberText(sphere ? Value(each.sphere.radiusMm) : std::nullopt, 3, "") + "\n";
  }
  return csv;
}

std::string toText(const std::vector<MeasuredTexture>& textures, const GreyLevels& levels) {
  constexpr std::size_t kName = 25, kColumn = 11;
  constexpr const char* kHeadings[] = {"Right", "Left", "Both", "Sphere"};
  std::string text(kName, ' ');
  for (const MeasuredTexture& each : textures) text += padded(kHeadings[static_cast<std::size_t>(each.part)], kColumn);
  text += "\n";
  for (const TextureFigure& figure : kFigures) {
    std::string line = figure.name;
    line.resize(kName, ' ');
    for (const MeasuredTexture& each : textures)
      line +=
          padded(numberText(each.texture.voxels > 0 ? figure.value(each.texture) : std::nullopt, figure.decimals, "-"),
                 kColumn);
    text += line + "\n";
  }
  return text + std::to_string(levels.count) + " levels of " + std::to_string(levels.binHu) + " HU from " +
         std::to_string(levels.lowHu) + " HU; pairs one voxel apart in 13 directions\n";
}

}  // namespace pulmo
