// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/shipped_weights.h"

#include <cstdlib>
#include <string>
#include <system_error>

#include "pipeline/core/error.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

constexpr int kFoldersAbove = 4;

std::optional<fs::path> weightsIn(const fs::path& folder) {
  std::error_code ec;
  if (fs::is_regular_file(folder / "lungs.pth", ec)) return folder / "lungs.pth";
  std::optional<fs::path> first;
  for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec))
    if (it->path().extension() == ".pth" && (!first || it->path() < *first)) first = it->path();
  return first;
}

}  // namespace

std::optional<fs::path> findShippedWeights(const fs::path& programFolder) {
  std::error_code ec;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the program never changes its environment
  if (const char* named = std::getenv("PULMO_WEIGHTS"); named != nullptr && *named != '\0') {
    if (fs::is_regular_file(named, ec)) return fs::path(named);
    throw Error(ErrorKind::InvalidInput, "PULMO_WEIGHTS names " + std::string(named) + ", but there is no such file.");
  }
  fs::path folder = fs::absolute(programFolder, ec).lexically_normal();
  for (int above = 0; above <= kFoldersAbove; ++above) {
    for (const char* place : {"resources/weights", "share/pulmoscope/weights"})
      if (auto found = weightsIn(folder / place)) return found;
    if (folder == folder.parent_path()) break;
    folder = folder.parent_path();
  }
  return std::nullopt;
}

std::optional<fs::path> findShippedWeights() {
  std::error_code ec;
  const fs::path program = fs::read_symlink("/proc/self/exe", ec);
  return findShippedWeights(ec ? fs::current_path(ec) : program.parent_path());
}

}  // namespace pulmo
