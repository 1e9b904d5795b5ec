// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/imaging/scan_search.h"
#include "pipeline/learn/slice_store.h"

namespace pulmo {

/// For callees that want to tell how far they are.
inline const ProgressSink kQuiet = [](double, const std::string&) {};

/// Where a case lies, before anything of it is read but headers.
struct CaseSource {
  std::string name, patient;
  std::filesystem::path image;  ///< a volume file, or a folder with a DICOM series
  std::string seriesUid;        ///< "" = the most likely chest CT
  std::optional<FoundSeries> series;
  std::optional<std::filesystem::path> mask;
  MaskValues values;
  std::optional<Split> split;
  bool diseased = false;
  std::optional<bool> threshold;  ///< of this case; absent: as for all
  std::vector<std::string> notes;
};

struct DatasetCases {
  std::vector<CaseSource> cases;
  std::vector<std::string> problems;
};

/// Finds the cases of one dataset, see prepareDataset; headers of DICOM are read, no pixel is.
/// @param prefix  put before names and patients: "", or "lctsc/" where there are several datasets
/// @return cases sorted by name
/// @throws Error{Io, InvalidInput}
[[nodiscard]] DatasetCases findCases(const std::filesystem::path& dataset, const std::string& prefix,
                                     const StopToken& stop);

/// A list for exact control: {"cases": [{"image": path, "mask": path, "name": text, "patient": text, "split": "train"
/// | "validation" | "test", "diseased": bool, "threshold": bool, "series": uid, "rightValues": [..], "leftValues":
/// [..], "lungValues": [..], "lowByte": bool}, ...]}; only `image` is needed. Paths are relative to the file.
/// @throws Error{InvalidInput} naming the case and the field
[[nodiscard]] DatasetCases loadManifest(const std::filesystem::path& file);

/// nnU-Net's folders; nullopt if it is none of these.
[[nodiscard]] std::optional<DatasetCases> findNnunetCases(const std::filesystem::path& folder,
                                                          const std::string& prefix);

/// What a file's name says. "S1_lungs.nii.gz" -> key "s1", weak
struct NameParts {
  std::string stem;    ///< without the extension of a volume
  std::string key;     ///< lower case, without the words for masks and images
  bool mask = false;   ///< "mask", "seg", "label" in it
  bool lung = false;   ///< "lung" alone: a mask if there is something else for an image
  bool plain = false;  ///< nothing but such words: says nothing about the patient
};
[[nodiscard]] NameParts partsOf(const std::filesystem::path& file);

}  // namespace pulmo
