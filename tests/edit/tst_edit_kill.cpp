// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest>
#include <atomic>
#include <csignal>
#include <new>

#include "pipeline/core/random.h"
#include "pipeline/edit/edit_journal.h"
#include "tests/edit/scripted_edits.h"

using namespace pulmo;
using namespace pulmo::test;
namespace fs = std::filesystem;

namespace {

/// Paints until it is killed, and counts in shared memory the edits that were journalled when their call returned.
[[noreturn]] void paintForEver(const fs::path& path, std::atomic<int>& done, std::size_t compactBytes) {
  try {
    MaskEditor editor(scriptMask());
    EditJournal journal(path, {"/scan", "1.2.3", kScriptGrid, 0}, editor, Overwrite::Refuse, compactBytes);
    editor.setLog(&journal);
    for (int i = 0;; ++i) {
      scriptedEdit(editor, i);
      done = i + 1;
    }
  } catch (...) {
    ::_exit(3);
  }
}

}  // namespace

class TestEditKill : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // The mask that is recovered is the one after some number of the child's edits, and that number is at least what the
  // child had counted.
  void noEditIsLostWhenTheProgramIsKilled_data() {
    QTest::addColumn<int>("compactBytes");
    QTest::newRow("one long file") << (1 << 30);
    QTest::newRow("written anew every few edits") << 1;
  }
  void noEditIsLostWhenTheProgramIsKilled() {
    QFETCH(int, compactBytes);
    void* memory = ::mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    QVERIFY(memory != MAP_FAILED);
    auto& done = *new (memory) std::atomic<int>(0);
    Random random(2026);
    int inTheMiddle = 0, most = 0;
    for (int round = 0; round < 60; ++round) {
      const QTemporaryDir dir;
      const fs::path path = fs::path(dir.path().toStdString()) / "edits.journal";
      done = 0;
      const pid_t child = ::fork();
      QVERIFY(child >= 0);
      if (child == 0) paintForEver(path, done, static_cast<std::size_t>(compactBytes));
      // A random number of edits, then a random moment within one.
      const int wait = random.integer(1, 60), spin = random.integer(0, 20000);
      int status = 0;
      while (done < wait && ::waitpid(child, &status, WNOHANG) == 0) {
      }
      for (int i = 0; i < spin; ++i) (void)done.load();
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      QVERIFY(WIFSIGNALED(status));
      const int told = done;

      const RecoveredEdits back = recoverEdits(path, "1.2.3", kScriptGrid, std::nullopt);
      MaskEditor witness(scriptMask());
      for (int i = 0; i < told; ++i) scriptedEdit(witness, i);
      int edits = told;
      // The child may have been within the edit that follows, or have counted it a moment before it was killed.
      if (back.editor.mask().voxels() != witness.mask().voxels()) {
        scriptedEdit(witness, edits++);
        ++inTheMiddle;
      }
      QVERIFY2(back.editor.mask().voxels() == witness.mask().voxels(), qPrintable(QString::number(told)));
      most = std::max(most, told);
    }
    ::munmap(memory, sizeof(std::atomic<int>));
    qInfo("killed after up to %d edits; %d times an edit was whole in the file and not yet counted", most, inTheMiddle);
  }
};

QTEST_GUILESS_MAIN(TestEditKill)
#include "tst_edit_kill.moc"
