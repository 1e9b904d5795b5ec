// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/theme.h"

#include <QApplication>
#include <QFile>
#include <QIcon>
#include <QPalette>
#include <QStyleFactory>

/// The linker drops a static library's resources unless they are asked for; the macro must stand outside namespaces.
static void registerResources() {
  Q_INIT_RESOURCE(pulmoscope);
}

namespace pulmo {

void applyTheme(QApplication& app) {
  registerResources();
  app.setStyle(QStyleFactory::create("Fusion"));
  QPalette dark;
  dark.setColor(QPalette::Window, QColor(0x18, 0x1d, 0x23));
  dark.setColor(QPalette::WindowText, QColor(0xd5, 0xdb, 0xe3));
  dark.setColor(QPalette::Base, QColor(0x10, 0x14, 0x18));
  dark.setColor(QPalette::AlternateBase, QColor(0x15, 0x1a, 0x1f));
  dark.setColor(QPalette::Text, QColor(0xd5, 0xdb, 0xe3));
  dark.setColor(QPalette::Button, QColor(0x2a, 0x31, 0x3b));
  dark.setColor(QPalette::ButtonText, QColor(0xd5, 0xdb, 0xe3));
  dark.setColor(QPalette::Highlight, QColor(0x2d, 0x6c, 0xa2));
  dark.setColor(QPalette::HighlightedText, Qt::white);
  dark.setColor(QPalette::Link, QColor(0x56, 0xb4, 0xe9));
  dark.setColor(QPalette::LinkVisited, QColor(0x56, 0xb4, 0xe9));
  dark.setColor(QPalette::PlaceholderText, QColor(0x8e, 0x9a, 0xa8));
  app.setPalette(dark);
  QApplication::setWindowIcon(QIcon(":/icons/pulmoscope.svg"));
  QFile sheet(":/theme/dark.qss");
  if (sheet.open(QIODevice::ReadOnly)) app.setStyleSheet(QString::fromUtf8(sheet.readAll()));
}

}  // namespace pulmo
