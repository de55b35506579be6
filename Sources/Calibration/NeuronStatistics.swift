package import ByteIO

/// Activation sums of all neurons on calibration text; parts of a text add up.
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

  /// Part of a text that has been counted.
  package struct Part: Sendable, Hashable {
    package let textDigest: SHA256Digest
    package let context: Int
    package let beginningToken: Int?
    /// Share of the text among equal parts; `1/1` for the whole text.
    package let shard: DataShard
    /// Number of text tokens, without beginnings of windows.
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

    /// Whether both parts may share some of the text.
    ///
    /// Windows of another length, or with another beginning, divide a text at other places.
    func overlaps(_ other: Part) -> Bool {
      textDigest == other.textDigest
        && (context != other.context || (beginningToken == nil) != (other.beginningToken == nil)
          || shard.overlaps(other.shard))
    }
  }

  package var layers: [Layer]
  /// Number of positions counted, beginnings of windows included.
  package var positions: Int
  /// Fingerprint of the model.
  package let model: SHA256Digest
  package var parts: [Part]

  /// Number of text tokens counted.
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

  /// Adds statistics of another part of the text; errors name `path`.
  package mutating func merge(_ other: NeuronStatistics, path: String) throws(CalibrationError) {
    guard model == other.model else {
      throw .otherModel(
        path: path, expected: String(model.description.prefix(12)),
        found: String(other.model.description.prefix(12)))
    }
    guard layers.map(\.absoluteSum.count) == other.layers.map(\.absoluteSum.count) else {
      throw .notStatistics(
        path: path, reason: "another number of layers or neurons than in the other files")
    }
    guard !parts.isEmpty, !other.parts.isEmpty else {
      throw .notStatistics(
        path: path, reason: "they name no part of a text, and might count it twice")
    }
    for part in other.parts {
      guard let twin = parts.first(where: { $0.overlaps(part) }) else { continue }
      throw .countedTwice(
        path: path,
        part: twin.shard == part.shard
          ? "part \(part.shard) of the same text"
          : "some of part \(part.shard) of the same text")
    }
    for layer in layers.indices { layers[layer].add(other.layers[layer]) }
    positions += other.positions
    parts += other.parts
  }
}
