import ByteIO
import JSON
import Tensors

extension SafetensorsHeader {
  /// Reads the header of a file, and nothing beyond it.
  init(reading file: any ByteSource) throws(SafetensorsError) {
    let path = file.path
    guard file.length >= 8 else {
      throw SafetensorsError.tooShort(path: path, length: file.length)
    }
    let length = LittleEndian.load(UInt64.self, from: try Self.read(file, at: 0, count: 8), at: 0)
    // Checks both limits before allocating memory.
    guard length <= UInt64(Self.lengthLimit) else {
      throw SafetensorsError.headerTooLarge(path: path, limit: Self.lengthLimit, found: length)
    }
    guard length <= UInt64(file.length - 8) else {
      throw SafetensorsError.headerPastEnd(
        path: path, expected: length, available: file.length - 8)
    }
    try self.init(
      parsing: try Self.read(file, at: 8, count: Int(length)), path: path, fileLength: file.length)
  }

  private static func read(
    _ file: any ByteSource, at offset: Int, count: Int
  ) throws(SafetensorsError) -> [UInt8] {
    do {
      return try file.read(at: offset, count: count)
    } catch {
      throw SafetensorsError.file(error)
    }
  }

  /// Parses the header's JSON (without the 8 bytes before it); checks it against the file length.
  ///
  /// Accepts what the reference reader accepts, except input on which readers may disagree:
  /// duplicate keys, and tensors described by arrays.
  package init(parsing json: [UInt8], path: String, fileLength: Int) throws(SafetensorsError) {
    let document: JSONValue
    do {
      document = try JSONScanner.scan(json)
    } catch {
      throw SafetensorsError.invalidJSON(path: path, JSONError(error.reason, at: error.offset + 8))
    }
    let context = HeaderContext(path: path)
    let members = try context.object(document, at: "the header").members

    var metadata: [(key: String, value: String)]?
    var found: [(begin: Int, end: Int, description: TensorDescription)] = []
    for member in members {
      if member.name.utf8.elementsEqual(Self.metadataKey.utf8) {
        metadata = try context.metadata(member.value)
      } else {
        found.append(try context.tensor(TensorName(member.name), member.value))
      }
    }
    // Empty tensors may share an offset; they keep the order of the header.
    let order = found.indices.sorted {
      (found[$0].begin, found[$0].end, $0) < (found[$1].begin, found[$1].end, $1)
    }
    var end = 0
    entries = try order.map { index throws(SafetensorsError) in
      let (begin, next, description) = found[index]
      try context.checkPlace(begin, of: description.name, after: end)
      end = next
      return Entry(description: description, offset: begin)
    }
    let available = fileLength - 8 - json.count
    guard end <= available else {
      throw SafetensorsError.truncated(path: path, expected: end, found: available)
    }
    guard end == available else {
      throw SafetensorsError.trailingBytes(path: path, expected: end, found: available)
    }
    self.metadata = metadata
    length = json.count
  }
}
