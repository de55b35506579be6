/// Layout of labels that cover neither points nor each other.
struct LabelLayout {
  private typealias Box = (x: Double, y: Double, width: Double, height: Double)

  private let left: Double
  private let right: Double
  private let top: Double
  private let bottom: Double
  private var taken: [Box] = []

  init(left: Double, right: Double, top: Double, bottom: Double) {
    self.left = left
    self.right = right
    self.top = top
    self.bottom = bottom
  }

  mutating func block(_ x: Double, _ y: Double, _ width: Double, _ height: Double) {
    taken.append((x, y, width, height))
  }

  mutating func block(around point: (x: Double, y: Double), radius: Double) {
    block(point.x - radius, point.y - radius, 2 * radius, 2 * radius)
  }

  /// Reserves a free box beside a point and returns its upper left corner; nil if none is free.
  mutating func place(
    width: Double, height: Double, beside point: (x: Double, y: Double)
  ) -> (x: Double, y: Double)? {
    let corners = [
      (point.x + 8, point.y - height - 1), (point.x - width / 2, point.y + 8),
      (point.x - width - 8, point.y + 1), (point.x + 9, point.y - height / 2),
      (point.x - width / 2, point.y - height - 7), (point.x - width - 9, point.y - height / 2),
    ]
    for (x, y) in corners {
      guard x >= left, x + width <= right, y >= top, y + height <= bottom else { continue }
      let isFree = taken.allSatisfy { box in
        x >= box.x + box.width || x + width <= box.x || y >= box.y + box.height
          || y + height <= box.y
      }
      guard isFree else { continue }
      // Extra width, as two adjacent labels would read as one.
      taken.append((x - 6, y, width + 12, height))
      return (x, y)
    }
    return nil
  }
}
