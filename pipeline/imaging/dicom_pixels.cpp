// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/dicom_pixels.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <new>
#include <optional>
#include <tuple>

#include "pipeline/core/error.h"
#include "pipeline/imaging/dicom_unpack.h"

namespace pulmo {

namespace {

constexpr int kAirHu = -1024, kMostHu = 32767;

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

/// Padding counts as such where its HU value cannot be meant: some files name 0 HU, which is water too.
bool isPadding(const DicomFrame& frame, int stored, double hu) {
  if (!frame.padding || (hu > -500 && hu < 4000)) return false;
  const int one = *frame.padding, other = frame.paddingLimit.value_or(one);
  return stored >= std::min(one, other) && stored <= std::max(one, other);
}

struct Tally {
  std::uint64_t padding = 0, clamped = 0;
  int low = kMostHu, high = kAirHu;
};

std::int16_t huOf(const DicomFrame& frame, int stored, Tally& tally) {
  double hu = frame.slope * stored + frame.intercept;
  if (isPadding(frame, stored, hu) || !(hu >= kAirHu)) {
    ++tally.padding;
    hu = kAirHu;
  } else if (hu > kMostHu) {
    ++tally.clamped;
    hu = kMostHu;
  }
  return static_cast<std::int16_t>(std::lround(hu));
}

/// Least and most; in blocks of a fixed length, which every compiler turns into vector instructions.
void addRange(const std::int16_t* hu, std::size_t count, Tally& tally) {
  constexpr std::size_t kBlock = 256;
  std::int16_t low = kMostHu, high = kAirHu;
  std::size_t i = 0;
  for (; i + kBlock <= count; i += kBlock)
    for (std::size_t k = 0; k < kBlock; ++k) {
      low = std::min(low, hu[i + k]);
      high = std::max(high, hu[i + k]);
    }
  for (; i < count; ++i) {
    low = std::min(low, hu[i]);
    high = std::max(high, hu[i]);
  }
  tally.low = std::min<int>(tally.low, low);
  tally.high = std::max<int>(tally.high, high);
}

/// A 16-bit value has 65 536 cases: a table is quicker than arithmetic for a slice of 262 144, and serves every slice
/// with the same rescaling.
class Table {
 public:
  void fit(const DicomFrame& frame, const Stored& format) {
    const Key key{frame.slope,   frame.intercept, frame.padding,  frame.paddingLimit,
                  format.stored, format.highBit,  format.isSigned};
    if (key_ && *key_ == key) return;
    key_ = key;
    entries_.resize(65536);
    for (std::uint32_t raw = 0; raw < entries_.size(); ++raw) {
      Tally one;
      entries_[raw].hu = huOf(frame, valueOf(raw, format), one);
      entries_[raw].padding = static_cast<std::uint8_t>(one.padding);
      entries_[raw].clamped = static_cast<std::uint8_t>(one.clamped);
    }
  }
  void apply(std::int16_t* values, std::size_t count, Tally& tally) const {
    for (std::size_t i = 0; i < count; ++i) {
      const Entry& entry = entries_[static_cast<std::uint16_t>(values[i])];
      values[i] = entry.hu;
      tally.padding += entry.padding;
      tally.clamped += entry.clamped;
    }
  }

 private:
  struct Entry {
    std::int16_t hu;
    std::uint8_t padding, clamped;
  };
  using Key = std::tuple<double, double, std::optional<int>, std::optional<int>, int, int, bool>;
  std::optional<Key> key_;
  std::vector<Entry> entries_;
};

/// v = clamp(v, least, most) + offset over a block whose length the compiler knows; the least and most v are noted.
template <bool Signed, std::size_t Block>
void shiftBlock(std::int16_t* v, int unusedBits, std::int16_t least, std::int16_t most, std::int16_t offset,
                std::int16_t& low, std::int16_t& high) {
  for (std::size_t i = 0; i < Block; ++i) {
    const auto up = static_cast<std::uint16_t>(static_cast<std::uint16_t>(v[i]) << unusedBits);
    const auto x = static_cast<std::int16_t>(Signed ? static_cast<std::int16_t>(up) >> unusedBits : up >> unusedBits);
    low = std::min(low, x);
    high = std::max(high, x);
    v[i] = static_cast<std::int16_t>(std::min(std::max(x, least), most) + offset);
  }
}

template <bool Signed>
void shiftAll(std::int16_t* v, std::size_t count, int unusedBits, int offset, Tally& tally) {
  constexpr std::size_t kBlock = 256;
  const auto least = static_cast<std::int16_t>(std::clamp(kAirHu - offset, -32768, 32767));
  const auto most = static_cast<std::int16_t>(std::clamp(kMostHu - offset, -32768, 32767));
  const auto by = static_cast<std::int16_t>(offset);
  std::int16_t low = 32767, high = -32768;
  std::size_t i = 0;
  for (; i + kBlock <= count; i += kBlock) shiftBlock<Signed, kBlock>(v + i, unusedBits, least, most, by, low, high);
  for (; i < count; ++i) shiftBlock<Signed, 1>(v + i, unusedBits, least, most, by, low, high);
  if (count == 0) return;
  if (low < least) ++tally.padding;
  if (high > most) ++tally.clamped;
  tally.low = std::min(tally.low, std::clamp(low, least, most) + offset);
  tally.high = std::max(tally.high, std::clamp(high, least, most) + offset);
}

/// Stored 16-bit values to HU in their place.
void convert16(const DicomFrame& frame, const Stored& format, std::int16_t* values, std::size_t count, Tally& tally) {
  const double offset = frame.intercept;
  const bool plain = frame.slope == 1 && std::floor(offset) == offset && std::abs(offset) < 32000 &&
                     format.highBit == format.stored - 1 && (format.isSigned || format.stored < 16);
  // Padding below -1024 HU is cut off with the rest, so that the common case needs no look-up.
  const double paddingHu = frame.padding ? std::max(*frame.padding, *frame.paddingLimit) + offset : kAirHu;
  if (plain && paddingHu <= kAirHu) {
    const int unused = 16 - format.stored;
    if (format.isSigned)
      shiftAll<true>(values, count, unused, static_cast<int>(offset), tally);
    else
      shiftAll<false>(values, count, unused, static_cast<int>(offset), tally);
    return;
  }
  if (count > 65536) {
    thread_local Table table;
    table.fit(frame, format);
    table.apply(values, count, tally);
  } else {
    for (std::size_t i = 0; i < count; ++i)
      values[i] = huOf(frame, valueOf(static_cast<std::uint16_t>(values[i]), format), tally);
  }
  addRange(values, count, tally);
}

void addTo(PixelCounts& counts, const Tally& tally) {
  counts.padding += tally.padding;
  counts.clamped += tally.clamped;
  for (int now = counts.low; tally.low < now && !counts.low.compare_exchange_weak(now, tally.low);) {
  }
  for (int now = counts.high; tally.high > now && !counts.high.compare_exchange_weak(now, tally.high);) {
  }
}

/// @param bytes  the frame's pixels in this machine's byte order; may be `hu` itself where 16 bits are allocated
void convert(const DicomFrame& frame, const Stored& format, const char* bytes, std::int16_t* hu, PixelCounts& counts) {
  const std::size_t count = static_cast<std::size_t>(frame.facts.columns) * static_cast<std::size_t>(frame.facts.rows);
  Tally tally;
  if (format.allocated == 16) {
    if (static_cast<const void*>(bytes) != hu) std::memcpy(hu, bytes, 2 * count);
    convert16(frame, format, hu, count, tally);
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      std::uint32_t raw = 0;
      if (format.allocated == 8)
        raw = static_cast<unsigned char>(bytes[i]);
      else
        std::memcpy(&raw, bytes + 4 * i, 4);
      hu[i] = huOf(frame, valueOf(raw, format), tally);
    }
    addRange(hu, count, tally);
  }
  addTo(counts, tally);
}

std::string nameOf(const DicomFrame& frame) {
  return std::filesystem::path(frame.path).filename().string();
}

bool isNative(const DicomFrame& f) {
  return std::endian::native == std::endian::little && !f.layout.encapsulated && !f.layout.deflated &&
         !f.layout.bigEndian && !f.layout.bigEndianPixels && f.layout.pixelOffset > 0 &&
         (f.bitsAllocated == 8 || f.bitsAllocated == 16);
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

/// Everything but the plain form. The file is opened once, however many frames it holds.
void readUnpacked(const std::vector<FrameTarget>& targets, PixelCounts& counts) {
  DicomUnpacker unpacker(*targets.front().frame);
  const std::size_t width = unpacker.bytesPerValue();
  std::vector<char> buffer;
  for (const FrameTarget& target : targets) {
    const DicomFrame& f = *target.frame;
    // 16-bit values are turned in their place: no second buffer.
    if (width != 2)
      buffer.resize(static_cast<std::size_t>(f.facts.columns) * static_cast<std::size_t>(f.facts.rows) * width);
    char* to = width == 2 ? reinterpret_cast<char*>(target.hu) : buffer.data();
    unpacker.unpack(f.frame, to);
    convert(f, {static_cast<int>(8 * width), f.bitsStored, f.highBit, f.isSigned}, to, target.hu, counts);
  }
}

}  // namespace

void decodeFrames(const std::vector<FrameTarget>& targets, PixelCounts& counts) {
  const DicomFrame& first = *targets.front().frame;
  try {
    if (isNative(first))
      for (const FrameTarget& target : targets) readNative(target, counts);
    else
      readUnpacked(targets, counts);
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw Error(ErrorKind::OutOfMemory, "There is not enough memory to decode " + nameOf(first) + ".");
  } catch (const std::exception& e) {
    throw Error(ErrorKind::InvalidInput, nameOf(first) + " cannot be decoded: it is damaged.", e.what());
  }
}

}  // namespace pulmo
