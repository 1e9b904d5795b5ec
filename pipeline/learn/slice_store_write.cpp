// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "pipeline/core/error.h"
#include "pipeline/core/label_set.h"
#include "pipeline/learn/slice_store_format.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

fs::path parentOf(const fs::path& folder) {
  return folder.parent_path().empty() ? fs::path(".") : folder.parent_path();
}

/// "data/store/" and "data/store" are one folder.
fs::path withoutSlash(const fs::path& folder) {
  return folder.has_filename() ? folder : folder.parent_path();
}

bool isStore(const fs::path& folder) {
  std::error_code ec;
  if (!fs::is_regular_file(folder / "store.json", ec)) return false;
  for (const auto& entry : fs::directory_iterator(folder, ec)) {
    const std::string name = entry.path().filename().string();
    if (name != "store.json" && name != "slices.bin" && name != "shapes.bin") return false;
  }
  return !ec;
}

void requireFreeTarget(const fs::path& folder, Overwrite overwrite) {
  std::error_code ec;
  if (!fs::exists(fs::symlink_status(folder, ec))) return;
  if (overwrite == Overwrite::Refuse)
    throw Error(ErrorKind::Io, folder.string() + " exists already; it was left as it is.");
  // What is replaced is removed: never a folder that holds anything else.
  if (!isStore(folder))
    throw Error(ErrorKind::Io,
                folder.string() + " is no prepared dataset, or holds other files too; it was left as it is.");
}

void syncPath(const fs::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) throw Error(ErrorKind::Io, "Could not write " + path.string() + ": " + std::strerror(errno) + ".");
  const int result = ::fsync(fd);
  const int code = errno;
  ::close(fd);
  if (result != 0 && code != EINVAL)
    throw Error(ErrorKind::Io, "Could not write " + path.string() + ": " + std::strerror(code) + ".");
}

void requireLabels(const LabelVolume& lungs, const std::string& name) {
  std::array<bool, 256> seen{};
  for (const std::uint8_t v : lungs.voxels()) seen[v] = true;
  for (std::size_t v = 4; v < 256; ++v)
    if (seen[v])
      throw Error(ErrorKind::InvalidInput,
                  "The mask of " + name + " holds " + std::to_string(v) + ", which is no lung.");
  if (!seen[kRightLung] && !seen[kLeftLung] && !seen[kLungUnsided])
    throw Error(ErrorKind::InvalidInput, "The mask of " + name + " is empty.");
  if (seen[kLungUnsided] && (seen[kRightLung] || seen[kLeftLung]))
    throw Error(ErrorKind::InvalidInput, "The mask of " + name + " tells the side of some lung only.");
}

}  // namespace

struct SliceStoreWriter::State {
  fs::path target, temporary;
  Overwrite overwrite;
  std::ofstream slices, shapes;
  std::uint64_t shapesWritten = 0;
  store::Index index;
  bool broken = false, finished = false;

  void put(std::ofstream& out, const void* bytes, std::size_t count) {
    out.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(count));
    if (out) return;
    broken = true;
    throw Error(ErrorKind::Io, "Could not write " + target.string() + ": the disk is full or cannot be written.");
  }
};

SliceStoreWriter::SliceStoreWriter(const fs::path& folder, int size, Overwrite overwrite)
    : state_(std::make_unique<State>()) {
  if (size < store::kLeastSize || size > store::kMostSize || size % 16 != 0)
    throw Error(ErrorKind::InvalidInput, "A matrix of " + std::to_string(size) + " cannot be stored: use 256 or 512.");
  state_->target = withoutSlash(folder);
  state_->overwrite = overwrite;
  state_->index.size = size;
  requireFreeTarget(state_->target, overwrite);
  static std::atomic<unsigned> counter{0};
  const fs::path temporary =
      parentOf(state_->target) / (".pulmo-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".store");
  std::error_code ec;
  if (!fs::create_directory(temporary, ec))
    throw Error(ErrorKind::Io, "The folder " + parentOf(state_->target).string() + " cannot be written into.",
                ec.message());
  state_->temporary = temporary;
  state_->slices.open(temporary / "slices.bin", std::ios::binary);
  state_->shapes.open(temporary / "shapes.bin", std::ios::binary);
  const std::vector<char> head(store::kHeadBytes, 0);
  state_->put(state_->slices, head.data(), head.size());
}

SliceStoreWriter::~SliceStoreWriter() {
  if (!state_ || state_->finished || state_->temporary.empty()) return;
  std::error_code ec;
  fs::remove_all(state_->temporary, ec);
}

bool SliceStoreWriter::broken() const {
  return state_->broken;
}

void SliceStoreWriter::addProblem(const std::string& sentence) {
  state_->index.problems.push_back(sentence);
}

void SliceStoreWriter::add(const CtVolume& ct, const LabelVolume& lungs, StoredCase description,
                           const std::optional<PlaneSquare>& square) {
  State& s = *state_;
  if (s.broken || s.finished) throw Error(ErrorKind::Internal, "This dataset takes no more cases.");
  if (description.name.empty() || description.patient.empty())
    throw Error(ErrorKind::InvalidInput, "A case needs a name and a patient.");
  if (ct.grid().voxelCount() == 0)
    throw Error(ErrorKind::InvalidInput, "The scan of " + description.name + " is empty.");
  requireSameGrid(ct.grid(), "scan", lungs.grid(), "mask");
  requireLabels(lungs, description.name);

  const store::InPlane plane(ct.grid(), square.value_or(wholeField(ct.grid())), s.index.size);
  LabelVolume labels(plane.grid());
  for (int z = 0; z < plane.grid().size[2]; ++z) plane.labels(lungs.slice(z), labels.slice(z));
  requireLabels(labels, description.name);
  const std::string shape = store::shapeToBytes(makeLungShape(labels));

  const auto pixels = static_cast<std::size_t>(s.index.size) * static_cast<std::size_t>(s.index.size);
  std::vector<char> record(store::recordBytes(s.index.size), 0);
  std::vector<std::int16_t> hu(pixels);
  for (int z = 0; z < plane.grid().size[2]; ++z) {
    plane.ct(ct.slice(z), hu.data());
    std::memcpy(record.data(), hu.data(), 2 * pixels);
    std::memcpy(record.data() + 2 * pixels, labels.slice(z), pixels);
    s.index.contentHash = store::hashBytes(s.index.contentHash, record.data(), record.size());
    s.put(s.slices, record.data(), record.size());
    s.index.lung.push_back(
        std::any_of(labels.slice(z), labels.slice(z) + pixels, [](std::uint8_t v) { return v != 0; }));
  }
  s.put(s.shapes, shape.data(), shape.size());
  s.index.shapeAt.push_back(s.shapesWritten);
  s.index.shapeBytes.push_back(shape.size());
  s.shapesWritten += shape.size();
  description.sidesKnown = !isUnsided(labels);
  description.firstSlice = s.index.slices;
  description.slices = plane.grid().size[2];
  description.grid = plane.grid();
  s.index.slices += description.slices;
  s.index.cases.push_back(std::move(description));
}

void SliceStoreWriter::finish(const std::vector<Split>& splitOfCase, std::uint64_t splitSeed) {
  State& s = *state_;
  if (s.broken || s.finished) throw Error(ErrorKind::Internal, "This dataset cannot be finished.");
  if (s.index.cases.empty())
    throw Error(ErrorKind::InvalidInput, "There is no usable case, so no dataset was written.");
  if (splitOfCase.size() != s.index.cases.size())
    throw Error(ErrorKind::Internal, "A split needs one side for each case.");
  for (std::size_t i = 0; i < splitOfCase.size(); ++i) s.index.cases[i].split = splitOfCase[i];
  s.index.splitSeed = splitSeed;
  store::requireWholePatients(s.index.cases);
  store::StoreHead head{};
  std::memcpy(head.magic, store::kMagic, sizeof head.magic);
  head.version = store::kVersion;
  head.size = static_cast<std::uint32_t>(s.index.size);
  head.slices = static_cast<std::uint64_t>(s.index.slices);
  head.recordBytes = store::recordBytes(s.index.size);
  head.contentHash = s.index.contentHash;
  s.slices.seekp(0);
  s.put(s.slices, &head, sizeof head);
  s.slices.close();
  s.shapes.close();
  if (!s.slices || !s.shapes)
    throw Error(ErrorKind::Io, "Could not write " + s.target.string() + ": the disk is full or cannot be written.");
  syncPath(s.temporary / "slices.bin", O_WRONLY);
  syncPath(s.temporary / "shapes.bin", O_WRONLY);
  writeAtomically(s.temporary / "store.json", Overwrite::Refuse, store::toJson(s.index));

  requireFreeTarget(s.target, s.overwrite);
  std::error_code ec;
  const fs::path old = fs::path(s.temporary.string() + ".old");
  const bool replaces = fs::exists(s.target, ec);
  if (replaces) fs::rename(s.target, old, ec);
  if (!ec) fs::rename(s.temporary, s.target, ec);
  if (ec) {
    std::error_code back;
    if (replaces && !fs::exists(s.target, back)) fs::rename(old, s.target, back);
    throw Error(ErrorKind::Io, "Could not write " + s.target.string() + ".", ec.message());
  }
  s.finished = true;
  if (replaces) fs::remove_all(old, ec);
  syncPath(parentOf(s.target), O_RDONLY | O_DIRECTORY);
}

}  // namespace pulmo
