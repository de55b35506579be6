/// Shape of the points of a series, so that series differ without colour.
enum Marker {
  case circle, square, triangle, diamond, cross, ring, star

  /// SVG path data of the shape, about five units around the point.
  func path(x: Double, y: Double) -> String {
    let start = "M\(PageText.length(x)) \(PageText.length(y))"
    return switch self {
    case .circle: start + "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z"
    case .square: start + "m-4.5 -4.5h9v9h-9z"
    case .triangle: start + "m0 -5.8l5.4 9.6h-10.8z"
    case .diamond: start + "m0 -6l6 6l-6 6l-6 -6z"
    case .cross: start + "m-4.5 -4.5l9 9m0 -9l-9 9"
    case .ring: start + "m-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z"
    case .star: start + "m-6 0h12m-6 -6v12m-4 -10l8 8m0 -8l-8 8"
    }
  }
}
