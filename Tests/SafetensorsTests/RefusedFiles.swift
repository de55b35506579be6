import JSON
import Safetensors

/// Files with an invalid header length or header JSON.
let filesWithoutHeader: [CraftedFile] = [
  .refused("an empty file", []) { .tooShort(path: $0, length: 0) },
  .refused("half a length", [1, 0, 0, 0, 0, 0, 0]) { .tooShort(path: $0, length: 7) },
  .refused("the longest length there is", claiming(.max)) {
    .headerTooLarge(path: $0, limit: 100_000_000, found: .max)
  },
  .refused("a length just over the limit", claiming(100_000_001)) {
    .headerTooLarge(path: $0, limit: 100_000_000, found: 100_000_001)
  },
  .refused("a length at the limit in a small file", claiming(100_000_000)) {
    .headerPastEnd(path: $0, expected: 100_000_000, available: 0)
  },
  .refused("a header that claims 1000 bytes in a small file", claiming(1000, Array("{}".utf8))) {
    .headerPastEnd(path: $0, expected: 1000, available: 2)
  },
  .refused("a length one byte past the end", claiming(3, Array("{}".utf8))) {
    .headerPastEnd(path: $0, expected: 3, available: 2)
  },
  .refused("a header without bytes", claiming(0)) { json($0, .unexpectedEnd, at: 8) },
  .refused("half an object", crafted("{")) { json($0, .unexpectedEnd, at: 9) },
  .refused("bytes that are not UTF-8", crafted([0xFF])) {
    json($0, .unexpectedByte(0xFF, expected: "a value"), at: 8)
  },
  .refused("a name that is not UTF-8", crafted(Array("{\"".utf8) + [0xC3] + Array("\":1}".utf8))) {
    json($0, .invalidUTF8, at: 10)
  },
  .refused(
    "a name that is an encoded surrogate",
    crafted(Array("{\"".utf8) + [0xED, 0xA0, 0x80] + Array("\":1}".utf8))
  ) {
    json($0, .invalidUTF8, at: 10)
  },
  .refused("a byte order mark", crafted("\u{FEFF}{}")) {
    json($0, .unexpectedByte(0xEF, expected: "a value"), at: 8)
  },
  .refused("a form feed as white space", crafted("\u{C}{}")) {
    json($0, .unexpectedByte(0x0C, expected: "a value"), at: 8)
  },
  .refused("NUL as padding", crafted("{}\0")) { json($0, .trailingBytes, at: 10) },
  .refused("two documents", crafted("{}{}")) { json($0, .trailingBytes, at: 10) },
  .refused("a comment", crafted("{/**/}")) {
    json($0, .unexpectedByte(UInt8(ascii: "/"), expected: "a key in quotes"), at: 9)
  },
  .refused("a trailing comma", crafted("{\"a\":\(oneByte),}", data: 1)) {
    json($0, .unexpectedByte(UInt8(ascii: "}"), expected: "a key in quotes"), at: 61)
  },
  .refused("NaN", crafted(#"{"a":NaN}"#)) {
    json($0, .unexpectedByte(UInt8(ascii: "N"), expected: "a value"), at: 13)
  },
  .refused("half a surrogate pair", crafted(#"{"\ud800":\#(oneByte)}"#, data: 1)) {
    json($0, .invalidEscape, at: 10)
  },
  .refused(
    "half a surrogate pair in an unknown field",
    crafted(#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":"\udc00"}}"#, data: 1)
  ) {
    json($0, .invalidEscape, at: 65)
  },
  .refused("a control character in a name", crafted("{\"a\nb\":\(oneByte)}", data: 1)) {
    json($0, .controlCharacter(0x0A), at: 11)
  },
  .refused(
    "128 levels of nesting in an unknown field",
    crafted(#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":\#(nested(126))}}"#, data: 1)
  ) {
    json($0, .nestedTooDeeply(limit: 127), at: 189)
  },
  .refused("a million levels of nesting", crafted(nested(1_000_000))) {
    json($0, .nestedTooDeeply(limit: 127), at: 135)
  },
  .refused("an array for a header", crafted("[]")) {
    unexpected($0, "the header", "an object", "an array")
  },
  .refused("null for a header", crafted("null")) {
    unexpected($0, "the header", "an object", "null")
  },
]

/// Headers that two parsers could interpret differently.
let ambiguousFiles: [CraftedFile] = [
  .refused(
    "a tensor twice, with the same bytes", crafted("{\"a\":\(oneByte),\"a\":\(oneByte)}", data: 1),
    library: .differs("it keeps the last")
  ) { json($0, .duplicateKey("a"), at: 61) },
  .refused(
    "a tensor twice, once with an escape",
    crafted(#"{"a":\#(oneByte),"\u0061":\#(oneByte)}"#, data: 1),
    library: .differs("it keeps the last")
  ) { json($0, .duplicateKey("a"), at: 61) },
  .refused(
    "a tensor twice, once as four bytes and once as a float",
    crafted(#"{"a":\#(info("U8", "[4]", "[0,4]")),"a":\#(info("F32", "[1]", "[0,4]"))}"#, data: 4),
    library: .differs("it keeps the last")
  ) { json($0, .duplicateKey("a"), at: 61) },
  .refused(
    "a tensor twice, with bytes one after the other",
    crafted(#"{"a":\#(oneByte),"a":\#(info("U8", "[1]", "[1,2]"))}"#, data: 2)
  ) {
    json($0, .duplicateKey("a"), at: 61)
  },
  .refused("metadata twice", crafted(#"{"__metadata__":{},"__metadata__":{}}"#)) {
    json($0, .duplicateKey("__metadata__"), at: 27)
  },
  .refused(
    "a key of the metadata twice", crafted(#"{"__metadata__":{"a":"1","a":"2"}}"#),
    library: .differs("it keeps the last")
  ) { json($0, .duplicateKey("a"), at: 33) },
  .refused(
    "a field twice",
    crafted(#"{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, data: 1)
  ) {
    json($0, .duplicateKey("dtype"), at: 27)
  },
  .refused(
    "an unknown field twice",
    crafted(#"{"a":{"x":1,"x":2,"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, data: 1),
    library: .differs("it passes over unknown fields")
  ) { json($0, .duplicateKey("x"), at: 20) },
  .refused(
    "an array for a tensor", crafted(#"{"a":["U8",[1],[0,1]]}"#, data: 1),
    library: .differs("it takes the elements for the fields in order")
  ) {
    unexpected($0, #"tensor "a""#, "an object", "an array")
  },
  .refused(
    "an object for a type",
    crafted(#"{"a":{"dtype":{"U8":null},"shape":[1],"data_offsets":[0,1]}}"#, data: 1),
    library: .differs("it takes the key for the type")
  ) {
    unexpected($0, #"tensor "a", dtype"#, "a string", "an object")
  },
  .refused(
    "an extent of 2^63 beside a zero",
    crafted(#"{"a":\#(info("U8", "[0,9223372036854775808,4]", "[0,0]"))}"#),
    library: .differs("its extents are 64 bits without sign")
  ) {
    unexpected($0, #"tensor "a", shape"#, integers, "9223372036854775808")
  },
]

let integers = "integers from 0 to 9223372036854775807"

func json(_ path: String, _ reason: JSONError.Reason, at offset: Int) -> SafetensorsError {
  .invalidJSON(path: path, JSONError(reason, at: offset))
}

func unexpected(
  _ path: String, _ place: String, _ expected: String, _ found: String
) -> SafetensorsError {
  .unexpectedValue(path: path, place: place, expected: expected, found: found)
}
