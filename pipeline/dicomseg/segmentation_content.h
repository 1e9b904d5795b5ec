// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "pipeline/dicomseg/segmentation_file.h"

namespace pulmo {

/// Patient and study as the source's headers give them, in the source's character set.
struct DicomIdentity {
  std::string characterSet, patientName, patientId, birthDate, sex;
  std::string studyDate, studyTime, studyId, studyDescription, accessionNumber, referringPhysician;
};

/// Everything that goes into one DICOM SEG. Plain data: what makes the file of it knows DCMTK, nobody else does.
struct SegmentationContent {
  const LabelVolume& labels;  ///< on the source's grid
  const SourceGeometry& source;
  SegmentationOptions options;
  DicomIdentity identity;                           ///< empty where it was not asked for
  std::map<std::uint8_t, std::vector<int>> slices;  ///< label -> the slices where it is, rising; none empty
};

/// @throws Error{Io, Internal}
void writeSegmentation(const SegmentationContent& content, const std::filesystem::path& path);

/// A decimal string of at most 16 characters (DICOM's DS), whatever the locale.
[[nodiscard]] std::string decimalString(double value);

/// A UID that nobody has: 2.25 and a random UUID as one number. Says nothing of the machine that made it.
/// @source DICOM PS3.5, B.2
[[nodiscard]] std::string newUid();

}  // namespace pulmo
