package import Kernels
import Tensors

extension Model {
  /// The rows of the token embedding for the tokens of each window.
  ///
  /// The embedding of a large vocabulary takes gigabytes as floats: it is read in pieces, and of
  /// these only what some window needs.
  ///
  /// - Parameters:
  ///   - windows: the tokens of each window.
  ///   - parallel: the loop that reads and copies.
  /// - Returns: for each window a row of D values for each token.
  /// - Throws: what reading throws, and a token that has no row.
  package func embed(
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
      let values = try floats(of: tensor, rows: tokens, parallel: parallel)
      parallel.forEachInPlace(&embedded) { window, matrix in
        for (row, token) in windows[window].enumerated() where tokens.contains(token) {
          let start = (token - tokens.lowerBound) * columns
          matrix.values.replaceSubrange(
            row * columns..<(row + 1) * columns, with: values[start..<start + columns])
        }
      }
    }
    return embedded
  }
}
