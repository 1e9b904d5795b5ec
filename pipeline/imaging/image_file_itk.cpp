// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/image_file_itk.h"

#include <itkMetaImageIO.h>
#include <itkNiftiImageIO.h>
#include <itkNrrdImageIO.h>
#include <itkTIFFImageIO.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <functional>
#include <memory>
#include <new>

namespace pulmo {

namespace fs = std::filesystem;

namespace {

std::string lowerName(const fs::path& path) {
  std::string name = path.filename().string();
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

bool endsWith(const std::string& name, std::initializer_list<const char*> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](const char* e) { return name.ends_with(e); });
}

struct Kind {
  itk::ImageIOBase::Pointer io;
  const char* format = "";
};

Kind kindOf(const fs::path& path) {
  const std::string name = lowerName(path);
  if (endsWith(name, {".nii", ".nii.gz"})) return {itk::NiftiImageIO::New().GetPointer(), "NIfTI"};
  if (endsWith(name, {".nrrd", ".nhdr"})) return {itk::NrrdImageIO::New().GetPointer(), "NRRD"};
  if (endsWith(name, {".mha", ".mhd"})) return {itk::MetaImageIO::New().GetPointer(), "MetaImage"};
  if (endsWith(name, {".tif", ".tiff"})) return {itk::TIFFImageIO::New().GetPointer(), "TIFF"};
  throw Error(ErrorKind::Unsupported, path.filename().string() + " has no extension of a volume format (.nii .nii.gz .nrrd .nhdr .mha .mhd .tif).");
}

/// A header from a stranger may not make us read files elsewhere.
void requireOwnFolder(const fs::path& path) {
  const std::string name = lowerName(path);
  if (!endsWith(name, {".nhdr", ".mhd", ".nrrd", ".mha"})) return;
  std::ifstream in(path, std::ios::binary);
  std::string line;
  for (int lines = 0; lines < 200 && std::getline(in, line) && line.size() < 4096; ++lines) {
    std::string key = line.substr(0, 40);
    std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const bool nrrd = key.starts_with("data file") || key.starts_with("datafile");
    if (!nrrd && !key.starts_with("elementdatafile")) {
      if (line.empty() && endsWith(name, {".nrrd", ".nhdr"})) return;  // the NRRD header ends here
      continue;
    }
    const auto at = line.find_first_of(nrrd ? ":" : "=");
    if (at == std::string::npos) return;
    std::string file = line.substr(at + 1);
    file.erase(0, file.find_first_not_of(" \t="));
    if (file.starts_with("/") || file.find("..") != std::string::npos || file.find('\\') != std::string::npos)
      throw Error(ErrorKind::InvalidInput, path.filename().string() + " points at voxels outside its own folder, which is not followed.", file);
    if (!nrrd) return;
  }
}

void requireFile(const fs::path& path) {
  std::error_code ec;
  if (!fs::exists(path, ec)) throw Error(ErrorKind::Io, "There is no file " + path.string() + ".");
  if (fs::is_directory(path, ec)) throw Error(ErrorKind::InvalidInput, path.string() + " is a folder, not a file.");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Error(ErrorKind::Io, path.string() + " may not be read (permission).");
  if (in.peek() == std::ifstream::traits_type::eof()) throw Error(ErrorKind::InvalidInput, path.filename().string() + " is empty.");
}

Grid gridOf(const itk::ImageIOBase& io, const fs::path& path, bool hasSpacing) {
  const std::string name = path.filename().string();
  const unsigned dims = io.GetNumberOfDimensions();
  for (unsigned axis = 3; axis < dims; ++axis)
    if (io.GetDimensions(axis) > 1)
      throw Error(ErrorKind::Unsupported, name + " is a series of " + std::to_string(io.GetDimensions(axis)) + " volumes; one volume is needed.");
  Grid grid;
  std::uint64_t voxels = 1;
  for (unsigned axis = 0; axis < 3; ++axis) {
    const std::uint64_t size = axis < dims ? io.GetDimensions(axis) : 1;
    if (size == 0 || size > 65535) throw Error(ErrorKind::InvalidInput, name + " says it is " + std::to_string(size) + " voxels long, which cannot be.");
    voxels *= size;
    grid.size[axis] = static_cast<int>(size);
    const double spacing = axis < dims ? io.GetSpacing(axis) : 1;
    if (!(std::isfinite(spacing) && std::abs(spacing) > 1e-6 && std::abs(spacing) < 1e4))
      throw Error(ErrorKind::InvalidInput, name + " gives a voxel spacing of " + std::to_string(spacing) + " mm, which cannot be.");
    grid.spacingMm[axis] = std::abs(spacing);
    grid.originMm[axis] = axis < dims ? io.GetOrigin(axis) : 0;
    if (!std::isfinite(grid.originMm[axis])) throw Error(ErrorKind::InvalidInput, name + " gives no finite position in the patient.");
    for (unsigned row = 0; row < 3; ++row) {
      double d = row == axis ? 1 : 0;
      if (axis < dims && row < dims) d = io.GetDirection(axis)[row];
      if (!std::isfinite(d)) throw Error(ErrorKind::InvalidInput, name + " gives no finite axis directions.");
      grid.direction[3 * row + axis] = spacing < 0 ? -d : d;
    }
  }
  if (voxels > kMostVoxels)
    throw Error(ErrorKind::InvalidInput, name + " says it holds " + std::to_string(voxels) + " voxels, more than the limit of " + std::to_string(kMostVoxels) + ".");
  grid.spacingKnown = hasSpacing;
  return grid;
}

/// An uncompressed file cannot hold more than its own length; a compressed one hardly more than a thousand times.
void requirePlausibleSize(const itk::ImageIOBase& io, const Grid& grid, const fs::path& path) {
  const std::uint64_t bytes = grid.voxelCount() * static_cast<std::uint64_t>(io.GetComponentSize());
  const std::string name = lowerName(path);
  if (endsWith(name, {".nhdr", ".mhd"})) return;  // the voxels lie elsewhere: the reader sees their file end
  std::error_code ec;
  const std::uint64_t length = fs::file_size(path, ec);
  // Deflate's best is about 1032 to 1.
  const std::uint64_t most = name.ends_with(".nii") ? length : length * 1100;
  if (!ec && bytes > most)
    throw Error(ErrorKind::InvalidInput, path.filename().string() + " is cut short: its header promises " + std::to_string(bytes) +
                                             " bytes of voxels, the file has " + std::to_string(length) + ".");
}

template <class T>
void visitAs(const void* data, std::size_t count, const std::function<void(std::size_t, const double*, std::size_t)>& visit) {
  constexpr std::size_t kPiece = 65536;
  std::vector<double> piece(std::min(count, kPiece));
  const T* values = static_cast<const T*>(data);
  for (std::size_t first = 0; first < count; first += kPiece) {
    const std::size_t n = std::min(kPiece, count - first);
    for (std::size_t i = 0; i < n; ++i) piece[i] = static_cast<double>(values[first + i]);
    visit(first, piece.data(), n);
  }
}

}  // namespace

ImageHeader openImage(const fs::path& path) {
  requireFile(path);
  requireOwnFolder(path);
  const Kind kind = kindOf(path);
  ImageHeader header{kind.io, {}, kind.format};
  try {
    if (!kind.io->CanReadFile(path.c_str()))
      throw Error(ErrorKind::InvalidInput, path.filename().string() + " is not a " + kind.format + " file, or it is damaged.");
    kind.io->SetFileName(path.string());
    kind.io->ReadImageInformation();
  } catch (const itk::ExceptionObject& e) {
    throw Error(ErrorKind::InvalidInput, path.filename().string() + " cannot be read as " + kind.format + ": its header is damaged.", e.GetDescription());
  }
  if (kind.io->GetNumberOfComponents() != 1 || kind.io->GetPixelType() != itk::IOPixelEnum::SCALAR)
    throw Error(ErrorKind::Unsupported, path.filename().string() + " holds several values a voxel (colour or vectors); one is needed.");
  header.grid = gridOf(*kind.io, path, std::string(kind.format) != "TIFF");
  requirePlausibleSize(*kind.io, header.grid, path);
  return header;
}

void readVoxels(const ImageHeader& header, const fs::path& path,
                const std::function<void(std::size_t, const double*, std::size_t)>& visit) {
  auto& io = *header.io;
  const std::size_t count = header.grid.voxelCount();
  try {
    itk::ImageIORegion region(io.GetNumberOfDimensions());
    for (unsigned axis = 0; axis < io.GetNumberOfDimensions(); ++axis) {
      region.SetIndex(axis, 0);
      region.SetSize(axis, io.GetDimensions(axis));
    }
    io.SetIORegion(region);
    const auto buffer = std::make_unique<char[]>(count * io.GetComponentSize());
    io.Read(buffer.get());
    using C = itk::IOComponentEnum;
    switch (io.GetComponentType()) {
      case C::UCHAR: return visitAs<unsigned char>(buffer.get(), count, visit);
      case C::CHAR: return visitAs<signed char>(buffer.get(), count, visit);
      case C::USHORT: return visitAs<unsigned short>(buffer.get(), count, visit);
      case C::SHORT: return visitAs<short>(buffer.get(), count, visit);
      case C::UINT: return visitAs<unsigned int>(buffer.get(), count, visit);
      case C::INT: return visitAs<int>(buffer.get(), count, visit);
      case C::ULONG: return visitAs<unsigned long>(buffer.get(), count, visit);
      case C::LONG: return visitAs<long>(buffer.get(), count, visit);
      case C::ULONGLONG: return visitAs<unsigned long long>(buffer.get(), count, visit);
      case C::LONGLONG: return visitAs<long long>(buffer.get(), count, visit);
      case C::FLOAT: return visitAs<float>(buffer.get(), count, visit);
      case C::DOUBLE: return visitAs<double>(buffer.get(), count, visit);
      default: break;
    }
  } catch (const itk::ExceptionObject& e) {
    throw Error(ErrorKind::InvalidInput, path.filename().string() + " is damaged or cut short: its voxels cannot be read.", e.GetDescription());
  } catch (const std::bad_alloc&) {
    throw Error(ErrorKind::OutOfMemory, "There is not enough memory to read " + path.filename().string() + ".");
  }
  throw Error(ErrorKind::Unsupported, path.filename().string() + " stores its voxels in a type that is not known.");
}

itk::ImageIOBase::Pointer writerFor(const fs::path& path) {
  const Kind kind = kindOf(path);
  if (std::string(kind.format) == "TIFF" || lowerName(path).ends_with(".nhdr"))
    throw Error(ErrorKind::Unsupported, "Volumes are written as .nii, .nii.gz, .nrrd, .mha or .mhd, not as " + path.filename().string() + ".");
  return kind.io;
}

}  // namespace pulmo
