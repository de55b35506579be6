/// An error that passes on one of a stage below.
package protocol CausedError: Error {
  /// What the stage below reported; nil where this error stands for itself.
  var cause: (any Error)? { get }
}
