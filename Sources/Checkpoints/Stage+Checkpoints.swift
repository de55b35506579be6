package import Work

extension Stage {
  /// Comparison of a base with the digests in its overlay.
  static let comparingBase = Stage("Comparing the base", key: "comparing-base", unit: .bytes)

  /// Pass over the values of all tensors, for statistics or a check.
  package static let readingValues = Stage("Reading values", key: "reading-values", unit: .tensors)
}
