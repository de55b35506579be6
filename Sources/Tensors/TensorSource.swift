/// Descriptions of tensors by name.
package protocol TensorList: Sendable {
  /// The tensors, in the order of their bytes in the files.
  var tensors: [TensorDescription] { get }

  /// The description of one tensor; nil if there is none of this name.
  func tensor(_ name: TensorName) -> TensorDescription?
}

/// Tensors whose bytes can be read: a file, or a view over other sources.
package protocol TensorSource: TensorList {
  /// The bytes of a tensor in the given range, or all of them.
  func read(_ name: TensorName, _ range: Range<Int>?) throws(TensorError) -> [UInt8]

  /// Fails if a file is not what it was when it was opened.
  func checkUnchanged() throws(TensorError)
}

extension TensorSource {
  package func read(_ name: TensorName) throws(TensorError) -> [UInt8] { try read(name, nil) }
}
