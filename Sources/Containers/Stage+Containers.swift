package import Work

extension Stage {
  /// Writing of a file or folder.
  package static let writing = Stage("Writing", key: "writing", unit: .tensors)

  /// Writing of an overlay, which reads all weights for their digests.
  static let identifying = Stage("Reading", key: writing.key, unit: .tensors)

  /// Last step of writing a container, in which coded blocks move together.
  package static let closingGaps = Stage("Closing gaps", key: "closing-gaps", unit: .bytes)
}

extension StageCost {
  /// Elapsed seconds for writing bytes to a disk that is faster than the coding.
  package static func secondsWriting(_ bytes: Int) -> Double { Double(bytes) / 0.5e9 }

  /// Cost of writing an export; its memory is not estimated.
  package static func writing(_ bytes: Int) -> StageCost {
    StageCost(seconds: secondsWriting(bytes))
  }
}
