import ByteIO
import JSON
import Safetensors
import Tensors

/// Safetensors form of the statistics: `layers.N.abs_sum` and `layers.N.square_sum` (F64 [H]),
/// `token_count` (I64 []), and their origin in the metadata.
extension NeuronStatistics {
  private static let kind = "dynamoe.statistics"

  package func write(to path: String) throws(CalibrationError) {
    var tensors: [(TensorDescription, [UInt8])] = []
    func add(_ name: String, _ type: ElementType, _ shape: [Int], _ words: [UInt64]) {
      guard
        let description = TensorDescription(
          name: TensorName(name), elementType: type, shape: shape)
      else { return }
      tensors.append((description, words.flatMap { LittleEndian.bytes(of: $0) }))
    }
    for (index, layer) in layers.enumerated() {
      let count = layer.absoluteSum.count
      add("layers.\(index).abs_sum", .f64, [count], layer.absoluteSum.map(\.bitPattern))
      add("layers.\(index).square_sum", .f64, [count], layer.squareSum.map(\.bitPattern))
    }
    add("token_count", .i64, [], [UInt64(positions)])
    let parts = JSONValue.array(
      parts.map { part in
        [
          "text_sha256": .string(part.textDigest.description), "context": .int(part.context),
          "bos_token": JSONValue(part.beginningToken),
          "data_shard": .string(part.shard.description),
          "tokens": .int(part.tokens),
        ]
      })
    do {
      try SafetensorsWriter.write(
        tensors,
        metadata: [
          ("format", Self.kind), ("model_fingerprint", model.description),
          ("parts", JSONWriter.text(parts)),
        ], to: path)
    } catch {
      throw .safetensors(error)
    }
  }

  package init(path: String) throws(CalibrationError) {
    let reader: SafetensorsReader
    do {
      reader = try SafetensorsReader(path: path)
    } catch {
      throw .safetensors(error)
    }
    func invalid(_ reason: String) -> CalibrationError {
      .notStatistics(path: path, reason: reason)
    }
    let metadata = reader.files.first?.metadata ?? []
    func value(_ key: String) throws(CalibrationError) -> String {
      guard let value = metadata.first(where: { $0.key == key })?.value else {
        throw invalid("the metadata has no \"\(key)\"")
      }
      return value
    }
    guard try value("format") == Self.kind else { throw invalid("\"format\" has another value") }
    guard let model = SHA256Digest(hexadecimal: try value("model_fingerprint")) else {
      throw invalid("\"model_fingerprint\" is not a digest")
    }
    func words(
      _ name: String, _ type: ElementType, extents: Int
    ) throws(CalibrationError) -> [UInt64]? {
      guard let tensor = reader.tensor(TensorName(name)) else { return nil }
      guard tensor.elementType == type, tensor.shape.count == extents else {
        throw invalid(
          "\(name): expected \(type.rawValue) of \(extents) extents, "
            + "found \(tensor.elementType.rawValue) \(tensor.shape)")
      }
      do {
        let bytes = try reader.read(tensor.name)
        return stride(from: 0, to: bytes.count, by: 8).map {
          LittleEndian.load(UInt64.self, from: bytes, at: $0)
        }
      } catch {
        throw .tensor(error)
      }
    }
    // Far above any text, and small enough that no sum over files overflows.
    guard let count = try words("token_count", .i64, extents: 0), count.count == 1,
      (1...1 << 40).contains(count[0])
    else { throw invalid("\"token_count\" is not one number above 0") }
    let positions = Int(count[0])
    // A sum of as many of the largest float; twice that, because sums are rounded.
    let most = 2 * Double(positions) * Double(Float.greatestFiniteMagnitude)
    let mostSquares = most * Double(Float.greatestFiniteMagnitude)
    var layers: [Layer] = []
    while let absolute = try words("layers.\(layers.count).abs_sum", .f64, extents: 1) {
      guard let square = try words("layers.\(layers.count).square_sum", .f64, extents: 1),
        square.count == absolute.count
      else { throw invalid("layer \(layers.count) lacks one of its two sums") }
      var layer = Layer(neurons: absolute.count)
      layer.absoluteSum = absolute.map { Double(bitPattern: $0) }
      layer.squareSum = square.map { Double(bitPattern: $0) }
      guard (layer.absoluteSum + layer.squareSum).allSatisfy({ $0.isFinite && $0 >= 0 }) else {
        throw invalid("layer \(layers.count) has sums that are negative or not finite")
      }
      guard layer.absoluteSum.allSatisfy({ $0 <= most }),
        layer.squareSum.allSatisfy({ $0 <= mostSquares })
      else {
        throw invalid(
          "layer \(layers.count) has sums beyond those of \(positions) activations in single precision"
        )
      }
      layers.append(layer)
    }
    guard reader.tensors.count(where: { $0.name.text.hasPrefix("layers.") }) == 2 * layers.count
    else { throw invalid("layer \(layers.count) is missing, but others are there") }
    guard !layers.isEmpty else { throw invalid("there is no layer") }
    do {
      try reader.checkUnchanged()
    } catch {
      throw .tensor(error)
    }
    do {
      let document = try JSONScanner.scan(Array(try value("parts").utf8))
      let parts = try JSONField(document, path: "parts").elements().map { try Part($0) }
      // No part has more tokens than the total, so their sum cannot overflow.
      guard parts.allSatisfy({ $0.tokens <= positions }),
        parts.reduce(0, { $0 + $1.tokens }) <= positions
      else { throw invalid("its parts have more tokens than \"token_count\"") }
      self.init(layers: layers, positions: positions, model: model, parts: parts)
    } catch {
      throw error as? CalibrationError ?? invalid("\(error)")
    }
  }
}

extension NeuronStatistics.Part {
  fileprivate init(_ field: JSONField) throws(JSONFieldError) {
    let digestField = try field.member("text_sha256")
    guard let digest = SHA256Digest(hexadecimal: try digestField.string()) else {
      throw digestField.mismatch(expected: "64 hexadecimal digits")
    }
    textDigest = digest
    context = try field.member("context").int()
    beginningToken = try field.optional("bos_token")?.int()
    let shardField = try field.member("data_shard")
    guard let shard = DataShard(try shardField.string()) else {
      throw shardField.mismatch(expected: "I/N with I from 1 to N")
    }
    self.shard = shard
    // Far above any text, and small enough that sums cannot overflow.
    tokens = try field.member("tokens").int(in: 0...1 << 40)
  }
}
