// SPDX-License-Identifier: Apache-2.0
#include "pipeline/report/figures.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "pipeline/core/label_set.h"

namespace pulmo {

namespace {

/// Neither JSON nor a spreadsheet has a word for NaN or infinity: not a measurement, so absent.
std::optional<double> measured(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? value : std::nullopt;
}

nlohmann::json jsonOf(const std::optional<double>& value) {
  const auto number = measured(value);
  return number ? nlohmann::json(*number) : nlohmann::json();
}

/// std::to_chars, so that no locale writes a comma. `absent` stands for what was not measured.
std::string number(const std::optional<double>& value, int decimals, const char* absent) {
  if (!measured(value)) return absent;
  std::array<char, 400> text{};  // the largest double has 309 digits before the point
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), *value, std::chars_format::fixed, decimals).ptr;
  std::string digits(text.data(), end);
  if (digits.front() == '-' && digits.find_first_not_of("-0.") == std::string::npos) digits.erase(0, 1);  // no "-0.0"
  return digits;
}

std::string padded(const std::string& text, std::size_t width) {
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
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
      if (row) csv += number((*row).*(figure.value), 6, "");
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
      text += padded(number(value, figure.decimals, "-"), 11);
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
    return std::string(key) + "," + (told ? std::to_string(voxels) : "") + "," + number(ml, 6, "") + "\n";
  };
  return "label,voxels,ml\n" + row("right_lung", v.sided, v.rightVoxels, v.rightMl) +
         row("left_lung", v.sided, v.leftVoxels, v.leftMl) + row("lungs", true, v.bothVoxels(), v.bothMl);
}

std::string toText(const LungVolumes& v) {
  const auto row = [](const char* name, std::uint64_t voxels, const std::optional<double>& ml) {
    std::string text = name;
    text.resize(16, ' ');
    return text + padded(measured(ml) ? number(ml, 1, "") + " ml" : "-", 12) +
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
                    {"position_mm", place.positionMm}});
  return list.dump(2);
}

std::string toText(const std::vector<WorstPlace>& places, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(most, places.size()); ++i) {
    const WorstPlace& place = places[i];
    const auto& p = place.positionMm;
    text += i == 0 ? "Worst: " : "       ";
    text += place.label == kRightLung ? "right lung, " : place.label == kLeftLung ? "left lung, " : "lungs, ";
    text += number(std::abs(place.signedMm), 1, "") + (place.missed() ? " mm missed at (" : " mm added at (");
    text += number(p[0], 1, "") + ", " + number(p[1], 1, "") + ", " + number(p[2], 1, "") + ") mm\n";
  }
  return text;
}

}  // namespace pulmo
