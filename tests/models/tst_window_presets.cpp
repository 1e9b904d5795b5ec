// SPDX-License-Identifier: Apache-2.0
#include <QSet>
#include <QtTest>
#include <algorithm>

#include "models/study/window_presets.h"

using namespace pulmo;

namespace {

const WindowPreset& presetOf(const QString& id) {
  const auto* found = std::find_if(kWindowPresets.begin(), kWindowPresets.end(),
                                   [&](const WindowPreset& preset) { return id == QLatin1String(preset.id); });
  if (found == kWindowPresets.end()) qFatal("no %s", qPrintable(id));
  return *found;
}

}  // namespace

class TestWindowPresets : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // As radiologists know them, width / centre: lung 1500 / -600, mediastinum 400 / 40, bone 1800 / 400.
  void areTheUsualOnes() {
    QCOMPARE(presetOf("lung").window, (WindowHu{1500, -600}));
    QCOMPARE(presetOf("mediastinum").window, (WindowHu{400, 40}));
    QCOMPARE(presetOf("bone").window, (WindowHu{1800, 400}));
  }
  void everyPresetHasItsOwnKey() {
    QSet<int> keys{kAutoWindowKey};
    QSet<QString> ids;
    for (const WindowPreset& preset : kWindowPresets) {
      QVERIFY2(preset.key >= 1 && preset.key <= 9 && !keys.contains(preset.key), preset.id);
      QVERIFY2(!ids.contains(preset.id) && preset.window.width > 0, preset.id);
      keys << preset.key;
      ids << preset.id;
    }
  }
};

QTEST_GUILESS_MAIN(TestWindowPresets)
#include "tst_window_presets.moc"
