import DMOE
import Kernels
import Tensors

/// A tensor of an expert row by row: what lies in the file as it shall is read when it is asked for,
/// all else has been put together.
struct ExpertRows: Sendable {
  let elementType: ElementType
  let rowCount: Int
  /// Of a row as it is stored.
  let rowElements: Int
  /// The elements that are taken of each row; nil for all.
  private let columns: [Int]?
  private let read: @Sendable (Range<Int>) throws -> [UInt8]

  /// Rows that are at hand.
  init(_ bytes: [UInt8], _ elementType: ElementType, shape: [Int]) {
    self.init(elementType, shape: shape) { Array(bytes[$0]) }
  }

  init(
    _ elementType: ElementType, shape: [Int], columns: [Int]? = nil,
    read: @escaping @Sendable (Range<Int>) throws -> [UInt8]
  ) {
    self.elementType = elementType
    rowElements = shape.last ?? 1
    rowCount = shape.dropLast().reduce(1, *)
    self.columns = columns
    self.read = read
  }

  /// The elements of some rows in another type, or as they are.
  func encoded(
    _ rows: Range<Int>, as type: ElementType, adding offset: Float
  ) throws -> [UInt8] {
    let block = elementType.block
    let start = rows.lowerBound * rowElements / block.elements * block.bytes
    let end = rows.upperBound * rowElements / block.elements * block.bytes
    let bytes = try read(start..<end)
    guard type != elementType || offset != 0 || columns != nil else { return bytes }
    var values = [Float](repeating: 0, count: rows.count * rowElements)
    var span = values.mutableSpan
    elementType.decode(bytes, into: &span)
    if let columns {
      var taken: [Float] = []
      taken.reserveCapacity(rows.count * columns.count)
      for start in stride(from: 0, to: values.count, by: rowElements) {
        for column in columns { taken.append(values[start + column]) }
      }
      values = taken
    }
    if offset != 0 { for index in values.indices { values[index] += offset } }
    if let limit = type.limit, values.contains(where: { $0.isFinite && $0.magnitude > limit }) {
      throw ValueBeyondType()
    }
    return type.encode(values)
  }
}

/// A value that its new type cannot hold; who asks knows of which tensor.
struct ValueBeyondType: Error {}

extension ElementType {
  /// The largest magnitude that a type, or the scale of its blocks, can hold; nil where any float fits.
  fileprivate var limit: Float? {
    let half = Float(Float16.greatestFiniteMagnitude)
    return switch self {
    case .f16: half
    case .q80: 127 * half
    case .q40: 8 * half
    default: nil
    }
  }
}
