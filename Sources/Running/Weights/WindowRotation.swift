import Architectures
import Kernels

/// Rotation of windows, whose angles may depend on their length.
struct WindowRotation: Sendable {
  private let positions: RotaryPositions
  private let headDimension: Int
  private let longest: Int
  /// Angles of the longest windows.
  private let table: RotaryEmbedding

  /// - Parameters:
  ///   - positions: rotation of a layer.
  ///   - headDimension: dimensions of a head.
  ///   - longest: length of the longest window.
  init(_ positions: RotaryPositions, headDimension: Int, longest: Int) {
    self.positions = positions
    self.headDimension = headDimension
    self.longest = longest
    table = positions.table(headDimension: headDimension, positions: longest)
  }

  /// Rotates queries and keys of a window, T × dimensions of all heads each.
  func callAsFunction(_ queries: inout Matrix, _ keys: inout Matrix) {
    let isAlike = positions.scaling.isLong(longest) == positions.scaling.isLong(queries.rows)
    let table =
      isAlike
      ? table : positions.table(headDimension: headDimension, positions: queries.rows)
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
