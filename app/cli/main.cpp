// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <new>
#include <thread>

#include "app/cli/command.h"
#include "pipeline/core/error.h"

namespace pulmo::cli {

namespace {

std::stop_source& stopSource() {
  static std::stop_source source;
  return source;
}

std::atomic<bool> signalled{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may touch nothing that locks");

/// Ctrl-C, a polite kill and a terminal that is closed ask for a stop. A handler may do next to nothing, so a thread
/// looks whether it was called. The second one ends the process at once, should the stop take too long. A handler, not
/// a blocked signal: libraries start threads before main(), and one of those would take it and die.
void stopOnSignals(std::jthread& waiter) {
  struct sigaction action {};
  action.sa_handler = [](int) {
    signalled = true;
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGHUP, SIG_DFL);
  };
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  struct sigaction before {};  // under nohup it stays ignored
  if (sigaction(SIGHUP, nullptr, &before) == 0 && before.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);
  waiter = std::jthread([](const StopToken& end) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    while (!end.stop_requested()) {
      never.wait_for(lock, end, std::chrono::milliseconds(100), [] { return signalled.load(); });
      if (signalled) stopSource().request_stop();
      if (signalled) return;
    }
  });
}

/// A line that rewrites itself on a terminal; silent in a pipe.
ProgressSink terminalProgress() {
  if (isatty(STDERR_FILENO) == 0) return [](double, const std::string&) {};
  return [](double fraction, const std::string& step) {
    std::fprintf(stderr, "\r%3.0f %%  %-60.60s%s", 100 * fraction, step.c_str(), fraction >= 1 ? "\r\033[K" : "");
    std::fflush(stderr);
  };
}

/// CLI11 says of a word that it does not know only that a command is missing.
bool knowsCommand(const CLI::App& app, const std::string& word) {
  const auto commands = app.get_subcommands({});
  if (std::any_of(commands.begin(), commands.end(), [&](const CLI::App* c) { return c->check_name(word); }))
    return true;
  std::cerr << "pulmo: There is no command \"" << word << "\". There are";
  for (const CLI::App* command : commands) std::cerr << ' ' << command->get_name();
  std::cerr << "; pulmo --help tells what they do.\n";
  return false;
}

int run(int argc, char** argv) {
  std::jthread waiter;
  stopOnSignals(waiter);
  Context context;
  context.stop = stopSource().get_token();
  context.progress = terminalProgress();
  CLI::App app("Lungs on chest CT, without a window. For research only, not for diagnosis.", "pulmo");
  app.set_version_flag("--version", std::string("pulmo ") + PULMO_VERSION);
  app.require_subcommand(1);
  app.footer("Exit codes: 0 done, 1 our fault, 2 wrong usage, 3 bad input, 4 file, disk or display, 5 stopped.");
  addDesktopCommands(app, context);
  addCompare(app, context);
  addPhantom(app, context);
  addSimulate(app, context);
  addTrain(app, context);
  addEvaluate(app, context);
  addWeights(app, context);
  addDevice(app, context);
  if (argc > 1 && argv[1][0] != '-' && !knowsCommand(app, argv[1])) return kWrongUsage;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? kDone : kWrongUsage;
  }
  if (context.exitCode == kStopped) context.say("Stopped.");
  return context.exitCode;
}

}  // namespace

void Context::print(const nlohmann::json& object) const {
  // Text from files may be in any encoding: what is not UTF-8 is replaced, never thrown at.
  std::cout << object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

void Context::say(const std::string& sentence) const {
  std::cerr << sentence << '\n';
}

void Context::notes(const std::vector<std::string>& sentences) const {
  for (const std::string& sentence : sentences) std::cerr << "Note: " << sentence << '\n';
}

void addJson(CLI::App& command, Context& context) {
  command.add_flag("--json", context.json, "Print one JSON object on standard output");
}

void addForce(CLI::App& command, Context& context) {
  command.add_flag("--force", context.force, "Overwrite files that exist");
}

}  // namespace pulmo::cli

int main(int argc, char** argv) {
  using namespace pulmo;
  try {
    const int code = cli::run(argc, argv);
    if (std::cout.flush() || code != kDone) return code;
    std::cerr << "pulmo: The result could not be written to standard output: the disk may be full.\n";
    return kFileOrDisplay;
  } catch (const Error& e) {
    std::cerr << "pulmo: " << e.what() << '\n';
    if (!e.detail().empty()) std::cerr << "  (" << e.detail() << ")\n";
    return exitCodeOf(e.kind());
  } catch (const std::bad_alloc&) {
    std::cerr << "pulmo: There is not enough memory for this.\n";
    return kOurFault;
  } catch (const std::exception& e) {
    std::cerr << "pulmo: Something unexpected went wrong.\n  (" << e.what() << ")\n";
    return kOurFault;
  }
}
