// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate/phantom.h"

#include "app/cli/command.h"
#include "app/cli/output_files.h"
#include "app/cli/scan_files.h"

namespace pulmo::cli {

void addPhantom(CLI::App& app, Context& context) {
  struct Options {
    std::string output, mask;
    PhantomSpec spec;
    std::vector<int> size;
  };
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("phantom", "Make a seeded chest CT with exact lungs, for trying things out");
  command->add_option("-o,--output", options->output, "CT to write (.nii.gz, .nrrd, .mha)")->required();
  command->add_option("--mask", options->mask, "Its exact lungs: 1 right, 2 left");
  command->add_option("--seed", options->spec.seed, "Which phantom")->capture_default_str();
  command->add_option("--size", options->size, "Voxels along x y z")->expected(3)->check(CLI::Range(16, 2048));
  addForce(*command, context);
  addJson(*command, context);
  command->callback([options, &context] {
    if (!options->size.empty()) {
      // The chest keeps its size in mm, the voxels change.
      for (std::size_t axis = 0; axis < 3; ++axis) {
        options->spec.spacingMm[axis] *= static_cast<double>(options->spec.size[axis]) / options->size[axis];
        options->spec.size[axis] = options->size[axis];
      }
    }
    requireApart({{"-o", options->output}, {"--mask", options->mask}});
    requireVolumeWritable(options->output, context.overwrite());
    if (!options->mask.empty()) requireVolumeWritable(options->mask, context.overwrite());
    const auto phantom = makePhantom(options->spec, context.stop, context.progress);
    if (!phantom) {
      context.exitCode = kStopped;
      return;
    }
    saveCtFile(options->output, phantom->ct, context.overwrite());
    if (!options->mask.empty()) saveMaskFile(options->mask, phantom->lungs, context.overwrite());
    if (context.json)
      context.print({{"ct", options->output}, {"mask", options->mask}, {"seed", options->spec.seed}});
    else
      context.say("Phantom " + std::to_string(options->spec.seed) + " written to " + options->output + ".");
  });
}

}  // namespace pulmo::cli
