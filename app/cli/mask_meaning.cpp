// SPDX-License-Identifier: Apache-2.0
#include "app/cli/scan_files.h"

namespace pulmo::cli {

void addMaskMeaning(CLI::App& command, MaskMeaning& meaning, const std::string& prefix) {
  command.add_option("--" + prefix + "right", meaning.right, "Values of the mask file that are right lung")
      ->delimiter(',');
  command.add_option("--" + prefix + "left", meaning.left, "Values that are left lung")->delimiter(',');
  command.add_option("--" + prefix + "lungs", meaning.unsided, "Values that are lung, side not told")->delimiter(',');
  command.add_flag("--" + prefix + "low-byte", meaning.lowByteOnly,
                   "The region is the value's low byte (Chest Imaging Platform)");
}

}  // namespace pulmo::cli
