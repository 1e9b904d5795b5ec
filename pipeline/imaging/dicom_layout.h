// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace pulmo {

/// The elements of a header that the readers ask for, as bytes.
struct DicomElements {
  struct Element {
    std::uint32_t tag = 0;             ///< group << 16 | element
    std::string bytes;                 ///< at most 1 KB of a value
    std::vector<DicomElements> items;  ///< of a sequence
  };
  std::vector<Element> elements;
  bool bigEndian = false;

  [[nodiscard]] const Element* find(std::uint32_t tag) const;
  /// Text without padding; "" if absent.
  [[nodiscard]] std::string text(std::uint32_t tag) const;
  /// Decimal strings "a\b\c"; empty if absent or one of them is no finite number.
  [[nodiscard]] std::vector<double> numbers(std::uint32_t tag) const;
  /// An unsigned short.
  [[nodiscard]] int word(std::uint32_t tag, int absent) const;
  [[nodiscard]] const DicomElements* firstItem(std::uint32_t tag) const;
};

/// How the bytes of a DICOM file are laid out, and the elements that the readers ask for.
///
/// Every length is checked against the file's own, inside sequences and pixel fragments too, so that a crafted one is
/// refused before a library allocates it (the class of CVE-2026-3650).
struct DicomLayout {
  bool isDicom = false;        ///< false: another kind of file (a DICOMDIR too), to be passed over silently
  std::string problem;         ///< isDicom, but it cannot be read: why, in words; "" if it can
  std::string transferSyntax;  ///< UID; the default one where there is no meta header
  bool explicitVr = false, bigEndian = false, deflated = false;
  bool bigEndianPixels = false;
  bool hasPixels = false, encapsulated = false;
  bool pixelWords = false;         ///< the pixels' value type is OW: bytes in big-endian files lie in pairs
  std::uint64_t deflatedFrom = 0;  ///< where the deflated part begins; what follows counts in its inflated form
  std::uint64_t pixelOffset = 0, pixelLength = 0;  ///< of native pixels; of the fragments together where encapsulated
  std::uint64_t fileSize = 0;
};

/// @param elements  gets the header's values
/// @throws Error{Io} if the file cannot be opened
[[nodiscard]] DicomLayout readLayout(const std::filesystem::path& path, DicomElements& elements);

/// "JPEG-LS lossless", ... ; the UID itself if it is not known
[[nodiscard]] std::string transferSyntaxName(const std::string& uid);

}  // namespace pulmo
