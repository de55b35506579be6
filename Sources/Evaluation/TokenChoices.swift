import ByteIO
import Experts
import Work

/// Experts chosen for the tokens of a text, and their widths.
package struct TokenChoices: Sendable, Equatable {
  /// Share of the neurons of all layers, for each window and token.
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
    /// Sum over layers of H / mean H.
    private var full = 0.0

    init(_ request: Request, windows: [[Int]]) {
      self.request = request
      let counts = windows.map { max($0.count - request.skipped, 0) }
      widths = counts.map { [Double](repeating: 0, count: $0) }
      experts = counts.prefix(request.windowsInFull).map { [[Int]](repeating: [], count: $0) }
    }

    /// Adds the choices of all windows in a layer.
    mutating func add(_ uses: [VariantStreams.Use], of layer: LayerExperts) {
      full += Double(layer.neurons) / layer.meanNeurons
      for (window, use) in uses.enumerated() {
        for (token, expert) in use.choices.dropFirst(request.skipped).enumerated() {
          widths[window][token] += Double(layer.widths[expert]) / layer.meanNeurons
          if window < experts.count { experts[window][token].append(expert) }
        }
      }
    }

    func record(to writer: inout RecordWriter) {
      writer.put(widths)
      writer.put(experts)
      writer.put([full])
    }

    mutating func restore(from reader: inout RecordReader) {
      widths = reader.take()
      experts = reader.take()
      let sums: [Double] = reader.take()
      guard let sum = sums.first else {
        reader.refuse()
        return
      }
      full = sum
    }

    var choices: TokenChoices {
      let full = full > 0 ? full : 1
      return TokenChoices(meanWidths: widths.map { $0.map { $0 / full } }, experts: experts)
    }
  }
}
