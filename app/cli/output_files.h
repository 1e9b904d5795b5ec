// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace pulmo::cli {

/// A file or folder as it was named on the command line.
struct NamedFile {
  std::string option;          ///< "-o", "--mask", "SCAN"
  std::filesystem::path path;  ///< "" = not given
};

/// Where a file is or will be: absolute, links followed.
[[nodiscard]] std::filesystem::path placeOf(const std::filesystem::path& path);

/// No result may take the place of another one, or of what it is made from: asked before the work, --force or not.
/// A new file within an input's folder is welcome; one that is there is, unless it is part of the scan that is read.
///
/// @param series  SeriesInstanceUID of the scan, "" = the best
/// @throws as refuseUsage if two outputs, or an output and an input, are one file, whatever links lead to it
void requireApart(const std::vector<NamedFile>& outputs, const std::vector<NamedFile>& inputs = {},
                  const std::string& series = {});

}  // namespace pulmo::cli
