import ByteIO
package import Tensors

extension DMOEReader {
  /// Reads the plain bytes of a stored tensor, or a range of them.
  package func read(
    _ tensor: StoredTensor, _ range: Range<Int>? = nil
  ) throws(TensorError) -> [UInt8] {
    let range = range ?? 0..<tensor.byteCount
    precondition(range.lowerBound >= 0 && range.upperBound <= tensor.byteCount, "out of bounds")
    guard !range.isEmpty else { return [] }
    var result: [UInt8] = []
    let blockBytes = directory.blockBytes
    for index in range.lowerBound / blockBytes...(range.upperBound - 1) / blockBytes {
      let block = try read(block: index, of: tensor)
      // Reserves no large declared size: the result grows as blocks are decoded.
      if index == range.lowerBound / blockBytes, range.count <= 2 * blockBytes {
        result.reserveCapacity(range.count)
      }
      let start = index * blockBytes
      let wanted = range.clamped(to: start..<start + block.count)
      result += block[wanted.lowerBound - start..<wanted.upperBound - start]
    }
    return result
  }

  /// Reads the plain bytes of one block, after checking the stored bytes against their checksum.
  package func read(block index: Int, of tensor: StoredTensor) throws(TensorError) -> [UInt8] {
    let bytes = try readStored(block: index, of: tensor)
    let plainLength = tensor.plainLength(ofBlock: index, blockBytes: directory.blockBytes)
    guard bytes.count < plainLength else { return bytes }
    guard let plain = BlockCoding.decode(bytes, tensor.elementType, byteCount: plainLength) else {
      throw .undecodable(
        path: path, tensor: tensor.title, offset: tensor.offset(ofBlock: index))
    }
    return plain
  }

  /// Reads the stored bytes of one block, checked against their checksum.
  package func readStored(
    block index: Int, of tensor: StoredTensor
  ) throws(TensorError) -> [UInt8] {
    let block = tensor.blocks[index]
    let offset = tensor.offset(ofBlock: index)
    let bytes: [UInt8]
    do {
      bytes = try file.read(at: offset, count: block.length)
    } catch {
      throw .file(error)
    }
    let found = CRC32.checksum(bytes)
    guard found == block.checksum else {
      throw .damaged(
        path: path, tensor: tensor.title, offset: offset, expected: block.checksum, found: found)
    }
    return bytes
  }
}
