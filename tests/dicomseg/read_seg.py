# SPDX-License-Identifier: Apache-2.0
"""read_seg.py SEG SERIES OUT: an independent reader, of pydicom and numpy alone.

Checks that each frame lies exactly on the source image that it refers to, and writes the labels of the series to OUT:
one byte a pixel, images by position along the normal, 1 right lung, 2 left lung, 3 lung. Ends with 77 where pydicom is
not to be had."""
import sys

try:
    import numpy as np
    import pydicom
except ImportError:
    sys.exit(77)
from pathlib import Path

seg = pydicom.dcmread(sys.argv[1])
images = {}
for path in sorted(Path(sys.argv[2]).rglob("*")):
    if path.is_file():
        image = pydicom.dcmread(path, force=True, stop_before_pixels=True)
        if image.get("Modality") == "CT":
            images[image.SOPInstanceUID] = image
any_image = next(iter(images.values()))

assert seg.Modality == "SEG" and seg.SegmentationType == "BINARY" and seg.SOPClassUID == "1.2.840.10008.5.1.4.1.1.66.4"
assert seg.StudyInstanceUID == any_image.StudyInstanceUID
assert seg.FrameOfReferenceUID == any_image.FrameOfReferenceUID
assert seg.SeriesInstanceUID != any_image.SeriesInstanceUID
assert seg.PatientName == "" and seg.PatientID == "" and seg.StudyDate == "" and seg.PatientIdentityRemoved == "YES"
assert seg.ReferencedSeriesSequence[0].SeriesInstanceUID == any_image.SeriesInstanceUID
assert "research only" in seg.SeriesDescription

labels = {}
for segment in seg.SegmentSequence:
    kind = segment.SegmentedPropertyTypeCodeSequence[0]
    assert kind.CodingSchemeDesignator == "SCT"
    assert segment.SegmentedPropertyCategoryCodeSequence[0].CodeValue == "123037004"
    labels[segment.SegmentNumber] = {"3341006": 1, "44029006": 2, "39607008": 3}[kind.CodeValue]
    print(segment.SegmentNumber, segment.SegmentLabel, segment.SegmentAlgorithmType, segment.get("SegmentAlgorithmName"))

shared = seg.SharedFunctionalGroupsSequence[0]
orientation = [float(v) for v in shared.PlaneOrientationSequence[0].ImageOrientationPatient]
assert np.allclose(orientation, [float(v) for v in any_image.ImageOrientationPatient], atol=1e-6)
spacing = [float(v) for v in shared.PixelMeasuresSequence[0].PixelSpacing]
assert np.allclose(spacing, [float(v) for v in any_image.PixelSpacing], atol=1e-6)
normal = np.cross(orientation[:3], orientation[3:])
order = sorted(images, key=lambda uid: float(np.dot(normal, [float(v) for v in images[uid].ImagePositionPatient])))
place = {uid: i for i, uid in enumerate(order)}
referenced = {i.ReferencedSOPInstanceUID for i in seg.ReferencedSeriesSequence[0].ReferencedInstanceSequence}

out = np.zeros((len(images), seg.Rows, seg.Columns), np.uint8)
pixels = seg.pixel_array.reshape(-1, seg.Rows, seg.Columns)
assert len(pixels) == seg.NumberOfFrames == len(seg.PerFrameFunctionalGroupsSequence)
for frame, groups in zip(pixels, seg.PerFrameFunctionalGroupsSequence):
    source = groups.DerivationImageSequence[0].SourceImageSequence[0]
    image = images[source.ReferencedSOPInstanceUID]
    assert source.ReferencedSOPClassUID == image.SOPClassUID and source.ReferencedSOPInstanceUID in referenced
    here = [float(v) for v in groups.PlanePositionSequence[0].ImagePositionPatient]
    assert np.allclose(here, [float(v) for v in image.ImagePositionPatient], atol=1e-6), (here, image.ImagePositionPatient)
    assert frame.any(), "an empty frame"
    number = groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber
    index = groups.FrameContentSequence[0].DimensionIndexValues
    assert index[0] == number and index[1] >= 1
    target = out[place[source.ReferencedSOPInstanceUID]]
    assert not (target[frame > 0] > 0).any(), "segments overlap"
    target[frame > 0] = labels[number]
Path(sys.argv[3]).write_bytes(out.tobytes())
