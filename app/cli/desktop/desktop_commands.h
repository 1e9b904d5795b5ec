// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "app/cli/command.h"

namespace pulmo::cli {

void addBatch(CLI::App& app, Context& context);
void addExport(CLI::App& app, Context& context);
void addInfo(CLI::App& app, Context& context);
void addMeasure(CLI::App& app, Context& context);
void addPrepare(CLI::App& app, Context& context);
void addRender(CLI::App& app, Context& context);
void addReport(CLI::App& app, Context& context);
void addSegment(CLI::App& app, Context& context);
void addSurface(CLI::App& app, Context& context);

}  // namespace pulmo::cli
