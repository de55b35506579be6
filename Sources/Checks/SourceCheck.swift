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
    identical, as are the files beside the weights, none is missing and none is extra; for matrices stored in another type, the error \
    is given. Of a part, the largest expert is compared; of an overlay, the digests.
    """
  static let input: CheckInput? = .source

  static func applies(to subject: CheckSubject) -> Bool { subject.checkpoint.container != nil }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    guard let container = subject.checkpoint.container else { return .skipped("not a container") }
    guard let source = subject.source else {
      return .skipped("no source given", missing: .source)
    }
    let described = TensorComparison.describedDifferences(
      expected: subject.checkpoint, found: source)
    if let first = described.first { return .failed(first.text(of: .source)) }
    if let other = try CompanionDifference.first(of: subject.checkpoint, from: source) {
      return .failed(other)
    }
    if subject.checkpoint.isOverlay { return try overlay(container, source.source, subject) }
    guard container.holdsDense else { return try expert(container, source.source, subject) }
    let held = container.directory.sourceTensors
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

  /// Compares the source with the digests of an overlay, which has no weights of its own.
  private static func overlay(
    _ container: DMOEReader, _ source: any TensorSource, _ subject: CheckSubject
  ) throws -> CheckOutcome {
    let tensors = container.directory.sourceTensors
    let matches = try subject.context.parallel.map(tensors.count) { (index) throws(any Error) in
      try source.digest(of: tensors[index].description.name) == tensors[index].digest
    }
    if let wrong = matches.firstIndex(of: false) {
      return .failed(
        "\(tensors[wrong].description.name): SHA-256 differs from the one in the overlay")
    }
    return .passed("\(tensors.count) tensors have the SHA-256 in the overlay")
  }

  /// Compares the largest expert of a file that lacks the full one.
  private static func expert(
    _ container: DMOEReader, _ source: any TensorSource, _ subject: CheckSubject
  ) throws -> CheckOutcome {
    let expert = container.expertsHeld - 1
    let names = container.directory.sourceTensors.filter(\.isExact).map(\.description.name)
    let comparison = TensorComparison(
      expected: ExpertTensors(container, base: nil, expert: expert),
      found: ExpertTensors(container, base: source, expert: expert))
    let differences = try subject.context.parallel.map(names.count) { (index) throws(any Error) in
      try comparison.byteDifference(of: names[index])
    }
    if let first = differences.lazy.compactMap(\.self).first {
      return .failed("in expert \(expert), \(first.text(of: .source))")
    }
    let recoded = container.directory.sourceTensors.count - names.count
    return .passed(
      "\(names.count) tensors, cut to expert \(expert): identical, bit for bit"
        + (recoded == 0 ? "" : "; \(recoded) are stored in another type, and not compared"))
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
