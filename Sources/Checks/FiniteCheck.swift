import Checkpoints
import DMOE
import Kernels
import Reports
import Tensors
import Work

enum FiniteCheck: Check {
  static let id = "finite"
  static let summary = "No floating-point tensor holds NaN or infinity."

  static func applies(to subject: CheckSubject) -> Bool { true }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    let tensors = readable(subject.checkpoint)
      .filter { $0.elementType.isFloatingPoint && $0.elementType.isDecodable }
    let done = Counter()
    let statistics = try subject.parallel.map(tensors.count) { (index) throws(any Error) in
      let tensor = tensors[index]
      let found = try TensorStatistics(
        tensor.elementType, byteCount: tensor.byteCount, read: tensor.read)
      subject.progress.report(
        "Reading values", unit: "tensors", done: done.increment(), of: tensors.count)
      return found
    }
    for (tensor, found) in zip(tensors, statistics) where found.nan + found.infinity > 0 {
      return .failed("\(tensor.title): \(found.nan) NaN, \(found.infinity) infinite values")
    }
    return .passed(
      "\(HumanText.count(statistics.reduce(0) { $0 + $1.count })) values of \(tensors.count) tensors"
    )
  }

  private struct Readable: Sendable {
    let title: String
    let elementType: ElementType
    let byteCount: Int
    let read: @Sendable (Range<Int>) throws(TensorError) -> [UInt8]
  }

  /// What is stored, without putting anything together: order does not matter to a value.
  private static func readable(_ checkpoint: Checkpoint) -> [Readable] {
    switch checkpoint.storage {
    case .dense(let storage): readable(storage.source)
    case .container(let reader): readable(reader)
    case .overlay(let reader, let base): readable(reader) + readable(base.source)
    }
  }

  private static func readable(_ source: any TensorSource) -> [Readable] {
    source.tensors.map { tensor in
      Readable(
        title: tensor.name.text, elementType: tensor.elementType, byteCount: tensor.byteCount
      ) { (range) throws(TensorError) in try source.read(tensor.name, range) }
    }
  }

  private static func readable(_ reader: DMOEReader) -> [Readable] {
    reader.sectionsHeld.flatMap(\.tensors).map { tensor in
      Readable(
        title: tensor.title, elementType: tensor.elementType, byteCount: tensor.byteCount
      ) { (range) throws(TensorError) in try reader.read(tensor, range) }
    }
  }
}
