// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/weights_file.h"

#include <iostream>

#include "app/cli/command.h"
#include "app/cli/output_files.h"
#include "pipeline/learn/shipped_weights.h"

namespace pulmo::cli {

namespace {

struct Options {
  std::string file, output;
  bool half = false;
};

std::filesystem::path fileOf(const Options& options) {
  if (!options.file.empty()) return options.file;
  if (const auto shipped = findShippedWeights()) return *shipped;
  throw Error(ErrorKind::InvalidInput, "No weights come with this program. Name a .pth file.");
}

void weights(const Options& options, Context& context) {
  const std::filesystem::path file = fileOf(options);
  requireApart({{"-o", options.output}}, {{"FILE", file}});
  if (!options.output.empty()) requireWritable(options.output, context.overwrite());
  const NetworkWeights network = loadWeights(file);
  std::size_t values = 0;
  for (const NamedTensor& tensor : network.tensors) values += tensor.values.size();
  if (!options.output.empty()) saveWeights(options.output, network, context.overwrite(), options.half);
  const NetworkDescription& d = network.description;
  if (context.json) {
    context.print({{"file", file.string()},
                   {"architecture", architectureKey(d.architecture)},
                   {"base_channels", d.baseChannels},
                   {"levels", d.levels},
                   {"neighbours", d.neighbours},
                   {"size", d.size},
                   {"window_width_hu", d.inputWindow.width},
                   {"window_centre_hu", d.inputWindow.centre},
                   {"denoise", d.denoise},
                   {"weights", values},
                   {"card", network.card}});
    return;
  }
  std::cout << file.string() << "\n"
            << architectureKey(d.architecture) << ", " << d.baseChannels << " channels, " << d.levels << " levels, "
            << d.neighbours << (d.neighbours == 1 ? " slice" : " slices") << " of " << d.size << " x " << d.size
            << " in" << (d.denoise ? ", noise removed first" : "") << ", " << values << " weights\n"
            << network.card << "\n";
}

}  // namespace

void addWeights(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("weights", "What a trained network's file holds; a smaller copy of it");
  command->add_option("FILE", options->file, "A .pth file; the one that comes with the program, if not said");
  auto* output = command->add_option("-o,--output", options->output, "Write a copy to this .pth file");
  command->add_flag("--half", options->half, "The copy in 16 bits a weight: half the size")->needs(output);
  addJson(*command, context);
  addForce(*command, context);
  command->callback([options, &context] { weights(*options, context); });
}

}  // namespace pulmo::cli
