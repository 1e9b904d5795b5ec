// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"

namespace pulmo::cli {

/// This build knows neither ITK nor VTK.
void addDesktopCommands(CLI::App&, Context&) {}

}  // namespace pulmo::cli
