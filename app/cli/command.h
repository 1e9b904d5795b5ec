// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/exit_code.h"
#include "pipeline/core/atomic_file.h"
#include "pipeline/core/progress.h"

namespace pulmo::cli {

/// What every command gets. Progress and messages go to standard error, results to standard output.
struct Context {
  bool json = false;
  bool force = false;
  StopToken stop;
  ProgressSink progress;
  int exitCode = kDone;

  [[nodiscard]] Overwrite overwrite() const { return force ? Overwrite::Replace : Overwrite::Refuse; }
  void print(const nlohmann::json& object) const;               ///< one JSON object, on standard output
  void say(const std::string& sentence) const;                  ///< standard error
  void notes(const std::vector<std::string>& sentences) const;  ///< standard error, one a line
};

/// `--json` and, where a file is written, `--force`.
void addJson(CLI::App& command, Context& context);
void addForce(CLI::App& command, Context& context);

// One per command; each file says what its command does.
void addCompare(CLI::App& app, Context& context);
void addDevice(CLI::App& app, Context& context);
void addEvaluate(CLI::App& app, Context& context);
void addPhantom(CLI::App& app, Context& context);
void addSimulate(CLI::App& app, Context& context);
void addTrain(CLI::App& app, Context& context);
void addWeights(CLI::App& app, Context& context);
void addDesktopCommands(CLI::App& app,
                        Context& context);  ///< info, segment, measure, export, ...; none in gpu-core

}  // namespace pulmo::cli
