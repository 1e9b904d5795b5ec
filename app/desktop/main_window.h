// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QMainWindow>
#include <QString>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "app/desktop/file_dialogs.h"
#include "models/session/comparison_session.h"
#include "models/session/mask_session.h"
#include "models/session/scan_session.h"
#include "models/session/surface_session.h"
#include "models/session/training_run.h"
#include "models/session/volume_session.h"
#include "models/study/study.h"
#include "models/study/view_state.h"

class QDockWidget;
class QStackedWidget;
class QTabWidget;

namespace pulmo {

class Actions;
class ActivityLog;
class DeviceProbe;
class EditWork;
class HelpWork;
class ListWork;
class MethodsWork;
class ReportWork;
class ReviewWork;
class SegmentPanel;
class SimulateWork;
class StatusStrip;
class StudyPanel;
class TrainWork;
class ViewGrid;
class Welcome;

/// The window: wires models, panels and panes together; holds no rules of its own.
class MainWindow : public QMainWindow {
  Q_OBJECT
 public:
  explicit MainWindow(FileDialogs dialogs = FileDialogs::native(),
                      TrainingFunctions training = TrainingFunctions::real(), QWidget* parent = nullptr);
  ~MainWindow() override;

  /// Scans; of a review list (by its ending) also its first undecided scan, unless scans are opened with it.
  void openPaths(const std::vector<std::filesystem::path>& paths, const QString& uid = {});
  /// A review list that is there. @param begin  also open its first undecided scan, unless a scan of it is open
  void openList(const std::filesystem::path& file, bool begin);
  void openPhantom(std::uint64_t seed);
  void openReference(const std::filesystem::path& path);
  void openReferenceWithScan(const std::filesystem::path& path);  ///< as soon as the scan being opened is there
  void showSliceWithScan(int slice) { sliceToShow_ = slice; }     ///< likewise; axial, from 1
  bool segmentOnce();  ///< starts the first method unless there is a prediction already; whether it did
  void reopenLast();   ///< what was open when the program ended; nothing if it is gone

  /// Brings a tab of the right dock to the front. @return whether there is one of that key ("simulate")
  bool showTab(const QString& key);
  [[nodiscard]] SimulateWork& simulate() { return *simulate_; }
  [[nodiscard]] TrainWork& training() { return *train_; }
  [[nodiscard]] ReviewWork& review() { return *review_; }
  [[nodiscard]] EditWork& edit() { return *edit_; }
  [[nodiscard]] MethodsWork& methods() { return *methods_; }
  [[nodiscard]] ListWork& list() { return *list_; }
  [[nodiscard]] ActivityLog& log() { return *log_; }
  [[nodiscard]] HelpWork& help() { return *help_; }

  /// Whether all that was asked for has ended: for --screenshot and the tests.
  [[nodiscard]] bool settled();
  [[nodiscard]] bool scanOpen() const { return study_.scan() != nullptr; }
  [[nodiscard]] QString errorShown() const;  ///< empty: none, or it was dismissed
  [[nodiscard]] ErrorKind errorKind() const { return errorKind_; }
  /// Nobody is there to answer: what would be asked becomes an error instead.
  void setUnattended(bool unattended) { unattended_ = unattended; }

 Q_SIGNALS:
  void settledChanged();

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void closeEvent(QCloseEvent* event) override;

 private:
  void makeCentre();
  void showCentre();
  void makeDocks();
  void makeToolBar();
  void makeMenus();
  void connectActions();
  void connectModels();
  void applyAutoWindow();
  /// Asks about edits that would be lost with the scan. @param then  done when they are saved, if that is the answer
  /// @return whether they may go, or there are none
  [[nodiscard]] bool mayLeave(std::function<void()> then);
  /// For what was asked about a scan while its dialog stayed open. @return whether it is open still; if not, it is said
  [[nodiscard]] bool stillOpen(const ScanPtr& scan);
  void chooseReference();
  void askMaskValues(const std::filesystem::path& path, const MaskInspection& inspection);
  bool chooseMaskFile();  ///< @return whether the mask is being saved
  void choosePictureFile();
  void chooseLungPictureFile();
  void savePicture(const QImage& picture, const SaveTarget& target);
  void stepSlices(int action);
  void remember(const std::vector<std::filesystem::path>& paths);
  void showRecent();
  void showScan();
  void showSlice(int slice);
  void showMasks();
  void cancelRunning();
  [[nodiscard]] QString guidePage() const;  ///< the one about what has the focus, else about the tab in front
  [[nodiscard]] QString lastFolder() const;
  [[nodiscard]] std::vector<LatestJob*> jobs();
  [[nodiscard]] std::vector<LatestJob*> saveJobs();
  [[nodiscard]] std::vector<LatestJob*> jobsStoppedByEsc();

  FileDialogs dialogs_;
  Study study_;
  ViewState view_;
  ScanSession scans_;
  MaskSession masks_;
  SurfaceSession surfaces_;
  VolumeSession volumes_;
  ComparisonSession comparison_;
  Actions* actions_;
  DeviceProbe* device_;
  ViewGrid* grid_;
  StatusStrip* status_;
  MethodsWork* methods_;
  SimulateWork* simulate_;
  TrainWork* train_;
  ReviewWork* review_;
  EditWork* edit_;
  ListWork* list_;
  ReportWork* report_;
  HelpWork* help_;
  ActivityLog* log_;
  QStackedWidget* centre_ = nullptr;  ///< the welcome while nothing is open, else the panes
  Welcome* welcome_ = nullptr;
  QDockWidget* runsDock_ = nullptr;
  QDockWidget* listDock_ = nullptr;
  QTabWidget* tabs_ = nullptr;
  StudyPanel* studyPanel_ = nullptr;
  SegmentPanel* segmentPanel_ = nullptr;
  QMenu* recent_ = nullptr;
  QMenu* viewMenu_ = nullptr;
  std::optional<std::filesystem::path> referenceToOpen_;
  std::optional<int> sliceToShow_;
  QString deviceText_;
  ErrorKind errorKind_ = ErrorKind::Internal;  ///< of errorShown()
  bool unattended_ = false;
  bool arranged_ = false;  ///< the docks are where a person, or the window's first size, put them
  bool closeWhenSaved_ = false;
  std::function<void()> whenSaved_;  ///< what waits until edits that would be lost are saved
};

}  // namespace pulmo
