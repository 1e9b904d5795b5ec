// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>

#include "app/desktop/file_dialogs.h"

namespace pulmo {

class StatusStrip;

/// Asks where to save a table, as CSV or JSON, writes it, and tells how it went.
/// @param name     proposed, in the folder last used
/// @param content  as JSON or as CSV
void saveTable(const FileDialogs& dialogs, StatusStrip& status, QWidget* window, const QString& title,
               const QString& name, const std::function<std::string(bool json)>& content);

}  // namespace pulmo
