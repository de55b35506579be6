import Architectures
package import DMOE
package import JSON

/// Model card (`README.md`) for the Hub, of one expert exported as a plain model or of all experts
/// with their routers.
///
/// The same values give the same bytes. Text from files cannot act as YAML, Markdown or HTML.
package struct ModelCard: Sendable {
  /// Size of a model over all its tensors.
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
  /// Whether the down projections of the expert were fitted anew.
  let isRefitted: Bool
  /// Whether the language model is a part of a larger model.
  let isWrapped: Bool
  let size: Size
  let sourceSize: Size
  /// Nil if there is no report of the conversion.
  let report: PageReport?
  let license: CardLicense?
  let command: [String]
  /// Name of the folder, without its path.
  let folder: String
  let generator: String

  /// - Parameters:
  ///   - directory: the container's directory.
  ///   - expert: the expert that the folder holds; nil for all of them.
  ///   - isRefitted: whether its down projections were fitted anew.
  ///   - isWrapped: whether the language model is a part of a larger model.
  ///   - size: the size of the folder's tensors.
  ///   - sourceSize: the size of the dense model's tensors.
  ///   - report: the document of the conversion's report, if it is known.
  ///   - license: the source's licence, if it is known.
  ///   - command: the command that made the folder, word by word.
  ///   - folder: the name of the folder.
  ///   - generator: the program that makes the folder, with its version.
  /// - Throws: ``JSONFieldError`` if a field of the report is not as in `formats/report.md`.
  package init(
    directory: DMOEDirectory, expert: Int?, isRefitted: Bool = false, isWrapped: Bool = false,
    size: Size, sourceSize: Size, report: JSONValue?, license: CardLicense?, command: [String],
    folder: String, generator: String
  ) throws(JSONFieldError) {
    self.directory = directory
    self.expert = expert
    self.isRefitted = isRefitted
    self.isWrapped = isWrapped
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

  /// Card in UTF-8.
  package var bytes: [UInt8] {
    let head = FrontMatter(
      baseModel: report?.source.name, license: license,
      library: ownCode == nil ? "transformers" : nil, task: task,
      tags: isRouted ? ["custom_code"] : [])
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
  /// Number of neurons in each layer.
  var widths: [Int] { directory.widths.map { $0[expert ?? $0.count - 1] } }
  var isDense: Bool {
    !isRouted && widths == directory.model.neurons.layers
  }
  /// Whether widths differ between layers.
  var isMixed: Bool { widths.contains { $0 != widths.first } }
  /// Nil for a described family.
  private var family: Family? { Family.known.first { $0.name == directory.model.family } }
  private var layerWidths: Family.LayerWidths { family?.layerWidths ?? .single }
  var isEncoder: Bool { family?.isEncoder ?? false }
  /// Task by the Hub's names; nil for a larger model, whose other parts are not known here.
  private var task: String? {
    if isWrapped { return nil }
    return isEncoder ? "feature-extraction" : "text-generation"
  }
  /// Whether the configuration is of DeciLM: the family's own, or the only one that has widths that
  /// differ.
  var isDeciLM: Bool { layerWidths == .blocks || layerWidths == .single && isMixed }
  /// Code of the model that is not in Transformers; nil if it is there.
  var ownCode: String? {
    switch layerWidths {
    case .factors: "`configuration_openelm.py` and `modeling_openelm.py` of Apple's models"
    case .blocks: "`configuration_decilm.py` of NVIDIA's models"
    case .single: isMixed ? "`configuration_decilm.py` of NVIDIA's models" : nil
    case .list, .doubled: nil
    }
  }
  /// Number of neurons in a layer, as text; a range if it differs.
  var width: String { HumanText.spread(widths) }
  /// Name of the base model in the text.
  var base: String {
    report.map { Markdown.code($0.source.name) }
      ?? "a \(Markdown.code(directory.model.family)) model"
  }
  /// Share of the feed-forward neurons that the folder holds, as text.
  var share: String {
    HumanText.percent(Double(widths.reduce(0, +)) / Double(directory.model.neurons.total))
  }
}
