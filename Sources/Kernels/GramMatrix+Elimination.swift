extension GramMatrix {
  /// Drops indices one by one, each time the one that adds least to `Σ aᵢⱼ` over dropped i and j.
  ///
  /// - Parameter parallel: loop that mirrors the matrix first.
  /// - Returns: the indices in the order they are dropped, and the amount each added. Of equals the
  ///   higher index is dropped first; indices that add no finite amount are dropped last.
  package consuming func eliminateBackward(
    parallel: Parallel = .serial
  ) -> (order: [Int], costs: [Double]) {
    mirror(parallel)
    let size = size
    var order: [Int] = []
    var costs: [Double] = []
    // An index costs `diagonal + 2 · coupling`; coupling sums its elements with dropped indices.
    let diagonal = (0..<size).map { upper[$0 * size + $0] }
    var coupling = [Double](repeating: 0, count: size)
    // Infinite for dropped indices.
    var candidates = diagonal
    var isDropped = [Bool](repeating: false, count: size)
    for _ in 0..<size {
      let chosen =
        Self.cheapest(candidates, coupling) ?? isDropped.lastIndex(of: false) ?? 0
      order.append(chosen)
      costs.append(diagonal[chosen] + 2 * coupling[chosen])
      candidates[chosen] = .infinity
      isDropped[chosen] = true
      add(row: chosen, to: &coupling)
    }
    return (order, costs)
  }

  /// Last index with the least finite `base + 2 · coupling`.
  private static func cheapest(_ bases: [Double], _ coupling: [Double]) -> Int? {
    var least = Double.greatestFiniteMagnitude
    var chosen: Int?
    unsafe bases.withUnsafeBufferPointer { bases in
      unsafe coupling.withUnsafeBufferPointer { coupling in
        for index in bases.indices {
          let cost = unsafe bases[index] + 2 * coupling[index]
          if cost <= least { (least, chosen) = (cost, index) }
        }
      }
    }
    return chosen
  }

  private func add(row: Int, to sum: inout [Double]) {
    let start = row * size
    unsafe upper.withUnsafeBufferPointer { matrix in
      unsafe sum.withUnsafeMutableBufferPointer { sum in
        for index in sum.indices { unsafe sum[index] += matrix[start + index] }
      }
    }
  }

  /// Copies the upper triangle below the diagonal, so that columns can be read as rows.
  private mutating func mirror(_ parallel: Parallel) {
    let size = size
    let tiles = Tile.upperTriangle(size)
    // Doubles per cache line.
    let block = 8
    unsafe upper.withUnsafeMutableBufferPointer { matrix in
      // No tile writes an element that another tile reads or writes.
      let shared = unsafe Shared(matrix)
      parallel.forEach(tiles.count) { index in
        let (rows, columns) = (tiles[index].rows, tiles[index].columns)
        for top in stride(from: rows.lowerBound, to: rows.upperBound, by: block) {
          let first = max(columns.lowerBound, top)
          for left in stride(from: first, to: columns.upperBound, by: block) {
            for column in left..<min(left + block, columns.upperBound) {
              for row in top..<min(top + block, rows.upperBound) where row < column {
                unsafe shared.buffer[column * size + row] = shared.buffer[row * size + column]
              }
            }
          }
        }
      }
    }
  }
}
