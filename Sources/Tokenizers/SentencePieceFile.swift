/// Pieces of a `tokenizer.model`, SentencePiece's own file (a protocol buffer message).
struct SentencePieceFile {
  struct Piece: Equatable {
    var content: [UInt8] = []
    var score: Float = 0
    /// Same numbers as in `tokenizer.ggml.token_type`.
    var kind = GGUFTokens.Kind.normal
  }

  let pieces: [Piece]

  init(_ bytes: [UInt8]) throws(TokenizerError) {
    var pieces: [Piece] = []
    guard
      Self.forEachField(
        of: bytes[...],
        { field in
          guard case .bytes(let message) = field.value, field.number == 1 else { return true }
          guard let piece = Piece(message) else { return false }
          pieces.append(piece)
          return true
        }), !pieces.isEmpty
    else {
      throw .wrongType(
        path: "tokenizer.model", expected: "pieces as SentencePiece stores them",
        found: "other bytes")
    }
    self.pieces = pieces
  }

  struct Field {
    enum Value {
      case number(UInt64)
      case word(UInt32)
      case bytes(ArraySlice<UInt8>)
      case other
    }

    let number: UInt64
    let value: Value
  }

  /// Calls `body` with each field, in order; false if the message is malformed or `body` fails.
  static func forEachField(of message: ArraySlice<UInt8>, _ body: (Field) -> Bool) -> Bool {
    var rest = message
    while !rest.isEmpty {
      guard let tag = number(&rest), tag >> 3 > 0 else { return false }
      let value: Field.Value
      switch tag & 7 {
      case 0:
        guard let number = number(&rest) else { return false }
        value = .number(number)
      case 1:
        guard rest.count >= 8 else { return false }
        rest = rest.dropFirst(8)
        value = .other
      case 2:
        guard let length = number(&rest), length <= UInt64(rest.count) else { return false }
        value = .bytes(rest.prefix(Int(length)))
        rest = rest.dropFirst(Int(length))
      case 5:
        guard rest.count >= 4 else { return false }
        value = .word(rest.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) })
        rest = rest.dropFirst(4)
      default: return false
      }
      guard body(Field(number: tag >> 3, value: value)) else { return false }
    }
    return true
  }

  /// Reads a number of 7 bits per byte (varint); nil if it does not end.
  private static func number(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
    var result: UInt64 = 0
    for shift in stride(from: 0 as UInt64, to: 64, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      result |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return result }
    }
    return nil
  }
}

extension SentencePieceFile.Piece {
  /// Reads a piece; nil if malformed.
  fileprivate init?(_ message: ArraySlice<UInt8>) {
    self.init()
    var piece = self
    let isWhole = SentencePieceFile.forEachField(of: message) { field in
      switch (field.number, field.value) {
      case (1, .bytes(let content)): piece.content = Array(content)
      case (2, .word(let bits)): piece.score = Float(bitPattern: bits)
      case (3, .number(let number)):
        guard let kind = Int(exactly: number).flatMap(GGUFTokens.Kind.init(rawValue:)),
          kind != .undefined
        else {
          return false
        }
        piece.kind = kind
      default: break
      }
      return true
    }
    guard isWhole, !piece.score.isNaN else { return nil }
    self = piece
  }
}
