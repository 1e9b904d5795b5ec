// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/main_window.h"

#include <QDockWidget>
#include <QMenuBar>
#include <QSettings>
#include <QSlider>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabBar>
#include <QTabWidget>
#include <QToolBar>
#include <algorithm>

#include "app/desktop/actions.h"
#include "app/desktop/activity_log.h"
#include "app/desktop/control_keys.h"
#include "app/desktop/device_probe.h"
#include "app/desktop/edit_work.h"
#include "app/desktop/help_work.h"
#include "app/desktop/list_work.h"
#include "app/desktop/mask_values_dialog.h"
#include "app/desktop/methods.h"
#include "app/desktop/methods_work.h"
#include "app/desktop/report_work.h"
#include "app/desktop/review_work.h"
#include "app/desktop/simulate_work.h"
#include "app/desktop/train_work.h"
#include "models/study/window_presets.h"
#include "widgets/control/status_strip.h"
#include "widgets/control/window_level_bar.h"
#include "widgets/help/welcome.h"
#include "widgets/panel/edit_panel.h"
#include "widgets/panel/list_panel.h"
#include "widgets/panel/measure_panel.h"
#include "widgets/panel/review_panel.h"
#include "widgets/panel/runs_panel.h"
#include "widgets/panel/segment_panel.h"
#include "widgets/panel/simulate_panel.h"
#include "widgets/panel/study_panel.h"
#include "widgets/panel/train_panel.h"
#include "widgets/view/method_grid.h"
#include "widgets/view/view_grid.h"

namespace pulmo {

namespace {

constexpr int kNarrowPx = 1300;

/// The 1st to 99th percentile of a sample of the voxels.
WindowHu windowThatFits(const CtVolume& ct) {
  std::vector<std::int16_t> sample;
  const std::size_t step = std::max<std::size_t>(1, ct.voxels().size() / 100000);
  for (std::size_t i = 0; i < ct.voxels().size(); i += step) sample.push_back(ct.voxels()[i]);
  std::sort(sample.begin(), sample.end());
  const double low = sample[sample.size() / 100], high = sample[sample.size() - 1 - sample.size() / 100];
  return {std::max(1.0, high - low), (high + low) / 2};
}

}  // namespace

MainWindow::MainWindow(FileDialogs dialogs, TrainingFunctions training, QWidget* parent)
    : QMainWindow(parent),
      dialogs_(std::move(dialogs)),
      scans_(study_),
      masks_(study_, offeredMethods()),
      surfaces_(study_),
      volumes_(study_),
      comparison_(study_),
      actions_(new Actions(this)),
      device_(new DeviceProbe(this)),
      grid_(new ViewGrid(view_, this)),
      status_(new StatusStrip(this)),
      methods_(new MethodsWork(study_, view_, masks_, *grid_, *status_, dialogs_, this)),
      simulate_(new SimulateWork(study_, view_, *grid_, *status_, dialogs_, this)),
      train_(new TrainWork(std::move(training), study_, view_, *status_, simulate_->session(), dialogs_, this)),
      review_(new ReviewWork(study_, view_, surfaces_, comparison_, *grid_, *status_, dialogs_, this)),
      edit_(new EditWork(study_, masks_, *grid_, *status_, dialogs_, this)),
      list_(new ListWork(study_, scans_, masks_, edit_->session(), *status_, dialogs_, this)),
      report_(new ReportWork(study_, masks_, surfaces_, edit_->session(), list_->session(), *status_, dialogs_, this)),
      help_(new HelpWork(*status_, this)),
      log_(new ActivityLog(this)) {
  setObjectName("mainWindow");
  setWindowTitle(tr("Pulmoscope[*]"));
  setAcceptDrops(true);
  makeCentre();
  setDockOptions(AnimatedDocks | AllowTabbedDocks | AllowNestedDocks);
  statusBar()->setSizeGripEnabled(false);
  statusBar()->addWidget(status_, 1);
  makeDocks();
  makeToolBar();
  makeMenus();
  connectActions();
  new ControlKeys(this);
  connectModels();
  resize(1600, 1000);
  QSettings settings;
  restoreGeometry(settings.value("window/geometry").toByteArray());
  arranged_ = restoreState(settings.value("window/state").toByteArray());
  showScan();
  device_->start();
}

MainWindow::~MainWindow() = default;

void MainWindow::makeDocks() {
  auto* studyDock = new QDockWidget(tr("Study"), this);
  studyDock->setObjectName("dock.study");
  studyPanel_ = new StudyPanel(study_, scans_, studyDock);
  studyDock->setWidget(studyPanel_);
  addDockWidget(Qt::LeftDockWidgetArea, studyDock);
  auto* workDock = new QDockWidget(tr("Work"), this);
  workDock->setObjectName("dock.work");
  tabs_ = new QTabWidget(workDock);
  tabs_->setObjectName("work.tabs");
  tabs_->setDocumentMode(true);
  tabs_->tabBar()->setDrawBase(false);
  tabs_->setUsesScrollButtons(false);  // the dock is as wide as all names: none is out of sight
  segmentPanel_ = new SegmentPanel(study_, masks_, methods_->session(), volumes_, comparison_, tabs_);
  methods_->setBox(segmentPanel_->several());
  tabs_->addTab(segmentPanel_, tr("Segment"));
  tabs_->addTab(simulate_->panel(), tr("Simulate"));
  tabs_->addTab(train_->panel(), tr("Train"));
  tabs_->addTab(review_->measurePanel(), tr("Measure"));
  tabs_->addTab(review_->panel(), tr("Review"));
  tabs_->addTab(edit_->panel(), tr("Edit"));
  connect(edit_, &EditWork::tabWanted, this, [this] {
    if (!unattended_) tabs_->setCurrentWidget(edit_->panel());
  });
  runsDock_ = new QDockWidget(tr("Runs"), this);
  runsDock_->setObjectName("dock.runs");
  runsDock_->setWidget(train_->runs());
  addDockWidget(Qt::BottomDockWidgetArea, runsDock_);
  runsDock_->hide();
  connect(train_, &TrainWork::runsWanted, runsDock_, &QWidget::show);
  listDock_ = new QDockWidget(tr("Review list"), this);
  listDock_->setObjectName("dock.list");
  listDock_->setWidget(list_->panel());
  addDockWidget(Qt::BottomDockWidgetArea, listDock_);
  tabifyDockWidget(runsDock_, listDock_);
  listDock_->hide();
  connect(list_, &ListWork::panelWanted, this, [this] { showTab("list"); });
  connect(tabs_, &QTabWidget::currentChanged, this, [this] {
    simulate_->session().setActive(tabs_->currentWidget() == simulate_->panel());
    methods_->setTabInFront(tabs_->currentWidget() == segmentPanel_);
    if (tabs_->currentWidget() == train_->panel()) runsDock_->show();
  });
  workDock->setWidget(tabs_);
  addDockWidget(Qt::RightDockWidgetArea, workDock);
  resizeDocks({studyDock, workDock}, {270, 290}, Qt::Horizontal);
  resizeDocks({runsDock_}, {280}, Qt::Vertical);
}

void MainWindow::makeToolBar() {
  auto* bar = addToolBar(tr("Tools"));
  bar->setObjectName("toolbar.main");
  bar->setIconSize({20, 20});
  bar->addActions(
      {actions_->openFolder, actions_->openFile, actions_->openReference, actions_->segment, actions_->saveMask});
  bar->addSeparator();
  auto* windowBar = new WindowLevelBar(view_, bar);
  connect(windowBar, &WindowLevelBar::autoRequested, this, &MainWindow::applyAutoWindow);
  bar->addWidget(windowBar);
  bar->addSeparator();
  for (QAction* orientation : actions_->orientations) bar->addAction(orientation);
  bar->addSeparator();
  bar->addActions({actions_->overlay, actions_->outline});
  auto* opacity = new QSlider(Qt::Horizontal, bar);
  opacity->setObjectName("overlay.opacity");
  opacity->setRange(0, 100);
  opacity->setValue(static_cast<int>(100 * view_.overlay().opacity));
  opacity->setFixedWidth(90);
  opacity->setToolTip(tr("Opacity of the masks in %"));
  connect(opacity, &QSlider::valueChanged, this, [this](int percent) {
    OverlayStyle style = view_.overlay();
    style.opacity = percent / 100.0;
    view_.setOverlay(style);
  });
  bar->addWidget(opacity);
  bar->addSeparator();
  bar->addActions({actions_->crosshair, actions_->resetView, actions_->savePicture, actions_->saveLungPicture});
}

void MainWindow::makeMenus() {
  auto* file = menuBar()->addMenu(tr("&File"));
  file->addActions({actions_->openFolder, actions_->openFile});
  recent_ = file->addMenu(tr("Open &recent"));
  connect(recent_, &QMenu::aboutToShow, this, &MainWindow::showRecent);
  file->addAction(actions_->openPhantom);
  file->addSeparator();
  file->addActions({actions_->openReference, actions_->saveMask, actions_->savePicture, actions_->saveLungPicture});
  report_->addTo(file);
  file->addSeparator();
  file->addAction(actions_->quit);
  menuBar()->addMenu(edit_->menu());
  menuBar()->addMenu(list_->menu());
  auto* lungs = menuBar()->addMenu(tr("&Lungs"));
  lungs->addActions({actions_->segment, actions_->cancel});
  viewMenu_ = menuBar()->addMenu(tr("&View"));
  for (QAction* window : actions_->windows) viewMenu_->addAction(window);
  viewMenu_->addAction(actions_->autoWindow);
  viewMenu_->addSeparator();
  for (QAction* orientation : actions_->orientations) viewMenu_->addAction(orientation);
  viewMenu_->addSeparator();
  viewMenu_->addActions(
      {actions_->overlay, actions_->outline, actions_->crosshair, actions_->resetView, actions_->maximise});
  viewMenu_->addSeparator();
  auto* slices = viewMenu_->addMenu(tr("Slices"));
  for (QAction* step : actions_->steps) slices->addAction(step);
  auto* panes = viewMenu_->addMenu(tr("Panes"));
  const std::pair<PaneId, QString> names[] = {{PaneId::Native, tr("Native")},
                                              {PaneId::Mask, tr("Mask")},
                                              {PaneId::Prediction, tr("Prediction")},
                                              {PaneId::Simulated, tr("Simulated")},
                                              {PaneId::Lungs, tr("3-D lungs")}};
  for (const auto& [pane, name] : names) {
    auto* action = panes->addAction(name);
    action->setCheckable(true);
    action->setChecked(grid_->isPaneVisible(pane));
    connect(action, &QAction::toggled, this, [this, id = pane](bool on) { grid_->setPaneVisible(id, on); });
    connect(grid_, &ViewGrid::paneVisibilityChanged, action, [this, action, id = pane] {
      const QSignalBlocker quiet(action);
      action->setChecked(grid_->isPaneVisible(id));
    });
  }
  auto* docks = viewMenu_->addMenu(tr("Docks"));
  for (QDockWidget* dock : findChildren<QDockWidget*>()) docks->addAction(dock->toggleViewAction());
  auto* help = menuBar()->addMenu(tr("&Help"));
  help->addActions({actions_->guide, actions_->about});
}

void MainWindow::connectActions() {
  connect(actions_->openFolder, &QAction::triggered, this, [this] {
    const QString folder = dialogs_.folder(this, tr("Open a folder of scans"), lastFolder());
    if (!folder.isEmpty()) openPaths({toPath(folder)});
  });
  connect(actions_->openFile, &QAction::triggered, this, [this] {
    const QString file =
        dialogs_.open(this, tr("Open a scan"), lastFolder(),
                      tr("Scans (*.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd *.tif *.tiff *.dcm);;All files (*)"));
    if (!file.isEmpty()) openPaths({toPath(file)});
  });
  connect(actions_->openPhantom, &QAction::triggered, this, [this] { openPhantom(1); });
  connect(actions_->openReference, &QAction::triggered, this, &MainWindow::chooseReference);
  connect(actions_->saveMask, &QAction::triggered, this, &MainWindow::chooseMaskFile);
  connect(actions_->savePicture, &QAction::triggered, this, &MainWindow::choosePictureFile);
  connect(actions_->saveLungPicture, &QAction::triggered, this, &MainWindow::chooseLungPictureFile);
  connect(actions_->quit, &QAction::triggered, this, &QWidget::close);
  const auto segment = [this] { masks_.segment(static_cast<std::size_t>(segmentPanel_->method())); };
  connect(actions_->segment, &QAction::triggered, this, segment);
  connect(segmentPanel_, &SegmentPanel::segmentRequested, this, segment);
  connect(simulate_, &SimulateWork::segmentRequested, this, segment);
  connect(edit_, &EditWork::segmentRequested, this, segment);
  connect(edit_, &EditWork::saveMaskRequested, this, &MainWindow::chooseMaskFile);
  connect(report_, &ReportWork::aboutToRead, &edit_->session(), &EditSession::publish);
  connect(&edit_->session(), &EditSession::handAtWork, this, [this](bool working) {
    for (LatestJob* job : {&surfaces_.job(), &volumes_.job(), &comparison_.job(), &methods_->session().compareJob()})
      job->setHeld(working);
  });
  connect(train_, &TrainWork::previewChanged, edit_, &EditWork::setPreview);
  connect(train_, &TrainWork::readyToEnd, this, &QWidget::close, Qt::QueuedConnection);
  connect(segmentPanel_, &SegmentPanel::openReferenceRequested, this, &MainWindow::chooseReference);
  connect(segmentPanel_, &SegmentPanel::saveAgreementRequested, review_, &ReviewWork::saveAgreement);
  connect(segmentPanel_, &SegmentPanel::saveMaskRequested, this, &MainWindow::chooseMaskFile);
  connect(actions_->cancel, &QAction::triggered, this, &MainWindow::cancelRunning);
  for (std::size_t i = 0; i < kWindowPresets.size(); ++i)
    connect(actions_->windows[i], &QAction::triggered, this, [this, i] { view_.setWindow(kWindowPresets[i].window); });
  for (std::size_t i = 0; i < actions_->orientations.size(); ++i)
    connect(actions_->orientations[i], &QAction::triggered, this, [this, i] {
      grid_->setOrientation(static_cast<Orientation>(i));
      methods_->panes().setOrientation(static_cast<Orientation>(i));
    });
  connect(actions_->autoWindow, &QAction::triggered, this, &MainWindow::applyAutoWindow);
  const auto style = [this] {
    OverlayStyle overlay = view_.overlay();
    overlay.visible = actions_->overlay->isChecked();
    overlay.outlineOnly = actions_->outline->isChecked();
    view_.setOverlay(overlay);
  };
  connect(actions_->overlay, &QAction::toggled, this, style);
  connect(actions_->outline, &QAction::toggled, this, style);
  connect(actions_->crosshair, &QAction::toggled, &view_, &ViewState::setCrosshairVisible);
  connect(actions_->resetView, &QAction::triggered, &view_, &ViewState::resetView);
  connect(actions_->maximise, &QAction::triggered, this, [this] {
    if (methods_->inView())
      methods_->panes().toggleMaximised();
    else if (grid_->maximised())
      grid_->maximise(std::nullopt);
    else
      grid_->maximise(grid_->activePane());
  });
  for (std::size_t i = 0; i < actions_->steps.size(); ++i)
    connect(actions_->steps[i], &QAction::triggered, this, [this, i] { stepSlices(static_cast<int>(i)); });
  connect(actions_->guide, &QAction::triggered, this, [this] { help_->showGuide(guidePage()); });
  connect(actions_->about, &QAction::triggered, this,
          [this] { help_->showAbout(deviceText_, toText(edit_->session().folder())); });
  addActions({actions_->steps.begin(), actions_->steps.end()});
}

void MainWindow::connectModels() {
  const std::vector<LatestJob*> byEsc = jobsStoppedByEsc();
  for (LatestJob* job : jobs()) {
    status_->watch(*job, std::find(byEsc.begin(), byEsc.end(), job) != byEsc.end());
    log_->watch(*job);
    connect(&job->job(), &Job::failed, this,
            [this](const QString&, const QString&, ErrorKind kind) { errorKind_ = kind; });
    connect(job, &LatestJob::ended, this, &MainWindow::settledChanged);
  }
  for (LatestJob* job : saveJobs()) {
    connect(&job->job(), &Job::failed, this, [this] { closeWhenSaved_ = false; });  // there is something to be read
    connect(job, &LatestJob::ended, this, [this] {
      if (std::exchange(closeWhenSaved_, false)) close();
    });
  }
  scans_.setGuard([this](std::function<void()> then) { return mayLeave(std::move(then)); });
  connect(&masks_.saveJob(), &LatestJob::ended, this, [this](Job::State state) {
    const auto then = std::exchange(whenSaved_, nullptr);
    if (then && state == Job::State::Completed) then();
  });
  connect(&edit_->session(), &EditSession::stateChanged, this,
          [this] { setWindowModified(edit_->session().unsaved()); });
  connect(&study_, &Study::scanChanged, this, &MainWindow::showScan);
  connect(&study_, &Study::referenceChanged, this, &MainWindow::showMasks);
  connect(&study_, &Study::predictionChanged, this, &MainWindow::showMasks);
  connect(&study_, &Study::editedChanged, this, &MainWindow::showMasks);
  connect(&surfaces_, &SurfaceSession::surfacesChanged, this, [this] { grid_->setSurfaces(surfaces_.surfaces()); });
  connect(&masks_, &MaskSession::valuesNeeded, this, &MainWindow::askMaskValues);
  connect(&masks_, &MaskSession::saved, this, [this](const QString& path, const QString& note) {
    status_->showMessage(tr("Mask saved to %1. %2").arg(path, note).trimmed());
  });
  log_->watch(train_->session().job());
  log_->watch(study_, scans_, list_->session());
  connect(device_, &DeviceProbe::answered, this, [this](const QString& name, const QString& reason) {
    deviceText_ = name + '\n' + reason;
    status_->setDevice(name, reason);
    log_->logDevice(name);
  });
}

QString MainWindow::errorShown() const {
  return status_->error();
}

void MainWindow::openPhantom(std::uint64_t seed) {
  scans_.openPhantom(seed);
}

void MainWindow::openReference(const std::filesystem::path& path) {
  masks_.loadReference(path);
}

void MainWindow::askMaskValues(const std::filesystem::path& path, const MaskInspection& inspection) {
  if (unattended_) {
    errorKind_ = ErrorKind::InvalidInput;
    status_->showError(
        tr("%1 holds several values, and only its maker knows which is which lung. Open it in the window to say it.")
            .arg(toText(path.filename())));
    return;
  }
  const ScanPtr scan = study_.scan();
  MaskValuesDialog dialog(inspection, toText(path.filename()), this);
  if (dialog.exec() != QDialog::Accepted || !stillOpen(scan)) return;
  const MaskValues values = dialog.values();
  if (values.empty())
    status_->showError(tr("No value of %1 was said to be lung, so nothing was loaded.").arg(toText(path.filename())));
  else
    masks_.loadReference(path, values);
}

void MainWindow::openReferenceWithScan(const std::filesystem::path& path) {
  referenceToOpen_ = path;
}

bool MainWindow::segmentOnce() {
  if (!study_.scan() || study_.prediction().labels) return false;
  masks_.segment(0);
  return true;
}

bool MainWindow::showTab(const QString& key) {
  if (key == "list") {
    const bool first = !listDock_->isVisible() && !runsDock_->isVisible() && !QSettings().contains("window/state");
    listDock_->show();
    if (first) resizeDocks({listDock_}, {235}, Qt::Vertical);
    listDock_->raise();
    return true;
  }
  for (int i = 0; i < tabs_->count(); ++i) {
    if (tabs_->tabText(i).compare(key, Qt::CaseInsensitive) != 0) continue;
    tabs_->setCurrentIndex(i);
    return true;
  }
  return false;
}

void MainWindow::showScan() {
  const ScanPtr scan = study_.scan();
  const bool open = scan != nullptr;
  for (QAction* action : {actions_->openReference, actions_->segment, actions_->savePicture, actions_->saveLungPicture})
    action->setEnabled(open);
  if (open) view_.setGrid(scan->ct->grid());
  if (open && sliceToShow_) showSlice(*std::exchange(sliceToShow_, std::nullopt));
  grid_->setCt(open ? scan->ct : nullptr);
  showCentre();
  QString name;
  if (open)
    name = QString::fromStdString(scan->facts.description.empty() ? scan->facts.format : scan->facts.description);
  name.replace("[*]", "[*][*]");  // a scan's own: no place for the mark
  setWindowTitle(open ? tr("%1[*] – Pulmoscope").arg(name) : tr("Pulmoscope[*]"));
  showMasks();
  if (open && referenceToOpen_) openReference(*std::exchange(referenceToOpen_, std::nullopt));
}

void MainWindow::showSlice(int slice) {
  const int last = study_.scan()->ct->grid().size[2];
  if (slice >= 1 && slice <= last) return view_.setCursor({view_.cursor()[0], view_.cursor()[1], slice - 1});
  errorKind_ = ErrorKind::InvalidInput;
  status_->showError(tr("There is no slice %1: this scan has 1 to %2.").arg(slice).arg(last));
}

void MainWindow::showMasks() {
  const bool open = study_.scan() != nullptr;
  actions_->saveMask->setEnabled(study_.result().labels != nullptr);
  grid_->setEmptyText(PaneId::Native, tr("Open a folder or a file (Ctrl+O), or drop one here."));
  grid_->setEmptyText(PaneId::Mask,
                      open ? tr("No reference mask. Open one with Ctrl+M.") : tr("The reference mask appears here."));
  grid_->setEmptyText(PaneId::Prediction,
                      open ? tr("No prediction yet. Press F5 to find the lungs.") : tr("The prediction appears here."));
  grid_->setEmptyText(PaneId::Lungs, tr("The lungs appear here when there is a mask."));
  grid_->setLabels(PaneId::Mask, study_.reference().labels, study_.reference().origin);
  edit_->showMask();
}

void MainWindow::applyAutoWindow() {
  if (study_.scan()) view_.setWindow(windowThatFits(*study_.scan()->ct));
}

void MainWindow::stepSlices(int action) {
  constexpr int kSteps[] = {-1, 1, -10, 10, -100000, 100000};  // clamped to the scan
  view_.moveSlice(methods_->inView() ? methods_->panes().orientation() : grid_->orientation(grid_->activePane()),
                  kSteps[action]);
}

void MainWindow::showEvent(QShowEvent* event) {
  // In a small window the panes need the width: the two panels share one place.
  if (!arranged_ && width() < kNarrowPx) {
    auto* work = findChild<QDockWidget*>("dock.work");
    tabifyDockWidget(work, findChild<QDockWidget*>("dock.study"));
    work->raise();
  }
  arranged_ = true;
  QMainWindow::showEvent(event);
}

}  // namespace pulmo
