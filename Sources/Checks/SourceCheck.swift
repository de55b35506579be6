import ByteIO
import Checkpoints
import Containers
import DMOE
import Kernels
import Reports
import Tensors
import Work

enum SourceCheck: Check {
  static let id = "source"
  static let summary = """
    Every FFN matrix equals the source's under the file's permutation, every other tensor is \
    identical, none is missing and none is extra; for matrices stored in another type, the error \
    is given.
    """
  static let input: CheckInput? = .source

  static func applies(to subject: CheckSubject) -> Bool { subject.checkpoint.container != nil }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    guard let container = subject.checkpoint.container else { return .skipped("not a container") }
    guard let source = subject.source else {
      return .skipped("no source given", missing: .source)
    }
    guard !subject.checkpoint.isOverlay else {
      return .skipped("an overlay has no weights: its base is compared instead")
    }
    guard container.holdsDense else {
      return .skipped("the file holds experts 0…\(container.expertsHeld - 1) only")
    }
    let held = container.directory.sourceTensors
    let described = TensorComparison.describedDifferences(
      expected: subject.checkpoint, found: source)
    if let first = described.first { return .failed(first.text(of: .source)) }
    let comparison = TensorComparison(expected: DenseTensors(container), found: source.source)
    if let first = try comparison.byteDifferences(parallel: subject.context.parallel).first {
      return .failed(first.text(of: .source))
    }
    let bytes = held.filter(\.isExact).reduce(0) { $0 + $1.description.byteCount }
    let identical = "\(HumanText.count(bytes)) bytes: identical, bit for bit"
    let recoded = held.filter { !$0.isExact }
    guard !recoded.isEmpty else { return .passed("\(held.count) tensors, \(identical)") }
    let errors = try subject.context.parallel.map(recoded.count) { (index) throws(any Error) in
      try RecodingDeviation.measure(recoded[index], in: container, source: source)
    }
    return .passed(
      "\(held.count - recoded.count) tensors, \(identical); \(Self.text(errors))")
  }

  private static func text(_ errors: [RecodingDeviation]) -> String {
    let worst = errors.max { $0.relative < $1.relative }
    guard let worst else { return "" }
    let type = worst.elementType.rawValue
    guard worst.relative > 0 else {
      return "down of \(errors.count) layers as \(type), every value kept"
    }
    return "down of \(errors.count) layers as \(type), relative error at most "
      + "\(HumanText.fixed(100 * worst.relative, digits: 3)) % (layer \(worst.layer))"
  }
}
