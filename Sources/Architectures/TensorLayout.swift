package import Tensors

/// Names and arrangement of a family's tensors under one naming convention.
package struct TensorLayout: Sendable {
  /// Order of query, key and value in a fused tensor.
  package enum Fusion: String, Sendable, CaseIterable {
    /// All of query, all of key, all of value.
    case blocks
    /// The queries of each head of keys, its key and its value in turn.
    case heads
  }

  /// Name parts replaced by others in some files of the family.
  package typealias Renaming = [(from: String, to: String)]

  /// Names by role; `{layer}` stands for the number of the layer.
  ///
  /// A bias has the name of its matrix or norm, with `bias` for `weight`.
  package var names: [TensorRole: String]
  /// Possible renamings, the empty one first.
  package var renamings: [Renaming] = [[]]
  /// Whether projections are stored with one input per row instead of one output.
  package var isTransposed = false
  package var fusion = Fusion.blocks
  /// Whether rotation pairs neighbouring rows of query and key instead of the two halves of a head.
  package var pairsNeighbours = false
  /// Number added to the stored weights of norms.
  package var normOffset: Float = 0

  /// Names in a model of several senses, as Transformers 5 and 4 have them.
  static let wrapperRenamings: [Renaming] = [
    [("model.", "model.language_model.")],
    [("model.", "language_model.model."), ("lm_head.", "language_model.lm_head.")],
  ]

  /// Layout of a family without files of this naming.
  package static let nameless = TensorLayout(names: [:])

  /// Canonical name of the tensor with a role; nil if the family has none.
  package func name(_ role: TensorRole, layer: Int? = nil) -> String? {
    guard let template = names[role.biased ?? role] else { return nil }
    let parts = template.split(separator: "{layer}", omittingEmptySubsequences: false)
    let name = parts.joined(separator: layer.map(String.init) ?? "")
    guard role.biased != nil else { return name }
    let ending = "weight"
    return name.hasSuffix(ending) ? name.dropLast(ending.count) + "bias" : nil
  }

  /// Name in a file with a renaming.
  package static func renamed(_ name: String, by renaming: Renaming) -> String {
    renaming.reduce(name) { $0.replacing($1.from, with: $1.to, maxReplacements: 1) }
  }

  /// The first renaming under which the checkpoint has its embedding, with its norm if any.
  package func renaming(of tensors: some TensorList) -> Renaming {
    let signs = [TensorRole.tokenEmbedding, .embeddingNorm].compactMap { name($0) }
    return renamings.first { renaming in
      signs.allSatisfy { tensors.tensor(TensorName(Self.renamed($0, by: renaming))) != nil }
    } ?? []
  }

  /// Copy with changed or additional names; nil removes a name.
  func naming(_ others: [TensorRole: String?]) -> TensorLayout {
    var layout = self
    for (role, name) in others { layout.names[role] = name }
    return layout
  }
}
