import Checkpoints
import DMOE
import Kernels
import Reports
import Tensors
import Work

enum FiniteCheck: Check {
  static let id = "finite"
  static let summary = "No floating-point tensor that is read holds NaN or infinity."

  static func applies(to subject: CheckSubject) -> Bool { true }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    let tensors = try Self.tensors(of: subject.checkpoint).filter {
      $0.description.elementType.isFloatingPoint && $0.description.elementType.isDecodable
        && !Model.isBuffer($0.description.name)
    }
    let done = Counter()
    let statistics = try subject.context.parallel.map(tensors.count) { (index) throws(any Error) in
      let found = try TensorStatistics(tensors[index])
      subject.context.progress.report(
        .readingValues, done: done.increment(), of: tensors.count)
      return found
    }
    for (tensor, found) in zip(tensors, statistics) where found.nan + found.infinity > 0 {
      return .failed(
        "\(tensor.description.name): \(found.nan) NaN, \(found.infinity) infinite values")
    }
    return .passed(
      "\(HumanText.count(statistics.reduce(0) { $0 + $1.count })) values of \(tensors.count) tensors"
    )
  }

  /// The tensors as stored: the order of values does not matter here.
  private static func tensors(of checkpoint: Checkpoint) throws(TensorError) -> [OpenTensor] {
    var tensors: [OpenTensor] = []
    if let container = checkpoint.container {
      tensors += container.sectionsHeld.flatMap(\.tensors).map { container.open($0) }
      guard checkpoint.base != nil else { return tensors }
    }
    let source = checkpoint.source
    for tensor in source.tensors { tensors.append(try source.open(tensor.name)) }
    return tensors
  }
}
