// SPDX-License-Identifier: Apache-2.0
#include "app/cli/output_files.h"

#include <algorithm>
#include <system_error>

#include "app/cli/scan_files.h"
#include "app/cli/usage.h"

namespace pulmo::cli {

namespace fs = std::filesystem;

fs::path placeOf(const fs::path& path) {
  std::error_code ec;
  const fs::path place = fs::weakly_canonical(fs::absolute(path, ec), ec);
  const fs::path& result = ec ? path : place;
  return result.has_filename() ? result : result.parent_path();  // "folder/" is "folder"
}

namespace {

bool isSameFile(const fs::path& a, const fs::path& b) {
  std::error_code ec;
  return placeOf(a) == placeOf(b) || (fs::equivalent(a, b, ec) && !ec);
}

bool liesBelow(const fs::path& file, const fs::path& folder) {
  const fs::path inner = placeOf(file), outer = placeOf(folder);
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

bool replacesPartOf(const fs::path& folder, const std::string& series, const fs::path& file) {
  std::error_code ec;
  return fs::is_directory(folder, ec) && fs::is_regular_file(file, ec) && liesBelow(file, folder) &&
         isPartOfScan(folder, series, file);
}

}  // namespace

void requireApart(const std::vector<NamedFile>& outputs, const std::vector<NamedFile>& inputs,
                  const std::string& series) {
  for (auto output = outputs.begin(); output != outputs.end(); ++output) {
    if (output->path.empty()) continue;
    const auto name = output->path.string();
    for (auto other = outputs.begin(); other != output; ++other)
      if (!other->path.empty() && isSameFile(other->path, output->path))
        refuseUsage(other->option + " and " + output->option + " are the same file, " + name +
                    ": give each result a name of its own.");
    for (const NamedFile& input : inputs) {
      if (input.path.empty()) continue;
      if (isSameFile(input.path, output->path))
        refuseUsage(output->option + " is what is read, too (" + input.option + ", " + name +
                    "): give the result another name.");
      if (replacesPartOf(input.path, series, output->path))
        refuseUsage(output->option + " is a file of the scan that is read (" + name +
                    "): give the result another name.");
    }
  }
}

}  // namespace pulmo::cli
