package import Tensors

/// What the tensors of a family are called by those who store them, and how they lie.
package struct TensorLayout: Sendable {
  /// How query, key and value lie one behind the other in one tensor.
  package enum Fusion: String, Sendable, CaseIterable {
    /// All of query, all of key, all of value.
    case blocks
    /// Of each head its query, its key and its value.
    case heads
  }

  /// Parts of names that stand for others in some files of the family.
  package typealias Renaming = [(from: String, to: String)]

  /// By role, `{layer}` standing for the number of the layer.
  ///
  /// Biases are called as what they belong to, with
  /// `bias` for `weight`.
  package var names: [TensorRole: String]
  /// In what ways the names may differ, the empty one first.
  package var renamings: [Renaming] = [[]]
  /// Whether projections are stored with an input a row, and not an output.
  package var isTransposed = false
  package var fusion = Fusion.blocks
  /// Whether the rows of query and key pair neighbours for the rotation, and not the two halves of a
  /// head.
  package var pairsNeighbours = false
  /// What is added to the weights of norms.
  package var normOffset: Float = 0

  /// Layout of a family that no file of the naming has.
  package static let nameless = TensorLayout(names: [:])

  /// The canonical name of the tensor that has a role; nil where the family has none.
  package func name(_ role: TensorRole, layer: Int? = nil) -> String? {
    guard let template = names[role.biased ?? role] else { return nil }
    let parts = template.split(separator: "{layer}", omittingEmptySubsequences: false)
    let name = parts.joined(separator: layer.map(String.init) ?? "")
    guard role.biased != nil else { return name }
    let ending = "weight"
    return name.hasSuffix(ending) ? name.dropLast(ending.count) + "bias" : nil
  }

  /// What a name is in a file that renames.
  package static func renamed(_ name: String, by renaming: Renaming) -> String {
    renaming.reduce(name) { $0.replacing($1.from, with: $1.to, maxReplacements: 1) }
  }

  /// The first renaming by which the checkpoint has the tensors that it must have.
  package func renaming(of tensors: some TensorList) -> Renaming {
    let signs = [TensorRole.tokenEmbedding, .embeddingNorm].compactMap { name($0) }
    return renamings.first { renaming in
      signs.allSatisfy { tensors.tensor(TensorName(Self.renamed($0, by: renaming))) != nil }
    } ?? []
  }

  /// The same with other or further names; nil takes one away.
  func naming(_ others: [TensorRole: String?]) -> TensorLayout {
    var layout = self
    for (role, name) in others { layout.names[role] = name }
    return layout
  }
}
