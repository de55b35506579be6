import ByteIO
import JSON
import Safetensors
import Tensors

/// File of precomputed token ids: JSON lines, or an integer tensor in safetensors.
struct TokenFile {
  private let path: String
  /// More than any run needs; bounds memory for endless input.
  private static let byteLimit = 1 << 28
  /// Exclusive upper bound of ids.
  private let vocabularySize: Int

  /// Token ids of several files, in order.
  ///
  /// - Parameters:
  ///   - paths: files, each in its own format; `-` is standard input, as JSON lines.
  ///   - vocabularySize: number of tokens of the model.
  ///   - limit: maximum number of ids.
  /// - Returns: ids that are all tokens of the model.
  /// - Throws: ``CalibrationError`` if a file cannot be read or is invalid.
  static func ids(
    of paths: [String], vocabularySize: Int, limit: Int
  ) throws(CalibrationError) -> [Int] {
    var ids: [Int] = []
    for path in paths where ids.count < limit {
      let file = TokenFile(path: path, vocabularySize: vocabularySize)
      ids += try file.ids(limit: limit - ids.count)
    }
    return ids
  }

  private func ids(limit: Int) throws(CalibrationError) -> [Int] {
    do {
      if !StandardInput.isMeant(by: path), try Self.isSafetensors(InputFile(path: path)) {
        return try tensor(limit: limit)
      }
      let bytes = try CalibrationText.bytes(of: path, limit: Self.byteLimit + 4)
      guard bytes.count <= Self.byteLimit else {
        throw CalibrationError.tokens(
          path: path,
          reason: "expected at most \(Self.byteLimit) bytes of JSON lines; give safetensors")
      }
      return try lines(bytes, limit: limit)
    } catch let error as FileError {
      throw .file(error)
    } catch let error as SafetensorsError {
      throw .safetensors(error)
    } catch let error as TensorError {
      throw .tensor(error)
    } catch let error as CalibrationError {
      throw error
    } catch {
      preconditionFailure("unexpected error: \(error)")
    }
  }

  /// Whether a file starts with the length of a header that fits into it, and the header's `{`.
  private static func isSafetensors(_ file: any ByteSource) throws(FileError) -> Bool {
    guard file.length > 8 else { return false }
    let bytes = try file.read(at: 0, count: 9)
    let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return bytes[8] == UInt8(ascii: "{") && length <= UInt64(file.length - 8)
  }

  // MARK: JSON lines

  private func lines(_ bytes: [UInt8], limit: Int) throws(CalibrationError) -> [Int] {
    var ids: [Int] = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where ids.count < limit {
      guard line.contains(where: { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 }) else { continue }
      ids += try self.ids(Array(line), number: index + 1)
    }
    return Array(ids.prefix(limit))
  }

  private func ids(_ line: [UInt8], number: Int) throws(CalibrationError) -> [Int] {
    func refused(_ reason: String) -> CalibrationError {
      .line(path: path, line: number, reason: reason)
    }
    let value: JSONValue
    do {
      value = try JSONScanner.scan(line)
    } catch {
      throw refused("\(error)")
    }
    guard let elements = value.array ?? value.object?["input_ids"]?.array else {
      throw refused("expected an array of token ids, or an object with an array \"input_ids\"")
    }
    var ids: [Int] = []
    ids.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      guard let id = element.int else {
        throw refused("element \(index): expected a token id, found \(element.kind)")
      }
      guard (0..<vocabularySize).contains(id) else {
        throw refused("element \(index): \(notAToken("\(id)"))")
      }
      ids.append(id)
    }
    return ids
  }

  private func notAToken(_ id: String) -> String {
    "\(id) is not a token of the model, whose tokens are 0 to \(vocabularySize - 1)"
  }

  // MARK: Tensors

  private func tensor(limit: Int) throws -> [Int] {
    let reader = try SafetensorsReader(path: path)
    let named = reader.tensors.filter { $0.name.text == "input_ids" }
    guard let tensor = (named + reader.tensors).first, reader.tensors.count == 1 || !named.isEmpty
    else {
      throw CalibrationError.tokens(
        path: path,
        reason: "expected one tensor, or one named input_ids, found "
          + "\(reader.tensors.count)")
    }
    let name = tensor.name.text
    guard let width = Self.width(tensor.elementType) else {
      throw CalibrationError.tokens(
        path: path,
        reason:
          "\(name): expected integers of 16 bits or more, found \(tensor.elementType.rawValue)")
    }
    guard (1...2).contains(tensor.shape.count) else {
      throw CalibrationError.tokens(
        path: path, reason: "\(name): expected one or two dimensions, found \(tensor.shape)")
    }
    let count = min(tensor.byteCount / width.bytes, limit)
    let bytes = try reader.read(tensor.name, 0..<count * width.bytes)
    var ids: [Int] = []
    ids.reserveCapacity(count)
    for index in 0..<count {
      let unsigned = (0..<width.bytes).reversed().reduce(UInt64(0)) {
        $0 << 8 | UInt64(bytes[index * width.bytes + $1])
      }
      let unused = UInt64(64 - 8 * width.bytes)
      let signed = Int64(bitPattern: unsigned << unused) >> Int64(unused)
      let id = width.isSigned ? Int(signed) : Int(exactly: unsigned)
      guard let id, (0..<vocabularySize).contains(id) else {
        let found = width.isSigned ? "\(signed)" : "\(unsigned)"
        throw CalibrationError.tokens(
          path: path, reason: "\(name): element \(index): \(notAToken(found))")
      }
      ids.append(id)
    }
    try reader.checkUnchanged()
    return ids
  }

  private static func width(_ type: ElementType) -> (bytes: Int, isSigned: Bool)? {
    switch type {
    case .i16: (2, true)
    case .u16: (2, false)
    case .i32: (4, true)
    case .u32: (4, false)
    case .i64: (8, true)
    case .u64: (8, false)
    default: nil
    }
  }
}
