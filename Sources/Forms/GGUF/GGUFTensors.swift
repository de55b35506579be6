package import Architectures
import Containers
import DMOE
package import Kernels
package import Tensors

/// The tensors of a GGUF file that holds one expert.
package struct GGUFTensors: Sendable {
  /// A tensor, and where its elements come from.
  package struct Item: Sendable {
    package enum Content: Sendable {
      case values([Float])
      /// A tensor of the source, by its number.
      case source(Int, TensorLayout.Arrangement)
    }

    package let description: TensorDescription
    package let content: Content
  }

  private let expert: ExpertWeights
  package let items: [Item]
  /// The tensors that have another type than was to be expected, by what is to be said of them.
  package let exceptions: [String: [TensorName]]

  init(_ expert: ExpertWeights, items: [Item], exceptions: [String: [TensorName]]) {
    self.expert = expert
    self.items = items
    self.exceptions = exceptions
  }

  /// About as many elements are in memory for each thread, beside a tensor that must be put together.
  private static let pieceElements = 1 << 21

  /// Gives the bytes of a tensor in pieces, from several threads.
  package func forEachPiece(
    of index: Int, parallel: Parallel, _ body: @Sendable (_ offset: Int, [UInt8]) throws -> Void
  ) throws {
    let item = items[index]
    let type = item.description.elementType
    guard case .source(let source, let arrangement) = item.content else {
      if case .values(let values) = item.content { try body(0, type.encode(values)) }
      return
    }
    let rows = try expert.rows(of: source, arrangement)
    guard rows.rowCount > 0 else { return }
    let rowBytes = item.description.byteCount / rows.rowCount
    let step = max(Self.pieceElements / max(rows.rowElements, 1), 1)
    do {
      try parallel.forEach((rows.rowCount + step - 1) / step) { (piece) throws(any Error) in
        let range = piece * step..<min((piece + 1) * step, rows.rowCount)
        try body(
          range.lowerBound * rowBytes,
          rows.encoded(range, as: type, adding: arrangement.offset))
      }
    } catch is ValueBeyondType {
      throw FormError.beyondType(tensor: item.description.name.text, type: type)
    }
  }
}
