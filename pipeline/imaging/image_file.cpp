// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/image_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <numbers>

namespace pulmo {

namespace fs = std::filesystem;

std::string lowerFileName(const fs::path& path) {
  std::string name = path.filename().string();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

void requireSoundSize(const std::array<std::uint64_t, 3>& size, const std::string& fileName) {
  std::uint64_t voxels = 1;
  for (const std::uint64_t side : size) {
    if (side == 0 || side > 65535)
      throw Error(ErrorKind::InvalidInput,
                  fileName + " says that one of its sides has " + std::to_string(side) + " voxels, which cannot be.");
    voxels *= side;
  }
  if (voxels > kMostVoxels)
    throw Error(ErrorKind::InvalidInput, fileName + " says it holds " + std::to_string(voxels) +
                                             " voxels, more than the limit of " + std::to_string(kMostVoxels) + ".");
}

void requireSoundGrid(const Grid& grid, const std::string& fileName) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double spacing = grid.spacingMm[axis];
    if (!(std::isfinite(spacing) && spacing >= 1e-4 && spacing <= 1e4))
      throw Error(ErrorKind::InvalidInput,
                  fileName + " gives a voxel spacing of " + std::to_string(spacing) + " mm, which cannot be.");
    if (!(std::abs(grid.originMm[axis]) < 1e7))
      throw Error(ErrorKind::InvalidInput, fileName + " gives a position in the patient that cannot be.");
  }
  const auto& d = grid.direction;
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = a; b < 3; ++b) {
      const double dot = d[a] * d[b] + d[3 + a] * d[3 + b] + d[6 + a] * d[6 + b];
      if (!(std::abs(dot - (a == b ? 1 : 0)) < 1e4))
        throw Error(ErrorKind::InvalidInput, fileName + " gives axis directions that cannot be.");
      if (a == b && std::abs(dot - 1) > 1e-3)
        throw Error(ErrorKind::InvalidInput, fileName + " gives an axis direction of no or of the wrong length.");
      // 0.001: 0.06 degrees, less than a voxel across a chest; files in single precision are off by a millionth.
      if (a != b && std::abs(dot) > 1e-3) {
        char angle[32];
        std::snprintf(angle, sizeof angle, "%.1f",
                      std::abs(std::asin(std::clamp(dot, -1.0, 1.0))) * 180 / std::numbers::pi);
        throw Error(ErrorKind::Unsupported,
                    fileName + " is sheared: its axes are " + angle +
                        " degrees off a right angle (a tilted gantry?). Open the DICOM series instead, or resample it "
                        "onto a straight grid.");
      }
    }
}

void requirePlausibleLength(std::uint64_t promised, std::uint64_t length, bool compressed,
                            const std::string& fileName) {
  constexpr std::uint64_t kBestDeflate = 1100;  // zlib's own figure is 1032 to 1
  if (promised <= (compressed ? length * kBestDeflate : length)) return;
  throw Error(ErrorKind::InvalidInput, fileName + " is cut short: its header promises " + std::to_string(promised) +
                                           " bytes of voxels, the file has " + std::to_string(length) + ".");
}

Outcome ImageFile::readInt16(std::int16_t*, const StopToken&) {
  throw Error(ErrorKind::Internal, "These voxels do not land as int16.");
}

std::unique_ptr<ImageFile> openImage(const fs::path& path) {
  std::error_code ec;
  if (!fs::exists(path, ec)) throw Error(ErrorKind::Io, "There is no file " + path.string() + ".");
  if (fs::is_directory(path, ec)) throw Error(ErrorKind::InvalidInput, path.string() + " is a folder, not a file.");
  if (!fs::is_regular_file(path, ec)) throw Error(ErrorKind::InvalidInput, path.string() + " is not a plain file.");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Error(ErrorKind::Io, path.string() + " may not be read (permission).");
  if (in.peek() == std::ifstream::traits_type::eof())
    throw Error(ErrorKind::InvalidInput, path.filename().string() + " is empty.");
  in.close();
  const std::string name = lowerFileName(path);
  auto file = name.ends_with(".nii") || name.ends_with(".nii.gz") ? openNifti(path) : openItkImage(path);
  requireSoundGrid(file->grid, path.filename().string());
  return file;
}

}  // namespace pulmo
