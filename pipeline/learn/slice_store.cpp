// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/slice_store.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "pipeline/core/error.h"
#include "pipeline/learn/slice_store_format.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kMostDescription = std::uint64_t{256} << 20;

std::string readWhole(const fs::path& path, const std::string& folder) {
  std::error_code ec;
  const auto bytes = fs::file_size(path, ec);
  if (ec) throw Error(ErrorKind::Io, folder + " is no prepared dataset: it has no readable store.json.", ec.message());
  if (bytes > kMostDescription)
    throw Error(ErrorKind::InvalidInput, "The dataset " + folder + " is damaged: store.json is far too large.");
  std::ifstream in(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  if (!in.is_open() || in.bad() || text.size() != bytes)
    throw Error(ErrorKind::Io, "Could not read " + path.string() + ".");
  return text;
}

/// A file opened for reading, closed by itself.
class OpenFile {
 public:
  explicit OpenFile(const fs::path& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat facts {};
    if (fd_ < 0 || ::fstat(fd_, &facts) != 0) {
      const std::string reason = std::strerror(errno);
      close();
      throw Error(ErrorKind::Io, "Could not open " + path.string() + ": " + reason + ".");
    }
    size_ = static_cast<std::uint64_t>(facts.st_size);
  }
  ~OpenFile() { close(); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// @return false if the file ends before
  bool readAt(std::uint64_t at, void* to, std::size_t bytes) const {
    auto* next = static_cast<char*>(to);
    while (bytes > 0) {
      const ssize_t got = ::pread(fd_, next, bytes, static_cast<off_t>(at));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      next += got, at += static_cast<std::uint64_t>(got), bytes -= static_cast<std::size_t>(got);
    }
    return true;
  }

 private:
  void close() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd_;
  std::uint64_t size_ = 0;
};

}  // namespace

struct SliceStore::Mapped {
  explicit Mapped(const fs::path& path)
      : folder(path),
        index(store::indexFromJson(readWhole(path / "store.json", path.string()), path.string())),
        slicesFile(path / "slices.bin"),
        shapesFile(path / "shapes.bin") {
    checkFiles();
    base = static_cast<const char*>(::mmap(nullptr, slicesFile.size(), PROT_READ, MAP_SHARED, slicesFile.fd(), 0));
    if (base == MAP_FAILED)
      throw Error(ErrorKind::Io, "Could not map the dataset " + folder.string() + ": " + std::strerror(errno) + ".");
  }
  ~Mapped() { ::munmap(const_cast<char*>(base), slicesFile.size()); }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;

  /// Before anything is mapped: a file that is shorter than it says would end the program at a touch.
  void checkFiles() const {
    const auto refuse = [&](const std::string& what) {
      throw Error(ErrorKind::InvalidInput,
                  "The dataset " + folder.string() + " is damaged: " + what + ". Prepare it again.");
    };
    store::StoreHead head{};
    if (!slicesFile.readAt(0, &head, sizeof head) || std::memcmp(head.magic, store::kMagic, sizeof head.magic) != 0)
      refuse("slices.bin holds no slices");
    if (head.version != store::kVersion)
      throw Error(ErrorKind::InvalidInput, "The dataset " + folder.string() + " is of format version " +
                                               std::to_string(head.version) + ", this program reads version " +
                                               std::to_string(store::kVersion) +
                                               ". Prepare it again with this program.");
    const std::uint64_t record = store::recordBytes(index.size);
    if (head.size != static_cast<std::uint32_t>(index.size) || head.recordBytes != record ||
        head.slices != static_cast<std::uint64_t>(index.slices) || head.contentHash != index.contentHash)
      refuse("slices.bin and store.json are not of one dataset");
    if (slicesFile.size() != store::kHeadBytes + record * head.slices) refuse("slices.bin is cut off");
    for (std::size_t i = 0; i < index.cases.size(); ++i)
      if (index.shapeAt[i] > shapesFile.size() || index.shapeBytes[i] > shapesFile.size() - index.shapeAt[i])
        refuse("shapes.bin is cut off");
  }

  [[nodiscard]] const char* record(int slice) const {
    if (slice < 0 || slice >= index.slices)
      throw Error(ErrorKind::Internal, "There is no slice " + std::to_string(slice) + " in the dataset.");
    return base + store::kHeadBytes + store::recordBytes(index.size) * static_cast<std::uint64_t>(slice);
  }
  [[nodiscard]] std::size_t pixels() const {
    return static_cast<std::size_t>(index.size) * static_cast<std::size_t>(index.size);
  }
  [[nodiscard]] const StoredCase& caseAt(int i) const {
    if (i < 0 || static_cast<std::size_t>(i) >= index.cases.size())
      throw Error(ErrorKind::Internal, "There is no case " + std::to_string(i) + " in the dataset.");
    return index.cases[static_cast<std::size_t>(i)];
  }

  fs::path folder;
  store::Index index;
  OpenFile slicesFile, shapesFile;
  const char* base = nullptr;
};

SliceStore::SliceStore(const fs::path& folder) : mapped_(std::make_unique<Mapped>(folder)) {}
SliceStore::~SliceStore() = default;

int SliceStore::size() const {
  return mapped_->index.size;
}
int SliceStore::slices() const {
  return mapped_->index.slices;
}
const std::vector<StoredCase>& SliceStore::cases() const {
  return mapped_->index.cases;
}
const std::vector<std::string>& SliceStore::problems() const {
  return mapped_->index.problems;
}

int SliceStore::caseOf(int slice) const {
  (void)mapped_->record(slice);
  const auto& cases = mapped_->index.cases;
  const auto after = std::upper_bound(cases.begin(), cases.end(), slice,
                                      [](int value, const StoredCase& c) { return value < c.firstSlice; });
  return static_cast<int>(after - cases.begin()) - 1;
}

std::vector<int> SliceStore::slicesOf(Split split) const {
  std::vector<int> result;
  for (const StoredCase& c : cases())
    if (c.split == split)
      for (int i = 0; i < c.slices; ++i) result.push_back(c.firstSlice + i);
  return result;
}

bool SliceStore::hasLung(int slice) const {
  (void)mapped_->record(slice);
  return mapped_->index.lung[static_cast<std::size_t>(slice)];
}

const std::int16_t* SliceStore::ct(int slice) const {
  return reinterpret_cast<const std::int16_t*>(mapped_->record(slice));
}

const std::uint8_t* SliceStore::labels(int slice) const {
  return reinterpret_cast<const std::uint8_t*>(mapped_->record(slice)) + 2 * mapped_->pixels();
}

std::shared_ptr<const LungShape> SliceStore::shape(int caseIndex) const {
  const StoredCase& c = mapped_->caseAt(caseIndex);
  const auto i = static_cast<std::size_t>(caseIndex);
  std::string bytes(mapped_->index.shapeBytes[i], '\0');
  if (!mapped_->shapesFile.readAt(mapped_->index.shapeAt[i], bytes.data(), bytes.size()))
    throw Error(ErrorKind::Io, "Could not read the lung shapes of the dataset " + mapped_->folder.string() + ".");
  return std::make_shared<const LungShape>(store::shapeFromBytes(bytes, c.grid, mapped_->folder.string()));
}

CtVolume SliceStore::loadCt(int caseIndex) const {
  const StoredCase& c = mapped_->caseAt(caseIndex);
  CtVolume volume(c.grid);
  for (int z = 0; z < c.slices; ++z) {
    std::copy_n(ct(c.firstSlice + z), mapped_->pixels(), volume.slice(z));
    forget(c.firstSlice + z);
  }
  return volume;
}

LabelVolume SliceStore::loadLabels(int caseIndex) const {
  const StoredCase& c = mapped_->caseAt(caseIndex);
  LabelVolume volume(c.grid);
  for (int z = 0; z < c.slices; ++z) {
    std::copy_n(labels(c.firstSlice + z), mapped_->pixels(), volume.slice(z));
    forget(c.firstSlice + z);
  }
  return volume;
}

void SliceStore::forget(int slice) const {
  // Only a hint: a reader that still wants the pages gets the same bytes again.
  ::madvise(const_cast<char*>(mapped_->record(slice)), store::recordBytes(mapped_->index.size), MADV_DONTNEED);
}

std::uint64_t SliceStore::fingerprint() const {
  std::uint64_t hash = mapped_->index.contentHash;
  for (const StoredCase& c : cases()) {
    const std::string facts = c.name + '\n' + c.patient + '\n' + splitKey(c.split) + (c.diseased ? "d" : "h") +
                              (c.sidesKnown ? "s" : "u") + std::to_string(c.slices);
    hash = store::hashBytes(hash, facts.data(), facts.size());
  }
  return hash;
}

void SliceStore::setSplit(const std::vector<Split>& ofCase) {
  store::Index changed = mapped_->index;
  if (ofCase.size() != changed.cases.size())
    throw Error(ErrorKind::InvalidInput,
                "A split needs one side for each of the " + std::to_string(changed.cases.size()) + " cases.");
  for (std::size_t i = 0; i < ofCase.size(); ++i) changed.cases[i].split = ofCase[i];
  store::requireWholePatients(changed.cases);
  writeAtomically(mapped_->folder / "store.json", Overwrite::Replace, store::toJson(changed));
  mapped_->index = std::move(changed);
}

}  // namespace pulmo
