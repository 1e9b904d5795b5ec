// SPDX-License-Identifier: Apache-2.0
#include "models/support/state_folder.h"

#include <QDir>
#include <QtGlobal>

namespace pulmo {

QString stateFolder() {
  // Qt knows this place from 6.7 on. A path that is not absolute counts for nothing, says the XDG specification.
  const QString home = qEnvironmentVariable("XDG_STATE_HOME");
  return (QDir::isAbsolutePath(home) ? home : QDir::home().filePath(".local/state")) + QStringLiteral("/pulmoscope");
}

}  // namespace pulmo
