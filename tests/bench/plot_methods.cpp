// SPDX-License-Identifier: Apache-2.0
// Draws what bench_methods has measured: plot_methods FILE.json -o FOLDER
// writes methods-dice.png, methods-hd95.png, methods-over.png, methods-under.png, methods-time.png, methods-memory.png.
#include <QGuiApplication>
#include <cstdio>
#include <filesystem>
#include <string>

#include "pipeline/core/error.h"
#include "tests/bench/methods/plot.h"

int main(int argc, char** argv) {
  if (argc != 4 || std::string(argv[2]) != "-o") {
    std::fprintf(stderr, "usage: plot_methods FILE.json -o FOLDER\n");
    return 2;
  }
  qputenv("QT_QPA_PLATFORM", "offscreen");  // needs no display
  const QGuiApplication app(argc, argv);
  using namespace pulmo::bench;
  try {
    const MethodResults results = loadResults(argv[1]);
    const std::filesystem::path folder = argv[3];
    std::filesystem::create_directories(folder);
    const std::pair<Figure, const char*> pictures[] = {{Figure::Dice, "dice"},    {Figure::Hd95, "hd95"},
                                                       {Figure::Over, "over"},    {Figure::Under, "under"},
                                                       {Figure::Seconds, "time"}, {Figure::Memory, "memory"}};
    for (const auto& [figure, name] : pictures) {
      const Plot plot = plotOf(results, figure);
      if (plot.image.isNull()) continue;
      const std::string file = (folder / (std::string("methods-") + name + ".png")).string();
      if (!plot.image.save(QString::fromStdString(file)))
        throw pulmo::Error(pulmo::ErrorKind::Io, "The picture " + file + " cannot be written.");
      std::fprintf(stderr, "%s\n", file.c_str());
    }
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "plot_methods: %s\n", e.what());
    return 1;
  }
}
