import Glibc

/// Mapping from values to positions in a drawing.
struct Scale {
  enum Kind { case linear, logarithmic }

  let kind: Kind
  let domain: ClosedRange<Double>
  /// Positions of both ends of the domain, in units of the drawing.
  let start: Double
  let end: Double

  /// Scale over a domain, which must be positive if logarithmic; an empty domain is widened.
  init(_ kind: Kind, _ domain: ClosedRange<Double>, from start: Double, to end: Double) {
    let isPoint = !(domain.upperBound - domain.lowerBound > 0)
    self.kind = kind
    self.domain = isPoint ? domain.lowerBound...domain.lowerBound * 1.1 + 1e-9 : domain
    self.start = start
    self.end = end
  }

  func position(of value: Double) -> Double {
    let (low, high) = (form(domain.lowerBound), form(domain.upperBound))
    return start + (form(value) - low) / (high - low) * (end - start)
  }

  private func form(_ value: Double) -> Double { kind == .linear ? value : log(value) }

  /// Round values at least `room` apart, so that each can have a label.
  func ticks(every room: Double) -> [Double] {
    kind == .linear ? linearTicks(every: room) : logarithmicTicks(every: room)
  }

  private func linearTicks(every room: Double) -> [Double] {
    let span = domain.upperBound - domain.lowerBound
    let least = span * room / abs(end - start)
    guard least > 0, least.isFinite else { return [] }
    let unit = pow(10, log10(least).rounded(.down))
    let step = [1, 2, 2.5, 5, 10].map { $0 * unit }.first { $0 >= least * 0.999 } ?? 10 * unit
    let first = (domain.lowerBound / step - 1e-9).rounded(.up)
    let last = (domain.upperBound / step + 1e-9).rounded(.down)
    guard last >= first, last - first < 100 else { return [] }
    return (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  /// Powers of ten first, then the roundest values between them.
  private func logarithmicTicks(every room: Double) -> [Double] {
    let low = log10(domain.lowerBound).rounded(.down)
    let high = log10(domain.upperBound).rounded(.up)
    guard low.isFinite, high.isFinite, high - low < 100 else { return [] }
    let powers = stride(from: low, through: high, by: 1).map { pow(10, $0) }
    var kept: [Double] = []
    for factors in [[1], [2, 5], [1.5, 3, 7], [1.2], [1.1, 1.3], [1.05], [1.02], [1.01]] {
      for value in powers.flatMap({ power in factors.map { $0 * power } }) {
        guard value >= domain.lowerBound * (1 - 1e-9), value <= domain.upperBound * (1 + 1e-9)
        else { continue }
        let place = position(of: value)
        if kept.allSatisfy({ abs(position(of: $0) - place) >= room }) { kept.append(value) }
      }
    }
    return kept.sorted()
  }
}
