// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// The most voxels that a header may ask for: 4 GiB as int16, six times a chest CT of 1000 slices of 512 x 512.
inline constexpr std::uint64_t kMostVoxels = std::uint64_t{1} << 31;

/// Stands in the comment of every volume that this program writes.
inline constexpr const char* kWrittenByUs = "Pulmoscope, research use only";

/// Gets voxels as doubles, in the file's order, in pieces: (index of the first, values, how many).
using VoxelVisitor = std::function<void(std::size_t, const double*, std::size_t)>;

/// A volume file whose header was read and checked; none of its voxels was.
class ImageFile {
 public:
  virtual ~ImageFile() = default;

  Grid grid;                       ///< in the file's own axis order
  std::string format;              ///< "NIfTI", ...
  bool placeKnown = true;          ///< false: the file does not say how its axes lie in the patient
  bool byteVoxels = false;         ///< one byte a voxel: hardly a CT
  bool ours = false;               ///< this program has written it (kWrittenByUs)
  std::vector<std::string> notes;  ///< sentences: what is odd about the header

  /// @return Stopped if the stop request ended it
  /// @throws Error{InvalidInput, OutOfMemory} for damaged or missing voxels
  virtual Outcome readVoxels(const VoxelVisitor& visit, const StopToken& stop) = 0;

  /// Whether readInt16 can be used: the file's numbers are int16, not scaled, and land without a second copy.
  [[nodiscard]] virtual bool landsAsInt16() const { return false; }
  /// Reads all voxels to `voxels` (voxelCount() of them); otherwise as readVoxels.
  virtual Outcome readInt16(std::int16_t* voxels, const StopToken& stop);
};

/// Reads and checks a header: one value a voxel, one volume, finite geometry with axes at right angles, a size that
/// the file can hold. NIfTI by our own reader, the headers of NRRD and MetaImage and all of TIFF
/// through ITK.
/// @throws Error{InvalidInput, Unsupported, Io}
[[nodiscard]] std::unique_ptr<ImageFile> openImage(const std::filesystem::path& path);

// The readers behind openImage.
[[nodiscard]] std::unique_ptr<ImageFile> openNifti(const std::filesystem::path& path);
[[nodiscard]] std::unique_ptr<ImageFile> openItkImage(const std::filesystem::path& path);

/// @throws Error{InvalidInput, Unsupported} for sizes, spacings, positions and directions that cannot be
void requireSoundGrid(const Grid& grid, const std::string& fileName);
/// @throws Error{InvalidInput} for a side of no voxel or of more than 65535, or for more than kMostVoxels
void requireSoundSize(const std::array<std::uint64_t, 3>& size, const std::string& fileName);
/// @param promised  bytes of voxels by the header; @param length  of the file that holds them
/// @throws Error{InvalidInput} if they cannot be in there
void requirePlausibleLength(std::uint64_t promised, std::uint64_t length, bool compressed, const std::string& fileName);

/// The name in lower case, for looking at its extension.
[[nodiscard]] std::string lowerFileName(const std::filesystem::path& path);

/// Writes voxels (uint8 or int16) on their grid; format by the extension, compressed where it can be. Not atomic: see
/// mask_io. A .mhd file puts its voxels beside it as .zraw.
/// @throws Error{Io, Unsupported}
template <class Voxel>
void writeImage(const std::filesystem::path& path, const Volume<Voxel>& volume);

/// @throws Error{Unsupported} unless writeImage knows the extension
void requireWritableFormat(const std::filesystem::path& path);

}  // namespace pulmo
