// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/command.h"
#include "app/cli/scan_files.h"
#include "pipeline/core/scan.h"
#include "pipeline/imaging/mask_io.h"

namespace pulmo::cli {

/// SCAN and --series: shared by every command that opens a scan.
struct ScanArgument {
  std::string path;
  std::string series;
};

void addScan(CLI::App& command, ScanArgument& scan);

/// Opens it and says its notes on standard error; where several scans are found and none is named, which one it is.
/// @return nullopt if stopped; the context then holds the exit code
[[nodiscard]] std::optional<Scan> openScanArgument(const ScanArgument& scan, Context& context);

/// Opens a mask and says on standard error what had to be assumed.
/// @param scan   as for loadMask
/// @param notes  if given, gets the same sentences
/// @throws Error as loadMask; where the file does not tell its sides, the sentence names the options that do
[[nodiscard]] LabelVolume openMaskArgument(const std::filesystem::path& path, const Scan* scan,
                                           const MaskMeaning& meaning, const Context& context,
                                           std::vector<std::string>* notes = nullptr);

/// Identity stays out: no patient name or number.
[[nodiscard]] nlohmann::json toJson(const SeriesFacts& facts);

}  // namespace pulmo::cli
