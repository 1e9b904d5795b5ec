// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QElapsedTimer>
#include <QList>
#include <QSet>
#include <QTimer>
#include <QWidget>
#include <optional>
#include <vector>

class QLabel;
class QProgressBar;
class QToolButton;

namespace pulmo {

class LatestJob;

/// The bottom line: what runs, how far, how long still, cancel; the last failure with its details; device and memory.
/// A failure stays until it is dismissed, another one takes its place, or the same job starts again. GUI thread only.
class StatusStrip : public QWidget {
  Q_OBJECT
 public:
  explicit StatusStrip(QWidget* parent = nullptr);

  /// @param stoppedByEsc  whether that key stops it, too: said on the button. @pre the job outlives the strip
  void watch(LatestJob& job, bool stoppedByEsc = false);
  void setDevice(const QString& name, const QString& reason);
  void showMessage(const QString& sentence);
  /// @param from  whose failure it is; without one, the next message takes its place
  void showError(const QString& sentence, const QString& details = {}, LatestJob* from = nullptr);
  [[nodiscard]] QString message() const;  ///< the message or step shown, for tests
  [[nodiscard]] QString error() const;    ///< the failure shown; empty: none

 private:
  struct Running {
    LatestJob* job = nullptr;
    QElapsedTimer since;          ///< it told of the fraction `first`
    std::optional<double> first;  ///< what goes on where it was stopped begins anywhere
    double fraction = 0;
    QString step;
  };
  [[nodiscard]] std::vector<Running>::iterator find(const LatestJob* job);
  void jobStarted(LatestJob* job);
  void jobEnded(LatestJob* job, bool stopped);
  void showProgress(LatestJob* job, double fraction, const QString& step);
  void showCurrent();
  void showMemory();
  void showText(const QString& text, bool ofProgress);
  void clearError();

  QLabel* error_;
  QToolButton* details_;
  QToolButton* dismiss_;
  QLabel* text_;
  QProgressBar* bar_;
  QToolButton* cancel_;
  QLabel* timeLeft_;
  QLabel* device_;
  QLabel* memory_;
  QTimer memoryTimer_;
  QTimer appear_;                 ///< a job shorter than this shows no progress: it would only flicker
  std::vector<Running> running_;  ///< the one that started last is shown
  QSet<const LatestJob*> byEsc_;  ///< those that Esc stops
  QString detailText_;
  LatestJob* errorFrom_ = nullptr;
  bool progressShown_ = false;  ///< the text is of a running job: it goes when the job ends
};

}  // namespace pulmo
