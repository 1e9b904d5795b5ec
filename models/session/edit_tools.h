// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <QString>
#include <cstdint>
#include <optional>

#include "models/session/edit_session.h"
#include "pipeline/edit/brush.h"
#include "pipeline/edit/region_grow.h"

namespace pulmo {

/// What the left button does in the pane that shows the edited mask.
enum class EditTool { Cursor, Brush, Eraser, AddRegion, RemoveRegion, Cut, Split };

struct EditSettings {
  static constexpr double kLeastMm = 1, kMostMm = 100;  ///< of a brush
  BrushShape shape = BrushShape::Disc;
  double diameterMm = 10;
  std::optional<std::uint8_t> label = {};  ///< absent: the one under the pointer, else the nearest in the slice
  bool keepOther = true;                   ///< a brush paints over background alone, an eraser takes one label alone
  bool huLimited = false;
  HuRange hu{-1024, -300};
  double regionRadiusMm = 30;  ///< as RegionRule
  double regionNeckMm = 4;     ///< likewise
  double cutMm = 2;
  friend bool operator==(const EditSettings& a, const EditSettings& b) {
    return a.shape == b.shape && a.diameterMm == b.diameterMm && a.label == b.label && a.keepOther == b.keepOther &&
           a.huLimited == b.huLimited && a.hu.low == b.hu.low && a.hu.high == b.hu.high &&
           a.regionRadiusMm == b.regionRadiusMm && a.regionNeckMm == b.regionNeckMm && a.cutMm == b.cutMm;
  }
};

/// The tool in hand, its settings, and what it does to the edited mask; operations on the whole mask. GUI thread only.
class EditTools : public QObject {
  Q_OBJECT
 public:
  /// @param study, session  outlive the tools, or are destroyed together with them
  EditTools(Study& study, EditSession& session, QObject* parent = nullptr);

  [[nodiscard]] EditTool tool() const { return tool_; }
  void setTool(EditTool tool);
  [[nodiscard]] const EditSettings& settings() const { return settings_; }
  void setSettings(const EditSettings& settings);  ///< sizes are clamped
  void resize(int steps);                          ///< the brush, by about a tenth a step and at least 1 mm

  // The pointer in a slice pane; positions are continuous voxel indices, in or out of the grid.
  void press(Orientation plane, const Point3& at);
  void drag(const Point3& at);
  void release(const Point3& at);
  bool escape();  ///< takes back the open stroke, else puts the tool away. @return whether there was one

  // On the whole mask, as one step; on the label chosen, or each lung where none is.
  void smooth(double sigmaMm);
  void grow(double mm);                             ///< negative: shrinks
  void removeIslands(std::optional<double> minMl);  ///< absent: all but the largest piece of each lung
  void fillHoles();
  void swapLungs();
  /// Between the two slices painted last with a disc, or erased, in the same plane; of the lung painted last.
  void fillBetweenSlices();

 Q_SIGNALS:
  void toolChanged();
  void settingsChanged();

 private:
  [[nodiscard]] std::optional<std::uint8_t> wantedLabel() const;
  [[nodiscard]] Brush brushAt(Orientation plane, const Point3& at);
  void growRegion(const Point3& at, bool add);
  void drawLine(const Point3& to);

  Study& study_;
  EditSession& session_;
  EditTool tool_ = EditTool::Cursor;
  EditSettings settings_;
  bool pressed_ = false;
  Orientation plane_ = Orientation::Axial;  ///< of the stroke
  Point3 last_{0, 0, 0};                    ///< of the stroke so far; of a line its start
  Brush brush_;
  std::uint8_t paintedLabel_ = 0;  ///< 0: nothing painted yet
};

}  // namespace pulmo
