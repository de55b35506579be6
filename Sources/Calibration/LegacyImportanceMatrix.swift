import ByteIO
import Tensors

/// Importance matrix in the layout without a magic that llama.cpp wrote until 2025.
struct LegacyImportanceMatrix {
  let datasets: [String]
  let chunks: Int?
  /// Number of calls of each weight, and its mean squares multiplied by that number.
  private let entries: [TensorName: Entry]

  private struct Entry {
    let calls: Int
    let values: [UInt8]
  }

  /// Far above any file, and small enough to read at once.
  private static let lengthLimit = 1 << 30

  init(_ file: any ByteSource) throws(CalibrationError) {
    let bytes: [UInt8]
    do {
      bytes = try file.readAll(limit: Self.lengthLimit)
    } catch {
      throw .file(error)
    }
    var cursor = Cursor(bytes: bytes, path: file.path)
    let count = try cursor.count("the number of entries", unit: 16)
    var entries: [TensorName: Entry] = [:]
    for number in 0..<count {
      let place = "entry \(number)"
      let nameLength = try cursor.count("the name's length of \(place)", unit: 1)
      let name = TensorName(
        String(decoding: try cursor.take(nameLength, "the name of \(place)"), as: UTF8.self))
      let calls = try cursor.integer("the calls of \(place)")
      let values = try cursor.count("the number of values of \(place)", unit: 4)
      entries[name] = Entry(
        calls: calls, values: try cursor.take(4 * values, "the values of \(place)"))
    }
    self.entries = entries
    // Later versions append these fields, so they may be missing.
    guard !cursor.isAtEnd else {
      (datasets, chunks) = ([], nil)
      return
    }
    chunks = try cursor.integer("the number of chunks")
    let length = try cursor.count("the length of the data set's name", unit: 1, least: 0)
    let name = try cursor.take(length, "the data set's name")
    datasets = name.isEmpty ? [] : [String(decoding: name, as: UTF8.self)]
  }

  func meanSquares(of weight: String) throws(CalibrationError) -> [Double]? {
    guard let entry = entries[TensorName(weight)] else { return nil }
    let calls = Double(max(entry.calls, 1))
    return ElementType.f32.doubles(entry.values).map { $0 / calls }
  }
}

/// Bounds-checked reader of 32-bit integers and byte runs.
private struct Cursor {
  let bytes: [UInt8]
  let path: String
  private var position = 0

  init(bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  var isAtEnd: Bool { position == bytes.count }

  mutating func take(_ count: Int, _ what: String) throws(CalibrationError) -> [UInt8] {
    guard count <= bytes.count - position else {
      throw .importanceMatrix(
        path: path, entry: "\(what) at byte \(position)", expected: "\(count) bytes",
        found: "\(bytes.count - position) to the end")
    }
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  mutating func integer(_ what: String) throws(CalibrationError) -> Int {
    let word = LittleEndian.load(UInt32.self, from: try take(4, what), at: 0)
    return Int(Int32(bitPattern: word))
  }

  /// Reads a count of items, each at least `unit` bytes long.
  mutating func count(
    _ what: String, unit: Int, least: Int = 1
  ) throws(CalibrationError) -> Int {
    let start = position
    let count = try integer(what)
    let most = (bytes.count - position) / unit
    guard count >= least, count <= most else {
      throw .importanceMatrix(
        path: path, entry: "\(what) at byte \(start)",
        expected: "\(least) to \(max(most, least)), by the length of the file", found: "\(count)")
    }
    return count
  }
}
