// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/zip_archive.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "pipeline/core/error.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

constexpr std::uint32_t kLocalSignature = 0x04034B50, kCentralSignature = 0x02014B50, kEndSignature = 0x06054B50,
                        kZip64Locator = 0x07064B50, kZip64End = 0x06064B50;
constexpr std::size_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22, kLongestComment = 65535;
constexpr std::size_t kLocatorBytes = 20, kZip64EndBytes = 56;
constexpr std::size_t kLongestName = 512;
constexpr std::uint64_t kAlignment = 64;
// General purpose bits: 3 sizes follow the data, 11 names are UTF-8. Others change what the bytes mean.
constexpr std::uint16_t kKnownFlags = (1U << 3) | (1U << 11), kSizesFollow = 1U << 3;

std::uint16_t u16(const std::uint8_t* p) {
  return static_cast<std::uint16_t>(p[0] | (p[1] << 8));
}
std::uint32_t u32(const std::uint8_t* p) {
  return static_cast<std::uint32_t>(u16(p)) | (static_cast<std::uint32_t>(u16(p + 2)) << 16);
}

std::uint64_t u64(const std::uint8_t* p) {
  return u32(p) | (static_cast<std::uint64_t>(u32(p + 4)) << 32);
}

void append(std::string& to, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) to.push_back(static_cast<char>((value >> (8 * i)) & 0xFF));
}

/// A name that could mean another place, or two things to two readers, is refused; weight files have none.
bool isPlainName(std::string_view name) {
  if (name.empty() || name.size() > kLongestName || name.front() == '/' || name.back() == '/') return false;
  for (const char c : name)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '\\' || c == ':') return false;
  std::size_t start = 0;
  while (start <= name.size()) {
    const std::size_t end = std::min(name.find('/', start), name.size());
    const std::string_view part = name.substr(start, end - start);
    if (part.empty() || part == "." || part == "..") return false;
    start = end + 1;
  }
  return true;
}

std::array<std::uint32_t, 256> makeCrcTable() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c & 1U) != 0 ? 0xEDB88320U ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  return table;
}

}  // namespace

std::uint32_t crc32(std::span<const std::uint8_t> bytes, std::uint32_t before) {
  static const std::array<std::uint32_t, 256> table = makeCrcTable();
  std::uint32_t c = ~before;
  for (const std::uint8_t b : bytes) c = table[(c ^ b) & 0xFF] ^ (c >> 8);
  return ~c;
}

ZipArchive::ZipArchive(const fs::path& file, const Limits& limits) : name_(file.filename().string()) {
  std::error_code ec;
  if (!fs::is_regular_file(file, ec)) throw Error(ErrorKind::Io, "There is no file " + file.string() + ".");
  stream_.open(file, std::ios::binary | std::ios::ate);
  if (!stream_) throw Error(ErrorKind::Io, file.string() + " could not be opened: " + std::strerror(errno) + ".");
  const auto size = static_cast<std::streamoff>(stream_.tellg());
  if (size < 0) throw Error(ErrorKind::Io, file.string() + " could not be read.");
  fileBytes_ = static_cast<std::uint64_t>(size);
  if (fileBytes_ > limits.fileBytes)
    throw Error(ErrorKind::InvalidInput, name_ + " is too large for weights: " + std::to_string(fileBytes_ >> 20) +
                                             " MiB, at most " + std::to_string(limits.fileBytes >> 20) +
                                             " MiB are read.");
  readDirectory(limits);
}

void ZipArchive::readAt(std::uint64_t offset, std::span<std::uint8_t> bytes) {
  if (offset > fileBytes_ || bytes.size() > fileBytes_ - offset)
    throw Error(ErrorKind::InvalidInput, name_ + " is damaged or cut off.", "read beyond the end");
  stream_.clear();
  stream_.seekg(static_cast<std::streamoff>(offset));
  stream_.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!stream_ || static_cast<std::size_t>(stream_.gcount()) != bytes.size())
    throw Error(ErrorKind::Io, name_ + " could not be read to its end.");
}

void ZipArchive::readDirectory(const Limits& limits) {
  const auto damaged = [&](const std::string& why) {
    return Error(ErrorKind::InvalidInput, name_ + " is damaged: " + why + ".");
  };
  if (fileBytes_ < kEndBytes) throw damaged("it is too short for a weights file");
  std::vector<std::uint8_t> tail(std::min<std::uint64_t>(fileBytes_, kEndBytes + kLongestComment));
  readAt(fileBytes_ - tail.size(), tail);
  // The end record is the last one whose comment reaches exactly to the end of the file.
  std::size_t at = tail.size() - kEndBytes;
  while (u32(&tail[at]) != kEndSignature || at + kEndBytes + u16(&tail[at + 20]) != tail.size()) {
    if (at == 0)
      throw Error(ErrorKind::InvalidInput,
                  name_ + " is no weights file (.pth), or it is cut off: it does not end as a ZIP archive does.");
    --at;
  }
  const std::uint64_t endOffset = fileBytes_ - tail.size() + at;
  const std::uint8_t* end = &tail[at];
  const std::uint32_t count = u16(end + 10), directoryBytes = u32(end + 12), directoryOffset = u32(end + 16);
  if (count == 0xFFFF || directoryBytes == 0xFFFFFFFF || directoryOffset == 0xFFFFFFFF)
    throw Error(ErrorKind::Unsupported, name_ + " uses ZIP64, which weights of this size do not need.");
  if (u16(end + 4) != 0 || u16(end + 6) != 0 || u16(end + 8) != count) throw damaged("it spans several disks");
  if (static_cast<std::uint64_t>(directoryOffset) + directoryBytes != directoryEnd(endOffset, {end, kEndBytes}))
    throw damaged("its directory is not where it should be");
  if (count > limits.members)
    throw Error(ErrorKind::InvalidInput, name_ + " has " + std::to_string(count) + " members, more than weights have.");
  if (static_cast<std::uint64_t>(count) * kCentralBytes > directoryBytes) throw damaged("its directory is cut off");

  std::vector<std::uint8_t> directory(directoryBytes);
  readAt(directoryOffset, directory);
  std::size_t p = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (directory.size() - p < kCentralBytes || u32(&directory[p]) != kCentralSignature)
      throw damaged("its directory is cut off");
    const std::uint8_t* e = &directory[p];
    const std::uint16_t flags = u16(e + 8), method = u16(e + 10);
    const std::size_t nameBytes = u16(e + 28), extraBytes = u16(e + 30), commentBytes = u16(e + 32);
    if (directory.size() - p - kCentralBytes < nameBytes + extraBytes + commentBytes)
      throw damaged("its directory is cut off");
    Member member;
    member.name.assign(reinterpret_cast<const char*>(e + kCentralBytes), nameBytes);
    member.crc = u32(e + 16);
    member.size = u32(e + 24);
    member.headerOffset = u32(e + 42);
    if (!isPlainName(member.name)) throw damaged("a member's name is not allowed");
    if (method != 0 || (flags & ~kKnownFlags) != 0)
      throw Error(ErrorKind::Unsupported, name_ + ": the member " + member.name +
                                              " is compressed or encrypted; weights are stored as they are.");
    if (u32(e + 20) == 0xFFFFFFFF || member.size == 0xFFFFFFFF || member.headerOffset == 0xFFFFFFFF)
      throw Error(ErrorKind::Unsupported, name_ + " uses ZIP64, which weights of this size do not need.");
    if (u32(e + 20) != member.size || u16(e + 34) != 0) throw damaged("the sizes of " + member.name + " contradict");
    checkLocalHeader(member, flags);
    members_.push_back(std::move(member));
    p += kCentralBytes + nameBytes + extraBytes + commentBytes;
  }
  if (p != directory.size()) throw damaged("its directory has bytes too many");
  checkPlaces(directoryOffset);
  std::sort(members_.begin(), members_.end(), [](const Member& a, const Member& b) { return a.name < b.name; });
  for (std::size_t i = 1; i < members_.size(); ++i)
    if (members_[i].name == members_[i - 1].name) throw damaged("the member " + members_[i].name + " is there twice");
}

/// Where the directory must end: before the end record, or before the records of ZIP64 if they are there.
std::uint64_t ZipArchive::directoryEnd(std::uint64_t endOffset, std::span<const std::uint8_t> end) {
  if (endOffset < kLocatorBytes + kZip64EndBytes) return endOffset;
  std::array<std::uint8_t, kZip64EndBytes + kLocatorBytes> records{};
  const std::uint64_t offset = endOffset - records.size();
  readAt(offset, records);
  const std::uint8_t* locator = &records[kZip64EndBytes];
  if (u32(locator) != kZip64Locator) return endOffset;
  const bool same = u32(records.data()) == kZip64End && u64(&records[4]) == kZip64EndBytes - 12 &&
                    u32(&records[16]) == 0 && u32(&records[20]) == 0 && u64(&records[24]) == u16(&end[10]) &&
                    u64(&records[32]) == u16(&end[10]) && u64(&records[40]) == u32(&end[12]) &&
                    u64(&records[48]) == u32(&end[16]) && u32(locator + 4) == 0 && u64(locator + 8) == offset;
  if (!same) throw Error(ErrorKind::InvalidInput, name_ + " is damaged: its two end records contradict.");
  return offset;
}

/// Other readers go by the header before the data: both must say the same.
void ZipArchive::checkLocalHeader(Member& member, std::uint16_t flags) {
  const auto damaged = [&] {
    return Error(ErrorKind::InvalidInput, name_ + " is damaged: the two headers of " + member.name + " contradict.");
  };
  std::array<std::uint8_t, kLocalBytes> local{};
  readAt(member.headerOffset, local);
  const std::size_t nameBytes = u16(&local[26]), extraBytes = u16(&local[28]);
  if (u32(local.data()) != kLocalSignature || u16(&local[6]) != flags || u16(&local[8]) != 0 ||
      nameBytes != member.name.size())
    throw damaged();
  std::vector<std::uint8_t> name(nameBytes);
  readAt(member.headerOffset + kLocalBytes, name);
  if (!std::equal(name.begin(), name.end(), member.name.begin(),
                  [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); }))
    throw damaged();
  const bool follow = (flags & kSizesFollow) != 0;
  const auto agrees = [&](std::uint32_t here, std::uint64_t there) { return here == there || (follow && here == 0); };
  if (!agrees(u32(&local[14]), member.crc) || !agrees(u32(&local[18]), member.size) ||
      !agrees(u32(&local[22]), member.size))
    throw damaged();
  member.dataOffset = member.headerOffset + kLocalBytes + nameBytes + extraBytes;
}

void ZipArchive::checkPlaces(std::uint64_t directoryOffset) const {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> places;
  places.reserve(members_.size());
  for (const Member& m : members_) places.emplace_back(m.headerOffset, m.dataOffset + m.size);
  std::sort(places.begin(), places.end());
  std::uint64_t free = 0;
  for (const auto& [begin, end] : places) {
    if (begin < free) throw Error(ErrorKind::InvalidInput, name_ + " is damaged: its members overlap.");
    free = end;
  }
  if (free > directoryOffset)
    throw Error(ErrorKind::InvalidInput, name_ + " is damaged or cut off: a member reaches into the directory.");
}

const ZipArchive::Member* ZipArchive::find(std::string_view name) const {
  const auto it = std::lower_bound(members_.begin(), members_.end(), name,
                                   [](const Member& m, std::string_view n) { return m.name < n; });
  return it != members_.end() && it->name == name ? &*it : nullptr;
}

void ZipArchive::read(const Member& member, std::span<std::uint8_t> bytes) {
  if (bytes.size() != member.size) throw Error(ErrorKind::Internal, "A member was asked for with a wrong size.");
  readAt(member.dataOffset, bytes);
  if (crc32(bytes) != member.crc)
    throw Error(ErrorKind::InvalidInput, name_ + " is damaged: the checksum of " + member.name + " is wrong.");
}

ZipWriter::ZipWriter(const fs::path& file) : name_(file.string()), stream_(file, std::ios::binary | std::ios::trunc) {
  if (!stream_) throw Error(ErrorKind::Io, name_ + " could not be written: " + std::strerror(errno) + ".");
}

void ZipWriter::put(std::string_view bytes) {
  stream_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!stream_) throw Error(ErrorKind::Io, name_ + " could not be written: " + std::strerror(errno) + ".");
  written_ += bytes.size();
}

void ZipWriter::add(const std::string& name, std::span<const std::uint8_t> bytes) {
  if (++count_ > 65534 || written_ + bytes.size() + 4096 > 0xFFFFFFFEULL)
    throw Error(ErrorKind::InvalidInput, "These weights are too many for one file.");
  const std::uint32_t crc = crc32(bytes);
  const std::uint64_t headerOffset = written_;
  // The padding stands in an extra field of its own kind, "FB", as in PyTorch's files.
  const std::uint64_t unpadded = written_ + kLocalBytes + name.size() + 4;
  const std::uint64_t padding = (kAlignment - unpadded % kAlignment) % kAlignment;
  std::string common;  // what both headers share
  append(common, 20, 2);
  append(common, 1U << 11, 2);
  append(common, 0, 2);
  append(common, 0, 2);
  append(common, 0x21, 2);  // 1 January 1980: equal weights make equal files
  append(common, crc, 4);
  append(common, bytes.size(), 4);
  append(common, bytes.size(), 4);
  append(common, name.size(), 2);
  std::string local;
  append(local, kLocalSignature, 4);
  local += common;
  append(local, padding + 4, 2);
  local += name;
  local += "FB";
  append(local, padding, 2);
  local.append(padding, 'Z');
  put(local);
  put({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  append(directory_, kCentralSignature, 4);
  append(directory_, 20, 2);
  directory_ += common;
  append(directory_, 0, 2 + 2 + 2 + 2);
  append(directory_, 0, 4);
  append(directory_, headerOffset, 4);
  directory_ += name;
}

void ZipWriter::finish() {
  const std::uint64_t offset = written_;
  std::string end;
  append(end, kEndSignature, 4);
  append(end, 0, 4);
  append(end, count_, 2);
  append(end, count_, 2);
  append(end, directory_.size(), 4);
  append(end, offset, 4);
  append(end, 0, 2);
  put(directory_);
  put(end);
  stream_.close();
  if (!stream_) throw Error(ErrorKind::Io, name_ + " could not be written: " + std::strerror(errno) + ".");
}

}  // namespace pulmo
