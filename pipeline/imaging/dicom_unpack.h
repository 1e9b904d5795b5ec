// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/imaging/dicom_bytes.h"
#include "pipeline/imaging/dicom_codec.h"
#include "pipeline/imaging/dicom_frame.h"

namespace pulmo {

/// Unpacks the frames of a DICOM file, whatever its transfer syntax.
///
/// The file is taken apart here; GDCM is handed one frame's code stream at a time, and only after the size in it was
/// found equal to the header's. It never sees the file.
class DicomUnpacker {
 public:
  /// @throws Error{InvalidInput, Unsupported, Io} naming the file
  explicit DicomUnpacker(const DicomFrame& file);

  [[nodiscard]] std::size_t bytesPerValue() const { return width_; }  ///< of what unpack gives: 1, 2 or 4

  /// Writes columns * rows values in this machine's byte order.
  /// @throws Error{InvalidInput} naming the file
  void unpack(int frame, char* to);

 private:
  struct Piece {
    std::uint64_t at = 0;
    std::uint32_t length = 0;
  };
  void findFrames();
  void unpackPlain(int frame, char* to);
  void decode(const std::string& stream, char* to) const;
  [[noreturn]] void fail(const std::string& what, const std::string& detail = {}) const;

  DicomFrame file_;
  DicomBytes bytes_;
  Packing packing_;
  std::size_t values_, width_;
  std::vector<std::vector<Piece>> frames_;  ///< packed ones: the fragments of each
};

}  // namespace pulmo
