// SPDX-License-Identifier: Apache-2.0
#include "pipeline/prepare/dataset_layout.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "pipeline/core/error.h"
#include "pipeline/imaging/volume_file.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

struct Folder {
  std::vector<fs::path> volumes, others;
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool hidden(const fs::path& path) {
  const std::string name = path.filename().string();
  return !name.empty() && name.front() == '.';
}

std::map<fs::path, Folder> foldersBelow(const fs::path& top, const StopToken& stop) {
  std::map<fs::path, Folder> folders;
  std::error_code ec;
  for (fs::recursive_directory_iterator it(top, fs::directory_options::skip_permission_denied, ec), end;
       !ec && it != end && !stop.stop_requested(); it.increment(ec)) {
    std::error_code entryError;
    if (hidden(it->path())) {
      if (it->is_directory(entryError)) it.disable_recursion_pending();
      continue;
    }
    if (!it->is_regular_file(entryError)) continue;
    Folder& folder = folders[it->path().parent_path()];
    (isVolumeFileName(it->path()) ? folder.volumes : folder.others).push_back(it->path());
  }
  if (ec) throw Error(ErrorKind::Io, "The folder " + top.string() + " cannot be read.", ec.message());
  for (auto& [path, folder] : folders) {
    std::sort(folder.volumes.begin(), folder.volumes.end());
    std::sort(folder.others.begin(), folder.others.end());
  }
  return folders;
}

/// The first folder below the dataset whose name says something; "" if there is none.
std::string patientFolder(const fs::path& folder, const fs::path& top) {
  static const std::set<std::string> kSaysNothing{"data", "train", "training", "test", "testing", "val", "validation"};
  for (const fs::path& part : folder.lexically_relative(top)) {
    const std::string name = part.string();
    if (name != "." && !partsOf(part).plain && !kSaysNothing.contains(lower(name))) return name;
  }
  return {};
}

class Finder {
 public:
  Finder(const fs::path& top, std::string prefix, const StopToken& stop)
      : top_(top), prefix_(std::move(prefix)), stop_(stop), folders_(foldersBelow(top, stop)) {}

  DatasetCases find() {
    for (const auto& [path, folder] : folders_) sortVolumes(path, folder);
    for (const auto& [path, folder] : folders_) {
      if (stop_.stop_requested()) break;
      for (const fs::path& image : images_[path]) addVolume(path, image);
      if (!folder.others.empty()) addDicom(path, folder.others);
    }
    for (const auto& [path, masks] : masks_)
      for (const fs::path& mask : masks)
        if (!used_.contains(mask))
          found_.problems.push_back("The mask " + mask.string() + " belongs to no scan that was found.");
    return std::move(found_);
  }

 private:
  void sortVolumes(const fs::path& path, const Folder& folder) {
    const bool maskFolder = path != top_ && partsOf(path).mask;
    bool other = !folder.others.empty();
    for (const fs::path& file : folder.volumes) other = other || (!partsOf(file).mask && !partsOf(file).lung);
    for (const fs::path& file : folder.volumes) {
      const NameParts parts = partsOf(file);
      (maskFolder || parts.mask || (parts.lung && other) ? masks_ : images_)[path].push_back(file);
    }
  }

  /// In the folder itself, then beside it, above it and below it.
  [[nodiscard]] std::optional<fs::path> maskFor(const fs::path& folder, const std::string& key, bool alone) {
    const auto among = [&](const fs::path& where) -> std::optional<fs::path> {
      const auto masks = masks_.find(where);
      if (masks == masks_.end()) return std::nullopt;
      for (const fs::path& mask : masks->second)
        if (partsOf(mask).key == key && !used_.contains(mask)) return mask;
      if (alone && masks->second.size() == 1 && !used_.contains(masks->second[0])) return masks->second[0];
      return std::nullopt;
    };
    if (const auto mask = among(folder)) return mask;
    for (const auto& [where, masks] : masks_)
      if (where.parent_path() == folder ||
          (folder != top_ && (where.parent_path() == folder.parent_path() || where == folder.parent_path())))
        if (const auto mask = among(where)) return mask;
    return std::nullopt;
  }

  void take(CaseSource& source, const fs::path& folder, const std::string& key, bool alone) {
    source.mask = maskFor(folder, key, alone);
    if (source.mask) used_.insert(*source.mask);
  }

  void addVolume(const fs::path& folder, const fs::path& image) {
    CaseSource source;
    source.image = image;
    const NameParts parts = partsOf(image);
    // "ct.nii.gz" says nothing of the patient: the folder's name does.
    const std::string stem = parts.plain && folder == top_ ? top_.filename().string() : parts.stem;
    const std::string patient = patientFolder(folder, top_);
    const fs::path inside = folder.lexically_relative(top_);
    source.name = prefix_ + (inside == "." ? stem : (inside / stem).generic_string());
    source.patient = prefix_ + (patient.empty() ? stem : patient);
    take(source, folder, parts.key, images_[folder].size() == 1);
    found_.cases.push_back(std::move(source));
  }

  void addDicom(const fs::path& folder, const std::vector<fs::path>& files) {
    auto search = findScans(files, stop_, kQuiet);
    if (!search || search->series.empty()) return;  // notes, tables and pictures are nobody's scan
    std::size_t best = 0;
    try {
      best = chooseSeries(*search);
    } catch (const Error& e) {
      found_.problems.push_back(folder.string() + ": " + e.what());
      return;
    }
    CaseSource source;
    source.image = folder;
    source.series = std::move(search->series[best]);
    if (search->series.size() > 1)
      source.notes.push_back("The folder holds " + std::to_string(search->series.size()) +
                             " series; the most likely axial chest CT was taken.");
    const std::string id = source.series->facts.patientId;
    const std::string stem = folder.filename().string();
    const std::string patient = patientFolder(folder, top_);
    source.name = prefix_ + (folder == top_ ? stem : folder.lexically_relative(top_).generic_string());
    source.patient = prefix_ + (patient.empty() ? stem : patient);
    // The folder's name stands for the patient; two folders of one patient must not be on two sides.
    if (!id.empty()) source.patient = patientOfId_.emplace(id, source.patient).first->second;
    take(source, folder, partsOf(folder).key, true);
    found_.cases.push_back(std::move(source));
  }

  fs::path top_;
  std::string prefix_;
  const StopToken& stop_;
  std::map<fs::path, Folder> folders_;
  std::map<fs::path, std::vector<fs::path>> images_, masks_;
  std::set<fs::path> used_;
  std::map<std::string, std::string> patientOfId_;
  DatasetCases found_;
};

}  // namespace

NameParts partsOf(const fs::path& file) {
  static const std::set<std::string> kImage{"ct",     "img",     "imgs", "image",  "images", "scan",     "scans",
                                            "volume", "volumes", "hu",   "series", "dicom",  "imagestr", "imagests"};
  NameParts parts;
  parts.stem = file.filename().string();
  if (isVolumeFileName(file)) {
    if (lower(parts.stem).ends_with(".gz")) parts.stem.resize(parts.stem.size() - 3);
    parts.stem = fs::path(parts.stem).stem().string();
  }
  std::string token;
  bool rest = false;
  const std::string text = lower(parts.stem) + " ";
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      token += c;
      continue;
    }
    if (token.empty()) continue;
    const bool mask = token.find("mask") != std::string::npos || token.find("label") != std::string::npos ||
                      token.find("segmentation") != std::string::npos || token == "seg" || token == "segs";
    const bool lung = token == "lung" || token == "lungs";
    parts.mask = parts.mask || mask;
    parts.lung = parts.lung || lung;
    if (!mask && !lung && !kImage.contains(token)) {
      parts.key += (parts.key.empty() ? "" : "_") + token;
      rest = rest || (token != "2d" && token != "3d");
    }
    token.clear();
  }
  parts.plain = !rest;
  return parts;
}

DatasetCases findCases(const fs::path& dataset, const std::string& prefix, const StopToken& stop) {
  std::error_code ec;
  if (!fs::exists(dataset, ec)) throw Error(ErrorKind::Io, "There is no file or folder " + dataset.string() + ".");
  DatasetCases found;
  if (fs::is_regular_file(dataset, ec)) {
    if (lower(dataset.extension().string()) == ".json") return loadManifest(dataset);
    CaseSource source;
    source.image = dataset;
    source.name = source.patient = prefix + partsOf(dataset).stem;
    found.cases.push_back(std::move(source));
    return found;
  }
  fs::path top = fs::absolute(dataset).lexically_normal();
  if (!top.has_filename()) top = top.parent_path();
  if (auto nnunet = findNnunetCases(top, prefix)) return std::move(*nnunet);
  found = Finder(top, prefix, stop).find();
  std::stable_sort(found.cases.begin(), found.cases.end(),
                   [](const CaseSource& a, const CaseSource& b) { return a.name < b.name; });
  return found;
}

}  // namespace pulmo
