// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <vector>

#include "pipeline/core/random.h"
#include "pipeline/edit/mask_editor.h"
#include "tests/support/small_chest.h"

using namespace pulmo;

namespace {

/// The rows of a block get a label.
MaskDifference block(const LabelVolume& mask, const VoxelBox& box, std::uint8_t label) {
  LabelVolume after = mask;
  for (int z = box.low[2]; z <= box.high[2]; ++z)
    for (int y = box.low[1]; y <= box.high[1]; ++y)
      for (int x = box.low[0]; x <= box.high[0]; ++x) after[{x, y, z}] = label;
  return differenceBetween(mask, after);
}

VoxelBox randomBox(Random& random, const Index3& size) {
  VoxelBox box;
  for (std::size_t a = 0; a < 3; ++a) {
    box.low[a] = random.integer(0, size[a] - 1);
    box.high[a] = std::min(size[a] - 1, box.low[a] + random.integer(0, 6));
  }
  return box;
}

class Recorder : public EditLog {
 public:
  std::string text;
  void painted(const MaskDifference&, const std::string&) override { text += 'p'; }
  void takenBack() override { text += 'x'; }
  void finished(const MaskEditor&) override { text += 'f'; }
  void undone(const MaskEditor&) override { text += 'u'; }
  void redone(const MaskEditor&) override { text += 'r'; }
};

}  // namespace

class TestMaskEditor : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // Against whole copies of the mask: what each undo and redo must give.
  void undoesAndRedoesWithoutLoss() {
    Random random(5);
    const Index3 size{30, 20, 10};
    MaskEditor editor{LabelVolume(test::gridOf(size))};
    std::vector<std::vector<std::uint8_t>> states{editor.mask().voxels()};
    for (int step = 0; step < 200; ++step) {
      const auto label = static_cast<std::uint8_t>(step % 3);
      if (step % 2 == 0) {
        editor.beginStroke("Stroke");
        for (int part = 0; part < 4; ++part) {
          // erases again what it painted before: a voxel may change twice in a stroke
          const auto of = static_cast<std::uint8_t>((label + part) % 3);
          editor.paint(block(editor.mask(), randomBox(random, size), of));
        }
        editor.endStroke();
      } else {
        editor.apply(block(editor.mask(), randomBox(random, size), label), "Block");
      }
      if (editor.undoSteps().size() == states.size()) states.push_back(editor.mask().voxels());
    }
    QVERIFY(states.size() > 100);
    for (int round = 0; round < 3; ++round) {
      for (std::size_t i = states.size() - 1; i-- > 0;) {
        QVERIFY(!editor.undo().empty());
        QVERIFY(editor.mask().voxels() == states[i]);
      }
      QVERIFY(editor.undo().empty());
      for (std::size_t i = 1; i < states.size(); ++i) {
        QVERIFY(!editor.redo().empty());
        QVERIFY(editor.mask().voxels() == states[i]);
      }
      QVERIFY(editor.redo().empty());
    }
  }

  void saysWhichBoxChanged() {
    MaskEditor editor{LabelVolume(test::gridOf({30, 20, 10}))};
    editor.beginStroke("Stroke");
    const VoxelBox first = editor.paint(block(editor.mask(), {{3, 4, 5}, {9, 8, 5}}, 1));
    QCOMPARE(first.low, (Index3{3, 4, 5}));
    QCOMPARE(first.high, (Index3{9, 8, 5}));
    const VoxelBox second = editor.paint(block(editor.mask(), {{8, 7, 5}, {12, 11, 6}}, 1));
    QCOMPARE(second.high, (Index3{12, 11, 6}));
    QVERIFY(editor.paint(block(editor.mask(), {{8, 7, 5}, {9, 8, 5}}, 1)).empty());  // is so already
    editor.endStroke();
    const VoxelBox undone = editor.undo();
    QCOMPARE(undone.low, (Index3{3, 4, 5}));
    QCOMPARE(undone.high, (Index3{12, 11, 6}));
  }

  void aStrokeIsOneStepAndMayBeCancelled() {
    MaskEditor editor{LabelVolume(test::gridOf({30, 20, 10}))};
    Recorder log;
    editor.setLog(&log);
    editor.beginStroke("One");
    editor.paint(block(editor.mask(), {{0, 0, 0}, {1, 1, 1}}, 1));
    editor.paint(block(editor.mask(), {{2, 0, 0}, {3, 1, 1}}, 1));
    editor.beginStroke("Two");  // ends the first
    QCOMPARE(editor.undoSteps().size(), 1U);
    QCOMPARE(editor.undoSteps().back().name, std::string("One"));
    const auto before = editor.mask().voxels();
    editor.paint(block(editor.mask(), {{2, 0, 0}, {9, 9, 2}}, 2));
    editor.paint(block(editor.mask(), {{0, 0, 0}, {9, 9, 2}}, 0));
    const VoxelBox back = editor.cancelStroke();
    QCOMPARE(back.high, (Index3{9, 9, 2}));
    QVERIFY(editor.mask().voxels() == before);
    QCOMPARE(editor.undoSteps().size(), 1U);
    editor.beginStroke("Nothing");
    editor.endStroke();
    QCOMPARE(editor.undoSteps().size(), 1U);
    editor.undo();
    editor.redo();
    QCOMPARE(log.text, std::string("ppfppxur"));
    QVERIFY_THROWS_EXCEPTION(Error, editor.paint(block(editor.mask(), {{5, 5, 5}, {5, 5, 5}}, 1)));
  }

  void aNewStepEndsRedo() {
    MaskEditor editor{LabelVolume(test::gridOf({30, 20, 10}))};
    editor.apply(block(editor.mask(), {{0, 0, 0}, {1, 1, 1}}, 1), "a");
    editor.undo();
    editor.apply(block(editor.mask(), {{5, 5, 5}, {6, 6, 6}}, 1), "b");
    QVERIFY(editor.redoSteps().empty());
    QCOMPARE(editor.undoBytes(), editor.undoSteps().back().memoryBytes());
  }

  void refusesWhatWasWorkedOutOnAnotherMask() {
    MaskEditor editor{LabelVolume(test::gridOf({30, 20, 10}))};
    const MaskDifference late = block(editor.mask(), {{0, 0, 0}, {5, 5, 5}}, 1);
    editor.apply(block(editor.mask(), {{5, 5, 5}, {6, 6, 6}}, 2), "meanwhile");
    const auto before = editor.mask().voxels();
    QVERIFY_THROWS_EXCEPTION(Error, editor.apply(late, "late"));
    QVERIFY(editor.mask().voxels() == before);
    QVERIFY(!editor.inStroke());
    QCOMPARE(editor.undoSteps().size(), 1U);
  }

  void forgetsTheOldestStepsBeyondItsLimits() {
    Random random(8);
    const Index3 size{30, 20, 10};
    MaskEditor editor(LabelVolume(test::gridOf(size)), {.steps = 60, .bytes = 1 << 20});
    std::vector<std::vector<std::uint8_t>> states{editor.mask().voxels()};
    for (int i = 0; i < 100; ++i) {
      editor.apply(block(editor.mask(), {{i % 30, i / 30, 0}, {i % 30, i / 30, 0}}, 1), "voxel");
      states.push_back(editor.mask().voxels());
    }
    QCOMPARE(editor.undoSteps().size(), 60U);
    std::size_t taken = 0;
    while (!editor.undo().empty()) ++taken;
    QCOMPARE(taken, 60U);
    QVERIFY(editor.mask().voxels() == states[40]);
    for (std::size_t i = 41; i <= 100; ++i) editor.redo();
    QVERIFY(editor.mask().voxels() == states[100]);

    const std::size_t before = editor.undoBytes();
    editor.setLimits({.steps = 60, .bytes = before / 2});
    QVERIFY(editor.undoBytes() <= before / 2 && editor.undoSteps().size() < 60 && editor.undoSteps().size() > 20);
    std::size_t sum = 0;
    for (const EditStep& step : editor.undoSteps()) sum += step.memoryBytes();
    QCOMPARE(editor.undoBytes(), sum);

    editor.setLimits({.steps = 60, .bytes = 1});  // the newest stays
    QCOMPARE(editor.undoSteps().size(), 1U);
    editor.undo();
    QVERIFY(editor.mask().voxels() == states[99]);
  }

  void aSnapshotDoesNotChange() {
    MaskEditor editor{LabelVolume(test::gridOf({30, 20, 10}))};
    const LabelPtr live = editor.live();
    const LabelPtr before = editor.snapshot();
    QCOMPARE(editor.snapshot(), before);  // no second copy
    editor.apply(block(editor.mask(), {{0, 0, 0}, {1, 1, 1}}, 1), "a");
    const Index3 origin{0, 0, 0};
    QCOMPARE((*before)[origin], 0);
    QCOMPARE((*live)[origin], 1);
    QCOMPARE((*editor.snapshot())[origin], 1);
  }

  void namesTheSlicesPaintedOneByOne() {
    MaskEditor editor{LabelVolume(test::gridOf({30, 20, 10}))};
    editor.apply(block(editor.mask(), {{0, 0, 7}, {5, 5, 7}}, 1), "a");
    editor.apply(block(editor.mask(), {{0, 0, 2}, {5, 5, 2}}, 1), "b");
    editor.apply(block(editor.mask(), {{9, 9, 2}, {12, 12, 2}}, 1), "b");
    editor.apply(block(editor.mask(), {{20, 3, 1}, {20, 6, 6}}, 1), "sagittal");
    QCOMPARE(editedSlices(editor.undoSteps(), 2), (std::vector<int>{2, 7}));
    QCOMPARE(editedSlices(editor.undoSteps(), 0), (std::vector<int>{20}));
    QVERIFY(editedSlices(editor.undoSteps(), 1).empty());
  }

  void refusesLabelsThatADifferenceCannotHold() {
    QVERIFY_THROWS_EXCEPTION(Error, MaskEditor(LabelVolume(test::gridOf({3, 3, 3}), 16)));
  }
};

QTEST_GUILESS_MAIN(TestMaskEditor)
#include "tst_mask_editor.moc"
