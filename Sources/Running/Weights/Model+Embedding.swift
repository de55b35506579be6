import Architectures
package import Checkpoints
package import Kernels
import Tensors

extension Model {
  /// Embeds the tokens of each window, as input of the first layer.
  ///
  /// - Parameters:
  ///   - windows: the tokens of each window.
  ///   - parallel: the loop that reads and copies.
  /// - Returns: for each window a row of D values for each token.
  /// - Throws: ``ModelError`` if reading fails, a token has no row or a window is too long for
  ///   learned positions.
  package func embed(
    _ windows: [[Int]], parallel: Parallel
  ) throws(ModelError) -> [Matrix] {
    var embedded = try tokenRows(windows, parallel: parallel)
    if configuration.embeddingScale != 1 {
      let scale = Float(configuration.embeddingScale)
      parallel.forEachInPlace(&embedded) { $1.multiply(by: scale) }
    }
    if let positions = try matrix(.positionEmbedding, parallel: parallel) {
      let first = family.firstPosition
      let longest = windows.map(\.count).max() ?? 0
      guard first + longest <= positions.rows else {
        throw .windowTooLong(path: path, positions: longest, limit: positions.rows - first)
      }
      parallel.forEachInPlace(&embedded) { _, matrix in
        matrix.add(positions.rows(first..<first + matrix.rows))
      }
    }
    if let types = try matrix(.tokenTypeEmbedding, parallel: parallel) {
      // Every token has the type of a first sentence.
      parallel.forEachInPlace(&embedded) { $1.add(toEveryRow: types[0]) }
    }
    if let norm = try norm(.embeddingNorm, parallel: parallel) {
      parallel.forEachInPlace(&embedded) { $1 = norm($1) }
    }
    return embedded
  }

  /// Rows of the token embedding.
  ///
  /// The embedding of a large vocabulary takes gigabytes as floats, so it is read in pieces, and
  /// only the pieces that some window needs.
  private func tokenRows(
    _ windows: [[Int]], parallel: Parallel
  ) throws(ModelError) -> [Matrix] {
    guard let name = tensorName(.tokenEmbedding).map({ TensorName($0) }),
      let tensor = checkpoint.tensor(name)
    else { throw .missingTensor(path: path, name: "\(TensorRole.tokenEmbedding)") }
    let (rows, columns) = (tensor.shape[0], tensor.shape[1])
    for token in windows.joined() where token < 0 || token >= rows {
      throw .tokenOutOfRange(path: path, token: token, rows: rows)
    }
    var embedded = windows.map { Matrix(rows: $0.count, columns: columns) }
    let pieceRows = max((1 << 24) / columns, 1)
    for piece in Set(windows.joined().map { $0 / pieceRows }).sorted() {
      let tokens = piece * pieceRows..<min((piece + 1) * pieceRows, rows)
      let values = try floats(
        of: tensor, rows: tokens, mayBeInfinite: true, parallel: parallel)
      parallel.forEachInPlace(&embedded) { window, matrix in
        for (row, token) in windows[window].enumerated() where tokens.contains(token) {
          let start = (token - tokens.lowerBound) * columns
          matrix.values.replaceSubrange(
            row * columns..<(row + 1) * columns, with: values[start..<start + columns])
        }
      }
    }
    // Rows that no window needs may hold anything.
    for (window, matrix) in embedded.enumerated() {
      guard let row = matrix.firstRowNotFinite else { continue }
      try checkFinite(
        Array(matrix[row]), of: tensor, from: windows[window][row] * columns, parallel: parallel)
    }
    return embedded
  }
}
