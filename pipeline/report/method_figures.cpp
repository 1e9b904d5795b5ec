// SPDX-License-Identifier: Apache-2.0
#include "pipeline/report/method_figures.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "pipeline/core/csv_text.h"
#include "pipeline/report/number_text.h"

namespace pulmo {

namespace {

/// What is told of one lung, or of both.
struct Part {
  const char* key;
  std::optional<double> ml;
  std::optional<LabelMetrics> metrics;
};

std::array<Part, 3> partsOf(const MethodFigures& method) {
  std::array<Part, 3> parts{{{"right_lung", {}, {}}, {"left_lung", {}, {}}, {"lungs", {}, {}}}};
  if (method.volumes) {
    parts[0].ml = method.volumes->rightMl;
    parts[1].ml = method.volumes->leftMl;
    parts[2].ml = method.volumes->bothMl;
  }
  if (method.metrics) {
    parts[0].metrics = method.metrics->right;
    parts[1].metrics = method.metrics->left;
    parts[2].metrics = method.metrics->both;
  }
  return parts;
}

/// The figures of a part with their names, in the order of the table.
std::vector<std::pair<const char*, std::optional<double>>> figuresOf(const Part& part) {
  std::vector<std::pair<const char*, std::optional<double>>> figures{{"ml", part.ml}};
  const auto& metrics = part.metrics;
  for (const MetricFigure& figure : kMetricFigures)
    figures.emplace_back(figure.key, metrics ? (*metrics).*(figure.value) : std::nullopt);
  figures.emplace_back("over_percent", metrics ? overPercent(*metrics) : std::nullopt);
  figures.emplace_back("under_percent", metrics ? underPercent(*metrics) : std::nullopt);
  return figures;
}

nlohmann::json jsonOf(const std::optional<double>& value) {
  const auto number = measured(value);
  return number ? nlohmann::json(*number) : nlohmann::json();
}

}  // namespace

std::string toJson(const MethodTable& table) {
  nlohmann::json methods = nlohmann::json::array();
  for (const MethodFigures& method : table.methods) {
    nlohmann::json object{{"name", method.name}, {"seconds", jsonOf(method.seconds)}};
    object["problem"] = method.problem.empty() ? nlohmann::json() : nlohmann::json(method.problem);
    for (const Part& part : partsOf(method)) {
      nlohmann::json& figures = object[part.key] = nlohmann::json::object();
      for (const auto& [key, value] : figuresOf(part)) figures[key] = jsonOf(value);
    }
    methods.push_back(std::move(object));
  }
  return nlohmann::json{{"against", table.against.empty() ? nlohmann::json() : nlohmann::json(table.against)},
                        {"methods", methods}}
      .dump(2);
}

std::string toCsv(const MethodTable& table) {
  std::string csv = "method,label,seconds";
  for (const auto& [key, value] : figuresOf({})) csv += std::string(",") + key;
  csv += ",against,problem\n";
  for (const MethodFigures& method : table.methods)
    for (const Part& part : partsOf(method)) {
      csv += csvField(method.name) + "," + part.key + "," + numberText(method.seconds, 3, "");
      for (const auto& [key, value] : figuresOf(part)) csv += "," + numberText(value, 6, "");
      csv += "," + csvField(table.against) + "," + csvField(method.problem) + "\n";
    }
  return csv;
}

}  // namespace pulmo
