// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace pulmo {

/// The text at the head of an NRRD or MetaImage file, read by ourselves before a library sees it: the libraries follow
/// a header to any file it names and allocate what it asks for.
struct TextHeader {
  std::map<std::string, std::string> fields;            ///< key in lower case -> value, trimmed
  std::optional<std::filesystem::path> detachedVoxels;  ///< the file beside it that holds the voxels
  bool compressed = false;
  std::uint64_t bytes = 0;  ///< of the header itself
  bool ours = false;        ///< a comment says that this program has written it

  [[nodiscard]] bool has(const std::string& key) const { return fields.contains(key); }
};

/// @throws Error{InvalidInput} without the format's first line, for a key said twice, for voxels outside the header's
/// own folder,
///         for a missing voxel file; Error{Unsupported} for voxels spread over several files
[[nodiscard]] TextHeader readNrrdHeader(const std::filesystem::path& path);
[[nodiscard]] TextHeader readMetaHeader(const std::filesystem::path& path);

}  // namespace pulmo
