// SPDX-License-Identifier: Apache-2.0
#include <itkMetaDataObject.h>
#include <itkMetaImageIO.h>
#include <itkNrrdImageIO.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iomanip>
#include <locale>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "pipeline/imaging/image_file.h"
#include "pipeline/imaging/image_nifti_header.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void failWrite(const fs::path& path, const std::string& detail) {
  throw Error(ErrorKind::Io, "Could not write " + path.string() + ": the disk may be full.", detail);
}

void writeGz(const fs::path& path, const std::array<char, 352>& header, const char* voxels, std::size_t bytes) {
  const gzFile file = gzopen(path.c_str(), "wb4");  // level 4: a mask is as small as at 6, in a third of the time
  if (!file) failWrite(path, std::strerror(errno));
  bool good = gzwrite(file, header.data(), static_cast<unsigned>(header.size())) == static_cast<int>(header.size());
  for (std::size_t done = 0; good && done < bytes;) {
    const auto piece = static_cast<unsigned>(std::min<std::size_t>(bytes - done, 1U << 26));
    good = gzwrite(file, voxels + done, piece) == static_cast<int>(piece);
    done += piece;
  }
  // The last bytes leave at closing: a full disk is often seen only here.
  const bool closed = gzclose(file) == Z_OK;
  if (!good || !closed) failWrite(path, "zlib");
}

void writePlain(const fs::path& path, const std::array<char, 352>& header, const char* voxels, std::size_t bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(header.data(), static_cast<std::streamsize>(header.size()));
  out.write(voxels, static_cast<std::streamsize>(bytes));
  out.close();
  if (!out) failWrite(path, std::strerror(errno));
}

void writeByItk(itk::ImageIOBase& io, const fs::path& path, const Grid& grid, bool wide, const void* voxels) {
  io.SetNumberOfDimensions(3);
  io.SetPixelType(itk::IOPixelEnum::SCALAR);
  io.SetComponentType(wide ? itk::IOComponentEnum::SHORT : itk::IOComponentEnum::UCHAR);
  io.SetNumberOfComponents(1);
  itk::ImageIORegion region(3);
  for (unsigned axis = 0; axis < 3; ++axis) {
    io.SetDimensions(axis, static_cast<itk::SizeValueType>(grid.size[axis]));
    io.SetSpacing(axis, grid.spacingMm[axis]);
    io.SetOrigin(axis, grid.originMm[axis]);
    io.SetDirection(axis,
                    std::vector<double>{grid.direction[axis], grid.direction[3 + axis], grid.direction[6 + axis]});
    region.SetIndex(axis, 0);
    region.SetSize(axis, static_cast<itk::SizeValueType>(grid.size[axis]));
  }
  io.SetIORegion(region);
  io.SetUseCompression(true);
  itk::MetaDataDictionary dictionary;
  itk::EncapsulateMetaData<std::string>(dictionary, "Comment", kWrittenByUs);
  io.SetMetaDataDictionary(dictionary);
  io.SetFileName(path.string());
  try {
    io.WriteImageInformation();
    io.Write(voxels);
  } catch (const std::exception& e) {
    failWrite(path, e.what());
  }
}

std::string packed(const void* voxels, std::size_t bytes, int windowBits) {
  z_stream stream{};
  if (deflateInit2(&stream, 4, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw Error(ErrorKind::OutOfMemory, "There is not enough memory to pack the voxels.");
  std::string out;
  std::vector<char> piece(65536);
  const auto* from = static_cast<const Bytef*>(voxels);
  int state = Z_OK;
  for (std::size_t done = 0; state == Z_OK;) {
    if (stream.avail_in == 0 && done < bytes) {
      stream.next_in = const_cast<Bytef*>(from + done);
      stream.avail_in = static_cast<uInt>(std::min<std::size_t>(bytes - done, 1U << 26));
      done += stream.avail_in;
    }
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    state = deflate(&stream, done < bytes ? Z_NO_FLUSH : Z_FINISH);
    out.append(piece.data(), piece.size() - stream.avail_out);
  }
  deflateEnd(&stream);
  return out;
}

/// ITK always writes a spacing: what has none would come back with voxels of 1 mm. In NRRD the axes' directions carry
/// the spacing, so there they are left out too.
void writeWithoutSpacing(const fs::path& path, bool nrrd, const Grid& grid, bool wide, const void* voxels) {
  constexpr bool kBig = std::endian::native == std::endian::big;
  const std::string data = packed(voxels, grid.voxelCount() * (wide ? 2 : 1), nrrd ? 15 + 16 : 15);
  std::ostringstream head;
  head.imbue(std::locale::classic());
  head << std::setprecision(17);
  if (nrrd) {
    head << "NRRD0004\n# " << kWrittenByUs << "\ntype: " << (wide ? "short" : "uchar")
         << "\ndimension: 3\nsizes: " << grid.size[0] << ' ' << grid.size[1] << ' ' << grid.size[2]
         << "\nencoding: gzip\nendian: " << (kBig ? "big" : "little") << "\n\n";
  } else {
    head << "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = " << (kBig ? "True" : "False")
         << "\nCompressedData = True\nCompressedDataSize = " << data.size() << "\nTransformMatrix =";
    for (std::size_t axis = 0; axis < 3; ++axis)
      for (std::size_t row = 0; row < 3; ++row) head << ' ' << grid.direction[3 * row + axis];
    head << "\nOffset = " << grid.originMm[0] << ' ' << grid.originMm[1] << ' ' << grid.originMm[2]
         << "\nCenterOfRotation = 0 0 0\nDimSize = " << grid.size[0] << ' ' << grid.size[1] << ' ' << grid.size[2]
         << "\nComment = " << kWrittenByUs << "\nElementType = " << (wide ? "MET_SHORT" : "MET_UCHAR")
         << "\nElementDataFile = ";
  }
  const bool apart = lowerFileName(path).ends_with(".mhd");
  const fs::path beside = fs::path(path).replace_extension(".zraw");
  if (!nrrd) head << (apart ? beside.filename().string() : "LOCAL") << "\n";
  const auto write = [](const fs::path& to, const std::string& one, const std::string& other) {
    std::ofstream out(to, std::ios::binary);
    out << one << other;
    out.close();
    if (!out) failWrite(to, std::strerror(errno));
  };
  if (apart) write(beside, data, {});
  write(path, head.str(), apart ? std::string() : data);
}

enum class Format { Nifti, NiftiGz, Nrrd, Meta };

Format formatOf(const fs::path& path) {
  const std::string name = lowerFileName(path);
  if (name.ends_with(".nii")) return Format::Nifti;
  if (name.ends_with(".nii.gz")) return Format::NiftiGz;
  if (name.ends_with(".nrrd")) return Format::Nrrd;
  if (name.ends_with(".mha") || name.ends_with(".mhd")) return Format::Meta;
  throw Error(ErrorKind::Unsupported,
              "Volumes are written as .nii, .nii.gz, .nrrd, .mha or .mhd, not as " + path.filename().string() + ".");
}

}  // namespace

void requireWritableFormat(const fs::path& path) {
  (void)formatOf(path);
}

template <class Voxel>
void writeImage(const fs::path& path, const Volume<Voxel>& volume) {
  constexpr bool kWide = std::is_same_v<Voxel, std::int16_t>;
  const Format format = formatOf(path);
  if (format == Format::Nifti || format == Format::NiftiGz) {
    const auto header = makeNiftiHeader(volume.grid(), kWide ? NumberType::Int16 : NumberType::Uint8, kWrittenByUs);
    const auto* bytes = reinterpret_cast<const char*>(volume.voxels().data());
    const std::size_t count = volume.voxels().size() * sizeof(Voxel);
    return format == Format::Nifti ? writePlain(path, header, bytes, count) : writeGz(path, header, bytes, count);
  }
  if (!volume.grid().spacingKnown)
    return writeWithoutSpacing(path, format == Format::Nrrd, volume.grid(), kWide, volume.voxels().data());
  if (format == Format::Nrrd)
    writeByItk(*itk::NrrdImageIO::New(), path, volume.grid(), kWide, volume.voxels().data());
  else
    writeByItk(*itk::MetaImageIO::New(), path, volume.grid(), kWide, volume.voxels().data());
}

template void writeImage(const fs::path&, const Volume<std::uint8_t>&);
template void writeImage(const fs::path&, const Volume<std::int16_t>&);

}  // namespace pulmo
