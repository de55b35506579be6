import Architectures
import Kernels

/// Rotation of windows, whose angles may depend on their length.
struct WindowRotation: Sendable {
  private let positions: RotaryPositions
  private let headDimension: Int
  private let longest: Int
  private let omitted: Int
  /// Angles of the longest windows.
  private let table: RotaryEmbedding

  /// - Parameters:
  ///   - positions: rotation of a layer.
  ///   - headDimension: dimensions of a head.
  ///   - longest: rows of the longest window.
  ///   - omitted: tokens of each window that have no row.
  init(_ positions: RotaryPositions, headDimension: Int, longest: Int, omitted: Int) {
    self.positions = positions
    self.headDimension = headDimension
    self.longest = longest
    self.omitted = omitted
    table = positions.table(
      headDimension: headDimension, positions: longest, length: longest + omitted)
  }

  /// Rotates queries and keys of a window, T × dimensions of all heads each.
  func callAsFunction(_ queries: inout Matrix, _ keys: inout Matrix) {
    let rows = queries.rows
    let scaling = positions.scaling
    let table =
      scaling.isLong(longest + omitted) == scaling.isLong(rows + omitted)
      ? table
      : positions.table(headDimension: headDimension, positions: rows, length: rows + omitted)
    table.rotate(&queries)
    table.rotate(&keys)
  }
}

extension RotaryScaling {
  /// Whether a window of a length has other angles than a short one.
  ///
  /// As in Transformers, `dynamic` keeps the angles of the longest window for all that are not
  /// shorter than the original ones.
  fileprivate func isLong(_ length: Int) -> Bool {
    switch self {
    case .none, .linear, .llama3, .yarn: false
    case .dynamic(_, let original): Double(length) >= original
    case .long(_, _, let original, _): length > original
    }
  }
}
