import ByteIO
import GGUF
import Tensors

/// The mean squares of the neurons of a model, from an importance matrix of llama.cpp
/// (`formats/imatrix.md`).
///
/// What enters a layer's down projection are its hidden values, so the squares that were summed for
/// that projection tell how strongly each neuron fired.
package struct ImportanceMatrix: Sendable, Equatable {
  package let path: String
  /// For each layer the mean of `h_j²` over the tokens, for each neuron j.
  package let layers: [[Double]]
  /// The names of the texts, as the file has them.
  package let datasets: [String]
  /// How many stretches of text were counted.
  package let chunks: Int?

  /// - Parameters:
  ///   - path: a file in either layout, told apart by its first bytes.
  ///   - layers: how many layers the model has.
  ///   - neurons: how many neurons each has.
  /// - Throws: a file that is malformed, or of another model.
  package init(path: String, layers: Int, neurons: Int) throws(CalibrationError) {
    let file: InputFile
    let isGGUF: Bool
    do {
      file = try InputFile(path: path)
      isGGUF = try file.read(at: 0, count: min(4, file.length)) == Array("GGUF".utf8)
    } catch {
      throw .file(error)
    }
    self.path = path
    let read: (String) throws(CalibrationError) -> [Double]?
    var checkUnchanged: () throws(CalibrationError) -> Void = {}
    if isGGUF {
      let matrix = try GGUFImportanceMatrix(path: path)
      (datasets, chunks) = (matrix.datasets, matrix.chunks)
      read = { (name) throws(CalibrationError) in try matrix.meanSquares(of: name) }
      checkUnchanged = matrix.checkUnchanged
    } else {
      let matrix = try LegacyImportanceMatrix(file)
      (datasets, chunks) = (matrix.datasets, matrix.chunks)
      read = { (name) throws(CalibrationError) in try matrix.meanSquares(of: name) }
    }
    var found: [[Double]] = []
    for layer in 0..<layers {
      let name = "blk.\(layer).ffn_down.weight"
      guard let values = try read(name) else {
        throw .importanceMatrix(path: path, entry: name, expected: "an entry", found: "none")
      }
      guard values.count == neurons else {
        throw .importanceMatrix(
          path: path, entry: name, expected: "\(neurons) values, as many as neurons",
          found: "\(values.count)")
      }
      if let neuron = values.firstIndex(where: { !$0.isFinite || $0 < 0 }) {
        throw .importanceMatrix(
          path: path, entry: name, expected: "squares that are finite and not negative",
          found: "\(values[neuron]) for neuron \(neuron)")
      }
      found.append(values)
    }
    try checkUnchanged()
    self.layers = found
  }
}
