// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/methods/tables.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <map>
#include <set>

namespace pulmo::bench {

namespace {

std::string formatted(const char* format, ...) __attribute__((format(printf, 1, 2)));
std::string formatted(const char* format, ...) {
  char text[400];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return text;
}

struct SummaryFigure {
  Figure figure;
  const char* title;
  int decimals;
};
constexpr SummaryFigure kFigures[] = {
    {Figure::Dice, "Dice (of border disease: the share kept), mean (worst)", 3},
    {Figure::Hd95, "HD95 in mm, mean (worst)", 1},
    {Figure::Over, "Over-segmentation in % of the reference, mean (worst)", 1},
    {Figure::Under, "Under-segmentation in % of the reference, mean (worst)", 1},
    {Figure::Seconds, "Seconds, mean (longest)", 1},
    {Figure::Memory, "Memory beyond the scan in MB, mean (most)", 0},
};

std::size_t casesOf(const MethodResults& results, const std::string& method, const SummarySet& sets) {
  return static_cast<std::size_t>(std::count_if(results.cases.begin(), results.cases.end(), [&](const MeasuredCase& c) {
    return c.method == method && std::find(sets.sets.begin(), sets.sets.end(), c.set) != sets.sets.end();
  }));
}

std::string meanAndWorst(const std::vector<double>& values, Figure figure, int decimals) {
  return formatted("%.*f (%.*f)", decimals, mean(values), decimals, worst(values, figure));
}

std::vector<double> assdOf(const MethodResults& results, const std::string& method, const std::string& set) {
  std::vector<double> values;
  for (const MeasuredCase& c : results.cases)
    if (c.method == method && c.set == set)
      for (const LungFigures& lung : c.lungs)
        if (lung.assdMm) values.push_back(*lung.assdMm);
  return values;
}

std::string rowOf(const MethodResults& results, const std::string& method, const SummarySet& set) {
  const auto values = [&](Figure figure) { return valuesOf(results, method, set, figure); };
  const std::vector<double> dice = values(Figure::Dice), hd95 = values(Figure::Hd95), over = values(Figure::Over),
                            under = values(Figure::Under), assd = assdOf(results, method, set.sets.front());
  const std::size_t all = casesOf(results, method, set), failed = failures(results, method, set);
  std::string row = "| " + method + formatted(" | %zu of %zu | ", all - failed, all);
  if (dice.empty()) return row + "– | – | – | – | – | – | – | – | – | – | – |\n";
  row += formatted("%.4f | %.4f | ", mean(dice), worst(dice, Figure::Dice));
  row += hd95.empty() ? std::string("– | – | – | ")
                      : formatted("%.2f | %.2f | %.2f | ", mean(hd95), worst(hd95, Figure::Hd95), mean(assd));
  row += formatted("%.2f | %.2f | %.2f | %.2f | ", mean(over), worst(over, Figure::Over), mean(under),
                   worst(under, Figure::Under));
  return row +
         formatted("%.1f | %.0f |\n", mean(values(Figure::Seconds)), worst(values(Figure::Memory), Figure::Memory));
}

/// A row a region, a column a method.
std::string borderTable(const MethodResults& results, const CaseSet& set) {
  std::string text =
      std::string("\n### ") + set.title + " (share of the voxels of regions outlined by hand)\n\n| region |";
  std::string rule = "\n|---|";
  std::vector<std::string> names;
  for (const MeasuredCase& c : results.cases)
    if (c.set == set.key && std::find(names.begin(), names.end(), c.name) == names.end()) names.push_back(c.name);
  for (const std::string& method : results.methods) text += " " + method + " |", rule += "---:|";
  text += rule + "\n";
  for (const std::string& name : names) {
    text += "| " + name + " |";
    for (const std::string& method : results.methods) {
      const auto found = std::find_if(results.cases.begin(), results.cases.end(), [&](const MeasuredCase& c) {
        return c.set == set.key && c.name == name && c.method == method;
      });
      text += found != results.cases.end() && found->kept ? formatted(" %.2f |", *found->kept) : " – |";
    }
    text += "\n";
  }
  text += "| **mean** |";
  for (const std::string& method : results.methods) {
    const auto kept = valuesOf(results, method, {"", {set.key}, true}, Figure::Dice);
    text += kept.empty() ? " – |" : formatted(" %.3f |", mean(kept));
  }
  return text + "\n";
}

}  // namespace

std::string tableOf(const MethodResults& results, const CaseSet& set) {
  const auto any =
      std::find_if(results.cases.begin(), results.cases.end(), [&](const MeasuredCase& c) { return c.set == set.key; });
  if (any == results.cases.end()) return {};
  if (std::string_view(set.key).starts_with("border-")) return borderTable(results, set);
  std::string text =
      std::string("\n### ") + set.title +
      "\n\n| method | cases | Dice, mean | worst | HD95 mm | worst | ASSD mm | over % | worst | under % | "
      "worst | s | MB |\n|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n";
  const SummarySet sets{"", {set.key}};
  for (const std::string& method : results.methods)
    if (casesOf(results, method, sets) > 0) text += rowOf(results, method, sets);
  std::set<std::string> told;
  for (const MeasuredCase& c : results.cases)
    if (c.set == set.key && !c.failure.empty() && told.insert(c.method + c.failure).second)
      text += "\n" + c.method + ": " + c.failure + "\n";
  return text;
}

std::string nodulesTable(const MethodResults& results, double includedShare) {
  if (results.nodules.empty()) return {};
  std::set<double> sizes;
  for (const MeasuredNodule& n : results.nodules) sizes.insert(n.diameterMm);
  std::string text = formatted("\n### Nodules included (%.0f %% of their voxels), by diameter\n\n| method | phantoms |",
                               100 * includedShare);
  std::string rule = "\n|---|---:|", missed;
  for (const double size : sizes) text += formatted(" %.0f mm |", size), rule += "---:|";
  text += rule + "\n";
  for (const std::string& method : results.methods) {
    std::map<double, std::pair<int, int>> counts;  // in the mask, all
    std::set<int> seeds;
    for (const MeasuredNodule& n : results.nodules) {
      if (n.method != method) continue;
      seeds.insert(n.seed);
      auto& [in, all] = counts[n.diameterMm];
      ++all;
      if (n.share >= includedShare)
        ++in;
      else if (method == "border-marching")
        missed += formatted("- seed %d, %s, %.0f mm: %.2f\n", n.seed, n.pleura.c_str(), n.diameterMm, n.share);
    }
    if (seeds.empty()) continue;
    text += "| " + method + formatted(" | %zu |", seeds.size());
    for (const double size : sizes) text += formatted(" %d of %d |", counts[size].first, counts[size].second);
    text += "\n";
  }
  return missed.empty() ? text : text + "\nMissed by border-marching:\n\n" + missed;
}

std::string summary(const MethodResults& results) {
  std::string text;
  for (const auto& [figure, title, decimals] : kFigures) {
    std::vector<const SummarySet*> measured;
    for (const SummarySet& set : summarySets())
      if (std::any_of(results.methods.begin(), results.methods.end(),
                      [&](const std::string& method) { return !valuesOf(results, method, set, figure).empty(); }))
        measured.push_back(&set);
    if (measured.empty()) continue;
    text += std::string("\n### ") + title + "\n\n| method |";
    std::string rule = "\n|---|";
    for (const SummarySet* set : measured) text += std::string(" ") + set->name + " |", rule += "---:|";
    text += rule + "\n";
    for (const std::string& method : results.methods) {
      text += "| `" + method + "` |";
      for (const SummarySet* set : measured) {
        const std::vector<double> values = valuesOf(results, method, *set, figure);
        const std::size_t failed = failures(results, method, *set);
        if (values.empty())
          text += failed > 0 ? " cannot |" : " – |";
        else
          text +=
              " " + meanAndWorst(values, figure, decimals) + (failed > 0 ? formatted(", %zu failed |", failed) : " |");
      }
      text += "\n";
    }
  }
  return text;
}

}  // namespace pulmo::bench
