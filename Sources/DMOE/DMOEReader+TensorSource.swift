import ByteIO
package import Tensors

/// Source tensors without a feed-forward cut; ``DMOEReader/part(_:layer:ring:)`` finds the rings.
extension DMOEReader: TensorSource {
  package var tensors: [TensorDescription] {
    directory.sourceTensors.filter { $0.cut == nil }.map(\.description)
  }

  package func tensor(_ name: TensorName) -> TensorDescription? {
    shared(.source(name)).flatMap {
      TensorDescription(name: name, elementType: $0.elementType, shape: $0.shape)
    }
  }

  package func read(_ name: TensorName, _ range: Range<Int>?) throws(TensorError) -> [UInt8] {
    guard let tensor = shared(.source(name)) else { throw .missing(name: name.text) }
    return try read(tensor, range)
  }

  package func checkUnchanged() throws(TensorError) {
    do {
      try file.checkUnchanged()
    } catch {
      throw .file(error)
    }
  }
}
