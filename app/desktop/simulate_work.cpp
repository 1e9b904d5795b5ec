// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/simulate_work.h"

#include <QCheckBox>
#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QSettings>
#include <string>

#include "pipeline/report/pathology_json.h"
#include "widgets/control/status_strip.h"
#include "widgets/panel/simulate_panel.h"
#include "widgets/view/view_grid.h"

namespace pulmo {

namespace {

LabelPalette lesionPalette() {
  LabelPalette palette;
  for (const LesionKindInfo& info : lesionKinds()) {
    const auto id = static_cast<std::size_t>(info.kind);
    palette.colours[id] = pixelOfRgb(info.rgb[0], info.rgb[1], info.rgb[2]);
    palette.names[id] = std::string(info.name);
  }
  return palette;
}

/// None where they were not installed: the panel then starts from its own settings.
std::vector<DiseasePreset> presetsBesideProgram() {
  std::vector<DiseasePreset> presets;
  const std::filesystem::path folder = findPathologyPresets(QCoreApplication::applicationDirPath().toStdString());
  if (folder.empty()) return presets;
  for (const PathologyPreset& preset : loadPathologyPresets(folder))
    presets.push_back({QString::fromStdString(preset.key), QString::fromStdString(preset.name),
                       QString::fromStdString(preset.description), preset.spec});
  return presets;
}

/// "lungs.nii.gz" and "-lesions" make "lungs-lesions.nii.gz".
std::filesystem::path besides(const std::filesystem::path& file, const std::string& suffix) {
  const std::string stem = SimulationSession::descriptionBeside(file).stem().string();
  return file.parent_path() / (stem + suffix + file.filename().string().substr(stem.size()));
}

}  // namespace

SimulateWork::SimulateWork(Study& study, ViewState& view, ViewGrid& grid, StatusStrip& status,
                           const FileDialogs& dialogs, QWidget* parent)
    : QObject(parent),
      study_(study),
      grid_(grid),
      status_(status),
      dialogs_(dialogs),
      window_(parent),
      session_(study, view),
      panel_(new SimulatePanel(study, session_, presetsBesideProgram(), parent)) {
  grid_.setPalette(PaneId::Simulated, lesionPalette());
  connect(panel_, &SimulatePanel::segmentRequested, this, &SimulateWork::segmentRequested);
  connect(panel_, &SimulatePanel::exportRequested, this, &SimulateWork::exportFiles);
  connect(panel_, &SimulatePanel::lesionsColouredChanged, this, &SimulateWork::showPicture);
  connect(&session_, &SimulationSession::pictureChanged, this, &SimulateWork::showPicture);
  connect(&session_, &SimulationSession::maskChanged, this, &SimulateWork::showEmptyText);
  connect(&study_, &Study::scanChanged, this, &SimulateWork::showEmptyText);
  connect(&session_.shapeJob(), &LatestJob::started, this, &SimulateWork::showEmptyText);
  connect(&session_, &SimulationSession::saved, this, [this](const QString& path) {
    status_.showMessage(tr("Simulated scan and lesions saved to %1.").arg(path));
  });
  showEmptyText();
}

std::vector<LatestJob*> SimulateWork::jobs() {
  return {&session_.shapeJob(), &session_.job(), &session_.fileJob()};
}

bool SimulateWork::choose(const QString& preset, std::uint64_t seed, bool coloured) {
  session_.setSeed(seed);
  if (auto* box = panel_->findChild<QCheckBox*>("simulate.coloured")) box->setChecked(coloured);
  return preset.isEmpty() || panel_->choosePreset(preset);
}

void SimulateWork::showPicture() {
  const bool coloured = panel_->lesionsColoured();
  const CtPtr ct = session_.ct();
  const QString who = tr("patient %1").arg(session_.seed());
  grid_.setSimulated(ct, coloured ? session_.lesions() : nullptr,
                     session_.pending() ? tr("%1, this slice so far").arg(who) : who);
  const auto& slice = session_.slice();
  grid_.setPatch(PaneId::Simulated, slice ? std::make_shared<const SlicePatch>(
                                                SlicePatch{slice->z, slice->ct, coloured ? slice->lesions : nullptr})
                                          : nullptr);
  showEmptyText();
}

void SimulateWork::showEmptyText() {
  QString text = tr("Simulated disease will be drawn into the scan here.");
  if (study_.scan() && !session_.mask().labels)
    text = tr("Disease is drawn into the lungs: press F5 to find them first.");
  else if (study_.scan() && !session_.problem().isEmpty())
    text = session_.problem();
  else if (study_.scan())
    text = session_.active() ? tr("Looking at the lungs …") : tr("Choose the tab Simulate to draw disease here.");
  grid_.setEmptyText(PaneId::Simulated, text);
}

void SimulateWork::exportFiles() {
  const ScanPtr scan = study_.scan();
  const QString start = QDir(QSettings().value("lastFolder").toString()).filePath("simulated.nii.gz");
  const QString file = dialogs_.save(window_, tr("Export the simulated scan"), start,
                                     tr("NIfTI (*.nii.gz *.nii);;NRRD (*.nrrd);;MetaImage (*.mha *.mhd)"));
  if (file.isEmpty()) return;
  const std::filesystem::path ct = file.toStdString();
  const std::filesystem::path lesions = besides(ct, "-lesions");
  QStringList there;
  for (const auto& each : {ct, lesions, SimulationSession::descriptionBeside(ct)})
    if (std::filesystem::exists(each)) there << QString::fromStdString(each.filename().string());
  if (!there.isEmpty() && !dialogs_.confirm(window_, tr("Replace files?"),
                                            tr("%1 exists already.").arg(there.join(tr(" and "))), tr("Replace")))
    return;
  if (scan != study_.scan())
    return status_.showError(tr("Another scan was opened meanwhile, so nothing was exported."));
  session_.save(ct, lesions, Overwrite::Replace);
}

}  // namespace pulmo
