package import Tensors

/// Error of a tensor that is stored in another type than in the source.
package struct RecodingDeviation: Sendable, Equatable {
  package let layer: Int
  /// Type in which it is stored.
  package let elementType: ElementType
  /// `‖ŵ − w‖ / ‖w‖` over all elements; 0 if every value is kept.
  package let relative: Double
  /// Largest `|ŵ − w|`.
  package let maximum: Double

  package init(layer: Int, elementType: ElementType, relative: Double, maximum: Double) {
    self.layer = layer
    self.elementType = elementType
    self.relative = relative
    self.maximum = maximum
  }
}
