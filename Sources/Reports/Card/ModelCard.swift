package import DMOE
package import JSON

/// The `README.md` of an expert that went out as a plain model: a model card as the Hub reads it.
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
  let expert: Int
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
  ///   - expert: which of its experts the folder holds, the same width in every layer.
  ///   - size: of the folder's tensors.
  ///   - sourceSize: of the dense model's.
  ///   - report: the document of the conversion's report, if it is known.
  ///   - license: the source's, if it is known.
  ///   - command: what made the folder, word by word.
  ///   - folder: what the folder is called.
  ///   - generator: the program that makes it.
  /// - Throws: a field of the report that is not what `formats/report.md` says.
  package init(
    directory: DMOEDirectory, expert: Int, size: Size, sourceSize: Size, report: JSONValue?,
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
    let sections = [
      FrontMatter(baseModel: report?.source.name, license: license).lines, introduction, figures,
      origin, use, limits, licensing,
    ]
    return Array(sections.map { $0.joined(separator: "\n") }.joined(separator: "\n\n").utf8) + [
      0x0A
    ]
  }

  /// How many neurons a layer has.
  var width: Int { directory.widths.first?[expert] ?? 0 }
  var isDense: Bool { width == directory.model.intermediateSize }
  /// What the base model is called in the text.
  var base: String {
    report.map { Markdown.code($0.source.name) }
      ?? "a \(Markdown.code(directory.model.family)) model"
  }
  /// The share of the feed-forward layers.
  var share: String {
    HumanText.percent(Double(width) / Double(directory.model.intermediateSize))
  }
}
