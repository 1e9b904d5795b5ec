// SPDX-License-Identifier: Apache-2.0
#include "pipeline/core/mha_io.h"

#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <new>
#include <string>
#include <type_traits>

#include "pipeline/core/label_set.h"
#include "pipeline/core/mha_header.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

template <class Voxel>
constexpr const char* kElementType = std::is_same_v<Voxel, std::int16_t> ? "MET_SHORT" : "MET_UCHAR";

template <class Voxel>
constexpr const char* kNeeded =
    std::is_same_v<Voxel, std::int16_t> ? "a scan is MET_SHORT, HU" : "a mask is MET_UCHAR, label ids";

[[noreturn]] void unreadable(const fs::path& file) {
  throw Error(ErrorKind::Io, file.string() + " could not be read: " + std::strerror(errno) + ".");
}

std::string readHead(std::ifstream& in, const fs::path& file) {
  std::string head(kMhaHeaderLimit, '\0');
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  if (in.bad()) unreadable(file);
  head.resize(static_cast<std::size_t>(in.gcount()));
  return head;
}

/// @param voxelBytes  of one voxel
void checkSize(const MhaHeader& header, std::uint64_t fileBytes, std::uint64_t voxelBytes, const fs::path& file) {
  std::uint64_t needed = voxelBytes;
  for (const int n : header.grid.size) needed *= static_cast<std::uint64_t>(n);  // <= 2^16 each: fits 64 bits
  const std::uint64_t present = fileBytes - header.dataOffset;
  if (present < needed)
    throw Error(ErrorKind::InvalidInput, file.string() + " is cut short: its header says " + std::to_string(needed) +
                                             " bytes of voxels, it holds " + std::to_string(present) + ".");
  if (present > needed)
    throw Error(ErrorKind::InvalidInput, file.string() + " is longer than its header says (" + std::to_string(present) +
                                             " bytes of voxels instead of " + std::to_string(needed) +
                                             "): it may be another volume's header.");
}

template <class Voxel>
Volume<Voxel> allocate(const Grid& grid, const fs::path& file) {
  try {
    return Volume<Voxel>(grid);
  } catch (const std::bad_alloc& e) {
    throw Error(ErrorKind::OutOfMemory, "There is not enough memory for " + file.string() + ".", e.what());
  }
}

void swapBytes(std::vector<std::int16_t>& voxels) {
  for (std::int16_t& voxel : voxels) {
    const auto bits = static_cast<std::uint16_t>(voxel);
    voxel = static_cast<std::int16_t>(static_cast<std::uint16_t>(bits << 8U | bits >> 8U));
  }
}

template <class Voxel>
Volume<Voxel> load(const fs::path& file) {
  std::error_code ec;
  if (fs::is_directory(file, ec)) throw Error(ErrorKind::Io, file.string() + " is a folder, not a file.");
  std::ifstream in(file, std::ios::binary);
  if (!in) unreadable(file);
  const std::uint64_t fileBytes = fs::file_size(file, ec);
  if (ec) throw Error(ErrorKind::Io, file.string() + " could not be read: " + ec.message() + ".");
  const MhaHeader header = parseMhaHeader(readHead(in, file), file.string());
  if (header.elementType != kElementType<Voxel>)
    throw Error(ErrorKind::Unsupported, file.string() + " cannot be read here: its voxels are " +
                                            header.elementType.substr(0, 40) + "; " + kNeeded<Voxel> + ".");
  checkSize(header, fileBytes, sizeof(Voxel), file);
  auto volume = allocate<Voxel>(header.grid, file);
  const auto bytes = static_cast<std::streamsize>(volume.voxels().size() * sizeof(Voxel));
  in.clear();
  in.seekg(static_cast<std::streamoff>(header.dataOffset));
  in.read(reinterpret_cast<char*>(volume.voxels().data()), bytes);
  if (in.gcount() != bytes)
    throw Error(ErrorKind::Io, file.string() + " could not be read to its end; is it still being written?");
  if constexpr (std::is_same_v<Voxel, std::int16_t>)
    if (header.bigEndian != (std::endian::native == std::endian::big)) swapBytes(volume.voxels());
  return volume;
}

template <class Voxel>
void save(const fs::path& target, const Volume<Voxel>& volume, Overwrite overwrite) {
  if (volume.voxels().empty())
    throw Error(ErrorKind::InvalidInput, "There is nothing to write into " + target.string() + ".");
  const std::string header = mhaHeaderText(volume.grid(), kElementType<Voxel>, std::endian::native == std::endian::big);
  writeAtomically(target, overwrite, [&](const fs::path& temporary) {
    std::ofstream out(temporary, std::ios::binary);
    out.write(header.data(), static_cast<std::streamsize>(header.size()));
    out.write(reinterpret_cast<const char*>(volume.voxels().data()),
              static_cast<std::streamsize>(volume.voxels().size() * sizeof(Voxel)));
    out.flush();
    if (!out) throw Error(ErrorKind::Io, "Could not write " + target.string() + ": " + std::strerror(errno) + ".");
  });
}

}  // namespace

CtVolume loadMhaCt(const fs::path& file) {
  return load<std::int16_t>(file);
}

LabelVolume loadMhaBytes(const fs::path& file) {
  return load<std::uint8_t>(file);
}

LabelVolume loadMhaLabels(const fs::path& file) {
  LabelVolume labels = load<std::uint8_t>(file);
  bool sided = false, unsided = false;
  for (const std::uint8_t value : labels.voxels()) {
    if (value > kLungUnsided)
      throw Error(ErrorKind::InvalidInput,
                  file.string() + " is no lung mask: it holds the value " + std::to_string(value) +
                      "; 0 background, 1 right, 2 left lung (or 3 for both as one) are known.");
    sided = sided || value == kRightLung || value == kLeftLung;
    unsided = unsided || value == kLungUnsided;
  }
  if (sided && unsided)
    throw Error(ErrorKind::InvalidInput,
                file.string() + " mixes lungs with sides (1, 2) and without (3); use one or the other.");
  return labels;
}

void saveMha(const fs::path& target, const CtVolume& volume, Overwrite overwrite) {
  save(target, volume, overwrite);
}

void saveMha(const fs::path& target, const LabelVolume& volume, Overwrite overwrite) {
  save(target, volume, overwrite);
}

}  // namespace pulmo
