import Architectures
import Checkpoints
import Containers
import DMOE
import Forms
import GGUF
import Kernels
import Reports
import Synchronization
import Tensors
import Work

enum GGUFCheck: Check {
  static let id = "gguf"
  static let summary = """
    An exported GGUF file holds the expert of its widths, every tensor bit for bit (quantised ones \
    compared with a new encoding, refitted ones with a new refit), none missing and none extra; \
    its metadata is the expert's.
    """
  static let input: CheckInput? = .container

  static func applies(to subject: CheckSubject) -> Bool {
    guard case .dense(.gguf) = subject.checkpoint.storage else { return false }
    return subject.source?.container != nil
  }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    guard let origin = subject.source, let container = origin.container,
      let metadata = try subject.checkpoint.metadata()
    else { return .skipped("no .dmoe given", missing: .container) }
    return try ExpertComparison(
      file: subject.checkpoint, metadata: metadata, origin: origin, container: container,
      context: subject.context
    ).outcome()
  }
}

/// A GGUF file and the container that it should be an expert of.
private struct ExpertComparison {
  let file: Checkpoint
  let metadata: GGUFMetadata
  let origin: Checkpoint
  let container: DMOEReader
  let context: Context

  func outcome() throws -> CheckOutcome {
    let widths = try widths()
    let directory = container.directory
    let matching = (0..<container.expertsHeld).first { expert in
      directory.widths.map { $0[expert] } == widths
    }
    guard let expert = matching else {
      let known = directory.widths.first?.prefix(container.expertsHeld).map(String.init)
      return .failed(
        "its layers have \(Set(widths).sorted().map(String.init).joined(separator: ", ")) neurons; "
          + "the experts of the file have \(known?.joined(separator: ", ") ?? "")")
    }
    let plan = try plan(expert)
    if let difference = try tensorDifference(plan) ?? keyDifference(plan) {
      return .failed(difference)
    }
    let comparison = TensorComparison(expected: plan.tensors.source, found: file.source)
    let refitted = isRefitted ? try refittedNames(plan) : []
    let differences = try comparison.byteDifferences(
      except: Set(refitted), parallel: context.parallel)
    if let difference = differences.first { return .failed(difference.text(of: .expert)) }
    let types = plan.types.prefix(2).joined(separator: " and ")
    return try RefitComparison(
      origin: origin, expert: plan.expert, file: file.source, names: refitted
    ).outcome(
      for: (plan.expert.isDense ? "the dense model" : "expert \(expert)") + " in \(types)", context
    ) { plan.tensors.source($0) }
  }

  private var isRefitted: Bool { metadata.entry(GGUFKeys.refitted) != nil }

  /// Names of the down projections in the file.
  private func refittedNames(_ plan: GGUFContents) throws -> [TensorName] {
    let model = try Model(file)
    return plan.expert.widths.indices.compactMap { layer in
      model.tensorName(.down, layer: layer).map { TensorName($0) }
    }
  }

  /// Number of neurons of each layer.
  private func widths() throws -> [Int] {
    let architecture = try metadata.string("general.architecture")
    let key = "\(architecture).\(GGUFModelKey.intermediateSize.rawValue)"
    guard metadata.entry(key)?.type != .array else { return try metadata.ints(key) }
    return Array(repeating: try metadata.int(key), count: container.directory.model.layers)
  }

  /// Export with the type, or without one, that gives the tensors and keys of the file; else the
  /// nearest.
  private func plan(_ expert: Int) throws -> GGUFContents {
    var likely: GGUFContents?
    for type in [nil] + GGUFMatrixType.allCases.map(Optional.init) {
      guard let plan = try? contents(expert, type) else { continue }
      let fits = tensorDifference(plan) == nil
      if fits, try keyDifference(plan) == nil { return plan }
      if likely == nil || fits { likely = plan }
    }
    return try likely ?? contents(expert, nil)
  }

  private func contents(_ expert: Int, _ type: GGUFMatrixType?) throws -> GGUFContents {
    try GGUFContents(origin, expert: expert, type: type, isRefitted: isRefitted, generator: "")
  }

  /// First tensor that is extra or missing, or has another type or shape; nil if there is none.
  private func tensorDifference(_ plan: GGUFContents) -> String? {
    TensorComparison.describedDifferences(expected: plan.tensors.source, found: file)
      .first?.text(of: .expert)
  }

  private func keyDifference(_ plan: GGUFContents) throws -> String? {
    let incidental = Set(GGUFKeys.incidental)
    var expected: [String: GGUFKeyValue] = [:]
    for pair in plan.keys.pairs where !incidental.contains(pair.key) { expected[pair.key] = pair }
    for pair in try metadata.copies() where !incidental.contains(pair.key) {
      guard expected.removeValue(forKey: pair.key) == pair else {
        return "the key \(pair.key) is not the expert's"
      }
    }
    return expected.keys.min().map { "the key \($0) is missing" }
  }
}
