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

enum GGUFCheck: Check {
  static let id = "gguf"
  static let summary = """
    Of an exported GGUF file, with --against FILE.dmoe: it is the file's expert of its widths, every \
    tensor bit for bit, encoded anew where it is quantised, none missing and none extra; its keys are \
    those of the expert.
    """

  static func applies(to subject: CheckSubject) -> Bool {
    guard case .dense(.gguf) = subject.checkpoint.storage else { return false }
    return subject.source?.container != nil
  }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    guard let origin = subject.source, let container = origin.container,
      let metadata = try subject.checkpoint.metadata()
    else { return .skipped("no .dmoe given (--against)") }
    return try Comparison(
      file: subject.checkpoint, metadata: metadata, origin: origin, container: container,
      parallel: subject.parallel
    ).outcome()
  }
}

/// A GGUF file and the container that it should be an expert of.
private struct Comparison {
  let file: Checkpoint
  let metadata: GGUFMetadata
  let origin: Checkpoint
  let container: DMOEReader
  let parallel: Parallel

  func outcome() throws -> CheckOutcome {
    let widths = try widths()
    let directory = container.directory
    let matching = (0..<container.expertsHeld).first { expert in
      directory.widths.map { $0[expert] } == widths
    }
    guard let expert = matching else {
      let known = directory.widths.first?.prefix(container.expertsHeld).map(String.init)
      return .failed(
        "its layers have \(Set(widths).sorted().map(String.init).joined(separator: ", ")) neurons, "
          + "the experts of the file \(known?.joined(separator: ", ") ?? "")")
    }
    let plan = try plan(expert)
    if let difference = try tensorDifference(plan) ?? keyDifference(plan) {
      return .failed(difference)
    }
    for index in plan.tensors.items.indices {
      if let difference = try difference(of: index, plan) { return .failed(difference) }
    }
    let bytes = plan.tensors.items.reduce(0) { $0 + $1.description.byteCount }
    return .passed(
      (plan.expert.isDense ? "the dense model" : "expert \(expert)")
        + " in \(plan.types.prefix(2).joined(separator: " and ")): \(plan.tensors.items.count) tensors, "
        + "\(HumanText.count(bytes)) bytes: identical")
  }

  /// For each layer how many neurons it has.
  private func widths() throws -> [Int] {
    let architecture = try metadata.string("general.architecture")
    let key = "\(architecture).\(GGUFModelKey.intermediateSize.rawValue)"
    guard metadata.entry(key)?.type != .array else { return try metadata.ints(key) }
    return Array(repeating: try metadata.int(key), count: container.directory.model.layers)
  }

  /// The export in the type that the file is of: as it would be without a choice, or with one that gives
  /// its tensors and keys.
  private func plan(_ expert: Int) throws -> GGUFPlan {
    var likely: GGUFPlan?
    for type in [nil] + GGUFMatrixType.allCases.map(Optional.init) {
      guard let plan = try? GGUFPlan(origin, expert: expert, type: type, generator: "") else {
        continue
      }
      let fits = tensorDifference(plan) == nil
      if fits, try keyDifference(plan) == nil { return plan }
      if likely == nil || fits { likely = plan }
    }
    return try likely ?? GGUFPlan(origin, expert: expert, type: nil, generator: "")
  }

  /// How names, shapes or types differ; nil if they do not.
  private func tensorDifference(_ plan: GGUFPlan) -> String? {
    let names = Set(plan.tensors.items.map(\.description.name))
    if let extra = file.tensors.first(where: { !names.contains($0.name) }) {
      return "the tensor \(extra.name) is not of the expert"
    }
    for tensor in plan.tensors.items.map(\.description) where file.tensor(tensor.name) != tensor {
      return file.tensor(tensor.name) == nil
        ? "the tensor \(tensor.name) is missing"
        : "\(tensor.name): type or shape differ from the expert's"
    }
    return nil
  }

  private func keyDifference(_ plan: GGUFPlan) throws -> String? {
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

  /// Where a tensor differs; nil if not in a single bit.
  private func difference(of index: Int, _ plan: GGUFPlan) throws -> String? {
    let name = plan.tensors.items[index].description.name
    let source = file.source
    let place = Mutex<Int?>(nil)
    try plan.tensors.forEachPiece(of: index, parallel: parallel) { offset, expected in
      let found = try source.read(name, offset..<offset + expected.count)
      guard found != expected else { return }
      let pairs = zip(found, expected).enumerated()
      if let first = pairs.first(where: { $0.element.0 != $0.element.1 }) {
        place.withLock { $0 = min($0 ?? .max, offset + first.offset) }
      }
    }
    return place.withLock { $0 }.map { "\(name): differs from the expert, first at its byte \($0)" }
  }
}
