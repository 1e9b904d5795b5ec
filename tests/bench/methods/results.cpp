// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/methods/results.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "pipeline/core/atomic_file.h"
#include "pipeline/core/error.h"

namespace pulmo::bench {

using nlohmann::json;

namespace {

json jsonOf(const std::optional<double>& value) {
  return value ? json(*value) : json();
}

std::optional<double> numberOf(const json& object, const char* key) {
  return object.contains(key) && object[key].is_number() ? std::optional(object[key].get<double>()) : std::nullopt;
}

std::optional<double> figureOf(const LungFigures& lung, Figure figure) {
  switch (figure) {
    case Figure::Dice:
      return lung.dice;
    case Figure::Hd95:
      return lung.hd95Mm;
    case Figure::Over:
      return lung.overPercent;
    case Figure::Under:
      return lung.underPercent;
    case Figure::Seconds:
    case Figure::Memory:
      break;
  }
  return std::nullopt;
}

bool isOf(const MeasuredCase& each, const std::string& method, const SummarySet& sets) {
  return each.method == method && std::find(sets.sets.begin(), sets.sets.end(), each.set) != sets.sets.end();
}

}  // namespace

const std::vector<SummarySet>& summarySets() {
  static const std::vector<SummarySet> kSummary{
      {"healthy phantoms", {"healthy"}},
      {"discs", {"discs"}},
      {"infiltrates, mild", {"mild"}},
      {"infiltrates, moderate", {"moderate"}},
      {"infiltrates, severe", {"severe"}},
      {"single slices, healthy", {"slices"}},
      {"single slices, diseased", {"slices-diseased"}},
      {"single slices, infiltrates drawn in", {"slices-infiltrates"}},
      {"LCTSC scans", {"lctsc-101", "lctsc-104"}},
      {"border disease kept, P002", {"border-P002"}, true},
      {"border disease kept, A0002", {"border-A0002"}, true},
  };
  return kSummary;
}

std::vector<double> valuesOf(const MethodResults& results, const std::string& method, const SummarySet& sets,
                             Figure figure) {
  std::vector<double> values;
  for (const MeasuredCase& each : results.cases) {
    if (!isOf(each, method, sets)) continue;
    if (figure == Figure::Seconds || figure == Figure::Memory) {
      // A border set has a case a region, of one and the same run: it stands with the first.
      if (each.failure.empty() && each.seconds > 0)
        values.push_back(figure == Figure::Seconds ? each.seconds : each.peakMb);
    } else if (sets.border) {
      if (figure == Figure::Dice && each.kept) values.push_back(*each.kept);
    } else {
      for (const LungFigures& lung : each.lungs)
        if (const auto value = figureOf(lung, figure)) values.push_back(*value);
    }
  }
  return values;
}

std::size_t failures(const MethodResults& results, const std::string& method, const SummarySet& sets) {
  return static_cast<std::size_t>(std::count_if(results.cases.begin(), results.cases.end(), [&](const MeasuredCase& c) {
    return isOf(c, method, sets) && !c.failure.empty();
  }));
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

double worst(const std::vector<double>& values, Figure figure) {
  if (values.empty()) return 0;
  return figure == Figure::Dice ? *std::min_element(values.begin(), values.end())
                                : *std::max_element(values.begin(), values.end());
}

void saveResults(const std::filesystem::path& file, const MethodResults& results) {
  json cases = json::array(), nodules = json::array();
  for (const MeasuredCase& c : results.cases) {
    json lungs = json::array();
    for (const LungFigures& l : c.lungs)
      lungs.push_back({{"label", l.label},
                       {"dice", jsonOf(l.dice)},
                       {"hd95_mm", jsonOf(l.hd95Mm)},
                       {"assd_mm", jsonOf(l.assdMm)},
                       {"over_percent", jsonOf(l.overPercent)},
                       {"under_percent", jsonOf(l.underPercent)}});
    json object{{"set", c.set},        {"case", c.name}, {"method", c.method},    {"seconds", c.seconds},
                {"peak_mb", c.peakMb}, {"lungs", lungs}, {"kept", jsonOf(c.kept)}};
    if (!c.failure.empty()) object["failure"] = c.failure;
    cases.push_back(std::move(object));
  }
  for (const MeasuredNodule& n : results.nodules)
    nodules.push_back({{"method", n.method},
                       {"seed", n.seed},
                       {"pleura", n.pleura},
                       {"diameter_mm", n.diameterMm},
                       {"share", n.share}});
  const json all{{"methods", results.methods}, {"cases", cases}, {"nodules", nodules}};
  writeAtomically(file, Overwrite::Replace, all.dump(1) + "\n");
}

MethodResults loadResults(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) throw Error(ErrorKind::Io, "The file " + file.string() + " cannot be read.");
  MethodResults results;
  try {
    const json all = json::parse(stream);
    results.methods = all.at("methods").get<std::vector<std::string>>();
    for (const json& c : all.at("cases")) {
      MeasuredCase each;
      each.set = c.at("set");
      each.name = c.at("case");
      each.method = c.at("method");
      each.failure = c.value("failure", "");
      each.seconds = c.value("seconds", 0.0);
      each.peakMb = c.value("peak_mb", 0.0);
      each.kept = numberOf(c, "kept");
      for (const json& l : c.value("lungs", json::array()))
        each.lungs.push_back({l.at("label"), numberOf(l, "dice"), numberOf(l, "hd95_mm"), numberOf(l, "assd_mm"),
                              numberOf(l, "over_percent"), numberOf(l, "under_percent")});
      results.cases.push_back(std::move(each));
    }
    for (const json& n : all.value("nodules", json::array()))
      results.nodules.push_back({n.at("method"), n.at("seed"), n.at("pleura"), n.at("diameter_mm"), n.at("share")});
  } catch (const json::exception& e) {
    throw Error(ErrorKind::InvalidInput, file.string() + " does not hold what bench_methods writes.", e.what());
  }
  return results;
}

}  // namespace pulmo::bench
