package import ByteIO

/// Descriptions of tensors by name.
package protocol TensorList: Sendable {
  /// The tensors, in the order of their bytes in the files.
  var tensors: [TensorDescription] { get }

  /// The description of a tensor; nil if none has this name.
  func tensor(_ name: TensorName) -> TensorDescription?
}

extension TensorList {
  /// Total bytes of the tensors.
  package var byteCount: Int { tensors.reduce(0) { $0 + $1.byteCount } }

  /// Total number of elements of the tensors.
  package var elementCount: Int { tensors.reduce(0) { $0 + $1.elementCount } }
}

/// Tensors whose bytes can be read: a file, or a view over other sources.
///
/// A source lists exactly the tensors that it can read.
package protocol TensorSource: TensorList {
  /// Opens a tensor for reads in pieces; views that cannot compose single pieces compose it here.
  func open(_ name: TensorName) throws(TensorError) -> OpenTensor

  /// Fails if a file has changed since it was opened.
  func checkUnchanged() throws(TensorError)
}

extension TensorSource {
  /// Reads a range of a tensor's bytes.
  package func read(
    _ name: TensorName, _ range: Range<Int>
  ) throws(TensorError) -> [UInt8] {
    try open(name).read(range)
  }

  /// Reads all bytes of a tensor.
  package func read(_ name: TensorName) throws(TensorError) -> [UInt8] { try open(name).readAll() }

  /// SHA-256 of all bytes of a tensor.
  package func digest(of name: TensorName) throws(TensorError) -> SHA256Digest {
    try open(name).digest()
  }
}
