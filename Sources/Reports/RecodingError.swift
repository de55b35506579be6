package import Tensors

/// How far a tensor that was stored in another type is from the source's values.
package struct RecodingError: Sendable, Equatable {
  package let layer: Int
  /// What it is stored as.
  package let elementType: ElementType
  /// `‖ŵ − w‖ / ‖w‖` over all elements; 0 where every value is the source's.
  package let relative: Double
  /// The largest `|ŵ − w|`.
  package let maximum: Double

  package init(layer: Int, elementType: ElementType, relative: Double, maximum: Double) {
    self.layer = layer
    self.elementType = elementType
    self.relative = relative
    self.maximum = maximum
  }
}
