// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/dicom_pixels.h"

#include <fcntl.h>
#include <gdcmImage.h>
#include <gdcmImageReader.h>
#include <gdcmTrace.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <mutex>
#include <new>

#include "pipeline/core/error.h"

namespace pulmo {

namespace {

constexpr int kAirHu = -1024;

struct Stored {
  int allocated, stored, highBit;
  bool isSigned;
};

/// The value that the stored bits mean (PS3.5, 8.1.1): shifted down, masked, sign-extended.
int valueOf(std::uint32_t raw, const Stored& f) {
  const int shift = f.highBit + 1 - f.stored;
  const std::uint32_t mask = f.stored >= 32 ? 0xFFFFFFFFU : (1U << f.stored) - 1;
  const std::uint32_t bits = (raw >> shift) & mask;
  if (f.isSigned && f.stored < 32 && (bits & (1U << (f.stored - 1))) != 0) return static_cast<int>(bits | ~mask);
  return static_cast<int>(bits);
}

/// Stored values to HU, in place where `raw` and `hu` are the same memory (equal size or shrinking from the front).
class ToHu {
 public:
  ToHu(const DicomFrame& frame, PixelCounts& counts) : frame_(frame), counts_(counts) {}
  ~ToHu() {
    counts_.padding += padding_;
    counts_.clamped += clamped_;
  }
  std::int16_t operator()(int stored) {
    double hu = frame_.slope * stored + frame_.intercept;
    if ((frame_.padding && stored == *frame_.padding && hu < -500) || hu < kAirHu) {
      if (hu < kAirHu) ++padding_;
      hu = kAirHu;
    }
    if (hu > 32767) {
      ++clamped_;
      hu = 32767;
    }
    return static_cast<std::int16_t>(std::lround(hu));
  }

 private:
  const DicomFrame& frame_;
  PixelCounts& counts_;
  std::uint64_t padding_ = 0, clamped_ = 0;
};

/// A 16-bit value has 65 536 cases: a table is quicker than arithmetic for a slice of 262 144.
class Table {
 public:
  Table(const DicomFrame& frame, const Stored& format) : hu_(65536), padded_(65536) {
    PixelCounts unused;
    for (std::uint32_t raw = 0; raw < 65536; ++raw) {
      const int value = valueOf(raw, format);
      ToHu one(frame, unused);
      hu_[raw] = one(value);
      padded_[raw] = frame.slope * value + frame.intercept < kAirHu;
    }
  }
  void apply(const std::uint16_t* raw, std::int16_t* hu, std::size_t count, PixelCounts& counts) const {
    std::uint64_t padded = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint16_t value = raw[i];
      padded += padded_[value];
      hu[i] = hu_[value];
    }
    counts.padding += padded;
  }

 private:
  std::vector<std::int16_t> hu_;
  std::vector<std::uint8_t> padded_;
};

std::string nameOf(const DicomFrame& frame) { return std::filesystem::path(frame.path).filename().string(); }

void convert16(const DicomFrame& frame, const Stored& format, const std::uint16_t* raw, std::int16_t* hu, PixelCounts& counts) {
  const std::size_t count = static_cast<std::size_t>(frame.facts.columns) * static_cast<std::size_t>(frame.facts.rows);
  // The common case needs no table: whole 16 bits (or clean ones), slope 1.
  const double slope = frame.slope, intercept = frame.intercept;
  if (slope == 1 && std::floor(intercept) == intercept && std::abs(intercept) < 32768 && format.highBit == format.stored - 1 && !frame.padding) {
    const int shift = 16 - format.stored;
    const int offset = static_cast<int>(intercept);
    std::uint64_t padded = 0, clamped = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const auto up = static_cast<std::uint16_t>(raw[i] << shift);
      const int stored = format.isSigned ? static_cast<std::int16_t>(up) >> shift : up >> shift;
      const int value = stored + offset;
      padded += value < kAirHu;
      clamped += value > 32767;
      hu[i] = static_cast<std::int16_t>(std::clamp(value, kAirHu, 32767));
    }
    counts.padding += padded;
    counts.clamped += clamped;
    return;
  }
  if (count > 65536) {
    Table(frame, format).apply(raw, hu, count, counts);
    return;
  }
  ToHu toHu(frame, counts);
  for (std::size_t i = 0; i < count; ++i) hu[i] = toHu(valueOf(raw[i], format));
}

void convert(const DicomFrame& frame, const Stored& format, const char* bytes, std::int16_t* hu, PixelCounts& counts) {
  const std::size_t count = static_cast<std::size_t>(frame.facts.columns) * static_cast<std::size_t>(frame.facts.rows);
  if (format.allocated == 16) {
    if (reinterpret_cast<std::uintptr_t>(bytes) % alignof(std::uint16_t) == 0)
      return convert16(frame, format, reinterpret_cast<const std::uint16_t*>(bytes), hu, counts);
    std::vector<std::uint16_t> aligned(count);
    std::memcpy(aligned.data(), bytes, 2 * count);
    return convert16(frame, format, aligned.data(), hu, counts);
  }
  ToHu toHu(frame, counts);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t raw = 0;
    if (format.allocated == 8) raw = static_cast<unsigned char>(bytes[i]);
    else std::memcpy(&raw, bytes + 4 * i, 4);
    hu[i] = toHu(valueOf(raw, format));
  }
}

bool isNative(const DicomFrame& f) {
  return std::endian::native == std::endian::little && !f.layout.encapsulated && !f.layout.deflated && !f.layout.bigEndian &&
         f.layout.pixelOffset > 0 && (f.bitsAllocated == 8 || f.bitsAllocated == 16);
}

void readNative(const FrameTarget& target, PixelCounts& counts) {
  const DicomFrame& f = *target.frame;
  const std::size_t count = static_cast<std::size_t>(f.facts.columns) * static_cast<std::size_t>(f.facts.rows);
  const std::size_t bytes = count * static_cast<std::size_t>(f.bitsAllocated / 8);
  // 16-bit values are turned in their place: no second buffer.
  std::vector<char> eight(f.bitsAllocated == 8 ? bytes : 0);
  char* to = f.bitsAllocated == 8 ? eight.data() : reinterpret_cast<char*>(target.hu);
  const int fd = ::open(f.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw Error(ErrorKind::Io, nameOf(f) + " may not be read any more.");
  std::size_t done = 0;
  const std::uint64_t start = f.layout.pixelOffset + static_cast<std::uint64_t>(f.frame) * bytes;
  while (done < bytes) {
    const ssize_t got = ::pread(fd, to + done, bytes - done, static_cast<off_t>(start + done));
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  ::close(fd);
  if (done < bytes) throw Error(ErrorKind::InvalidInput, nameOf(f) + " is cut short: its picture ends early.");
  convert(f, {f.bitsAllocated, f.bitsStored, f.highBit, f.isSigned}, to, target.hu, counts);
}

/// GDCM writes remarks to standard error, one a slice; what matters is said in our own sentences.
void quietGdcm() {
  static std::once_flag once;
  std::call_once(once, [] {
    gdcm::Trace::WarningOff();
    gdcm::Trace::ErrorOff();
    gdcm::Trace::DebugOff();
  });
}

void readThroughGdcm(const std::vector<FrameTarget>& targets, PixelCounts& counts) {
  quietGdcm();
  const DicomFrame& first = *targets.front().frame;
  const auto damaged = [&](const std::string& detail) {
    return Error(ErrorKind::InvalidInput, nameOf(first) + " cannot be decoded (" + first.facts.transferSyntax + "): it is damaged or cut short.", detail);
  };
  gdcm::ImageReader reader;
  reader.SetFileName(first.path.c_str());
  if (!reader.Read()) throw damaged("GDCM could not read the image");
  const gdcm::Image& image = reader.GetImage();
  const gdcm::PixelFormat& format = image.GetPixelFormat();
  const unsigned* size = image.GetDimensions();
  if (size[0] != static_cast<unsigned>(first.facts.columns) || size[1] != static_cast<unsigned>(first.facts.rows) || format.GetSamplesPerPixel() != 1)
    throw Error(ErrorKind::InvalidInput, nameOf(first) + " contradicts itself: its picture is not of the size that its header gives.");
  const int allocated = format.GetBitsAllocated();
  if (allocated != 8 && allocated != 16 && allocated != 32) throw damaged("unexpected bits allocated: " + std::to_string(allocated));
  const std::size_t pixels = static_cast<std::size_t>(size[0]) * size[1];
  const std::size_t frameBytes = pixels * static_cast<std::size_t>(allocated / 8);
  const std::size_t length = image.GetBufferLength();
  std::vector<char> buffer(length);
  if (!image.GetBuffer(buffer.data())) throw damaged("GDCM could not decode the pixels");
  // What the decoder gives is in this machine's byte order, and its own format is the one to believe.
  const Stored stored{allocated, format.GetBitsStored(), format.GetHighBit(), format.GetPixelRepresentation() == 1};
  for (const FrameTarget& target : targets) {
    const std::size_t offset = static_cast<std::size_t>(target.frame->frame) * frameBytes;
    if (offset + frameBytes > length) throw damaged("frame " + std::to_string(target.frame->frame) + " is beyond the decoded pixels");
    convert(*target.frame, stored, buffer.data() + offset, target.hu, counts);
  }
}

}  // namespace

void decodeFrames(const std::vector<FrameTarget>& targets, PixelCounts& counts) {
  const DicomFrame& first = *targets.front().frame;
  try {
    if (isNative(first))
      for (const FrameTarget& target : targets) readNative(target, counts);
    else
      readThroughGdcm(targets, counts);
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw Error(ErrorKind::OutOfMemory, "There is not enough memory to decode " + nameOf(first) + ".");
  } catch (const std::exception& e) {
    throw Error(ErrorKind::InvalidInput, nameOf(first) + " cannot be decoded: it is damaged.", e.what());
  }
}

}  // namespace pulmo
