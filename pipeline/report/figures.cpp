// SPDX-License-Identifier: Apache-2.0
#include "pipeline/report/figures.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "pipeline/core/label_set.h"
#include "pipeline/report/number_text.h"

namespace pulmo {

namespace {

nlohmann::json jsonOf(const std::optional<double>& value) {
  const auto number = measured(value);
  return number ? nlohmann::json(*number) : nlohmann::json();
}

nlohmann::json labelJson(const std::optional<LabelMetrics>& metrics) {
  if (!metrics) return nullptr;
  nlohmann::json object = nlohmann::json::object();
  for (const MetricFigure& figure : kMetricFigures) object[figure.key] = jsonOf((*metrics).*(figure.value));
  return object;
}

nlohmann::json volumeJson(bool told, std::uint64_t voxels, const std::optional<double>& ml) {
  if (!told) return nullptr;
  return {{"voxels", voxels}, {"ml", jsonOf(ml)}};
}

}  // namespace

std::string toJson(const Metrics& metrics) {
  return nlohmann::json{{"right_lung", labelJson(metrics.right)},
                        {"left_lung", labelJson(metrics.left)},
                        {"lungs", labelJson(metrics.both)}}
      .dump(2);
}

std::string toCsv(const Metrics& metrics) {
  std::string csv = "label";
  for (const MetricFigure& figure : kMetricFigures) csv += std::string(",") + figure.key;
  csv += "\n";
  const std::pair<const char*, std::optional<LabelMetrics>> rows[] = {
      {"right_lung", metrics.right}, {"left_lung", metrics.left}, {"lungs", metrics.both}};
  for (const auto& [key, row] : rows) {
    csv += key;
    for (const MetricFigure& figure : kMetricFigures) {
      csv += ",";
      if (row) csv += numberText((*row).*(figure.value), 6, "");
    }
    csv += "\n";
  }
  return csv;
}

std::string toText(const Metrics& metrics) {
  std::string text = padded("", 16) + padded("Right", 11) + padded("Left", 11) + padded("Both", 11) + "\n";
  for (const MetricFigure& figure : kMetricFigures) {
    std::string name = figure.name;
    name.resize(16, ' ');
    text += name;
    for (const auto& column : {metrics.right, metrics.left, std::optional(metrics.both)}) {
      const auto value = column ? (*column).*(figure.value) : std::optional<double>();
      text += padded(numberText(value, figure.decimals, "-"), 11);
    }
    text += "\n";
  }
  return text;
}

std::string toJson(const LungVolumes& v) {
  return nlohmann::json{{"right_lung", volumeJson(v.sided, v.rightVoxels, v.rightMl)},
                        {"left_lung", volumeJson(v.sided, v.leftVoxels, v.leftMl)},
                        {"lungs", volumeJson(true, v.bothVoxels(), v.bothMl)}}
      .dump(2);
}

std::string toCsv(const LungVolumes& v) {
  const auto row = [](const char* key, bool told, std::uint64_t voxels, const std::optional<double>& ml) {
    return std::string(key) + "," + (told ? std::to_string(voxels) : "") + "," + numberText(ml, 6, "") + "\n";
  };
  return "label,voxels,ml\n" + row("right_lung", v.sided, v.rightVoxels, v.rightMl) +
         row("left_lung", v.sided, v.leftVoxels, v.leftMl) + row("lungs", true, v.bothVoxels(), v.bothMl);
}

std::string toText(const LungVolumes& v) {
  const auto row = [](const char* name, std::uint64_t voxels, const std::optional<double>& ml) {
    std::string text = name;
    text.resize(16, ' ');
    return text + padded(measured(ml) ? numberText(ml, 1, "") + " ml" : "-", 12) +
           padded(std::to_string(voxels) + " voxels", 20) + "\n";
  };
  std::string text;
  if (v.sided) text += row("Right lung", v.rightVoxels, v.rightMl) + row("Left lung", v.leftVoxels, v.leftMl);
  return text + row("Both lungs", v.bothVoxels(), v.bothMl);
}

std::string toJson(const std::vector<WorstPlace>& places) {
  nlohmann::json list = nlohmann::json::array();
  for (const WorstPlace& place : places)
    list.push_back({{"label", labelInfo(place.label).key},
                    {"kind", place.missed() ? "missed" : "added"},
                    {"signed_mm", jsonOf(place.signedMm)},
                    {"position_mm", place.positionMm},
                    {"axes", "LPS"},
                    {"voxel", place.voxel},
                    {"slice", place.voxel[2] + 1}});
  return list.dump(2);
}

std::string toText(const std::vector<WorstPlace>& places, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(most, places.size()); ++i) {
    const WorstPlace& place = places[i];
    const auto& p = place.positionMm;
    text += i == 0 ? "Worst: " : "       ";
    text += place.label == kRightLung ? "right lung, " : place.label == kLeftLung ? "left lung, " : "lungs, ";
    if (place.whole())
      text += place.missed() ? "missed entirely, around (" : "added entirely, around (";
    else
      text += numberText(std::abs(place.signedMm), 1, "") + (place.missed() ? " mm missed at (" : " mm added at (");
    text += numberText(p[0], 1, "") + ", " + numberText(p[1], 1, "") + ", " + numberText(p[2], 1, "") +
            ") mm LPS, slice " + std::to_string(place.voxel[2] + 1) + "\n";
  }
  return text;
}

}  // namespace pulmo
