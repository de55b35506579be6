/// An error that may wrap an error of a lower layer.
package protocol CausedError: Error {
  /// Error of the lower layer; nil if this error wraps none.
  var cause: (any Error)? { get }
}
