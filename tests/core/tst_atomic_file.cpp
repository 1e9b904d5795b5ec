// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>
#include <iterator>

#include "pipeline/core/atomic_file.h"
#include "pipeline/core/error.h"

using namespace pulmo;
namespace fs = std::filesystem;

class TestAtomicFile : public QObject {
  Q_OBJECT
  static std::string read(const fs::path& p) {
    std::ifstream in(p, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static std::ptrdiff_t filesIn(const fs::path& p) {
    return std::distance(fs::directory_iterator(p), fs::directory_iterator());
  }
 private Q_SLOTS:
  void writesTheBytes() {
    const QTemporaryDir dir;
    const fs::path target = fs::path(dir.path().toStdString()) / "a.txt";
    writeAtomically(target, Overwrite::Refuse, std::string_view("one"));
    QCOMPARE(read(target), std::string("one"));
    QCOMPARE(filesIn(target.parent_path()), 1);
  }
  void refusesToReplaceUnlessTold() {
    const QTemporaryDir dir;
    const fs::path target = fs::path(dir.path().toStdString()) / "a.txt";
    writeAtomically(target, Overwrite::Refuse, std::string_view("one"));
    QVERIFY_THROWS_EXCEPTION(Error, writeAtomically(target, Overwrite::Refuse, std::string_view("two")));
    QCOMPARE(read(target), std::string("one"));
    writeAtomically(target, Overwrite::Replace, std::string_view("three"));
    QCOMPARE(read(target), std::string("three"));
  }
  void leavesTheOldFileWhenWritingFails() {
    const QTemporaryDir dir;
    const fs::path target = fs::path(dir.path().toStdString()) / "a.nii.gz";
    writeAtomically(target, Overwrite::Refuse, std::string_view("old"));
    const auto half = [](const fs::path& temporary) {
      QVERIFY(temporary.string().ends_with(".nii.gz"));
      std::ofstream(temporary) << "half";
      throw std::runtime_error("disk on fire");
    };
    QVERIFY_THROWS_EXCEPTION(Error, writeAtomically(target, Overwrite::Replace, half));
    QCOMPARE(read(target), std::string("old"));
    QCOMPARE(filesIn(target.parent_path()), 1);
  }
  void speaksOfTheFileThatThePersonKnows() {
    const QTemporaryDir dir;
    const fs::path target = fs::path(dir.path().toStdString()) / "A.NII.GZ";
    try {
      writeAtomically(target, Overwrite::Refuse, [](const fs::path& temporary) {
        QVERIFY(temporary.string().ends_with(".nii.gz"));
        throw Error(ErrorKind::Io, "Could not write " + temporary.string() + ": the disk may be full.");
      });
      QFAIL("nothing was thrown");
    } catch (const Error& e) {
      QCOMPARE(std::string(e.what()), "Could not write " + target.string() + ": the disk may be full.");
    }
  }
  void seesATargetThatAppearedMeanwhile() {
    const QTemporaryDir dir;
    const fs::path target = fs::path(dir.path().toStdString()) / "a.txt";
    const auto race = [&](const fs::path& temporary) {
      std::ofstream(temporary) << "mine";
      std::ofstream(target) << "theirs";
    };
    QVERIFY_THROWS_EXCEPTION(Error, writeAtomically(target, Overwrite::Refuse, race));
    QCOMPARE(read(target), std::string("theirs"));
    QCOMPARE(filesIn(target.parent_path()), 1);
  }
  void saysThatTheDiskIsFull() {
    if (!fs::exists("/dev/full")) QSKIP("skipped: no /dev/full here");
    const QTemporaryDir dir;
    const fs::path target = fs::path(dir.path().toStdString()) / "a.bin";
    try {
      writeAtomically(target, Overwrite::Refuse, [](const fs::path& temporary) {
        fs::create_symlink("/dev/full", temporary);
        std::ofstream out(temporary);
        out << std::string(1 << 20, 'x') << std::flush;
        if (!out) throw Error(ErrorKind::Io, "No space left");
      });
      QFAIL("a full disk went unnoticed");
    } catch (const Error& e) {
      QCOMPARE(e.kind(), ErrorKind::Io);
    }
    QVERIFY(!fs::exists(target));
    QCOMPARE(filesIn(target.parent_path()), 0);
  }
  // A folder that may be written into but not listed, as a drop box is: there the rename cannot be synced, that is all.
  void writesIntoAFolderThatMayNotBeRead() {
    const QTemporaryDir dir;
    const fs::path folder = fs::path(dir.path().toStdString()) / "dropbox";
    fs::create_directory(folder);
    constexpr uid_t kNobody = 65534;
    const bool root = ::geteuid() == 0;  // may read everything
    fs::permissions(folder.parent_path(), fs::perms(0755));
    if (root) QCOMPARE(::chown(folder.c_str(), kNobody, static_cast<gid_t>(-1)), 0);
    fs::permissions(folder, fs::perms(0300));
    if (root) QCOMPARE(::seteuid(kNobody), 0);
    std::string problem;
    try {
      writeAtomically(folder / "a.txt", Overwrite::Refuse, std::string_view("x"));
    } catch (const Error& e) {
      problem = e.what();
    }
    if (root) QCOMPARE(::seteuid(0), 0);
    fs::permissions(folder, fs::perms(0700));
    QVERIFY2(problem.empty(), problem.c_str());
    QVERIFY(fs::exists(folder / "a.txt"));
    QCOMPARE(filesIn(folder), 1);
  }
  void namesAMissingFolder() {
    try {
      writeAtomically("/nowhere/at/all/a.txt", Overwrite::Refuse, std::string_view("x"));
      QFAIL("written into a folder that is not there");
    } catch (const Error& e) {
      QVERIFY(std::string(e.what()).find("/nowhere/at/all") != std::string::npos);
      QCOMPARE(e.kind(), ErrorKind::Io);
    }
  }
};

QTEST_GUILESS_MAIN(TestAtomicFile)
#include "tst_atomic_file.moc"
