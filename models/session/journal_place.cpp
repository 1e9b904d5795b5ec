// SPDX-License-Identifier: Apache-2.0
#include "models/session/journal_place.h"

#include <cstdint>
#include <cstdio>

#include "pipeline/edit/checksum.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

fs::path pathOf(const fs::path& folder, std::string key, const Scan& scan) {
  for (const int size : scan.ct->grid().size) key += '\n' + std::to_string(size);
  const auto sum = checksum64({reinterpret_cast<const std::uint8_t*>(key.data()), key.size()});
  char name[32];
  std::snprintf(name, sizeof name, "%016llx.journal", static_cast<unsigned long long>(sum));
  return folder / name;
}

bool isDicom(const Scan& scan) {
  return scan.facts.format == "DICOM";
}

/// @return whether the scan comes from a file that is there
bool isFile(const Scan& scan) {
  std::error_code code;
  return !isDicom(scan) && fs::exists(scan.source.path, code);
}

}  // namespace

std::string placeOf(const Scan& scan) {
  std::error_code code;
  const fs::path place = isFile(scan) ? fs::canonical(scan.source.path, code) : fs::path();
  return place.empty() || code ? scan.source.path : place.string();
}

fs::path journalPath(const fs::path& folder, const Scan& scan) {
  if (isDicom(scan)) return pathOf(folder, scan.facts.uid, scan);
  return pathOf(folder, (isFile(scan) ? "file" : scan.facts.uid) + '\n' + placeOf(scan), scan);
}

std::vector<fs::path> olderJournalPaths(const fs::path& folder, const Scan& scan) {
  std::vector<fs::path> older;
  if (!isFile(scan)) return older;
  std::error_code code;
  for (const fs::path& place : {fs::absolute(scan.source.path, code), fs::path(placeOf(scan))}) {
    // "ct.nii.gz", "p1/ct.nii.gz", "scans/p1/ct.nii.gz", …: whichever folder was searched.
    fs::path name;
    for (auto part = place.end(); part != place.begin();) {
      --part;
      name = name.empty() ? *part : *part / name;
      older.push_back(pathOf(folder, name.string() + '\n' + place.string(), scan));
    }
  }
  return older;
}

}  // namespace pulmo
