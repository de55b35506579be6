import ByteIO

/// Fixed-size beginning of a file (`formats/dmoe.md`, section 3).
struct DMOEPreamble {
  static let length = 64
  static let magic = Array("DMOE".utf8)
  static let version: UInt32 = 1
  static let directoryLimit = 1 << 30

  let directoryLength: Int
  let fileLength: Int
  let directoryChecksum: UInt32

  var bytes: [UInt8] {
    var bytes = Self.magic
    bytes += LittleEndian.bytes(of: Self.version)
    bytes += LittleEndian.bytes(of: UInt64(directoryLength))
    bytes += LittleEndian.bytes(of: UInt64(fileLength))
    bytes += LittleEndian.bytes(of: directoryChecksum)
    bytes += [UInt8](repeating: 0, count: 32)
    bytes += LittleEndian.bytes(of: CRC32.checksum(bytes))
    return bytes
  }

  init(directoryLength: Int, fileLength: Int, directoryChecksum: UInt32) {
    self.directoryLength = directoryLength
    self.fileLength = fileLength
    self.directoryChecksum = directoryChecksum
  }

  /// Reads the preamble and checks it against the length of the file.
  init(of file: any ByteSource) throws(DMOEError) {
    let path = file.path
    let bytes: [UInt8]
    do {
      bytes = try file.read(at: 0, count: min(file.length, Self.length))
    } catch {
      throw .file(error)
    }
    guard bytes.starts(with: Self.magic) else { throw .notContainer(path: path) }
    guard bytes.count == Self.length else {
      throw .cutInside(path: path, section: "the preamble", length: file.length, wholeLength: 0)
    }
    let version = LittleEndian.load(UInt32.self, from: bytes, at: 4)
    guard version == Self.version else { throw .unknownVersion(path: path, found: version) }
    let expected = LittleEndian.load(UInt32.self, from: bytes, at: 60)
    let found = CRC32.checksum(Array(bytes[..<60]))
    guard found == expected else {
      throw .checksum(path: path, part: "preamble", expected: expected, found: found)
    }
    if let offset = (28..<60).first(where: { bytes[$0] != 0 }) {
      throw .preamble(
        path: path, field: "reserved", offset: offset, expected: "0", found: "\(bytes[offset])")
    }
    let directory = LittleEndian.load(UInt64.self, from: bytes, at: 8)
    let limit = UInt64(min(Self.directoryLimit, file.length - Self.length))
    guard directory >= 64, directory % 64 == 0, directory <= limit else {
      throw .preamble(
        path: path, field: "directory_length", offset: 8,
        expected: "a multiple of 64 from 64 to \(limit)", found: "\(directory)")
    }
    let length = LittleEndian.load(UInt64.self, from: bytes, at: 16)
    guard let length = Int(exactly: length), length >= Self.length + Int(directory) else {
      throw .preamble(
        path: path, field: "file_length", offset: 16,
        expected: "at least \(UInt64(Self.length) + directory)", found: "\(length)")
    }
    directoryLength = Int(directory)
    fileLength = length
    directoryChecksum = LittleEndian.load(UInt32.self, from: bytes, at: 24)
  }
}
