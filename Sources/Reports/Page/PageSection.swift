/// Section of the page with its own heading.
protocol PageSection {
  /// Word that is unique among sections.
  var id: String { get }
  var title: String { get }
  /// Whether the section may stand beside others.
  var isNarrow: Bool { get }

  func write(to html: inout HTML)
}

extension PageSection {
  var isNarrow: Bool { false }
}
