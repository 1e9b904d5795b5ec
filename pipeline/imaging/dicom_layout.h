// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace pulmo {

/// How the bytes of a DICOM file are laid out: found by walking its element headers, reading no value longer than a UID.
///
/// Every length is checked against the file's own, so that a crafted one is refused before a library allocates it
/// (the class of CVE-2026-3650).
struct DicomLayout {
  bool isDicom = false;         ///< false: another kind of file, to be passed over silently
  std::string problem;          ///< isDicom, but it cannot be read: why, in words; "" if it can
  std::string transferSyntax;   ///< UID; the default one where there is no meta header
  bool explicitVr = false, bigEndian = false, deflated = false;
  bool hasPixels = false, encapsulated = false;
  std::uint64_t pixelOffset = 0, pixelLength = 0;  ///< of native pixels
  std::uint64_t fileSize = 0;
};

/// @throws Error{Io} if the file cannot be opened
[[nodiscard]] DicomLayout readLayout(const std::filesystem::path& path);

/// "JPEG-LS lossless", ... ; the UID itself if it is not known
[[nodiscard]] std::string transferSyntaxName(const std::string& uid);

}  // namespace pulmo
