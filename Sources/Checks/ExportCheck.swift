import Architectures
import Checkpoints
import DMOE
import Forms
import JSON
import Kernels
import Reports
import Safetensors
import Tensors
import Work

enum ExportCheck: Check {
  static let id = "export"
  static let summary = """
    An exported folder holds the expert of its width, or all experts with their routers, every \
    tensor bit for bit (refitted ones compared with a new refit), none missing and none extra; \
    its other files equal the source's, except for the export's changes to config.json, and its \
    code is that of this program.
    """
  static let input: CheckInput? = .container

  static func applies(to subject: CheckSubject) -> Bool {
    subject.checkpoint.naming == .transformers && subject.checkpoint.container == nil
      && subject.source?.container != nil
  }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    guard let origin = subject.source, let container = origin.container else {
      return .skipped("no .dmoe given", missing: .container)
    }
    var expert: Int?
    if try subject.routedField() == nil {
      let found: [Int]
      do {
        found = try widths(of: subject.checkpoint)
      } catch let error as ModelError where error.isUnsupported {
        // What is not supported was not exported here.
        return .failed("\(error)")
      }
      let held = container.directory.widths.map { $0.prefix(container.expertsHeld) }
      expert = (0..<container.expertsHeld).first { expert in held.map { $0[expert] } == found }
      guard expert != nil else {
        let known = held.first?.map(String.init).joined(separator: ", ") ?? ""
        return .failed(
          "its layers have \(text(found)) neurons; the experts of the file have \(known)")
      }
    }
    let contents = try FolderContents(origin, expert: expert)
    if let difference = try difference(of: subject.checkpoint, contents) {
      return .failed(difference)
    }
    let comparison = TensorComparison(expected: contents.source, found: subject.checkpoint.source)
    let refitted = expert == nil ? [] : refittedNames(in: subject.checkpoint, container)
    let differences = try comparison.byteDifferences(
      except: Set(refitted), parallel: subject.context.parallel)
    if let difference = differences.first { return .failed(difference.text(of: .file)) }
    let what =
      expert.map {
        contents.isDense
          ? "the dense model" : "expert \($0), \(text(contents.widths)) neurons a layer"
      } ?? "all \(container.directory.experts) experts"
    return try RefitComparison(
      origin: origin, expert: contents.weights, file: subject.checkpoint.source, names: refitted
    ).outcome(for: what, subject.context) { OverlaidTensors(contents.source, with: $0) }
  }

  /// Names of the down projections of a folder that says that they are refitted.
  private static func refittedNames(
    in folder: Checkpoint, _ container: DMOEReader
  ) -> [TensorName] {
    guard case .dense(.safetensors(let reader)) = folder.storage,
      reader.files.contains(where: { file in
        file.metadata.contains { $0.key == FolderPlan.refitted }
      })
    else { return [] }
    let downs = container.directory.sourceTensors.filter { $0.cut?.parts == [.down] }
    return downs.map(\.description.name)
  }

  /// Number of neurons of each layer of a folder with one expert.
  private static func widths(of folder: Checkpoint) throws -> [Int] {
    if let widths = DeciLMConfiguration.widths(try folder.document("config.json")) { return widths }
    return try Model(folder).configuration.neurons.layers
  }

  private static func text(_ widths: [Int]) -> String {
    let (least, most) = (widths.min() ?? 0, widths.max() ?? 0)
    return least == most ? "\(most)" : "\(least) to \(most)"
  }

  /// Difference in names, shapes or files; nil if there is none.
  private static func difference(
    of folder: Checkpoint, _ contents: FolderContents
  ) throws -> String? {
    let differences = TensorComparison.describedDifferences(
      expected: contents.source, found: folder)
    if let first = differences.first { return first.text(of: .file) }
    guard try folder.document("config.json") == contents.configurationDocument() else {
      return contents.routed == nil
        ? "config.json differs from the source's in more than the width"
        : "config.json differs from the source's in more than the description of the experts"
    }
    let names = contents.checkpoint.companions
    for name in names + folder.companions.filter({ !names.contains($0) })
    where name != "config.json" && name != Checkpoint.cardName {
      guard try folder.companion(name) == contents.companion(name) else {
        return "\(name) differs from the source's"
      }
    }
    if let routed = contents.routed,
      let file = try RoutedFolderCheck.changedCode(of: folder, routed)
    {
      return "\(file) differs from the one that this version of dynamoe writes: do not run it"
    }
    return nil
  }
}
