// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/dicom_unpack.h"

#include <gdcmFragment.h>
#include <gdcmImage.h>
#include <gdcmSequenceOfFragments.h>
#include <gdcmTrace.h>

#include <algorithm>
#include <bit>
#include <mutex>

#include "pipeline/core/error.h"

namespace pulmo {

namespace {

constexpr std::uint32_t kItem = 0xFFFEE000;

/// GDCM writes remarks to standard error, one a slice; what matters is said in our own sentences.
void quietGdcm() {
  static std::once_flag once;
  std::call_once(once, [] {
    gdcm::Trace::WarningOff();
    gdcm::Trace::ErrorOff();
    gdcm::Trace::DebugOff();
  });
}

std::uint32_t littleEndian(const unsigned char* b) {
  return static_cast<std::uint32_t>(b[0]) | static_cast<std::uint32_t>(b[1]) << 8 |
         static_cast<std::uint32_t>(b[2]) << 16 | static_cast<std::uint32_t>(b[3]) << 24;
}

std::string sizeText(int columns, int rows, int bits) {
  return std::to_string(columns) + " x " + std::to_string(rows) + " with " + std::to_string(bits) + " bits";
}

void swapBytes(char* values, std::size_t bytes, std::size_t width) {
  for (std::size_t i = 0; i + width <= bytes; i += width) std::reverse(values + i, values + i + width);
}

/// Pairs of 12-bit values in three bytes each (PS3.5, D.2).
void unpack12(const std::vector<char>& packed, std::size_t values, char* to) {
  const auto nibble = [&](std::size_t n) {  // the n-th half byte, the lower one first
    return static_cast<unsigned>(static_cast<unsigned char>(packed[n / 2]) >> (n % 2 * 4)) & 15U;
  };
  for (std::size_t i = 0; i < values; ++i) {
    const auto value = static_cast<std::uint16_t>(nibble(3 * i) | nibble(3 * i + 1) << 4 | nibble(3 * i + 2) << 8);
    std::copy_n(reinterpret_cast<const char*>(&value), 2, to + 2 * i);
  }
}

}  // namespace

DicomUnpacker::DicomUnpacker(const DicomFrame& file)
    : file_(file),
      bytes_(file.path),
      packing_(packingOf(file.layout.transferSyntax)),
      values_(static_cast<std::size_t>(file.facts.columns) * static_cast<std::size_t>(file.facts.rows)),
      width_(file.bitsAllocated == 12 ? 2 : static_cast<std::size_t>(file.bitsAllocated) / 8) {
  if (packing_ == Packing::Unknown)
    throw Error(ErrorKind::Unsupported, std::filesystem::path(file_.path).filename().string() +
                                            " is packed in a way that cannot be opened (" + file_.facts.transferSyntax +
                                            ").");
  if ((packing_ == Packing::None) == file_.layout.encapsulated)
    fail("its header says how it is packed, and its picture is stored otherwise");
  if (file_.layout.deflated && !bytes_.inflateFrom(file_.layout.deflatedFrom))
    fail("its deflated content is damaged or too large");
  if (packing_ == Packing::None) return;
  if (packing_ != Packing::RunLength && width_ > 2)
    fail("it is said to have " + std::to_string(file_.bitsAllocated) + " bits a value, which this coding cannot hold");
  findFrames();
}

void DicomUnpacker::fail(const std::string& what, const std::string& detail) const {
  throw Error(ErrorKind::InvalidInput,
              std::filesystem::path(file_.path).filename().string() + " cannot be decoded (" +
                  file_.facts.transferSyntax + "): " + what + ".",
              detail);
}

/// Fragments may be fewer or more than a frame: where their number is not that of the frames, a frame begins wherever
/// the codec's first marker is.
void DicomUnpacker::findFrames() {
  std::vector<Piece> pieces;
  std::uint64_t at = file_.layout.pixelOffset;
  bool table = true;  // the first item is the table of offsets
  while (const unsigned char* head = bytes_.at(at, 8)) {
    const std::uint32_t tag = littleEndian(head) << 16 | littleEndian(head) >> 16, length = littleEndian(head + 4);
    if (tag != kItem) break;
    at += 8;
    if (length > bytes_.size() - at) fail("it is cut short");
    if (!table && length > 0) pieces.push_back({at, length});
    table = false;
    at += length;
  }
  const auto count = static_cast<std::size_t>(file_.frames);
  if (count == 1) {
    frames_.push_back(std::move(pieces));
  } else if (pieces.size() == count) {
    for (const Piece& piece : pieces) frames_.push_back({piece});
  } else {
    for (const Piece& piece : pieces) {
      const std::size_t look = std::min<std::size_t>(piece.length, 8);
      const unsigned char* start = bytes_.at(piece.at, look);
      const bool begins = packing_ != Packing::RunLength && start &&
                          beginsPicture(packing_, {reinterpret_cast<const char*>(start), look});
      if (begins || frames_.empty()) frames_.emplace_back();
      frames_.back().push_back(piece);
    }
    if (frames_.size() != count)
      fail("it holds " + std::to_string(frames_.size()) + " pictures where its header says " + std::to_string(count));
  }
}

void DicomUnpacker::unpack(int frame, char* to) {
  if (packing_ == Packing::None) return unpackPlain(frame, to);
  std::string stream;
  for (const Piece& piece : frames_.at(static_cast<std::size_t>(frame))) {
    const std::size_t before = stream.size();
    stream.resize(before + piece.length);
    if (!bytes_.read(piece.at, piece.length, stream.data() + before)) fail("it is cut short");
  }
  if (packing_ != Packing::RunLength) return decode(stream, to);
  if (const std::string problem = unpackRunLength(stream, values_, width_, to); !problem.empty())
    fail("its picture " + problem);
  if (std::endian::native == std::endian::big) swapBytes(to, values_ * width_, width_);
}

void DicomUnpacker::unpackPlain(int frame, char* to) {
  const std::size_t bytes = (values_ * static_cast<std::size_t>(file_.bitsAllocated) + 7) / 8;
  const std::uint64_t at = file_.layout.pixelOffset + static_cast<std::uint64_t>(frame) * bytes;
  if (file_.bitsAllocated == 12) {
    if (file_.frames > 1 && values_ % 2 != 0) fail("its frames of 12 bits do not end on whole bytes");
    std::vector<char> packed(bytes);
    if (!bytes_.read(at, bytes, packed.data())) fail("its picture ends early");
    return unpack12(packed, values_, to);
  }
  if (!bytes_.read(at, bytes, to)) fail("its picture ends early");
  const bool big = file_.layout.bigEndian || file_.layout.bigEndianPixels;
  if (width_ == 1 && file_.layout.bigEndian && file_.layout.pixelWords)
    swapBytes(to, bytes, 2);
  else if (width_ > 1 && big != (std::endian::native == std::endian::big))
    swapBytes(to, bytes, width_);
}

void DicomUnpacker::decode(const std::string& stream, char* to) const {
  quietGdcm();
  const CodecPicture picture = readCodecHeader(packing_, stream);
  if (!picture.problem.empty()) fail("its picture " + picture.problem);
  const int allocated = static_cast<int>(8 * width_);
  if (picture.columns != file_.facts.columns || picture.rows != file_.facts.rows || picture.components != 1 ||
      picture.bits > allocated || picture.bits <= allocated - 8)
    fail("its picture is " + sizeText(picture.columns, picture.rows, picture.bits) +
         (picture.components == 1 ? "" : " in " + std::to_string(picture.components) + " colours") +
         ", and its header says " + sizeText(file_.facts.columns, file_.facts.rows, allocated));
  gdcm::SmartPointer<gdcm::SequenceOfFragments> sequence = new gdcm::SequenceOfFragments;
  gdcm::Fragment fragment;
  fragment.SetByteValue(stream.data() + picture.start,
                        gdcm::VL(static_cast<std::uint32_t>(stream.size() - picture.start)));
  sequence->AddFragment(fragment);
  gdcm::DataElement element(gdcm::Tag(0x7FE0, 0x0010), 0xFFFFFFFF, gdcm::VR::OB);
  element.SetValue(*sequence);
  gdcm::Image image;
  image.SetNumberOfDimensions(2);
  image.SetDimension(0, static_cast<unsigned>(picture.columns));
  image.SetDimension(1, static_cast<unsigned>(picture.rows));
  image.SetPhotometricInterpretation(gdcm::PhotometricInterpretation::MONOCHROME2);
  image.SetPixelFormat(gdcm::PixelFormat(
      1, static_cast<unsigned short>(allocated), static_cast<unsigned short>(picture.bits),
      static_cast<unsigned short>(picture.bits - 1), static_cast<unsigned short>(file_.isSigned ? 1 : 0)));
  image.SetTransferSyntax(gdcm::TransferSyntax::GetTSType(file_.layout.transferSyntax.c_str()));
  image.SetDataElement(element);
  if (image.GetBufferLength() != values_ * width_ || !image.GetBuffer(to))
    fail("it is damaged or cut short", "GDCM could not decode the pixels");
}

}  // namespace pulmo
