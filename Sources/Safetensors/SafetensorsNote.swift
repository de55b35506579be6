package import Tensors

/// Remark on the choice of files, or on an index that differs from its shards.
///
/// Transformers reads such folders in the same way.
package enum SafetensorsNote: Sendable, Equatable {
  /// A file or an index was chosen, and other files of the folder were not read.
  case chosen(String, over: [String])
  /// The index names tensors that are in none of its shards.
  case notInShards(index: String, tensors: [TensorName])
  /// The shards hold tensors that the index does not name.
  case notInIndex(index: String, tensors: [TensorName])
  /// The index places tensors in other shards than those that hold them.
  case inOtherShards(index: String, tensors: [TensorName])
}

extension SafetensorsNote: CustomStringConvertible {
  /// One line; text from the folder is quoted, escaped and truncated.
  package var description: String {
    switch self {
    case .chosen(let name, let others):
      "\(quoted(name)) was read; not read: \(list(others))"
    case .notInShards(let index, let tensors):
      "\(quoted(index)) names \(count(tensors)) that no shard holds: \(list(tensors.map(\.text)))"
    case .notInIndex(let index, let tensors):
      "\(quoted(index)) lacks \(count(tensors)) of its shards: \(list(tensors.map(\.text)))"
    case .inOtherShards(let index, let tensors):
      """
      \(quoted(index)) places \(count(tensors)) in another shard than the one that holds it: \
      \(list(tensors.map(\.text)))
      """
    }
  }

  private func count(_ tensors: [TensorName]) -> String {
    tensors.count == 1 ? "a tensor" : "\(tensors.count) tensors"
  }
}
