// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "app/cli/scan_files.h"

namespace pulmo::cli {

namespace {

/// A value that is said to be two things is a slip of the hand.
CLI::Validator notAlso(const std::vector<std::int64_t>& values, const std::string& meaning) {
  return {[&values, meaning](const std::string& text) {
            const bool said = std::any_of(values.begin(), values.end(),
                                          [&](std::int64_t value) { return std::to_string(value) == text; });
            return said ? text + " is said to be " + meaning + " too" : std::string();
          },
          ""};
}

}  // namespace

void addMaskMeaning(CLI::App& command, MaskMeaning& meaning, const std::string& prefix) {
  meaning.prefix = prefix;
  command.add_option("--" + prefix + "right", meaning.right, "Values of the mask file that are right lung")
      ->delimiter(',');
  command.add_option("--" + prefix + "left", meaning.left, "Values that are left lung")
      ->delimiter(',')
      ->check(notAlso(meaning.right, "right lung"));
  command.add_option("--" + prefix + "lungs", meaning.unsided, "Values that are lung, side not told")
      ->delimiter(',')
      ->check(notAlso(meaning.right, "right lung"))
      ->check(notAlso(meaning.left, "left lung"));
  command.add_flag("--" + prefix + "low-byte", meaning.lowByteOnly,
                   "The region is the value's low byte (Chest Imaging Platform)");
}

}  // namespace pulmo::cli
