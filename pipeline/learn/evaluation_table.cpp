// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/evaluation_table.h"
#include "pipeline/core/csv_text.h"

#include <algorithm>
#include <array>
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
constexpr std::array<EvaluationFigure, 17> kFigures{{
    {"right_lung_dice", "Dice R", true, false, ofSide<&Metrics::right, &L::dice>},
    {"left_lung_dice", "Dice L", true, false, ofSide<&Metrics::left, &L::dice>},
    {"lungs_dice", "Dice", false, false, ofBoth<&L::dice>},
    {"right_lung_jaccard", "Jacc R", true, false, ofSide<&Metrics::right, &L::jaccard>},
    {"left_lung_jaccard", "Jacc L", true, false, ofSide<&Metrics::left, &L::jaccard>},
    {"lungs_jaccard", "Jaccard", false, false, ofBoth<&L::jaccard>},
    {"right_lung_sensitivity", "Sens R", true, false, ofSide<&Metrics::right, &L::sensitivity>},
    {"left_lung_sensitivity", "Sens L", true, false, ofSide<&Metrics::left, &L::sensitivity>},
    {"lungs_sensitivity", "Sens", false, false, ofBoth<&L::sensitivity>},
    {"right_lung_hd95_mm", "HD95 R", true, true, ofSide<&Metrics::right, &L::hd95Mm>},
    {"left_lung_hd95_mm", "HD95 L", true, true, ofSide<&Metrics::left, &L::hd95Mm>},
    {"lungs_hd95_mm", "HD95", false, true, ofBoth<&L::hd95Mm>},
    {"right_lung_assd_mm", "ASSD R", true, true, ofSide<&Metrics::right, &L::assdMm>},
    {"left_lung_assd_mm", "ASSD L", true, true, ofSide<&Metrics::left, &L::assdMm>},
    {"lungs_assd_mm", "ASSD", false, true, ofBoth<&L::assdMm>},
    {"lesion_inclusion", "Lesion", false, false, ofLesions<&LesionInclusion::overall>},
    {"lesion_inclusion_near_pleura", "Pleura", false, false, ofLesions<&LesionInclusion::nearPleura>},
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

std::string textRow(const std::string& name, const std::string& condition, const std::vector<Optional>& values,
                    bool merged) {
  std::string row = padded(name, kNameWidth, true) + "  " + padded(condition, kConditionWidth, true);
  for (std::size_t i = 0; i < kFigures.size(); ++i)
    if (!merged || !kFigures[i].ofASide) row += padded(number(values[i], kFigures[i].largeIsBad ? 2 : 4, "-"), kColumn);
  return row + "\n";
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
          summary.worst[i] = kFigures[i].largeIsBad ? std::max(before, *values[i]) : std::min(before, *values[i]);
        }
      }
      if (summary.cases == 0) continue;
      for (std::size_t i = 0; i < kFigures.size(); ++i)
        if (summary.mean[i]) *summary.mean[i] /= counts[i];
      summaries.push_back(std::move(summary));
    }
  return summaries;
}

std::string evaluationJson(const std::vector<EvaluatedCase>& cases) {
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
  const nlohmann::json all{{"cases", list}, {"overall", overall}};
  return all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string evaluationCsv(const std::vector<EvaluatedCase>& cases) {
  std::string csv = "case,condition,diseased";
  for (const EvaluationFigure& figure : kFigures) csv += "," + std::string(figure.key);
  csv += ",seconds,failure\n";
  for (const EvaluatedCase& c : cases) {
    csv += csvField(c.name) + "," + conditionKey(c.condition) + (c.diseased ? ",1" : ",0");
    for (const Optional& value : figuresOf(c)) csv += "," + number(value, 6, "");
    csv += "," + number(c.seconds, 2, "") + "," + csvField(c.failure) + "\n";
  }
  return csv;
}

std::string evaluationText(const std::vector<EvaluatedCase>& cases, bool merged) {
  std::string text = padded("case", kNameWidth, true) + "  " + padded("condition", kConditionWidth, true);
  for (const EvaluationFigure& figure : kFigures)
    if (!merged || !figure.ofASide) text += padded(std::string(figure.title), kColumn);
  text += "\n";
  for (const EvaluatedCase& c : cases) {
    const std::string name = c.name + (c.diseased ? " *" : "");
    text += c.failure.empty()
                ? textRow(name, conditionKey(c.condition), figuresOf(c), merged)
                : padded(name, kNameWidth, true) + "  " + conditionKey(c.condition) + ": " + c.failure + "\n";
  }
  for (const EvaluationSummary& s : summarise(cases)) {
    const std::string of = std::to_string(s.cases) + (s.diseased ? " diseased" : " healthy") +
                           (s.failed > 0 ? ", " + std::to_string(s.failed) + " failed" : "");
    text += textRow("mean of " + of, conditionKey(s.condition), s.mean, merged);
    text += textRow("worst", conditionKey(s.condition), s.worst, merged);
  }
  return text;
}

}  // namespace pulmo
