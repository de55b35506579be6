package import DMOE
package import JSON

/// The `README.md` of an expert that went out as a plain model, or of all experts with their routers: a
/// model card as the Hub reads it.
///
/// It is made of values alone: the same values give the same bytes, and of texts from files nothing
/// is obeyed by YAML, Markdown or HTML.
package struct ModelCard: Sendable {
  /// What a model weighs.
  package struct Size: Sendable {
    package let parameters: Int
    package let bytes: Int

    package init(parameters: Int, bytes: Int) {
      self.parameters = parameters
      self.bytes = bytes
    }
  }

  let directory: DMOEDirectory
  /// Nil for all experts.
  let expert: Int?
  let size: Size
  let sourceSize: Size
  /// Nil where there is no report of the conversion.
  let report: PageReport?
  let license: CardLicense?
  let command: [String]
  /// What the folder is called.
  let folder: String
  let generator: String

  /// - Parameters:
  ///   - directory: that of the container.
  ///   - expert: which of its experts the folder holds; nil for all of them.
  ///   - size: of the folder's tensors.
  ///   - sourceSize: of the dense model's.
  ///   - report: the document of the conversion's report, if it is known.
  ///   - license: the source's, if it is known.
  ///   - command: what made the folder, word by word.
  ///   - folder: what the folder is called.
  ///   - generator: the program that makes it.
  /// - Throws: a field of the report that is not what `formats/report.md` says.
  package init(
    directory: DMOEDirectory, expert: Int?, size: Size, sourceSize: Size, report: JSONValue?,
    license: CardLicense?, command: [String], folder: String, generator: String
  ) throws(JSONFieldError) {
    self.directory = directory
    self.expert = expert
    self.size = size
    self.sourceSize = sourceSize
    self.report = try report.map { (report) throws(JSONFieldError) in
      try PageReport(JSONField(report))
    }
    self.license = license
    self.command = command
    self.folder = folder
    self.generator = generator
  }

  /// The card in UTF-8.
  package var bytes: [UInt8] {
    let head = FrontMatter(
      baseModel: report?.source.name, license: license,
      library: isDeciLM ? nil : "transformers", tags: isRouted ? ["custom_code"] : [])
    let sections = [
      head.lines, isRouted ? routedIntroduction : introduction,
      isRouted ? routedFigures : figures, origin, isRouted ? routedUse : use,
      isRouted ? routedLimits : limits, licensing,
    ]
    return Array(sections.map { $0.joined(separator: "\n") }.joined(separator: "\n\n").utf8) + [
      0x0A
    ]
  }

  var isRouted: Bool { expert == nil }
  /// How many neurons each layer has.
  var widths: [Int] { directory.widths.map { $0[expert ?? $0.count - 1] } }
  var isDense: Bool {
    !isRouted && widths.allSatisfy { $0 == directory.model.intermediateSize }
  }
  /// Whether layers have widths of their own, which no family has that Transformers knows.
  var isDeciLM: Bool { widths.contains { $0 != widths.first } }
  /// How many neurons a layer has.
  var width: String {
    let (least, most) = (widths.min() ?? 0, widths.max() ?? 0)
    return HumanText.count(least) + (least < most ? " to \(HumanText.count(most))" : "")
  }
  /// What the base model is called in the text.
  var base: String {
    report.map { Markdown.code($0.source.name) }
      ?? "a \(Markdown.code(directory.model.family)) model"
  }
  /// The share of the feed-forward layers.
  var share: String {
    let all = Double(directory.model.intermediateSize * max(widths.count, 1))
    return HumanText.percent(Double(widths.reduce(0, +)) / all)
  }
}
