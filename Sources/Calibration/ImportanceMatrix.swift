import ByteIO
import GGUF
import Tensors

/// Mean squares of a model's neurons, from an importance matrix of llama.cpp
/// (`formats/imatrix.md`).
///
/// The input of a layer's down projection is its hidden values, so the sums of squares for that
/// projection measure the activation of each neuron.
package struct ImportanceMatrix: Sendable, Equatable {
  package let path: String
  /// Mean of `h_j²` over the tokens, by layer and neuron j.
  package let layers: [[Double]]
  /// Layers without evidence, because all their values are 0.
  package var layersWithoutEvidence: [Int] {
    layers.indices.filter { layer in layers[layer].allSatisfy { $0 == 0 } }
  }
  /// Names of the texts, as in the file.
  package let datasets: [String]
  /// Number of text chunks counted.
  package let chunks: Int?

  /// - Parameters:
  ///   - path: a file in either layout, detected from its first bytes.
  ///   - neurons: number of neurons of each layer.
  ///   - hiddenSize: number of values of each token in the residual stream.
  /// - Throws: ``CalibrationError`` if the file is malformed or of another model.
  package init(
    path: String, neurons: [Int], hiddenSize: Int
  ) throws(CalibrationError) {
    let file: any ByteSource
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
    for (layer, neurons) in neurons.enumerated() {
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
    for layer in neurons.indices {
      for part in ["ffn_up", "ffn_gate", "attn_q", "attn_k", "attn_v"] {
        let name = "blk.\(layer).\(part).weight"
        guard let count = try read(name)?.count, count != hiddenSize else { continue }
        throw .importanceMatrix(
          path: path, entry: name, expected: "\(hiddenSize) values, as many as hidden units",
          found: "\(count)")
      }
    }
    let beyond = "blk.\(neurons.count).ffn_down.weight"
    guard try read(beyond) == nil else {
      throw .importanceMatrix(
        path: path, entry: beyond, expected: "no entry for a layer beyond \(neurons.count - 1)",
        found: "one")
    }
    try checkUnchanged()
    guard found.joined().contains(where: { $0 > 0 }) else {
      throw .importanceMatrix(
        path: path, entry: "blk.N.ffn_down.weight", expected: "a value above 0", found: "zeros only"
      )
    }
    self.layers = found
  }
}
