// SPDX-License-Identifier: Apache-2.0
#include "pipeline/report/density_figures.h"

#include <nlohmann/json.hpp>

#include "pipeline/report/number_text.h"

namespace pulmo {

namespace {

using D = Densitometry;
using Value = std::optional<double>;

constexpr DensityFigure kFigures[] = {
    {"ml", "Volume, ml", 1, [](const D& d) { return d.ml; }},
    {"mass_g", "Tissue, g", 1, [](const D& d) { return d.massG; }},
    {"mean_hu", "Mean, HU", 1, [](const D& d) -> Value { return d.meanHu; }},
    {"sd_hu", "SD, HU", 1, [](const D& d) -> Value { return d.sdHu; }},
    {"skewness", "Skewness", 2, [](const D& d) -> Value { return d.skewness; }},
    {"kurtosis", "Excess kurtosis", 2, [](const D& d) -> Value { return d.kurtosis; }},
    {"percentile_10_hu", "10th percentile, HU", 0, [](const D& d) -> Value { return d.percentile10Hu; }},
    {"percentile_15_hu", "15th percentile, HU", 0, [](const D& d) -> Value { return d.percentile15Hu; }},
    {"laa_950_percent", "Below -950 HU, %", 1, [](const D& d) -> Value { return d.lowPercent[0]; }},
    {"laa_925_percent", "Below -925 HU, %", 1, [](const D& d) -> Value { return d.lowPercent[1]; }},
    {"laa_910_percent", "Below -910 HU, %", 1, [](const D& d) -> Value { return d.lowPercent[2]; }},
    {"laa_856_percent", "Below -856 HU, %", 1, [](const D& d) -> Value { return d.lowPercent[3]; }},
    {"haa_700_percent", "Above -700 HU, %", 1, [](const D& d) -> Value { return d.highPercent[0]; }},
    {"haa_600_percent", "Above -600 HU, %", 1, [](const D& d) -> Value { return d.highPercent[1]; }},
    {"haa_500_percent", "Above -500 HU, %", 1, [](const D& d) -> Value { return d.highPercent[2]; }},
    {"haa_250_percent", "Above -250 HU, %", 1, [](const D& d) -> Value { return d.highPercent[3]; }},
    {"haa_600_250_percent", "-600 to -250 HU, %", 1, [](const D& d) -> Value { return d.highBandPercent; }},
    {"hyperinflated_percent", "Hyperinflated, %", 1, [](const D& d) -> Value { return d.hyperinflatedPercent; }},
    {"inflated_percent", "Inflated, %", 1, [](const D& d) -> Value { return d.inflatedPercent; }},
    {"infiltrated_percent", "Infiltrated, %", 1, [](const D& d) -> Value { return d.infiltratedPercent; }},
    {"collapsed_percent", "Collapsed, %", 1, [](const D& d) -> Value { return d.collapsedPercent; }},
    {"dense_percent", "Dense, %", 1, [](const D& d) -> Value { return d.densePercent; }},
};

const Densitometry* wholeOf(const std::vector<MeasuredRegion>& regions, LungPart part) {
  for (const MeasuredRegion& region : regions)
    if (region.part == part && region.zone == LungZone::Whole) return &region.density;
  return nullptr;
}

std::string limitsText(const AerationLimits& limits, const char* between) {
  std::string text;
  for (const int hu : limits.fromHu) text += (text.empty() ? "" : between) + std::to_string(hu);
  return text;
}

}  // namespace

std::span<const DensityFigure> densityFigures() {
  return kFigures;
}

const char* keyOf(LungPart part) {
  return part == LungPart::Right ? "right_lung" : part == LungPart::Left ? "left_lung" : "lungs";
}

const char* keyOf(LungZone zone) {
  constexpr const char* kKeys[] = {"whole", "upper", "middle", "lower", "ventral", "dorsal"};
  return kKeys[static_cast<std::size_t>(zone)];
}

std::string toJson(const std::vector<MeasuredRegion>& regions) {
  nlohmann::json list = nlohmann::json::array();
  for (const MeasuredRegion& region : regions) {
    nlohmann::json object{{"label", keyOf(region.part)},
                          {"zone", keyOf(region.zone)},
                          {"voxels", region.density.voxels},
                          {"aeration_from_hu", region.density.aerationLimits.fromHu}};
    for (const DensityFigure& figure : kFigures) {
      const auto value = measured(figure.value(region.density));
      object[figure.key] = value ? nlohmann::json(*value) : nlohmann::json();
    }
    list.push_back(std::move(object));
  }
  return list.dump(2);
}

std::string toCsv(const std::vector<MeasuredRegion>& regions) {
  std::string csv = "label,zone,voxels";
  for (const DensityFigure& figure : kFigures) csv += std::string(",") + figure.key;
  csv += ",aeration_from_hu\n";
  for (const MeasuredRegion& region : regions) {
    csv += std::string(keyOf(region.part)) + "," + keyOf(region.zone) + "," + std::to_string(region.density.voxels);
    for (const DensityFigure& figure : kFigures) csv += "," + numberText(figure.value(region.density), 6, "");
    csv += "," + limitsText(region.density.aerationLimits, "/") + "\n";
  }
  return csv;
}

std::string toText(const std::vector<MeasuredRegion>& regions) {
  constexpr std::size_t kName = 22, kColumn = 11;
  std::string text =
      padded("", kName) + padded("Right", kColumn) + padded("Left", kColumn) + padded("Both", kColumn) + "\n";
  for (const DensityFigure& figure : kFigures) {
    std::string line = figure.name;
    line.resize(kName, ' ');
    for (const LungPart part : {LungPart::Right, LungPart::Left, LungPart::Both}) {
      const Densitometry* d = wholeOf(regions, part);
      line += padded(numberText(d != nullptr ? figure.value(*d) : std::nullopt, figure.decimals, "-"), kColumn);
    }
    text += line + "\n";
  }
  if (!regions.empty())
    text += "Inflated, infiltrated, collapsed, dense: from " +
            limitsText(regions.front().density.aerationLimits, ", ") + " HU\n";
  return text;
}

}  // namespace pulmo
