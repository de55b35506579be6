import ByteIO
import Experts
import Work

/// Experts chosen for the tokens of a text, and their widths.
package struct TokenChoices: Sendable, Equatable {
  /// Mean over layers of width / H, for each window and token.
  package let meanWidths: [[Double]]
  /// Expert in every layer, for each window and token; only the first windows if not all were
  /// requested.
  package let experts: [[[Int]]]

  package init(meanWidths: [[Double]], experts: [[[Int]]]) {
    self.meanWidths = meanWidths
    self.experts = experts
  }
}

extension TokenChoices {
  /// Variant whose choices are recorded, and how much of each window.
  package struct Request: Sendable {
    package let variant: Variant
    /// Number of positions at the beginning of every window that are not text.
    package let skipped: Int
    /// Number of windows whose experts are kept; of the others only the mean widths are.
    package let windowsInFull: Int

    package init(_ variant: Variant, skipping skipped: Int, windowsInFull: Int) {
      self.variant = variant
      self.skipped = skipped
      self.windowsInFull = windowsInFull
    }
  }

  /// Sums widths layer by layer; only windows kept in full take memory for each layer.
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

    /// Adds the choices of all windows in a layer.
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
