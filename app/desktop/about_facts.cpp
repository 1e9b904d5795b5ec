// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/about_facts.h"

#include <QFileInfo>
#include <QSettings>

#include "models/review/mask_maker.h"
#include "models/support/state_folder.h"
#include "pipeline/core/error.h"
#include "pipeline/dicomseg/dicomseg_libraries.h"
#include "pipeline/imaging/imaging_libraries.h"
#include "pipeline/learn/learn_libraries.h"
#include "pipeline/learn/shipped_weights.h"
#include "pipeline/learn/weights_file.h"
#include "widgets/scene/scene_libraries.h"

namespace pulmo {

namespace {

/// Which network, and how it was taught: the second line of its own card.
QString weightsText(const std::filesystem::path& file) {
  const NetworkWeights network = loadWeights(file);
  const QString card = QString::fromStdString(network.card).section('\n', 1, 1);
  return QStringLiteral("%1\n%2")
      .arg(makerOf(QString::fromStdString(architectureKey(network.description.architecture)), file).text(), card)
      .trimmed();
}

}  // namespace

AboutContent aboutFacts(const QString& device, const QString& journals) {
  AboutContent about;
  about.version = QStringLiteral(PULMO_VERSION);
  about.device = device.isEmpty() ? QObject::tr("is being looked for") : device;
  std::optional<std::filesystem::path> weights;
  try {
    weights = findShippedWeights();
    about.weights = weights ? weightsText(*weights) : QObject::tr("None come with this program.");
  } catch (const Error& e) {
    about.weights = QString::fromUtf8(e.what());
  }
  about.libraries = {{"Qt", qVersion(), "LGPL-3.0"}};
  for (const auto& some : {sceneLibraries(), imagingLibraries(), dicomSegLibraries(), learnLibraries()})
    about.libraries.insert(about.libraries.end(), some.begin(), some.end());
  // Compiled in from headers, and inside Qt's own plugin.
  about.libraries.push_back({"Boost Graph", "", "BSL-1.0"});
  about.libraries.push_back({"JSON for Modern C++", "", "MIT"});
  about.libraries.push_back({"SQLite", "", "public domain"});
  const QSettings settings;
  const auto folder = [&about](const char* key, const QString& name, const QString& path) {
    if (!path.isEmpty()) about.folders.push_back({QLatin1String(key), name, path});
  };
  folder("settings", QObject::tr("Settings"), QFileInfo(settings.fileName()).absolutePath());
  folder("logs", QObject::tr("Logs"), stateFolder());
  folder("edits", QObject::tr("Edits, until saved"), journals);
  folder("lists", QObject::tr("Review lists, last"), settings.value("list/folder").toString());
  folder("runs", QObject::tr("Datasets and runs, last"), settings.value("training/folder").toString());
  if (weights)
    folder("weights", QObject::tr("Network"), QFileInfo(QString::fromStdString(weights->string())).absolutePath());
  return about;
}

}  // namespace pulmo
