import Synchronization

/// Bytes in memory, such as a file that is stored inside another.
package final class MemoryBytes: ByteSource {
  package let path: String
  private let bytes: [UInt8]
  private let counter = Atomic(0)

  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  package var length: Int { bytes.count }
  package var bytesRead: Int { counter.load(ordering: .relaxed) }

  package func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    try checkBounds(offset: offset, count: count)
    counter.add(count, ordering: .relaxed)
    return Array(bytes[offset..<offset + count])
  }

  package func checkUnchanged() {}
}
