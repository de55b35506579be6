package import ByteIO
import Tensors

extension Model {
  /// Digest that distinguishes this model from others, even fine-tuned ones, without a full read.
  ///
  /// It covers names, types and shapes of all tensors, and the first and last 4096 bytes of each.
  /// It is computed once for a model.
  package func fingerprint() throws(ModelError) -> SHA256Digest {
    try fingerprintMemo.value { () throws(ModelError) in try computedFingerprint() }
  }

  private func computedFingerprint() throws(ModelError) -> SHA256Digest {
    var hasher = SHA256Hasher()
    let source = checkpoint.source
    for tensor in checkpoint.tensors.sorted(by: { $0.name < $1.name }) {
      hasher.update(
        Array("\(tensor.name)\0\(tensor.elementType.rawValue)\0\(tensor.shape)\0".utf8))
      let end = min(tensor.byteCount, 4096)
      do {
        let opened = try source.open(tensor.name)
        hasher.update(try opened.read(0..<end))
        hasher.update(try opened.read(tensor.byteCount - end..<tensor.byteCount))
      } catch {
        throw .tensor(error)
      }
    }
    return hasher.digest()
  }
}
