package import ByteIO

/// How strongly every neuron fired on calibration text, as sums that add up over parts of it.
package struct NeuronStatistics: Sendable, Equatable {
  package struct Layer: Sendable, Equatable {
    /// `Σ_t |h_j(t)|` for each neuron j.
    package var absoluteSum: [Double]
    /// `Σ_t h_j(t)²` for each neuron j.
    package var squareSum: [Double]

    package init(neurons: Int) {
      absoluteSum = [Double](repeating: 0, count: neurons)
      squareSum = absoluteSum
    }

    package mutating func add(_ other: Layer) {
      for neuron in absoluteSum.indices {
        absoluteSum[neuron] += other.absoluteSum[neuron]
        squareSum[neuron] += other.squareSum[neuron]
      }
    }
  }

  /// A stretch of text that has been counted.
  package struct Part: Sendable, Hashable {
    package let textDigest: SHA256Digest
    package let context: Int
    package let beginningToken: Int?
    /// Which of how many equal stretches of the text: `1/1` for all of it.
    package let shard: DataShard
    /// Text tokens.
    package let tokens: Int

    package init(
      textDigest: SHA256Digest, context: Int, beginningToken: Int?, shard: DataShard, tokens: Int
    ) {
      self.textDigest = textDigest
      self.context = context
      self.beginningToken = beginningToken
      self.shard = shard
      self.tokens = tokens
    }

    /// Whether something of the text is in both.
    func overlaps(_ other: Part) -> Bool {
      textDigest == other.textDigest && shard.overlaps(other.shard)
    }
  }

  package var layers: [Layer]
  /// The positions that were counted, beginnings of windows included.
  package var positions: Int
  /// The fingerprint of the model.
  package let model: SHA256Digest
  package var parts: [Part]

  /// The text tokens that were counted.
  package var tokens: Int { parts.reduce(0) { $0 + $1.tokens } }

  package init(layers: [Layer], positions: Int, model: SHA256Digest, parts: [Part]) {
    self.layers = layers
    self.positions = positions
    self.model = model
    self.parts = parts
  }

  /// Statistics of windows of a text.
  package init(
    layers: [Layer], windows: [[Int]], of text: TextTokens, shard: DataShard = .whole,
    model: SHA256Digest
  ) {
    let positions = windows.reduce(0) { $0 + $1.count }
    let beginnings = text.beginningToken == nil ? 0 : windows.count
    self.init(
      layers: layers, positions: positions, model: model,
      parts: [
        Part(
          textDigest: text.digest, context: text.context, beginningToken: text.beginningToken,
          shard: shard, tokens: positions - beginnings)
      ])
  }

  /// Adds statistics of another part of the text; `path` names them in errors.
  package mutating func merge(_ other: NeuronStatistics, path: String) throws(CalibrationError) {
    guard model == other.model else {
      throw .otherModel(
        path: path, expected: String(model.description.prefix(12)),
        found: String(other.model.description.prefix(12)))
    }
    guard layers.map(\.absoluteSum.count) == other.layers.map(\.absoluteSum.count) else {
      throw .notStatistics(path: path, reason: "layers or neurons are not as in the other files")
    }
    for part in other.parts {
      guard let twin = parts.first(where: { $0.overlaps(part) }) else { continue }
      throw .countedTwice(
        path: path,
        part: twin.shard == part.shard
          ? "part \(part.shard) of the same text"
          : "a stretch of part \(part.shard) of the same text")
    }
    for layer in layers.indices { layers[layer].add(other.layers[layer]) }
    positions += other.positions
    parts += other.parts
  }
}
