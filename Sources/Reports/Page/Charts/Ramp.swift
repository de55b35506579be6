/// Colour ramp from blue to orange, readable with red-green colour blindness and in greyscale.
enum Ramp {
  private static let stops: [(Double, Double, Double)] = [
    (0, 114, 178), (90, 155, 205), (155, 160, 165), (205, 160, 75), (230, 159, 0),
  ]

  /// Colour of a share from 0 to 1.
  static func color(_ share: Double) -> String {
    let place = min(max(share, 0), 1) * Double(stops.count - 1)
    let index = min(Int(place), stops.count - 2)
    let rest = place - Double(index)
    let (from, to) = (stops[index], stops[index + 1])
    func mix(_ a: Double, _ b: Double) -> String {
      let hex = String(Int((a + (b - a) * rest).rounded()), radix: 16)
      return hex.count == 1 ? "0" + hex : hex
    }
    return "#" + mix(from.0, to.0) + mix(from.1, to.1) + mix(from.2, to.2)
  }

  /// Colour of one of `count` items in an order.
  static func color(_ index: Int, of count: Int) -> String {
    color(count > 1 ? Double(index) / Double(count - 1) : 0)
  }
}
