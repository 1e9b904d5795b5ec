// SPDX-License-Identifier: Apache-2.0
#include "widgets/panel/simulate_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>
#include <utility>

#include "models/session/simulation_session.h"
#include "widgets/control/scrolled_column.h"
#include "widgets/control/wrapped_label.h"
#include "widgets/panel/simulate_controls.h"

namespace pulmo {

namespace {

QString percent(const std::optional<double>& value) {
  return value ? QString::number(*value, 'f', 1) + QStringLiteral("\u2009%") : QStringLiteral("–");
}

}  // namespace

SimulatePanel::SimulatePanel(Study& study, SimulationSession& session, std::vector<DiseasePreset> presets,
                             QWidget* parent)
    : QWidget(parent),
      study_(study),
      session_(session),
      presets_(std::move(presets)),
      missing_(new QWidget(this)),
      missingText_(makeWrappedLabel(missing_, "dim")),
      segment_(new QPushButton(tr("Segment"), missing_)),
      body_(new QWidget(this)),
      preset_(new QComboBox(body_)),
      seed_(new QSpinBox(body_)),
      previous_(new QPushButton(tr("Previous"), body_)),
      next_(new QPushButton(tr("Next patient"), body_)),
      lungs_(makeWrappedLabel(body_, "dim")),
      load_(makeWrappedLabel(body_, "")),
      problem_(makeWrappedLabel(body_, "error")),
      coloured_(new QCheckBox(tr("Colour the lesions by kind"), body_)),
      controls_(new SimulateControls(body_)),
      export_(new QPushButton(tr("Export scan and lesions …"), body_)) {
  layOut();
  connect(segment_, &QPushButton::clicked, this, &SimulatePanel::segmentRequested);
  connect(export_, &QPushButton::clicked, this, &SimulatePanel::exportRequested);
  connect(coloured_, &QCheckBox::toggled, this, &SimulatePanel::lesionsColouredChanged);
  connect(previous_, &QPushButton::clicked, this, [this] { seed_->setValue(seed_->value() - 1); });
  connect(next_, &QPushButton::clicked, this, [this] { seed_->setValue(seed_->value() + 1); });
  connect(seed_, &QSpinBox::valueChanged, this,
          [this](int seed) { session_.setSeed(static_cast<std::uint64_t>(seed)); });
  connect(preset_, &QComboBox::activated, this, [this](int index) {
    if (index < static_cast<int>(presets_.size())) session_.setSpec(presets_[static_cast<std::size_t>(index)].spec);
  });
  connect(controls_, &SimulateControls::specEdited, &session_, &SimulationSession::setSpec);
  connect(&session_, &SimulationSession::specChanged, this, &SimulatePanel::showSpec);
  connect(&session_, &SimulationSession::maskChanged, this, &SimulatePanel::showMask);
  connect(&session_, &SimulationSession::pictureChanged, this, &SimulatePanel::showPicture);
  connect(&session_, &SimulationSession::loadChanged, this, &SimulatePanel::showPicture);
  connect(&study_, &Study::scanChanged, this, &SimulatePanel::showMask);
  showSpec();
  showMask();
}

void SimulatePanel::layOut() {
  missingText_->setObjectName("simulate.hint");
  segment_->setObjectName("simulate.segment");
  segment_->setProperty("primary", true);
  segment_->setToolTip(tr("Find the lungs on the open scan (F5)"));
  auto* missingColumn = new QVBoxLayout(missing_);
  missingColumn->setContentsMargins(0, 0, 0, 0);
  missingColumn->addWidget(missingText_);
  missingColumn->addWidget(segment_);

  preset_->setObjectName("simulate.preset");
  preset_->setAccessibleName(tr("Disease"));
  preset_->setToolTip(tr("What the disease imitates; every control below can then be changed"));
  for (const DiseasePreset& preset : presets_) {
    preset_->addItem(preset.name);
    preset_->setItemData(preset_->count() - 1, preset.tip, Qt::ToolTipRole);
  }
  preset_->addItem(tr("Own settings"));
  seed_->setObjectName("simulate.seed");
  seed_->setRange(1, 999999999);
  seed_->setKeyboardTracking(false);
  seed_->setButtonSymbols(QAbstractSpinBox::NoButtons);
  seed_->setAlignment(Qt::AlignRight);
  seed_->setToolTip(tr("Seed: the same number gives the same lesions, voxel for voxel"));
  seed_->setAccessibleName(tr("Patient"));
  previous_->setObjectName("simulate.previous");
  previous_->setToolTip(tr("The patient before, same disease"));
  next_->setObjectName("simulate.next");
  next_->setToolTip(tr("Another patient with the same disease (Alt+N)"));
  next_->setShortcut(QKeySequence(QStringLiteral("Alt+N")));
  load_->setObjectName("simulate.load");
  load_->setToolTip(tr("Share of the lung's voxels that are lesion, in %"));
  problem_->setObjectName("simulate.problem");
  coloured_->setObjectName("simulate.coloured");
  coloured_->setToolTip(tr("Lay each kind's colour over the simulated scan; O shows and hides all overlays"));
  export_->setObjectName("simulate.export");
  export_->setToolTip(tr("Save the simulated scan and its lesion mask on exactly the scan's grid"));

  auto* patientRow = new QHBoxLayout;
  patientRow->setSpacing(6);
  patientRow->addWidget(previous_);
  patientRow->addWidget(seed_, 1);
  patientRow->addWidget(next_);
  auto* bodyColumn = new QVBoxLayout(body_);
  bodyColumn->setContentsMargins(0, 0, 0, 0);
  bodyColumn->addWidget(preset_);
  bodyColumn->addLayout(patientRow);
  bodyColumn->addWidget(load_);
  bodyColumn->addWidget(problem_);
  bodyColumn->addWidget(coloured_);
  bodyColumn->addWidget(controls_);
  bodyColumn->addWidget(lungs_);
  bodyColumn->addWidget(export_);

  QVBoxLayout* column = makeScrolledColumn(this);
  column->addWidget(missing_);
  column->addWidget(body_);
  column->addStretch(1);
}

bool SimulatePanel::choosePreset(const QString& keyOrName) {
  for (const DiseasePreset& preset : presets_) {
    if (preset.key.compare(keyOrName, Qt::CaseInsensitive) != 0 &&
        preset.name.compare(keyOrName, Qt::CaseInsensitive) != 0)
      continue;
    session_.setSpec(preset.spec);
    return true;
  }
  return false;
}

bool SimulatePanel::lesionsColoured() const {
  return coloured_->isChecked();
}

void SimulatePanel::showMask() {
  const bool open = study_.scan() != nullptr;
  const NamedMask& mask = session_.mask();
  missing_->setVisible(!mask.labels);
  segment_->setVisible(open);
  missingText_->setText(open ? tr("Disease is drawn into the lungs, so they have to be found first.")
                             : tr("Open a scan: disease is then drawn into its lungs."));
  body_->setVisible(mask.labels != nullptr);
  lungs_->setText(mask.labels ? tr("Drawn inside the lungs (%1)").arg(mask.origin) : QString());
  showPicture();
}

void SimulatePanel::showSpec() {
  const QSignalBlocker quietPreset(preset_), quietSeed(seed_);
  controls_->setSpec(session_.spec());
  seed_->setValue(static_cast<int>(session_.seed()));
  previous_->setEnabled(session_.seed() > 1);
  int index = preset_->count() - 1;
  for (std::size_t i = 0; i < presets_.size(); ++i)
    if (presets_[i].spec == session_.spec()) index = static_cast<int>(i);
  preset_->setCurrentIndex(index);
}

void SimulatePanel::showPicture() {
  problem_->setText(session_.problem());
  problem_->setVisible(!session_.problem().isEmpty());
  load_->setVisible(session_.problem().isEmpty());
  const std::optional<double> all = session_.extentPercent();
  load_->setText(tr("Lesion load <b>%1</b>, this slice <b>%2</b>")
                     .arg(session_.pending() && !all ? QStringLiteral("…") : percent(all),
                          percent(session_.sliceExtentPercent())));
  export_->setEnabled(all.has_value());
}

}  // namespace pulmo
