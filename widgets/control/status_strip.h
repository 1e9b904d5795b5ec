// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QElapsedTimer>
#include <QList>
#include <QTimer>
#include <QWidget>

class QLabel;
class QProgressBar;
class QToolButton;

namespace pulmo {

class LatestJob;

/// The bottom line: what runs, how far, how long still, cancel; the last failure with its details; device and memory.
/// GUI thread only.
class StatusStrip : public QWidget {
  Q_OBJECT
 public:
  explicit StatusStrip(QWidget* parent = nullptr);

  void watch(LatestJob& job);  ///< @pre the job outlives the strip
  void setDevice(const QString& name, const QString& reason);
  void showMessage(const QString& sentence);
  void showError(const QString& sentence, const QString& details = {});
  [[nodiscard]] QString message() const;  ///< the sentence that is shown, for tests

 private:
  void jobStarted(LatestJob* job);
  void jobEnded(LatestJob* job);
  void showProgress(LatestJob* job, double fraction, const QString& step);
  void showCurrent();
  void showMemory();

  QLabel* text_;
  QToolButton* details_;
  QProgressBar* bar_;
  QToolButton* cancel_;
  QLabel* timeLeft_;
  QLabel* device_;
  QLabel* memory_;
  QTimer memoryTimer_;
  QTimer appear_;  ///< a job shorter than this shows no progress: it would only flicker
  QElapsedTimer elapsed_;
  QList<LatestJob*> running_;
  QString detailText_;
  bool errorShown_ = false;
  bool progressShown_ = false;  ///< the text is of a running job: it goes when the job ends
};

}  // namespace pulmo
