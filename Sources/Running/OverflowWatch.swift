package import Checkpoints
package import Kernels
import Synchronization

/// First token of several windows whose values overflow, or their squares in the next norm, found
/// by any number of threads.
package final class OverflowWatch: Sendable {
  private let found = Mutex<(place: Int, token: Int)?>(nil)

  package init() {}

  /// Looks at the values of a window, T × any number of columns.
  ///
  /// - Parameters:
  ///   - matrix: a row for each token.
  ///   - place: number of the window; of several streams, those of the first come first.
  package func look(at matrix: Matrix, place: Int) {
    guard let token = matrix.firstRowOverflowing else { return }
    found.withLock { found in
      if let earlier = found, earlier.place <= place { return }
      found = (place, token)
    }
  }

  /// Reports the first value that overflowed.
  ///
  /// - Parameters:
  ///   - model: the model that was run.
  ///   - layer: the layer of the values; nil for logits.
  ///   - windows: number of windows in a stream.
  /// - Throws: ``ModelError/overflow(path:layer:window:token:)`` if there is one.
  package func check(_ model: Model, layer: Int?, windows: Int) throws(ModelError) {
    guard let (place, token) = found.withLock({ $0 }) else { return }
    throw .overflow(
      path: model.path, layer: layer, window: place % max(windows, 1), token: token)
  }
}
