package import Tensors

extension TensorLayout {
  /// Rearrangement of a role's tensor from this layout to the other.
  ///
  /// - Parameters:
  ///   - role: role of the tensor.
  ///   - other: layout to arrange for.
  ///   - configuration: heads of the model.
  ///   - rows: number of outputs of the tensor.
  /// - Returns: the rearrangement; `unchanged` if both layouts store the tensor alike.
  package func arrangement(
    of role: TensorRole, in other: TensorLayout, _ configuration: ModelConfiguration, rows: Int
  ) -> Arrangement {
    let mine = storedRows(of: role, configuration, rows: rows)
    let others = other.storedRows(of: role, configuration, rows: rows)
    var order: [Int]?
    if mine != others {
      var moved = Array(0..<rows)
      for row in 0..<rows { moved[others?[row] ?? row] = mine?[row] ?? row }
      order = moved
    }
    return Arrangement(
      isTransposed: role.isProjection && isTransposed != other.isTransposed, rows: order,
      offset: role.isNorm ? normOffset - other.normOffset : 0)
  }

  /// Stored row of each row in the order of the forward pass; nil if that is the order as stored.
  ///
  /// The forward pass has query, key and value one after the other, each head with all rows of one
  /// half of its rotated part, then all of the other, then the rest.
  package func storedRows(
    of role: TensorRole, _ configuration: ModelConfiguration, rows: Int
  ) -> [Int]? {
    let dimension = configuration.headDimension
    switch role {
    case .query, .queryBias, .key, .keyBias, .queryNorm, .keyNorm:
      guard pairsNeighbours else { return nil }
      return rotatedRows(configuration, starts: stride(from: 0, to: rows, by: dimension))
    case .queryKeyValue, .queryKeyValueBias:
      guard pairsNeighbours || fusion == .heads else { return nil }
      return fusedRows(configuration)
    default: return nil
    }
  }

  private func fusedRows(_ configuration: ModelConfiguration) -> [Int] {
    let dimension = configuration.headDimension
    let (heads, groups) = (configuration.heads, configuration.keyValueHeads)
    let shared = heads / groups
    func start(_ head: Int, of part: Int) -> Int {
      switch fusion {
      case .blocks: (head + [0, heads, heads + groups][part]) * dimension
      case .heads:
        part == 0
          ? (head / shared * (shared + 2) + head % shared) * dimension
          : (head * (shared + 2) + shared + part - 1) * dimension
      }
    }
    let rotated = (0..<heads).map { start($0, of: 0) } + (0..<groups).map { start($0, of: 1) }
    return rotatedRows(configuration, starts: rotated)
      + (0..<groups).flatMap { start($0, of: 2)..<start($0, of: 2) + dimension }
  }

  /// Stored rows of heads that begin at the given rows.
  private func rotatedRows(
    _ configuration: ModelConfiguration, starts: some Sequence<Int>
  ) -> [Int] {
    let dimension = configuration.headDimension
    let half = pairsNeighbours ? (configuration.rotary?.dimension ?? dimension) / 2 : 0
    return starts.flatMap { start in
      (0..<dimension).map { row in
        row < 2 * half ? start + 2 * (row % half) + row / half : start + row
      }
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
