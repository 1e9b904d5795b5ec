// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QString>
#include <QStringList>
#include <filesystem>
#include <functional>
#include <optional>

#include "pipeline/core/atomic_file.h"

class QImage;
class QWidget;

namespace pulmo {

/// Questions to the person, injected so that tests answer them. An empty answer is "cancelled".
struct FileDialogs {
  std::function<QString(QWidget*, const QString& title, const QString& start)> folder;
  std::function<QString(QWidget*, const QString& title, const QString& start, const QString& filter)> open;
  /// Asks nothing about files that are there already: that is for `confirm`, see askSaveTarget.
  std::function<QString(QWidget*, const QString& title, const QString& start, const QString& filter)> save;
  /// @return whether the person agrees; `action` is the word on the button that says yes
  std::function<bool(QWidget*, const QString& title, const QString& question, const QString& action)> confirm;
  /// @return which of the actions, whose words are on the buttons; -1 = rather none of them
  std::function<int(QWidget*, const QString& title, const QString& question, const QStringList& actions)> choose;
  [[nodiscard]] static FileDialogs native();
};

struct SaveTarget {
  std::filesystem::path path;
  Overwrite overwrite;  ///< Replace only where the person said so
};

[[nodiscard]] std::filesystem::path toPath(const QString& text);
[[nodiscard]] QString toText(const std::filesystem::path& path);

/// Asks where to save, and whether a file that is there may be replaced.
///
/// @param endings  a name with none of them gets the first, before it is looked whether such a file exists
/// @return nullopt if the person would rather not
[[nodiscard]] std::optional<SaveTarget> askSaveTarget(const FileDialogs& dialogs, QWidget* parent, const QString& title,
                                                      const QString& start, const QString& filter,
                                                      const QStringList& endings);

/// Writes a PNG, whole or not at all.
/// @throws Error{Io} as writeAtomically
void savePng(const QImage& picture, const SaveTarget& target);

}  // namespace pulmo
