/// A part of the page under a heading of its own.
protocol PageSection {
  /// A word that is no other section's.
  var id: String { get }
  var title: String { get }
  /// Whether it may stand beside others.
  var isNarrow: Bool { get }

  func write(to html: inout HTML)
}

extension PageSection {
  var isNarrow: Bool { false }
}
