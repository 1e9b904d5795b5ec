// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch/batch_plan.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>

#include "pipeline/core/error.h"
#include "pipeline/imaging/volume_file.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLongestName = 100;

/// Letters, digits, '-', '.', '_' stay; a path's parts are joined by '_'. Never empty, never hidden.
std::string safeName(const fs::path& path) {
  std::string name;
  for (const char c : path.generic_string())
    name.push_back(std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' ? c : '_');
  const auto first = name.find_first_not_of("._-");
  name = first == std::string::npos ? "scan" : name.substr(first);
  while (name.size() > 1 && (name.back() == '_' || name.back() == '.')) name.pop_back();
  return name.size() > kLongestName ? name.substr(name.size() - kLongestName) : name;
}

/// FNV-1a: a name that two scans want is told apart by their series, whatever else is found another time.
std::string shortHash(const std::string& text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  char digits[9];
  std::snprintf(digits, sizeof digits, "%08x", hash);
  return digits;
}

fs::path withoutVolumeEnding(const fs::path& path) {
  fs::path stem = path;
  stem.replace_extension();
  if (stem.extension() == ".nii") stem.replace_extension();
  return stem;
}

void nameItems(std::vector<BatchItem>& items, const fs::path& root) {
  std::map<std::string, int> wanted;
  for (BatchItem& item : items) {
    fs::path below = item.source.lexically_relative(root);
    if (below.empty() || below == "." || *below.begin() == "..") below = item.source.filename();
    if (below.empty()) below = item.source.parent_path().filename();
    item.name = safeName(isVolumeFileName(below) ? withoutVolumeEnding(below) : below);
    ++wanted[item.name];
  }
  std::set<std::string> given;
  for (BatchItem& item : items) {
    if (wanted[item.name] > 1) item.name += "-" + shortHash(item.source.string() + "\n" + item.uid);
    while (!given.insert(item.name).second) item.name += "x";
  }
}

/// A follow-up is an examination of its own, and a made-up name ("ANON") may stand for many people.
std::string examinationOf(const FoundSeries& series, const fs::path& root) {
  const SeriesFacts& facts = series.facts;
  if (facts.format != "DICOM") return "file\n" + series.path.string();
  if (!facts.patientId.empty()) return "patient\n" + facts.patientId + "\n" + facts.patientName + "\n" + facts.studyUid;
  const fs::path below = series.path.lexically_relative(root);
  return "folder\n" + (below.empty() ? std::string() : below.begin()->string()) + "\n" + facts.studyUid;
}

bool isCt(const FoundSeries& series) {
  return series.facts.modality == "CT" || (series.facts.format != "DICOM" && !series.maskLike);
}

BatchItem itemOf(const FoundSeries& series) {
  BatchItem item;
  item.source = series.path;
  item.uid = series.facts.uid;
  if (series.facts.refusal.empty())
    item.series = series;
  else
    item.problem = series.facts.refusal;
  return item;
}

std::vector<BatchItem> itemsOf(const ScanSearch& search, const fs::path& root, bool everySeries) {
  std::vector<BatchItem> items;
  std::set<std::string> seen;
  for (const FoundSeries& series : search.series) {  // the best comes first, what cannot be opened last
    if (!isCt(series)) continue;
    const bool first = seen.insert(examinationOf(series, root)).second;
    if (first || (everySeries && series.facts.refusal.empty())) items.push_back(itemOf(series));
  }
  std::stable_sort(items.begin(), items.end(), [](const BatchItem& a, const BatchItem& b) {
    return std::tie(a.source, a.uid) < std::tie(b.source, b.uid);
  });
  return items;
}

bool isList(const fs::path& path) {
  const std::string extension = path.extension().string();
  return fs::is_regular_file(path) && (extension == ".txt" || extension == ".csv" || extension == ".lst");
}

std::vector<fs::path> readList(const fs::path& list) {
  constexpr std::size_t kMostLines = 100000;
  std::ifstream in(list);
  if (!in) throw Error(ErrorKind::Io, "The list " + list.string() + " cannot be read.");
  std::vector<fs::path> paths;
  for (std::string line; std::getline(in, line);) {
    line = line.substr(0, line.find('#'));
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) line.pop_back();
    const auto first = line.find_first_not_of(" \t");
    if (first == std::string::npos) continue;
    const fs::path path = line.substr(first);
    paths.push_back(path.is_absolute() ? path : list.parent_path() / path);
    if (paths.size() > kMostLines)
      throw Error(ErrorKind::InvalidInput, list.string() + " is no list of scans: it has too many lines.");
  }
  return paths;
}

/// nullopt if stopped.
std::optional<BatchItem> itemAt(const fs::path& path, const StopToken& stop, const ProgressSink& progress) {
  BatchItem item;
  try {
    const auto search = findScans({path}, stop, progress);
    if (!search) return std::nullopt;
    item = itemOf(search->series[chooseSeries(*search)]);
  } catch (const Error& e) {
    item.problem = e.what();
  }
  item.source = path;
  return item;
}

}  // namespace

std::optional<std::vector<BatchItem>> planBatch(const fs::path& input, bool everySeries, const StopToken& stop,
                                                const ProgressSink& progress) {
  std::vector<BatchItem> items;
  fs::path root = input;
  if (isList(input)) {
    root = input.parent_path();
    const std::vector<fs::path> paths = readList(input);
    for (std::size_t i = 0; i < paths.size(); ++i) {
      if (progress)
        progress(static_cast<double>(i) / static_cast<double>(paths.size()), "Looking at " + paths[i].string());
      auto item = itemAt(paths[i], stop, {});
      if (!item) return std::nullopt;
      items.push_back(std::move(*item));
    }
  } else {
    const auto search = findScans({input}, stop, progress);
    if (!search) return std::nullopt;
    items = itemsOf(*search, input, everySeries);
  }
  if (items.empty()) throw Error(ErrorKind::InvalidInput, "There is no CT in " + input.string() + ".");
  nameItems(items, root);
  return items;
}

}  // namespace pulmo
