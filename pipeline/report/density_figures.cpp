// SPDX-License-Identifier: Apache-2.0
#include "pipeline/report/density_figures.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

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

constexpr std::size_t kNameWidth = 22, kColumnWidth = 11;

const Densitometry* densityOf(const std::vector<MeasuredRegion>& regions, LungPart part, LungZone zone) {
  for (const MeasuredRegion& region : regions)
    if (region.part == part && region.zone == zone) return &region.density;
  return nullptr;
}

std::string lineOf(std::string name, const DensityFigure& figure, std::initializer_list<const Densitometry*> columns) {
  name.resize(kNameWidth, ' ');
  for (const Densitometry* d : columns)
    name += padded(numberText(d != nullptr ? figure.value(*d) : std::nullopt, figure.decimals, "-"), kColumnWidth);
  return name + "\n";
}

std::string headerOf(const char* name, std::initializer_list<const char*> columns) {
  std::string line = name;
  line.resize(kNameWidth, ' ');
  for (const char* column : columns) line += padded(column, kColumnWidth);
  return line + "\n";
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
  std::string text = headerOf("", {"Right", "Left", "Both"});
  const Densitometry* whole[3];
  for (const LungPart part : {LungPart::Right, LungPart::Left, LungPart::Both})
    whole[static_cast<std::size_t>(part)] = densityOf(regions, part, LungZone::Whole);
  for (const DensityFigure& figure : kFigures) text += lineOf(figure.name, figure, {whole[0], whole[1], whole[2]});
  if (!regions.empty())
    text += "Inflated, infiltrated, collapsed, dense: from " +
            limitsText(regions.front().density.aerationLimits, ", ") + " HU\n";
  return text;
}

std::string thirdsText(const std::vector<MeasuredRegion>& regions) {
  constexpr std::string_view kShown[] = {"ml", "mean_hu", "laa_950_percent", "haa_700_percent"};
  const std::pair<LungPart, const char*> parts[] = {
      {LungPart::Right, "Right lung"}, {LungPart::Left, "Left lung"}, {LungPart::Both, "Both lungs"}};
  const bool sided = densityOf(regions, LungPart::Right, LungZone::Whole) != nullptr ||
                     densityOf(regions, LungPart::Left, LungZone::Whole) != nullptr;
  std::string text;
  for (const auto& [part, name] : parts) {
    if (part == LungPart::Both && sided) continue;  // its thirds mix those of two lungs
    const Densitometry* thirds[3] = {densityOf(regions, part, LungZone::Upper),
                                     densityOf(regions, part, LungZone::Middle),
                                     densityOf(regions, part, LungZone::Lower)};
    if (std::all_of(std::begin(thirds), std::end(thirds), [](const Densitometry* d) { return d == nullptr; })) continue;
    text += headerOf(name, {"Upper", "Middle", "Lower"});
    for (const DensityFigure& figure : kFigures)
      if (std::find(std::begin(kShown), std::end(kShown), figure.key) != std::end(kShown))
        text += lineOf(figure.name, figure, {thirds[0], thirds[1], thirds[2]});
  }
  return text;
}

}  // namespace pulmo
