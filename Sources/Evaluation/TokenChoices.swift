import ByteIO
import Experts
import Work

/// How large an expert the tokens of a text were given, and which.
package struct TokenChoices: Sendable, Equatable {
  /// For each window and token the mean over layers of width / H.
  package let meanWidths: [[Double]]
  /// For each window and token the expert in every layer; of the first windows only, where not all
  /// were wanted.
  package let experts: [[[Int]]]

  package init(meanWidths: [[Double]], experts: [[[Int]]]) {
    self.meanWidths = meanWidths
    self.experts = experts
  }
}

extension TokenChoices {
  /// What of a run is recorded.
  package struct Request: Sendable {
    package let variant: Variant
    /// How many positions at the beginning of every window are no text.
    package let skipped: Int
    /// Of how many windows the experts are kept, and not their mean width alone.
    package let windowsInFull: Int

    package init(_ variant: Variant, skipping skipped: Int, windowsInFull: Int) {
      self.variant = variant
      self.skipped = skipped
      self.windowsInFull = windowsInFull
    }
  }

  /// Adds up layer by layer, so that memory does not grow with the number of layers.
  struct Recorder {
    private let request: Request
    private var widths: [[Double]]
    private var experts: [[[Int]]]
    private var layers = 0

    init(_ request: Request, windows: [[Int]]) {
      self.request = request
      let counts = windows.map { max($0.count - request.skipped, 0) }
      widths = counts.map { [Double](repeating: 0, count: $0) }
      experts = counts.prefix(request.windowsInFull).map { [[Int]](repeating: [], count: $0) }
    }

    /// Adds what the windows used of a layer.
    mutating func add(_ uses: [VariantStreams.Use], of layer: LayerExperts) {
      layers += 1
      for (window, use) in uses.enumerated() {
        for (token, expert) in use.choices.dropFirst(request.skipped).enumerated() {
          widths[window][token] += Double(layer.widths[expert]) / Double(layer.neurons)
          if window < experts.count { experts[window][token].append(expert) }
        }
      }
    }

    func record(to writer: inout RecordWriter) {
      writer.put(widths)
      writer.put(experts)
      writer.put(layers)
    }

    mutating func restore(from reader: inout RecordReader) {
      widths = reader.take()
      experts = reader.take()
      layers = reader.take()
    }

    var choices: TokenChoices {
      let count = Double(max(layers, 1))
      return TokenChoices(meanWidths: widths.map { $0.map { $0 / count } }, experts: experts)
    }
  }
}
