// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/help_work.h"

#include <QCoreApplication>
#include <QDesktopServices>
#include <QUrl>

#include "app/desktop/about_facts.h"
#include "widgets/control/status_strip.h"
#include "widgets/help/guide.h"
#include "widgets/help/guide_window.h"

namespace pulmo {

HelpWork::HelpWork(StatusStrip& status, QWidget* parent)
    : QObject(parent),
      status_(status),
      window_(parent),
      openFolder_([](const QString& folder) { QDesktopServices::openUrl(QUrl::fromLocalFile(folder)); }),
      programFolder_(QCoreApplication::applicationDirPath()),
      aboutJob_(tr("About")) {}

HelpWork::~HelpWork() = default;

void HelpWork::showGuide(const QString& page) {
  if (!guide_) {
    const auto guide = findGuide(programFolder_);
    if (!guide)
      return status_.showError(
          tr("The guide was not installed with the program: there is no share/pulmoscope/docs/guide beside it. It "
             "is the folder docs/guide of the source."));
    guide_ = std::make_unique<GuideWindow>(*guide);
  }
  guide_->showPage(page);
  guide_->show();
  guide_->raise();
  guide_->activateWindow();
}

void HelpWork::showAbout(const QString& device, const QString& journals) {
  auto facts = std::make_shared<AboutContent>();
  aboutJob_.run(
      [facts, device, journals](const StopToken&, const ProgressSink&) {
        *facts = aboutFacts(device, journals);
        return Outcome::Completed;
      },
      [this, facts] {
        auto* dialog = new AboutDialog(*facts, openFolder_, window_);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->open();
      });
}

void HelpWork::end() {
  if (guide_) guide_->close();
}

}  // namespace pulmo
