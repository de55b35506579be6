import GGUF
import Tensors
import TestSupport
import Testing

func describe(
  _ name: TensorName, _ type: ElementType, _ shape: [Int]
) throws -> TensorDescription {
  try #require(TensorDescription(name: name, elementType: type, shape: shape))
}

/// Contents of a file to be written.
struct Draft {
  var metadata: [GGUFKeyValue] = []
  var tensors: [(TensorDescription, [UInt8])] = []

  func write(to path: String, limit: GGUFPartLimit? = nil) throws {
    let writer = try GGUFWriter(
      path: path, metadata: metadata, tensors: tensors.map(\.0), limit: limit)
    for (tensor, bytes) in tensors { try writer.write(bytes, of: tensor.name) }
    try writer.commit()
  }

  /// All types of values and tensors, with random contents.
  static func random(_ numbers: inout RandomNumbers) throws -> Draft {
    var draft = Draft()
    for number in 0..<Int.random(in: 0...12, using: &numbers) {
      draft.metadata.append(GGUFKeyValue("key.\(number)", randomValue(&numbers)))
    }
    if Bool.random(using: &numbers) {
      let alignment = UInt32(8) << UInt32.random(in: 0...4, using: &numbers)
      draft.metadata.append(GGUFKeyValue("general.alignment", .u32(alignment)))
    }
    for number in 0..<Int.random(in: 0...8, using: &numbers) {
      let type = try #require(ElementType.ofGGUF.randomElement(using: &numbers))
      var shape = (0..<Int.random(in: 1...4, using: &numbers)).map { _ in
        Int.random(in: 0...3, using: &numbers)
      }
      shape[shape.count - 1] *= type.block.elements
      let tensor = try describe(TensorName("blk.\(number).é"), type, shape)
      draft.tensors.append((tensor, numbers.bytes(tensor.byteCount)))
    }
    return draft
  }

  private static func randomValue(_ numbers: inout RandomNumbers) -> GGUFValue {
    let word = numbers.next()
    let words = (0..<Int.random(in: 0...5, using: &numbers)).map { _ in numbers.next() }
    let strings = words.map { numbers.bytes(Int($0 % 9)) }
    let values: [GGUFValue] = [
      .u8(.init(truncatingIfNeeded: word)), .i8(.init(truncatingIfNeeded: word)),
      .u16(.init(truncatingIfNeeded: word)), .i16(.init(truncatingIfNeeded: word)),
      .u32(.init(truncatingIfNeeded: word)), .i32(.init(truncatingIfNeeded: word)),
      .u64(word), .i64(.init(truncatingIfNeeded: word)), .bool(word % 2 == 1),
      .f32(Float(Int64(truncatingIfNeeded: word))), .f64(Double(Int64(truncatingIfNeeded: word))),
      .string(numbers.bytes(Int(word % 20))),
      .array(.u8(words.map { .init(truncatingIfNeeded: $0) })),
      .array(.i8(words.map { .init(truncatingIfNeeded: $0) })),
      .array(.u16(words.map { .init(truncatingIfNeeded: $0) })),
      .array(.i16(words.map { .init(truncatingIfNeeded: $0) })),
      .array(.u32(words.map { .init(truncatingIfNeeded: $0) })),
      .array(.i32(words.map { .init(truncatingIfNeeded: $0) })), .array(.u64(words)),
      .array(.i64(words.map { .init(truncatingIfNeeded: $0) })),
      .array(.f32(words.map { Float($0) })), .array(.f64(words.map { Double($0) })),
      .array(.bool(words.map { $0 % 2 == 1 })), .array(.string(strings)),
    ]
    return values.randomElement(using: &numbers) ?? .u8(0)
  }
}

/// Everything that a reader returns, to be written again.
func draft(of reader: GGUFReader) throws -> Draft {
  Draft(
    metadata: try reader.metadata.copies(),
    tensors: try reader.tensors.map { ($0, try reader.read($0.name)) })
}

extension ElementType {
  /// The types that ggml has.
  static let ofGGUF = allCases.filter { $0.ggmlType != nil }
}
