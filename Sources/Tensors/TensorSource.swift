/// Tensors on disk, whatever the format: their descriptions, and bounded reads of their bytes.
package protocol TensorSource: Sendable {
  /// The tensors, in the order of their bytes in the files.
  var tensors: [TensorDescription] { get }

  /// The description of one tensor; nil where there is none of this name.
  func tensor(_ name: TensorName) -> TensorDescription?

  /// The bytes of a tensor in the given range, or all of them.
  func read(_ name: TensorName, _ range: Range<Int>?) throws(TensorError) -> [UInt8]

  /// Fails if a file is not what it was when it was opened.
  func checkUnchanged() throws(TensorError)
}

extension TensorSource {
  package func read(_ name: TensorName) throws(TensorError) -> [UInt8] { try read(name, nil) }
}
