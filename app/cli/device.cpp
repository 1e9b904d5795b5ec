// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "app/cli/command.h"
#include "pipeline/learn/device_report.h"

namespace pulmo::cli {

void addDevice(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("device", "What networks would run on here, and why");
  addJson(*command, context);
  command->callback([&context] {
    const DeviceReport report = reportDevice();
    if (context.json) {
      context.print({{"device", report.name},
                     {"cuda", report.cuda},
                     {"bf16", report.bf16},
                     {"reason", report.reason},
                     {"libtorch", report.libtorchVersion}});
      return;
    }
    std::cout << report.name << "\n" << report.reason << "\nLibTorch " << report.libtorchVersion << "\n";
  });
}

}  // namespace pulmo::cli
