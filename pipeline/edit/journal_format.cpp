// SPDX-License-Identifier: Apache-2.0
#include "pipeline/edit/journal_format.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "pipeline/edit/byte_code.h"
#include "pipeline/edit/checksum.h"
#include "pipeline/edit/mask_difference.h"

namespace pulmo {
namespace {

template <class Word>
void putWord(Bytes& bytes, Word word) {
  const std::size_t at = bytes.size();
  bytes.resize(at + sizeof word);
  std::memcpy(bytes.data() + at, &word, sizeof word);
}

template <class Word>
bool takeWord(std::span<const std::uint8_t>& bytes, Word& word) {
  if (bytes.size() < sizeof word) return false;
  std::memcpy(&word, bytes.data(), sizeof word);
  bytes = bytes.subspan(sizeof word);
  return true;
}

void putText(Bytes& bytes, const std::string& text) {
  putNumber(bytes, text.size());
  bytes.insert(bytes.end(), text.begin(), text.end());
}

bool takeText(std::span<const std::uint8_t>& bytes, std::string& text) {
  std::uint64_t length = 0;
  if (!takeNumber(bytes, length) || length > bytes.size()) return false;
  text.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
  bytes = bytes.subspan(length);
  return true;
}

bool takeGrid(std::span<const std::uint8_t>& bytes, Grid& grid) {
  std::uint8_t known = 0;
  for (int& size : grid.size)
    if (!takeWord(bytes, size) || size < 1) return false;
  const auto finite = [&](double& value) { return takeWord(bytes, value) && std::isfinite(value); };
  return std::all_of(grid.spacingMm.begin(), grid.spacingMm.end(), [&](double& v) { return finite(v) && v > 0; }) &&
         std::all_of(grid.originMm.begin(), grid.originMm.end(), finite) &&
         std::all_of(grid.direction.begin(), grid.direction.end(), finite) && takeWord(bytes, known) &&
         (grid.spacingKnown = known != 0, true);
}

}  // namespace

std::uint64_t maskChecksum(const LabelVolume& mask) {
  return checksum64(mask.voxels());
}

Bytes journalHead(const JournalIdentity& identity, std::uint64_t& chain) {
  Bytes block;
  putText(block, identity.sourcePath);
  putText(block, identity.seriesUid);
  for (const int size : identity.grid.size) putWord(block, size);
  for (const double mm : identity.grid.spacingMm) putWord(block, mm);
  for (const double mm : identity.grid.originMm) putWord(block, mm);
  for (const double d : identity.grid.direction) putWord(block, d);
  putWord(block, static_cast<std::uint8_t>(identity.grid.spacingKnown ? 1 : 0));
  putWord(block, identity.baseChecksum);

  Bytes bytes(kJournalMagic.begin(), kJournalMagic.end());
  putWord(bytes, static_cast<std::uint32_t>(block.size()));
  bytes.insert(bytes.end(), block.begin(), block.end());
  chain = checksum64(block);
  putWord(bytes, chain);
  return bytes;
}

std::optional<JournalIdentity> readIdentity(std::span<const std::uint8_t> bytes) {
  JournalIdentity identity;
  if (!takeText(bytes, identity.sourcePath) || !takeText(bytes, identity.seriesUid) ||
      !takeGrid(bytes, identity.grid) || !takeWord(bytes, identity.baseChecksum) || !bytes.empty())
    return std::nullopt;
  return identity;
}

void addRecord(Bytes& bytes, RecordKind kind, std::span<const std::uint8_t> content, std::uint64_t& chain) {
  const std::size_t start = bytes.size();
  putWord(bytes, static_cast<std::uint32_t>(content.size()));
  bytes.push_back(static_cast<std::uint8_t>(kind));
  bytes.insert(bytes.end(), content.begin(), content.end());
  chain = checksum64({bytes.data() + start, bytes.size() - start}, chain);
  putWord(bytes, chain);
}

Bytes maskRuns(const LabelVolume& mask) {
  Bytes bytes;
  const auto& voxels = mask.voxels();
  for (std::size_t i = 0; i < voxels.size();) {
    const std::uint8_t label = voxels[i];
    std::size_t end = i + 1;
    while (end < voxels.size() && voxels[end] == label) ++end;
    putNumber(bytes, end - i);
    bytes.push_back(label);
    i = end;
  }
  return bytes;
}

std::optional<LabelVolume> maskFromRuns(std::span<const std::uint8_t> bytes, const Grid& grid) {
  LabelVolume mask(grid);
  auto& voxels = mask.voxels();
  std::size_t filled = 0;
  while (!bytes.empty()) {
    std::uint64_t length = 0;
    if (!takeNumber(bytes, length) || bytes.empty() || length > voxels.size() - filled) return std::nullopt;
    const std::uint8_t label = bytes.front();
    bytes = bytes.subspan(1);
    if (label > kHighestEditedLabel) return std::nullopt;
    std::fill_n(voxels.begin() + static_cast<std::ptrdiff_t>(filled), length, label);
    filled += length;
  }
  if (filled != voxels.size()) return std::nullopt;
  return mask;
}

}  // namespace pulmo
