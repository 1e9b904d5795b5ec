// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <functional>
#include <memory>
#include <string_view>

#include "pipeline/core/random.h"
#include "pipeline/edit/checksum.h"
#include "pipeline/edit/edit_journal.h"
#include "tests/edit/scripted_edits.h"

using namespace pulmo;
using namespace pulmo::test;
namespace fs = std::filesystem;

namespace {

std::span<const std::uint8_t> bytesOf(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Bytes read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& path, std::span<const std::uint8_t> bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

std::string problemOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& e) {
    return e.what();
  }
  return {};
}

RecoveredEdits recover(const fs::path& path) {
  return recoverEdits(path, "1.2.3", kScriptGrid, std::nullopt);
}

/// An editor, its journal, and the state of the mask after each scripted edit.
struct Session {
  QTemporaryDir dir;
  fs::path path = fs::path(dir.path().toStdString()) / "edits.journal";
  MaskEditor editor{scriptMask()};
  JournalIdentity identity{"/scan", "1.2.3", kScriptGrid, maskChecksum(editor.mask())};
  std::unique_ptr<EditJournal> journal;
  std::vector<std::uint64_t> states{maskChecksum(editor.mask())};

  explicit Session(int edits, std::size_t compactBytes = 1 << 20) {
    journal = std::make_unique<EditJournal>(path, identity, editor, Overwrite::Refuse, compactBytes);
    editor.setLog(journal.get());
    for (int i = 0; i < edits; ++i) {
      scriptedEdit(editor, i);
      states.push_back(maskChecksum(editor.mask()));
    }
  }
  [[nodiscard]] bool was(std::uint64_t state) const {
    return std::find(states.begin(), states.end(), state) != states.end();
  }
};

}  // namespace

class TestEditJournal : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // Values of the reference implementation.
  void checksumIsXxh64() {
    QCOMPARE(checksum64({}), std::uint64_t{0xEF46DB3751D8E999});
    QCOMPARE(checksum64(bytesOf("abc")), std::uint64_t{0x44BC2CF5AD770999});
    QCOMPARE(checksum64(bytesOf("Nobody inspects the spammish repetition")), std::uint64_t{0xFBCEA83C8A378BF1});
    QCOMPARE(checksum64(bytesOf("xxhash"), 20141025), std::uint64_t{0xB559B98D844E0635});
  }

  void givesBackMaskAndHistory() {
    Session s(300);
    s.editor.endStroke();
    for (int i = 0; i < 3; ++i) s.editor.undo();
    RecoveredEdits back = recover(s.path);
    QCOMPARE(back.lostBytes, 0U);
    QCOMPARE(back.identity.sourcePath, std::string("/scan"));
    QVERIFY(back.editor.mask().voxels() == s.editor.mask().voxels());
    QCOMPARE(back.editor.undoSteps().size(), s.editor.undoSteps().size());
    QCOMPARE(back.editor.redoSteps().size(), s.editor.redoSteps().size());
    QCOMPARE(back.editor.undoSteps().back().name, s.editor.undoSteps().back().name);
    QCOMPARE(peekJournal(s.path).steps, s.editor.undoSteps().size());
    while (!s.editor.redo().empty()) {
      QVERIFY(!back.editor.redo().empty());
      QVERIFY(back.editor.mask().voxels() == s.editor.mask().voxels());
    }
    while (!s.editor.undo().empty()) {
      QVERIFY(!back.editor.undo().empty());
      QVERIFY(back.editor.mask().voxels() == s.editor.mask().voxels());
    }
    QVERIFY(back.editor.undo().empty());
    QCOMPARE(maskChecksum(back.editor.mask()), s.identity.baseChecksum);
  }

  void aStrokeInTheMakingIsGivenBackAsAStep() {
    Session s(0);
    s.editor.beginStroke("Brush");
    scriptedPart(s.editor, 3);
    scriptedPart(s.editor, 4);
    QCOMPARE(peekJournal(s.path).steps, 1U);
    RecoveredEdits back = recover(s.path);
    QVERIFY(back.editor.mask().voxels() == s.editor.mask().voxels());
    QCOMPARE(back.editor.undoSteps().size(), 1U);
    QCOMPARE(back.editor.undoSteps().back().name, std::string("Brush"));
    s.editor.cancelStroke();
    QCOMPARE(maskChecksum(recover(s.path).editor.mask()), s.identity.baseChecksum);
  }

  void goesOnAfterBeingRecovered() {
    Session s(60);
    s.editor.setLog(nullptr);
    s.journal.reset();
    QVERIFY(!problemOf([&] { EditJournal(s.path, s.identity, s.editor); }).empty());  // not over what is not recovered
    RecoveredEdits back = recover(s.path);
    EditJournal journal(s.path, back.identity, back.editor, Overwrite::Replace);
    back.editor.setLog(&journal);
    for (int i = 60; i < 120; ++i) scriptedEdit(back.editor, i);
    journal.sync();
    QVERIFY(journal.problem().empty());
    const RecoveredEdits again = recoverEdits(s.path, "1.2.3", kScriptGrid, s.identity.baseChecksum);
    QVERIFY(again.editor.mask().voxels() == back.editor.mask().voxels());
  }

  void isCompactedWhenLarge() {
    Session s(0, 4000);
    s.editor.setLimits({.steps = 20, .bytes = 1 << 20});
    for (int i = 0; i < 3000; ++i) scriptedEdit(s.editor, i);
    s.editor.endStroke();
    QVERIFY2(s.journal->fileBytes() < 100000, qPrintable(QString::number(s.journal->fileBytes())));
    QCOMPARE(s.journal->fileBytes(), fs::file_size(s.path));
    RecoveredEdits back = recover(s.path);
    QVERIFY(back.editor.mask().voxels() == s.editor.mask().voxels());
    QVERIFY(back.editor.undoSteps().size() >= s.editor.undoSteps().size());
    while (!s.editor.undo().empty()) {
      back.editor.undo();
      QVERIFY(back.editor.mask().voxels() == s.editor.mask().voxels());
    }
  }

  void refusesWhatItDoesNotBelongTo() {
    const Session s(20);
    Grid other = kScriptGrid;
    other.originMm[2] += 5;
    const auto refusal = [&](const std::string& uid, const Grid& grid, std::optional<std::uint64_t> base) {
      return problemOf([&] { (void)recoverEdits(s.path, uid, grid, base); });
    };
    QVERIFY(QString::fromStdString(refusal("9.9", kScriptGrid, {})).contains("another scan: series 1.2.3"));
    QVERIFY(QString::fromStdString(refusal("1.2.3", other, {})).contains("different grids"));
    QVERIFY(QString::fromStdString(refusal("1.2.3", kScriptGrid, 5)).contains("another mask"));
    QCOMPARE(refusal("1.2.3", kScriptGrid, s.identity.baseChecksum), std::string());
  }

  void isNotSharedByTwoWindows() {
    const Session s(5);
    const std::string problem = problemOf([&] { EditJournal(s.path, s.identity, s.editor, Overwrite::Replace); });
    QVERIFY2(problem.find("another window") != std::string::npos, problem.c_str());
    QVERIFY(recover(s.path).editor.mask().voxels() == s.editor.mask().voxels());
  }

  // A limit on file sizes stands for a full disk. Editing goes on; once there is space, all is written anew.
  void aFullDiskIsSaidAndHealed() {
    Session s(10);
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{}, tight{};
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
    tight = before;
    tight.rlim_cur = 64;
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &tight), 0);
    const auto whole = maskChecksum(s.editor.mask());
    s.editor.endStroke();
    scriptedPart(s.editor, 77, true);
    const bool said = !s.journal->problem().empty();
    ::setrlimit(RLIMIT_FSIZE, &before);
    QVERIFY(said);
    QVERIFY(maskChecksum(s.editor.mask()) != whole);
    QVERIFY(s.was(maskChecksum(recover(s.path).editor.mask())));  // what was there is still good
    scriptedPart(s.editor, 78, true);
    QVERIFY(s.journal->problem().empty());
    const RecoveredEdits back = recover(s.path);
    QVERIFY(back.editor.mask().voxels() == s.editor.mask().voxels());
    QCOMPARE(back.lostBytes, 0U);
  }

  void toleratesATornEnd() {
    Session s(40);
    const Bytes whole = read(s.path);
    const fs::path torn = s.path.parent_path() / "torn";
    std::size_t recovered = 0, steps = 0;
    // Each byte of the last records; before them every seventh, which meets every field of one record or another.
    for (std::size_t length = 0; length < whole.size(); length += length + 400 < whole.size() ? 7 : 1) {
      write(torn, {whole.data(), length});
      try {
        const RecoveredEdits back = recover(torn);
        QVERIFY(s.was(maskChecksum(back.editor.mask())));
        QVERIFY(back.editor.undoSteps().size() + 1 >= steps || back.editor.redoSteps().size() > 0);
        QVERIFY(peekJournal(torn).lostBytes == back.lostBytes);
        steps = back.editor.undoSteps().size();
        ++recovered;
      } catch (const Error& e) {
        QCOMPARE(e.kind(), ErrorKind::InvalidInput);
        QCOMPARE(recovered, 0U);  // only while not even the mask is whole
      }
    }
    QVERIFY(recovered > 400);
  }

  void survivesAnyContent() {
    Session s(60);
    const Bytes whole = read(s.path);
    const fs::path path = s.path.parent_path() / "fuzzed";
    Random random(99);
    int refused = 0, read = 0;
    for (int round = 0; round < 600; ++round) {
      Bytes bytes = whole;
      const int hits = random.integer(1, 6);
      for (int i = 0; i < hits; ++i) {
        const auto at = static_cast<std::size_t>(random.integer(0, static_cast<int>(bytes.size()) - 1));
        const int kind = random.integer(0, 3);
        if (kind < 2) bytes[at] = static_cast<std::uint8_t>(kind == 0 ? 255 : random.integer(0, 255));
        if (kind == 2) bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(at));
        if (kind == 3) bytes.resize(at + 1);
      }
      if (round % 10 == 0)
        for (auto& b : bytes) b = static_cast<std::uint8_t>(random.integer(0, 255));
      write(path, bytes);
      try {
        // A damaged record and all after it are not believed: the state is one that there was.
        QVERIFY(s.was(maskChecksum(recover(path).editor.mask())));
        ++read;
      } catch (const Error&) {
        ++refused;
      }
      (void)problemOf([&] { (void)peekJournal(path); });
    }
    QVERIFY(refused > 60 && read > 60);
  }

  // Records whose checksums are right and whose content is not: what the checks behind the checksum are for.
  void survivesRecordsThatLie() {
    const QTemporaryDir dir;
    const fs::path path = fs::path(dir.path().toStdString()) / "lies";
    const JournalIdentity identity{"/scan", "1.2.3", kScriptGrid, 0};
    Random random(5);
    for (int round = 0; round < 600; ++round) {
      std::uint64_t chain = 0;
      Bytes bytes = journalHead(identity, chain);
      Bytes runs = maskRuns(scriptMask());
      const bool badMask = round % 8 == 0;
      if (badMask) runs[static_cast<std::size_t>(random.integer(0, static_cast<int>(runs.size()) - 1))] ^= 0x91;
      addRecord(bytes, RecordKind::Mask, runs, chain);
      for (int i = 0; i < 30; ++i) {
        Bytes content;
        const int length = random.integer(0, 12);
        for (int k = 0; k < length; ++k)
          content.push_back(static_cast<std::uint8_t>(random.integer(0, 3) == 0 ? random.integer(0, 255) : 1));
        const int kind = random.integer(0, 3) == 0 ? random.integer(0, 9) : random.integer(2, 4);
        addRecord(bytes, static_cast<RecordKind>(kind), content, chain);
      }
      write(path, bytes);
      const std::string problem = problemOf([&] { (void)recover(path); });
      QVERIFY(badMask || problem.empty());
      (void)peekJournal(path);
    }
  }

  void refusesOtherFiles() {
    const QTemporaryDir dir;
    const fs::path path = fs::path(dir.path().toStdString()) / "x";
    const auto kindOf = [&] {
      try {
        (void)peekJournal(path);
      } catch (const Error& e) {
        return e.kind();
      }
      return ErrorKind::Internal;
    };
    QCOMPARE(kindOf(), ErrorKind::Io);
    write(path, {});
    QCOMPARE(kindOf(), ErrorKind::InvalidInput);
    write(path, bytesOf("PULMOED1\xff\xff\xff\xff and then nothing of the kind"));
    QCOMPARE(kindOf(), ErrorKind::InvalidInput);
  }
};

QTEST_GUILESS_MAIN(TestEditJournal)
#include "tst_edit_journal.moc"
