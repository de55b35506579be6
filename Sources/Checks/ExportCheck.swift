import Architectures
import Checkpoints
import DMOE
import Forms
import JSON
import Kernels
import Reports
import Tensors

enum ExportCheck: Check {
  static let id = "export"
  static let summary = """
    Of an exported folder, with --against FILE.dmoe: it is the file's expert of its width, or all of \
    them with their routers, every tensor bit for bit, none missing and none extra; its other files \
    are the source's, config.json but for what the form changes, and code that of this program.
    """

  static func applies(to subject: CheckSubject) -> Bool {
    subject.checkpoint.naming == .transformers && subject.checkpoint.container == nil
      && subject.source?.container != nil
  }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    guard let origin = subject.source, let container = origin.container else {
      return .skipped("no .dmoe given (--against)")
    }
    var expert: Int?
    if try subject.routedField() == nil {
      let found = try widths(of: subject.checkpoint, layers: container.directory.model.layers)
      let held = container.directory.widths.map { $0.prefix(container.expertsHeld) }
      expert = (0..<container.expertsHeld).first { expert in held.map { $0[expert] } == found }
      guard expert != nil else {
        let known = held.first?.map(String.init).joined(separator: ", ") ?? ""
        return .failed(
          "its layers have \(text(found)) neurons, the experts of the file \(known)")
      }
    }
    let tensors = try ExpertTensors(origin, expert: expert)
    if let difference = try difference(of: subject.checkpoint, tensors) {
      return .failed(difference)
    }
    let differences = try subject.parallel.map(tensors.descriptions.count) {
      (index) throws(any Error) -> String? in
      try Self.difference(of: index, tensors, subject.checkpoint)
    }
    if let first = differences.compactMap({ $0 }).first { return .failed(first) }
    let bytes = tensors.descriptions.reduce(0) { $0 + $1.byteCount }
    let what =
      expert.map {
        tensors.isDense
          ? "the dense model" : "expert \($0), \(text(tensors.widths)) neurons a layer"
      } ?? "all \(container.directory.experts) experts"
    return .passed(
      "\(what): \(tensors.descriptions.count) tensors, \(HumanText.count(bytes)) bytes: identical")
  }

  /// How many neurons each layer of a folder has that is one expert.
  private static func widths(of folder: Checkpoint, layers: Int) throws -> [Int] {
    if let widths = DeciLMForm.widths(try folder.document("config.json")) { return widths }
    let width = try Model(folder).configuration.intermediateSize
    return [Int](repeating: width, count: layers)
  }

  private static func text(_ widths: [Int]) -> String {
    let (least, most) = (widths.min() ?? 0, widths.max() ?? 0)
    return least == most ? "\(most)" : "\(least) to \(most)"
  }

  /// How names, shapes or files differ; nil if they do not.
  private static func difference(
    of folder: Checkpoint, _ tensors: ExpertTensors
  ) throws -> String? {
    let names = Set(tensors.descriptions.map(\.name))
    if let extra = folder.tensors.first(where: { !names.contains($0.name) }) {
      return "the tensor \(extra.name) is not in the file"
    }
    for tensor in tensors.descriptions where folder.tensor(tensor.name) != tensor {
      return folder.tensor(tensor.name) == nil
        ? "the tensor \(tensor.name) is missing"
        : "\(tensor.name): type or shape differ from the expert's"
    }
    guard try folder.document("config.json") == tensors.configurationDocument() else {
      return tensors.routed == nil
        ? "config.json differs from the source's in more than the width"
        : "config.json differs from the source's in more than the experts of the file"
    }
    for name in tensors.checkpoint.companions
    where name != "config.json" && name != Checkpoint.cardName {
      guard try folder.companion(name) == tensors.checkpoint.companion(name) else {
        return "\(name) is not the source's"
      }
    }
    if let routed = tensors.routed,
      let file = try RoutedFolderCheck.changedCode(of: folder, routed)
    {
      return "\(file) is not what this version of dynamoe writes: do not run it"
    }
    return nil
  }

  /// Where a tensor differs; nil if not in a single bit.
  private static func difference(
    of index: Int, _ tensors: ExpertTensors, _ folder: Checkpoint
  ) throws -> String? {
    let name = tensors.descriptions[index].name
    var place: Int?
    try tensors.forEachPiece(of: index) { offset, expected in
      guard place == nil else { return }
      let found = try folder.source.read(name, offset..<offset + expected.count)
      guard found != expected else { return }
      place = zip(found, expected).enumerated().first { $0.element.0 != $0.element.1 }
        .map { offset + $0.offset }
    }
    return place.map { "\(name): differs from the expert, first at its byte \($0)" }
  }
}
