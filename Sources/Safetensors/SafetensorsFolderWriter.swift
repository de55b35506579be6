import ByteIO
import JSON
package import Tensors

/// Writer of a checkpoint into a folder: one file, or shards with their index if it is larger.
///
/// As with ``SafetensorsWriter``, bytes may be written in any order and from any thread.
package final class SafetensorsFolderWriter: Sendable {
  /// Names of the files that hold tensors.
  package let files: [String]
  private let folder: String
  private let shards: [[TensorDescription]]
  private let writers: [SafetensorsWriter]
  private let numbers: [TensorName: Int]

  /// Opens the files and writes their headers.
  ///
  /// - Parameters:
  ///   - folder: existing folder for the files.
  ///   - tensors: all tensors, in the order in which they fill the shards.
  ///   - shardSize: largest size of a file's tensors in bytes; a larger tensor gets its own file.
  ///   - metadata: entries of `__metadata__` in every file.
  /// - Throws: ``SafetensorsError`` as in ``SafetensorsWriter``.
  package init(
    folder: String, tensors: [TensorDescription], shardSize: Int,
    metadata: [(key: String, value: String)]
  ) throws(SafetensorsError) {
    self.folder = folder
    let shards = Self.shards(tensors, size: shardSize)
    self.shards = shards
    let files = (1...shards.count).map { Self.name(of: $0, among: shards.count) }
    self.files = files
    writers = try shards.indices.map { (index) throws(SafetensorsError) in
      try SafetensorsWriter(
        path: Folder.path(of: files[index], in: folder), tensors: shards[index], metadata: metadata)
    }
    var numbers: [TensorName: Int] = [:]
    for (index, shard) in shards.enumerated() {
      for tensor in shard { numbers[tensor.name] = index }
    }
    self.numbers = numbers
  }

  /// Fills the shards in order; a tensor that does not fit begins the next shard.
  private static func shards(_ tensors: [TensorDescription], size: Int) -> [[TensorDescription]] {
    var shards: [[TensorDescription]] = [[]]
    var filled = 0
    for tensor in tensors {
      if filled > 0, tensor.byteCount > size - min(filled, size) {
        shards.append([])
        filled = 0
      }
      shards[shards.count - 1].append(tensor)
      filled += tensor.byteCount
    }
    return shards
  }

  private static func name(of number: Int, among count: Int) -> String {
    guard count > 1 else { return "model.safetensors" }
    func digits(_ number: Int) -> String {
      String(repeating: "0", count: max(5 - String(number).count, 0)) + String(number)
    }
    return "model-\(digits(number))-of-\(digits(count)).safetensors"
  }

  private static let indexName = "model.safetensors.index.json"

  /// Whether this writer may produce a file of this name.
  package static func writes(_ name: String) -> Bool {
    name == indexName || name.wholeMatch(of: /model(-[0-9]{5,}-of-[0-9]{5,})?\.safetensors/) != nil
  }

  /// Writes all or part of a tensor; the offset counts from the tensor's first byte.
  package func write(
    _ bytes: [UInt8], of tensor: TensorName, at offset: Int
  ) throws(SafetensorsError) {
    guard let number = numbers[tensor] else {
      throw SafetensorsError.unknownTensor(path: folder, tensor: tensor)
    }
    try writers[number].write(bytes, of: tensor, at: offset)
  }

  /// Commits the files in order, then writes the index if there are several files.
  ///
  /// - Throws: ``SafetensorsError`` at the first file with an incomplete tensor.
  package func commit() throws(SafetensorsError) {
    for writer in writers { try writer.commit() }
    guard files.count > 1 else { return }
    let places = shards.enumerated().flatMap { index, shard in
      shard.map { (tensor: $0, file: files[index]) }
    }
    let document: JSONValue = [
      "metadata": [
        "total_parameters": .int(places.reduce(0) { $0 + $1.tensor.elementCount }),
        "total_size": .int(places.reduce(0) { $0 + $1.tensor.byteCount }),
      ],
      "weight_map": .object(
        JSONObject(
          places.sorted { $0.tensor.name < $1.tensor.name }
            .map { .init(name: $0.tensor.name.text, value: .string($0.file)) })),
    ]
    do {
      try AtomicFile.write(
        JSONWriter.write(document, layout: .indented) + [0x0A],
        to: Folder.path(of: Self.indexName, in: folder))
    } catch {
      throw SafetensorsError.file(error)
    }
  }
}
