// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>
#include <string>

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

/// Opens it and says its notes on standard error.
/// @return nullopt if stopped; the context then holds the exit code
[[nodiscard]] std::optional<Scan> openScanArgument(const ScanArgument& scan, Context& context);

[[nodiscard]] MaskValues toMaskValues(const MaskMeaning& meaning);

[[nodiscard]] nlohmann::json toJson(const SeriesFacts& facts);

}  // namespace pulmo::cli
