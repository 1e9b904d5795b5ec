// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/core/volume.h"

namespace pulmo {

/// Which scan and which mask edits belong to.
struct JournalIdentity {
  std::string sourcePath;          ///< where the scan was read from; may have moved since
  std::string seriesUid;           ///< SeriesFacts::uid
  Grid grid;                       ///< of the mask
  std::uint64_t baseChecksum = 0;  ///< maskChecksum of the mask before the first edit
};

[[nodiscard]] std::uint64_t maskChecksum(const LabelVolume& mask);

// The file: "PULMOED1"; the identity's length (4 bytes, little endian), its bytes, their checksum (8 bytes). Then
// records: length of the content (4), kind (1), the content, and the checksum (8) of these three with the checksum
// before as its seed. So a record counts only after all before it, and cannot be taken from another file or place.
// The first record is the mask; whatever follows changes it.

inline constexpr std::string_view kJournalMagic = "PULMOED1";
inline constexpr std::size_t kRecordFrame = 4 + 1 + 8;

enum class RecordKind : std::uint8_t {
  Mask = 1,    ///< runs of the whole mask: length (7 bits a byte), label
  Begin = 2,   ///< a step begins; its name
  Part = 3,    ///< a MaskDifference
  Finish = 4,  ///< the step is whole
  Cancel = 5,  ///< the step's parts are taken back
  Undo = 6,
  Redo = 7,
};

using Bytes = std::vector<std::uint8_t>;

/// The file up to its first record; sets the checksum that the first record starts from.
[[nodiscard]] Bytes journalHead(const JournalIdentity& identity, std::uint64_t& chain);
/// Adds a record, and moves the chain on.
void addRecord(Bytes& bytes, RecordKind kind, std::span<const std::uint8_t> content, std::uint64_t& chain);

/// @return nullopt if the bytes are no identity
[[nodiscard]] std::optional<JournalIdentity> readIdentity(std::span<const std::uint8_t> bytes);

[[nodiscard]] Bytes maskRuns(const LabelVolume& mask);
/// @return nullopt if the runs do not fill the grid exactly, or hold a label that cannot be edited
[[nodiscard]] std::optional<LabelVolume> maskFromRuns(std::span<const std::uint8_t> bytes, const Grid& grid);

}  // namespace pulmo
