// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/evaluation_table.h"
#include "pipeline/core/csv_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace pulmo {

namespace {

using Optional = std::optional<double>;

template <std::optional<LabelMetrics> Metrics::*Side, Optional LabelMetrics::*Figure>
Optional ofSide(const EvaluatedCase& c) {
  const auto& side = c.metrics.*Side;
  return side ? (*side).*Figure : std::nullopt;
}
template <Optional LabelMetrics::*Figure>
Optional ofBoth(const EvaluatedCase& c) {
  return c.metrics.both.*Figure;
}
template <Optional LesionInclusion::*Figure>
Optional ofLesions(const EvaluatedCase& c) {
  return c.lesions ? (*c.lesions).*Figure : std::nullopt;
}

using L = LabelMetrics;
constexpr std::array<EvaluationFigure, 26> kFigures{{
    {"right_lung_dice", "Dice R", true, false, true, ofSide<&Metrics::right, &L::dice>},
    {"left_lung_dice", "Dice L", true, false, true, ofSide<&Metrics::left, &L::dice>},
    {"lungs_dice", "Dice", false, false, true, ofBoth<&L::dice>},
    {"right_lung_jaccard", "Jacc R", true, false, true, ofSide<&Metrics::right, &L::jaccard>},
    {"left_lung_jaccard", "Jacc L", true, false, true, ofSide<&Metrics::left, &L::jaccard>},
    {"lungs_jaccard", "Jaccard", false, false, true, ofBoth<&L::jaccard>},
    {"right_lung_sensitivity", "Sens R", true, false, true, ofSide<&Metrics::right, &L::sensitivity>},
    {"left_lung_sensitivity", "Sens L", true, false, true, ofSide<&Metrics::left, &L::sensitivity>},
    {"lungs_sensitivity", "Sens", false, false, true, ofBoth<&L::sensitivity>},
    {"right_lung_hd95_mm", "HD95 R", true, true, true, ofSide<&Metrics::right, &L::hd95Mm>},
    {"left_lung_hd95_mm", "HD95 L", true, true, true, ofSide<&Metrics::left, &L::hd95Mm>},
    {"lungs_hd95_mm", "HD95", false, true, true, ofBoth<&L::hd95Mm>},
    {"right_lung_assd_mm", "ASSD R", true, true, true, ofSide<&Metrics::right, &L::assdMm>},
    {"left_lung_assd_mm", "ASSD L", true, true, true, ofSide<&Metrics::left, &L::assdMm>},
    {"lungs_assd_mm", "ASSD", false, true, true, ofBoth<&L::assdMm>},
    {"lesion_inclusion", "Lesion", false, false, true, ofLesions<&LesionInclusion::overall>},
    {"lesion_inclusion_near_pleura", "Pleura", false, false, true, ofLesions<&LesionInclusion::nearPleura>},
    {"right_lung_precision", "Prec R", true, false, false, ofSide<&Metrics::right, &L::precision>},
    {"left_lung_precision", "Prec L", true, false, false, ofSide<&Metrics::left, &L::precision>},
    {"lungs_precision", "Prec", false, false, true, ofBoth<&L::precision>},
    {"right_lung_specificity", "Spec R", true, false, false, ofSide<&Metrics::right, &L::specificity>},
    {"left_lung_specificity", "Spec L", true, false, false, ofSide<&Metrics::left, &L::specificity>},
    {"lungs_specificity", "Spec", false, false, true, ofBoth<&L::specificity>},
    {"right_lung_volume_difference_ml", "dml R", true, true, false, ofSide<&Metrics::right, &L::volumeDifferenceMl>},
    {"left_lung_volume_difference_ml", "dml L", true, true, false, ofSide<&Metrics::left, &L::volumeDifferenceMl>},
    {"lungs_volume_difference_ml", "dml", false, true, true, ofBoth<&L::volumeDifferenceMl>},
}};

std::string number(const Optional& value, int decimals, const char* absent) {
  if (!value) return absent;
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, *value);
  // A decimal point whatever the language of the system.
  std::string out = text.data();
  std::replace(out.begin(), out.end(), ',', '.');
  return out;
}

std::string padded(std::string text, std::size_t width, bool left = false) {
  if (text.size() > width && left) text = text.substr(0, width - 1) + "~";
  const std::string space(width > text.size() ? width - text.size() : 0, ' ');
  return left ? text + space : space + text;
}

nlohmann::json figuresJson(const std::vector<Optional>& values) {
  nlohmann::json object;
  for (std::size_t i = 0; i < kFigures.size(); ++i)
    object[std::string(kFigures[i].key)] = values[i] ? nlohmann::json(*values[i]) : nlohmann::json();
  return object;
}

constexpr std::size_t kNameWidth = 28, kConditionWidth = 12, kColumn = 8;

bool isShown(const EvaluationFigure& figure, bool merged) {
  return figure.inText && (!merged || !figure.ofASide);
}

std::string textRow(const std::string& name, const std::string& condition, const std::vector<Optional>& values,
                    bool merged, std::size_t nameWidth) {
  std::string row = padded(name, nameWidth, true) + "  " + padded(condition, kConditionWidth, true);
  for (std::size_t i = 0; i < kFigures.size(); ++i)
    if (isShown(kFigures[i], merged)) row += padded(number(values[i], kFigures[i].largeIsBad ? 2 : 4, "-"), kColumn);
  return row + "\n";
}

bool isZeroOfAnEmptyMask(std::string_view key) {
  return key.ends_with("_dice") || key.ends_with("_jaccard") || key.ends_with("_sensitivity") ||
         key.starts_with("lesion_inclusion");
}

std::vector<Optional> figuresOf(const EvaluatedCase& c) {
  std::vector<Optional> values;
  for (const EvaluationFigure& figure : kFigures) values.push_back(c.failure.empty() ? figure.get(c) : std::nullopt);
  return values;
}

}  // namespace

std::span<const EvaluationFigure> evaluationFigures() {
  return kFigures;
}

std::vector<EvaluationSummary> summarise(const std::vector<EvaluatedCase>& cases) {
  std::vector<EvaluationSummary> summaries;
  for (const Condition condition : {Condition::AsIs, Condition::Circles, Condition::Infiltrates})
    for (const bool diseased : {false, true}) {
      EvaluationSummary summary{condition, diseased, 0, 0, {}, {}};
      std::array<int, kFigures.size()> counts{};
      summary.mean.resize(kFigures.size());
      summary.worst.resize(kFigures.size());
      for (const EvaluatedCase& c : cases) {
        if (c.condition != condition || c.diseased != diseased) continue;
        ++summary.cases;
        if (!c.failure.empty()) ++summary.failed;
        const auto values = figuresOf(c);
        for (std::size_t i = 0; i < kFigures.size(); ++i) {
          if (!values[i]) continue;
          ++counts[i];
          summary.mean[i] = summary.mean[i].value_or(0) + *values[i];
          const double before = summary.worst[i].value_or(*values[i]);
          const bool worse = kFigures[i].largeIsBad ? std::abs(*values[i]) > std::abs(before) : *values[i] < before;
          summary.worst[i] = worse ? *values[i] : before;
        }
      }
      if (summary.cases == 0) continue;
      for (std::size_t i = 0; i < kFigures.size() && summary.failed > 0; ++i)
        // Whether a failed case has sides or lesions is not known: as the others of its kind.
        if (isZeroOfAnEmptyMask(kFigures[i].key) && (counts[i] > 0 || kFigures[i].key.starts_with("lungs_"))) {
          counts[i] += summary.failed;
          summary.mean[i] = summary.mean[i].value_or(0);
          summary.worst[i] = 0;
        }
      for (std::size_t i = 0; i < kFigures.size(); ++i)
        if (summary.mean[i]) *summary.mean[i] /= counts[i];
      summaries.push_back(std::move(summary));
    }
  return summaries;
}

std::string evaluationJson(const std::vector<EvaluatedCase>& cases, const EvaluationFacts& facts) {
  nlohmann::json list = nlohmann::json::array(), overall = nlohmann::json::array();
  for (const EvaluatedCase& c : cases) {
    nlohmann::json entry{{"case", c.name},
                         {"condition", conditionKey(c.condition)},
                         {"diseased", c.diseased},
                         {"seconds", c.seconds},
                         {"failure", c.failure.empty() ? nlohmann::json() : nlohmann::json(c.failure)},
                         {"figures", figuresJson(figuresOf(c))}};
    if (c.lesions) entry["lesion_voxels"] = c.lesions->lesionVoxels;
    list.push_back(std::move(entry));
  }
  for (const EvaluationSummary& s : summarise(cases))
    overall.push_back({{"condition", conditionKey(s.condition)},
                       {"diseased", s.diseased},
                       {"cases", s.cases},
                       {"failed", s.failed},
                       {"mean", figuresJson(s.mean)},
                       {"worst", figuresJson(s.worst)}});
  nlohmann::json all{{"cases", list}, {"overall", overall}};
  for (const auto& [key, value] : facts)
    if (!value.empty()) all[key] = value;
  return all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string evaluationCsv(const std::vector<EvaluatedCase>& cases, const EvaluationFacts& facts) {
  std::string csv = "case,condition,diseased";
  for (const EvaluationFigure& figure : kFigures) csv += "," + std::string(figure.key);
  csv += ",seconds,failure";
  for (const auto& [key, value] : facts) csv += "," + key;
  csv += "\n";
  for (const EvaluatedCase& c : cases) {
    csv += csvField(c.name) + "," + conditionKey(c.condition) + (c.diseased ? ",1" : ",0");
    for (const Optional& value : figuresOf(c)) csv += "," + number(value, 6, "");
    csv += "," + number(c.seconds, 2, "") + "," + csvField(c.failure);
    for (const auto& [key, value] : facts) csv += "," + csvField(value);
    csv += "\n";
  }
  return csv;
}

std::string evaluationText(const std::vector<EvaluatedCase>& cases, bool merged, const EvaluationFacts& facts) {
  const std::vector<EvaluationSummary> summaries = summarise(cases);
  const auto meanOf = [](const EvaluationSummary& s) {
    return "mean of " + std::to_string(s.cases) + (s.diseased ? " diseased" : " healthy") +
           (s.failed > 0 ? ", " + std::to_string(s.failed) + " failed" : "");
  };
  std::size_t width = kNameWidth;  // names of cases are cut, how many failed is not
  for (const EvaluationSummary& s : summaries) width = std::max(width, meanOf(s).size());
  std::string text = padded("case", width, true) + "  " + padded("condition", kConditionWidth, true);
  for (const EvaluationFigure& figure : kFigures)
    if (isShown(figure, merged)) text += padded(std::string(figure.title), kColumn);
  text += "\n";
  bool failed = false;
  for (const EvaluatedCase& c : cases) {
    failed = failed || !c.failure.empty();
    const std::string name = c.name + (c.diseased ? " *" : "");
    text += c.failure.empty() ? textRow(name, conditionKey(c.condition), figuresOf(c), merged, width)
                              : padded(name, width, true) + "  " + conditionKey(c.condition) + ": " + c.failure + "\n";
  }
  for (const EvaluationSummary& s : summaries) {
    text += textRow(meanOf(s), conditionKey(s.condition), s.mean, merged, width);
    text += textRow("worst", conditionKey(s.condition), s.worst, merged, width);
  }
  if (failed) text += "A case that failed counts as an empty mask: Dice 0.\n";
  for (const auto& [key, value] : facts)
    if (!value.empty()) text += key + ": " + value + "\n";
  return text;
}

}  // namespace pulmo
