// SPDX-License-Identifier: Apache-2.0
#include <itkMetaImageIO.h>
#include <itkNrrdImageIO.h>
#include <itkTIFFImageIO.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <utility>

#include "pipeline/imaging/image_bytes.h"
#include "pipeline/imaging/image_file.h"
#include "pipeline/imaging/image_text_header.h"
#include "pipeline/imaging/image_values.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

template <class T>
void visitAs(const void* data, std::size_t count, const VoxelVisitor& visit) {
  constexpr std::size_t kPiece = 65536;
  std::vector<double> piece(std::min(count, kPiece));
  const T* values = static_cast<const T*>(data);
  for (std::size_t first = 0; first < count; first += kPiece) {
    const std::size_t n = std::min(kPiece, count - first);
    for (std::size_t i = 0; i < n; ++i) piece[i] = static_cast<double>(values[first + i]);
    visit(first, piece.data(), n);
  }
}

class ItkFile : public ImageFile {
 public:
  ItkFile(fs::path path, itk::ImageIOBase::Pointer io) : path_(std::move(path)), io_(std::move(io)) {}

  /// Everything that ITK or a library below it does, with its exceptions translated.
  template <class Work>
  auto guarded(Work work, const std::string& otherwise) const {
    const std::string name = path_.filename().string();
    try {
      return work();
    } catch (const Error&) {
      throw;
    } catch (const itk::MemoryAllocationError& e) {
      throw Error(ErrorKind::OutOfMemory, "There is not enough memory to read " + name + ".", e.what());
    } catch (const std::bad_alloc& e) {
      throw Error(ErrorKind::OutOfMemory, "There is not enough memory to read " + name + ".", e.what());
    } catch (const std::exception& e) {  // itk::ExceptionObject among them
      throw Error(ErrorKind::InvalidInput, name + otherwise, e.what());
    }
  }

  /// @param ask  ITK whether the file is of its format: MetaIO goes by the name, and knows small letters alone
  void readHeader(bool ask = true) {
    guarded(
        [&] {
          if (ask && !io_->CanReadFile(path_.c_str()))
            throw Error(ErrorKind::InvalidInput,
                        path_.filename().string() + " is not a " + format + " file, or it is damaged.");
          io_->SetFileName(path_.string());
          io_->ReadImageInformation();
        },
        " cannot be read as " + format + ": its header is damaged.");
    takeGrid();
    byteVoxels = io_->GetComponentSize() == 1;
  }

  [[nodiscard]] std::uint64_t voxelBytes() const {
    return grid.voxelCount() * static_cast<std::uint64_t>(io_->GetComponentSize());
  }

  [[nodiscard]] bool landsAsInt16() const override { return io_->GetComponentType() == itk::IOComponentEnum::SHORT; }
  Outcome readInt16(std::int16_t* voxels, const StopToken& stop) override {
    readRaw(voxels);
    return stop.stop_requested() ? Outcome::Stopped : Outcome::Completed;
  }

  Outcome readVoxels(const VoxelVisitor& visit, const StopToken& stop) override {
    using C = itk::IOComponentEnum;
    const std::unique_ptr<char[]> buffer =
        guarded([&] { return std::unique_ptr<char[]>(new char[voxelBytes()]); }, " cannot be read.");
    readRaw(buffer.get());
    if (stop.stop_requested()) return Outcome::Stopped;
    const auto as = [&]<class T>(T) {
      visitAs<T>(buffer.get(), grid.voxelCount(), visit);
      return Outcome::Completed;
    };
    switch (io_->GetComponentType()) {
      case C::UCHAR:
        return as(static_cast<unsigned char>(0));
      case C::CHAR:
        return as(static_cast<signed char>(0));
      case C::USHORT:
        return as(static_cast<unsigned short>(0));
      case C::SHORT:
        return as(static_cast<short>(0));
      case C::UINT:
        return as(0U);
      case C::INT:
        return as(0);
      case C::ULONG:
        return as(0UL);
      case C::LONG:
        return as(0L);
      case C::ULONGLONG:
        return as(0ULL);
      case C::LONGLONG:
        return as(0LL);
      case C::FLOAT:
        return as(0.0F);
      case C::DOUBLE:
        return as(0.0);
      default:
        break;
    }
    throw Error(ErrorKind::Unsupported, path_.filename().string() + " stores its voxels in a type that is not known.");
  }

 private:
  void readRaw(void* to) {
    guarded(
        [&] {
          const unsigned dims = io_->GetNumberOfDimensions();
          itk::ImageIORegion region(dims);
          for (unsigned axis = 0; axis < dims; ++axis) {
            region.SetIndex(axis, 0);
            region.SetSize(axis, io_->GetDimensions(axis));
          }
          io_->SetIORegion(region);
          io_->Read(to);
        },
        " is damaged or cut short: its voxels cannot be read.");
  }

  void takeGrid() {
    const std::string name = path_.filename().string();
    if (io_->GetNumberOfComponents() != 1 || io_->GetPixelType() != itk::IOPixelEnum::SCALAR)
      throw Error(ErrorKind::Unsupported, name + " holds several values a voxel (colour or vectors); one is needed.");
    const unsigned dims = io_->GetNumberOfDimensions();
    for (unsigned axis = 3; axis < dims; ++axis)
      if (io_->GetDimensions(axis) > 1)
        throw Error(ErrorKind::Unsupported, name + " is a series of " + std::to_string(io_->GetDimensions(axis)) +
                                                " volumes; one volume is needed.");
    std::array<std::uint64_t, 3> size{1, 1, 1};
    for (unsigned axis = 0; axis < std::min(dims, 3U); ++axis) {
      size[axis] = io_->GetDimensions(axis);
      grid.spacingMm[axis] = io_->GetSpacing(axis);
      grid.originMm[axis] = io_->GetOrigin(axis);
      const std::vector<double> direction = io_->GetDirection(axis);
      for (unsigned row = 0; row < 3; ++row)
        grid.direction[3 * row + axis] = row < direction.size() ? direction[row] : (row == axis ? 1 : 0);
    }
    requireSoundSize(size, name);
    for (std::size_t axis = 0; axis < 3; ++axis) grid.size[axis] = static_cast<int>(size[axis]);
  }

  fs::path path_;
  itk::ImageIOBase::Pointer io_;
};

/// Geometry by ITK, voxels by ourselves: MetaIO prints that data is missing or cannot be unpacked, and goes on.
class MetaFile : public ItkFile {
 public:
  MetaFile(const fs::path& path, const TextHeader& header)
      : ItkFile(path, itk::MetaImageIO::New().GetPointer()), name_(path.filename().string()) {
    voxels_.path = header.detachedVoxels ? *header.detachedVoxels : path;
    voxels_.compressed = header.compressed;
    const auto field = [&](const char* key) { return header.has(key) ? header.fields.at(key) : std::string(); };
    const std::string binary = field("binarydata");
    if (!binary.empty() && binary[0] != 'T' && binary[0] != 't')
      throw Error(ErrorKind::Unsupported, name_ + " stores its voxels as text, which is not read. Save it as binary.");
    const std::string msb = field("binarydatabyteordermsb") + field("elementbyteordermsb");
    swapped_ = !msb.empty() && (msb[0] == 'T' || msb[0] == 't');
    readType(field("elementtype"));
    if (!header.detachedVoxels) voxels_.at = header.bytes;
    // MetaIO's manual: intensity = element * slope + offset. Its reader, and ITK, pass over it.
    if (header.has("elementtointensityfunctionslope")) slope_ = number(field("elementtointensityfunctionslope"));
    if (header.has("elementtointensityfunctionoffset")) offset_ = number(field("elementtointensityfunctionoffset"));
    if (slope_ == 0) throw Error(ErrorKind::InvalidInput, name_ + " scales its voxels by 0: its header is damaged.");
    headerSize_ = header.has("headersize") ? std::strtoll(field("headersize").c_str(), nullptr, 10) : 0;
  }

  /// After readHeader: whether the voxels can be in the file.
  void requireLength() {
    const std::uint64_t promised = grid.voxelCount() * bytesOf(type_);
    std::error_code ec;
    const std::uint64_t length = fs::file_size(voxels_.path, ec);
    if (headerSize_ > 0) voxels_.at = static_cast<std::uint64_t>(headerSize_);
    if (headerSize_ == -1 && length >= promised) voxels_.at = length - promised;  // the voxels are the file's end
    requirePlausibleLength(promised, length > voxels_.at ? length - voxels_.at : 0, voxels_.compressed, name_);
  }

  [[nodiscard]] bool landsAsInt16() const override { return type_ == NumberType::Int16 && slope_ == 1 && offset_ == 0; }
  Outcome readInt16(std::int16_t* voxels, const StopToken& stop) override {
    ByteStream in(voxels_, name_);
    for (std::size_t first = 0, count = grid.voxelCount(); first < count; first += kLanding) {
      if (stop.stop_requested()) return Outcome::Stopped;
      const std::size_t n = std::min(kLanding, count - first);
      in.readAll(reinterpret_cast<char*>(voxels + first), n * sizeof(std::int16_t));
      if (swapped_) swapBytes(voxels + first, n);
    }
    in.requireSoundEnd();
    return Outcome::Completed;
  }
  Outcome readVoxels(const VoxelVisitor& visit, const StopToken& stop) override {
    ByteStream in(voxels_, name_);
    const std::size_t count = grid.voxelCount();
    constexpr std::size_t kPiece = 1U << 16;
    std::vector<char> bytes(kPiece * bytesOf(type_));
    std::vector<double> values(kPiece);
    for (std::size_t first = 0; first < count; first += kPiece) {
      if (stop.stop_requested()) return Outcome::Stopped;
      const std::size_t n = std::min(kPiece, count - first);
      in.readAll(bytes.data(), n * bytesOf(type_));
      toDoubles(bytes.data(), n, type_, swapped_, values.data());
      if (slope_ != 1 || offset_ != 0)
        for (std::size_t i = 0; i < n; ++i) values[i] = values[i] * slope_ + offset_;
      visit(first, values.data(), n);
    }
    in.requireSoundEnd();
    return Outcome::Completed;
  }

 private:
  [[nodiscard]] double number(const std::string& text) const {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
      throw Error(ErrorKind::InvalidInput, name_ + " scales its voxels by what is no number: its header is damaged.",
                  text.substr(0, 40));
    return value;
  }

  void readType(const std::string& text) {
    // MetaIO's LONG has 4 bytes everywhere.
    static const std::map<std::string, NumberType> kTypes{
        {"MET_CHAR", NumberType::Int8},       {"MET_UCHAR", NumberType::Uint8},
        {"MET_SHORT", NumberType::Int16},     {"MET_USHORT", NumberType::Uint16},
        {"MET_INT", NumberType::Int32},       {"MET_UINT", NumberType::Uint32},
        {"MET_LONG", NumberType::Int32},      {"MET_ULONG", NumberType::Uint32},
        {"MET_LONG_LONG", NumberType::Int64}, {"MET_ULONG_LONG", NumberType::Uint64},
        {"MET_FLOAT", NumberType::Float32},   {"MET_DOUBLE", NumberType::Float64}};
    const auto found = kTypes.find(text);
    if (found == kTypes.end())
      throw Error(ErrorKind::Unsupported,
                  name_ + " stores its voxels in a type that is not known, or several values a voxel.",
                  text.substr(0, 40));
    type_ = found->second;
  }

  std::string name_;
  ByteSource voxels_;
  NumberType type_ = NumberType::Int16;
  bool swapped_ = false;
  double slope_ = 1, offset_ = 0;
  std::int64_t headerSize_ = 0;
};

void noteUnknownPlace(ItkFile& file) {
  file.placeKnown = false;
  file.notes.push_back(
      "The file does not say how it lies in the patient: right and left are taken as in a picture seen from the feet. "
      "Check before you trust a side.");
}

/// The "mm" of `space units: "mm" "mm" "mm"`: in mm; 1 where nothing is said, nullopt for what is no length known here.
std::optional<double> nrrdUnitMm(const TextHeader& header) {
  const std::string key = header.has("space units") ? "space units" : "units";
  if (!header.has(key)) return 1.0;
  const std::string& text = header.fields.at(key);
  std::optional<double> all;
  for (std::size_t open = text.find('"'); open != std::string::npos; open = text.find('"', open)) {
    const std::size_t close = text.find('"', open + 1);
    if (close == std::string::npos) return std::nullopt;
    const std::string unit = text.substr(open + 1, close - open - 1);
    open = close + 1;
    static const std::map<std::string, double> kUnits{{"", 1},     {"mm", 1},    {"millimeter", 1}, {"cm", 10},
                                                      {"m", 1000}, {"um", 1e-3}, {"µm", 1e-3},      {"micron", 1e-3}};
    const auto found = kUnits.find(unit);
    if (found == kUnits.end() || (all && *all != found->second)) return std::nullopt;
    all = found->second;
  }
  return all.value_or(1.0);
}

/// Whether ITK turns this space into the patient's (LPS). Others, "scanner-xyz" and "3D-right-handed" among them, it
/// takes as if they were that.
bool isPatientSpace(std::string space) {
  std::transform(space.begin(), space.end(), space.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return space == "right-anterior-superior" || space == "ras" || space == "left-anterior-superior" || space == "las" ||
         space == "left-posterior-superior" || space == "lps";
}

std::unique_ptr<ImageFile> openNrrd(const fs::path& path) {
  const TextHeader header = readNrrdHeader(path);
  auto file = std::make_unique<ItkFile>(path, itk::NrrdImageIO::New().GetPointer());
  file->format = "NRRD";
  file->readHeader();
  std::error_code ec;
  const std::uint64_t length =
      header.detachedVoxels ? fs::file_size(*header.detachedVoxels, ec) : fs::file_size(path, ec) - header.bytes;
  if (!ec) requirePlausibleLength(file->voxelBytes(), length, header.compressed, path.filename().string());
  file->grid.spacingKnown = header.has("spacings") || header.has("space directions");
  const auto unit = nrrdUnitMm(header);
  if (!unit)
    throw Error(
        ErrorKind::Unsupported,
        path.filename().string() + " gives its spacing in a unit that is not known, or in several. Save it in mm.");
  for (double& mm : file->grid.spacingMm) mm *= *unit;
  for (double& mm : file->grid.originMm) mm *= *unit;
  if (!header.has("space") || !isPatientSpace(header.fields.at("space"))) noteUnknownPlace(*file);
  file->ours = header.ours;
  return file;
}

std::unique_ptr<ImageFile> openMeta(const fs::path& path) {
  const TextHeader header = readMetaHeader(path);
  auto file = std::make_unique<MetaFile>(path, header);
  file->format = "MetaImage";
  file->readHeader(false);
  file->requireLength();
  file->grid.spacingKnown = header.has("elementspacing") || header.has("elementsize");
  file->ours = header.ours;
  return file;
}

std::unique_ptr<ImageFile> openTiff(const fs::path& path) {
  auto file = std::make_unique<ItkFile>(path, itk::TIFFImageIO::New().GetPointer());
  file->format = "TIFF";
  file->readHeader();
  std::error_code ec;
  const std::uint64_t length = fs::file_size(path, ec);
  if (!ec) requirePlausibleLength(file->voxelBytes(), length, true, path.filename().string());
  // A resolution in a TIFF is that of a printer.
  file->grid.spacingMm = {1, 1, 1};
  file->grid.originMm = {0, 0, 0};
  file->grid.spacingKnown = false;
  noteUnknownPlace(*file);
  return file;
}

}  // namespace

std::unique_ptr<ImageFile> openItkImage(const fs::path& path) {
  const std::string name = lowerFileName(path);
  if (name.ends_with(".nrrd") || name.ends_with(".nhdr")) return openNrrd(path);
  if (name.ends_with(".mha") || name.ends_with(".mhd")) return openMeta(path);
  if (name.ends_with(".tif") || name.ends_with(".tiff")) return openTiff(path);
  throw Error(
      ErrorKind::Unsupported,
      path.filename().string() + " has no extension of a volume format (.nii .nii.gz .nrrd .nhdr .mha .mhd .tif).");
}

}  // namespace pulmo
