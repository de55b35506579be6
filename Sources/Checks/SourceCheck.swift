import ByteIO
import Checkpoints
import Containers
import DMOE
import Kernels
import Reports
import Tensors

enum SourceCheck: Check {
  static let id = "source"
  static let summary = """
    With --against: every FFN matrix is the source's under the file's permutation, every other \
    tensor is identical, none is missing and none is extra; of what is stored in another type the \
    error is told.
    """

  static func applies(to subject: CheckSubject) -> Bool { subject.checkpoint.container != nil }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    guard let container = subject.checkpoint.container else { return .skipped("not a container") }
    guard let source = subject.source else { return .skipped("no source given (--against)") }
    guard !subject.checkpoint.isOverlay else {
      return .skipped("an overlay has no weights: --base compares")
    }
    guard container.holdsDense else {
      return .skipped("the file holds experts 0…\(container.expertsHeld - 1) only")
    }
    let held = container.directory.sourceTensors
    let names = Set(held.map(\.description.name))
    if let missing = source.tensors.first(where: { !names.contains($0.name) }) {
      return .failed("the source's tensor \(missing.name) is missing")
    }
    if let extra = held.first(where: { source.tensor($0.description.name) == nil }) {
      return .failed("the tensor \(extra.description.name) is not in the source")
    }
    let dense = DenseReconstruction(container: container)
    let differences = try subject.parallel.map(held.count) { (index) throws(any Error) -> String? in
      try difference(held[index], source, dense)
    }
    if let first = differences.compactMap({ $0 }).first { return .failed(first) }
    let bytes = held.filter(\.isExact).reduce(0) { $0 + $1.description.byteCount }
    let identical = "\(HumanText.count(bytes)) bytes: identical, bit for bit"
    let recoded = held.filter { !$0.isExact }
    guard !recoded.isEmpty else { return .passed("\(held.count) tensors, \(identical)") }
    let errors = try subject.parallel.map(recoded.count) { (index) throws(any Error) in
      try RecodingError.measure(recoded[index], in: container, source: source)
    }
    return .passed(
      "\(held.count - recoded.count) tensors, \(identical); \(Self.text(errors))")
  }

  private static func text(_ errors: [RecodingError]) -> String {
    let worst = errors.max { $0.relative < $1.relative }
    guard let worst else { return "" }
    let type = worst.elementType.rawValue
    guard worst.relative > 0 else {
      return "down of \(errors.count) layers as \(type), every value kept"
    }
    return "down of \(errors.count) layers as \(type), relative error at most "
      + "\(HumanText.fixed(100 * worst.relative, digits: 3)) % (layer \(worst.layer))"
  }

  /// How a tensor differs from the source's; nil if not in a single bit.
  private static func difference(
    _ held: DMOEDirectory.SourceTensor, _ source: Checkpoint, _ dense: DenseReconstruction
  ) throws -> String? {
    let name = held.description.name
    guard source.tensor(name) == held.description else {
      return "\(name): type or shape differ from the source's"
    }
    guard held.isExact else { return nil }
    var difference: Int?
    try dense.forEachPiece(of: held) { offset, rebuilt in
      let original = try source.source.read(name, offset..<offset + rebuilt.count)
      guard difference == nil, rebuilt != original else { return }
      difference = zip(rebuilt, original).enumerated().first { $0.element.0 != $0.element.1 }
        .map { offset + $0.offset }
    }
    return difference.map { "\(name): differs from the source, first at its byte \($0)" }
  }
}
