// SPDX-License-Identifier: Apache-2.0
#include "app/cli/desktop/desktop_commands.h"

namespace pulmo::cli {

void addDesktopCommands(CLI::App& app, Context& context) {
  addInfo(app, context);
  addSegment(app, context);
  addMeasure(app, context);
  addSurface(app, context);
  addExport(app, context);
  addBatch(app, context);
  addReport(app, context);
  addRender(app, context);
  addPrepare(app, context);
}

}  // namespace pulmo::cli
