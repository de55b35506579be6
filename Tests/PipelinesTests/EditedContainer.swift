import ByteIO
import DMOE
import Foundation
import TestSupport
import Testing

/// A copy of the converted model with changed bytes.
struct EditedContainer {
  private(set) var bytes: [UInt8]
  let reader: DMOEReader

  init() throws { try self.init(path: try Converted.uncodedPath()) }

  init(path: String) throws {
    bytes = try TestSupport.bytes(at: path)
    reader = try DMOEReader(path: path)
  }

  func stored(_ kind: StoredTensor.Kind, section: Int = 0) throws -> StoredTensor {
    try #require(reader.directory.sections[section].tensors.first { $0.kind == kind })
  }

  /// Replaces bytes of a tensor, updating all checksums or none.
  mutating func replace(
    _ new: [UInt8], at offset: Int, in tensor: StoredTensor, fixingChecksums: Bool
  ) throws {
    let start = tensor.offset + offset
    bytes.replaceSubrange(start..<start + new.count, with: new)
    guard fixingChecksums else { return }
    let block = try #require(tensor.blocks.count == 1 ? tensor.blocks.first : nil)
    let content = Array(bytes[tensor.offset..<tensor.offset + block.length])
    try replaceInDirectory(Self.digits(block.checksum), by: Self.digits(CRC32.checksum(content)))
  }

  mutating func set(_ byte: UInt8, at offset: Int) { bytes[offset] = byte }

  /// Replaces a unique text in the directory by one of the same length.
  private mutating func replaceInDirectory(_ old: String, by new: String) throws {
    let end = 64 + Int(LittleEndian.load(UInt64.self, from: bytes, at: 8))
    let text = String(decoding: bytes[64..<end], as: UTF8.self)
    try #require(text.components(separatedBy: old).count == 2 && old.utf8.count == new.utf8.count)
    let directory = Array(text.replacingOccurrences(of: old, with: new).utf8)
    bytes.replaceSubrange(64..<end, with: directory)
    bytes.replaceSubrange(24..<28, with: LittleEndian.bytes(of: CRC32.checksum(directory)))
    let checksum = CRC32.checksum(Array(bytes[..<60]))
    bytes.replaceSubrange(60..<64, with: LittleEndian.bytes(of: checksum))
  }

  private static func digits(_ checksum: UInt32) -> String {
    let digits = String(checksum, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  /// The file cut after the ring that completes an expert.
  func prefix(expert: Int) -> [UInt8] { Array(bytes[..<reader.prefixLength(expert: expert)]) }
}
