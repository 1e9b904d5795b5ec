// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "pipeline/imaging/image_file.h"
#include "pipeline/imaging/image_nifti_header.h"

// Why not ITK's reader: it holds the volume twice, differs between versions in which of qform and sform it takes and in
// what it does with a shear, and believes a header before it has seen the file's end.

namespace pulmo {

namespace fs = std::filesystem;

namespace {

/// A file through zlib, which passes uncompressed bytes on as they are.
class GzFile {
 public:
  explicit GzFile(const fs::path& path) : file_(gzopen(path.c_str(), "rb")), name_(path.filename().string()) {
    if (!file_) throw Error(ErrorKind::Io, path.string() + " cannot be opened.");
    gzbuffer(file_, 1U << 18);
  }
  ~GzFile() { gzclose(file_); }
  GzFile(const GzFile&) = delete;
  GzFile& operator=(const GzFile&) = delete;

  /// @return bytes read, fewer at the end
  std::size_t read(char* to, std::size_t bytes) {
    std::size_t done = 0;
    while (done < bytes) {
      const auto piece = static_cast<unsigned>(std::min<std::size_t>(bytes - done, 1U << 30));
      const int got = gzread(file_, to + done, piece);
      if (got < 0) fail();
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }
  void readAll(char* to, std::size_t bytes) {
    if (read(to, bytes) == bytes) return;
    int code = Z_OK;
    (void)gzerror(file_, &code);
    if (code != Z_OK) fail();
    throw Error(ErrorKind::InvalidInput, name_ + " is cut short: voxels are missing at its end.");
  }
  void skip(std::size_t bytes) {
    std::array<char, 4096> waste{};
    for (; bytes > 0; bytes -= std::min(bytes, waste.size())) readAll(waste.data(), std::min(bytes, waste.size()));
  }
  /// Only at its end does zlib compare the checksum.
  void requireSoundEnd() {
    char end = 0;
    if (compressed()) (void)read(&end, 1);
  }
  [[nodiscard]] bool compressed() { return gzdirect(file_) == 0; }

 private:
  [[noreturn]] void fail() {
    int code = 0;
    const std::string text = gzerror(file_, &code);
    throw Error(ErrorKind::InvalidInput,
                name_ + (code == Z_BUF_ERROR ? " is cut short: its compressed data ends early."
                                             : " is damaged: its compressed data cannot be unpacked."),
                text);
  }

  gzFile file_;
  std::string name_;
};

class NiftiFile : public ImageFile {
 public:
  NiftiFile(fs::path path, NiftiHeader header) : path_(std::move(path)), header_(std::move(header)) {
    format = "NIfTI";
    grid = header_.grid;
    notes = header_.notes;
    placeKnown = header_.placeKnown;
    byteVoxels = bytesOf(header_.type) == 1;
    ours = header_.description.starts_with(kWrittenByUs);
  }

  Outcome readVoxels(const VoxelVisitor& visit, const StopToken& stop) override {
    GzFile in(path_);
    in.skip(header_.voxelsAt);
    const std::size_t count = grid.voxelCount();
    constexpr std::size_t kPiece = 1U << 16;
    std::vector<char> bytes(kPiece * bytesOf(header_.type));
    std::vector<double> values(kPiece);
    for (std::size_t first = 0; first < count; first += kPiece) {
      if (stop.stop_requested()) return Outcome::Stopped;
      const std::size_t n = std::min(kPiece, count - first);
      in.readAll(bytes.data(), n * bytesOf(header_.type));
      toDoubles(bytes.data(), n, header_.type, header_.swapped, values.data());
      if (header_.slope != 1 || header_.intercept != 0)
        for (std::size_t i = 0; i < n; ++i) values[i] = values[i] * header_.slope + header_.intercept;
      visit(first, values.data(), n);
    }
    in.requireSoundEnd();
    return Outcome::Completed;
  }

  [[nodiscard]] bool landsAsInt16() const override {
    return header_.type == NumberType::Int16 && header_.slope == 1 && header_.intercept == 0;
  }
  Outcome readInt16(std::int16_t* voxels, const StopToken& stop) override {
    GzFile in(path_);
    in.skip(header_.voxelsAt);
    for (std::size_t first = 0, count = grid.voxelCount(); first < count; first += kLanding) {
      if (stop.stop_requested()) return Outcome::Stopped;
      const std::size_t n = std::min(kLanding, count - first);
      in.readAll(reinterpret_cast<char*>(voxels + first), n * sizeof(std::int16_t));
      if (header_.swapped) swapBytes(voxels + first, n);
    }
    in.requireSoundEnd();
    return Outcome::Completed;
  }

 private:
  fs::path path_;
  NiftiHeader header_;
};

}  // namespace

std::unique_ptr<ImageFile> openNifti(const fs::path& path) {
  const std::string name = path.filename().string();
  std::vector<char> bytes(kNiftiHeaderBytes);
  GzFile in(path);
  bytes.resize(in.read(bytes.data(), bytes.size()));
  NiftiHeader header = parseNiftiHeader(bytes, name);
  std::error_code ec;
  const auto length = static_cast<std::uint64_t>(fs::file_size(path, ec));
  if (!ec) requirePlausibleLength(header.grid.voxelCount() * bytesOf(header.type), length, in.compressed(), name);
  return std::make_unique<NiftiFile>(path, std::move(header));
}

}  // namespace pulmo
