package import Tensors

extension TensorLayout {
  /// Rearrangement of a role's tensor from this layout to the other.
  package func arrangement(
    of role: TensorRole, in other: TensorLayout, _ configuration: ModelConfiguration
  ) -> Arrangement {
    Arrangement(
      isTransposed: role.isProjection && isTransposed != other.isTransposed,
      rows: rows(of: role, in: other, configuration),
      offset: role.isNorm ? normOffset - other.normOffset : 0)
  }

  private func rows(
    of role: TensorRole, in other: TensorLayout, _ configuration: ModelConfiguration
  ) -> [Int]? {
    let dimension = configuration.headDimension
    switch role {
    case .query, .queryBias, .key, .keyBias:
      guard other.pairsNeighbours, !pairsNeighbours else { return nil }
      let isQuery = role == .query || role == .queryBias
      let heads = isQuery ? configuration.heads : configuration.keyValueHeads
      return (0..<heads * dimension).map { row in
        let (head, place) = row.quotientAndRemainder(dividingBy: dimension)
        // A pair takes one row from each half.
        return head * dimension + place % 2 * (dimension / 2) + place / 2
      }
    case .queryKeyValue, .queryKeyValueBias:
      guard other.fusion == .blocks, fusion == .heads else { return nil }
      return (0..<3).flatMap { part in
        (0..<configuration.heads).flatMap { head in
          let start = (3 * head + part) * dimension
          return start..<start + dimension
        }
      }
    default: return nil
    }
  }
}

extension TensorRole {
  /// Whether llama.cpp expects it in full precision, whatever the type of the matrices.
  package var isFullInGGUF: Bool {
    switch self {
    case .positionEmbedding, .tokenTypeEmbedding: true
    default: isNorm || biased != nil
    }
  }
}
