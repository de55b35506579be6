package import Architectures
import ByteIO
package import Tensors

extension DMOEReader {
  /// A stored tensor, read block by block; in errors it has the title of its kind.
  package func open(_ stored: StoredTensor) -> OpenTensor {
    OpenTensor(stored.description, pieceBytes: 4 * directory.blockBytes) {
      (range) throws(TensorError) in try self.read(stored, range)
    }
  }

  /// The rows of a part for a layer's first neurons by rank, one tensor per ring.
  ///
  /// - Parameters:
  ///   - part: part of the feed-forward layer.
  ///   - layer: index of the layer.
  ///   - neurons: number of neurons; nil for all that the file holds.
  /// - Returns: rings from the smallest expert on; nil if a ring has no such part.
  /// - Throws: ``TensorError`` for a ring of impossible size.
  package func rings(
    of part: FeedForwardPart, layer: Int, neurons: Int? = nil
  ) throws(TensorError) -> [OpenTensor]? {
    var rings: [OpenTensor] = []
    let wanted = 0..<(neurons ?? directory.widths[layer][expertsHeld - 1])
    for ring in 0..<expertsHeld {
      let ranks = directory.ranks(ofRing: ring, layer: layer).clamped(to: wanted)
      guard !ranks.isEmpty else { break }
      guard let stored = self.part(part, layer: layer, ring: ring) else { return nil }
      rings.append(try open(stored).firstRows(ranks.count))
    }
    return rings
  }

  /// The rows of all parts of a cut for the first neurons by rank, part after part.
  package func rows(
    of cut: FeedForwardCut, neurons: Int? = nil
  ) throws(TensorError) -> [UInt8] {
    var rows: [UInt8] = []
    for part in cut.parts {
      guard let rings = try rings(of: part, layer: cut.layer, neurons: neurons) else {
        throw .missing(name: "\(part.rawValue) of layer \(cut.layer)")
      }
      for ring in rings { rows += try ring.readAll() }
    }
    return rows
  }

  /// The order of a layer's neurons, for views; they throw ``TensorError``.
  func order(layer: Int) throws(TensorError) -> [Int] {
    do {
      return try permutation(layer: layer)
    } catch .tensor(let error) {
      throw error
    } catch {
      throw .uncomposable(reason: "\(error)")
    }
  }

  package func checkUnchanged() throws(TensorError) {
    do {
      try file.checkUnchanged()
    } catch {
      throw .file(error)
    }
  }
}

extension StoredTensor {
  /// Description under the title of the tensor.
  package var description: TensorDescription {
    guard
      let description = TensorDescription(
        name: TensorName(title), elementType: elementType, shape: shape)
    else { preconditionFailure("\(title): its size was checked when the directory was read") }
    return description
  }
}
