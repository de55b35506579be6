import JSON
import Safetensors

/// Headers that are valid JSON but do not describe tensors.
let filesWithWrongFields: [CraftedFile] =
  [
    .refused("a number in the metadata", crafted(#"{"__metadata__":{"a":1}}"#)) {
      unexpected($0, #"__metadata__, key "a""#, "a string", "1")
    },
    .refused("null in the metadata", crafted(#"{"__metadata__":{"a":null}}"#)) {
      unexpected($0, #"__metadata__, key "a""#, "a string", "null")
    },
    .refused("an array for the metadata", crafted(#"{"__metadata__":[]}"#)) {
      unexpected($0, "__metadata__", "an object", "an array")
    },
    .refused("a tensor called __metadata__", crafted("{\"__metadata__\":\(oneByte)}", data: 1)) {
      unexpected($0, #"__metadata__, key "shape""#, "a string", "an array")
    },
    .refused("null for a tensor", crafted(#"{"a":null}"#)) {
      unexpected($0, #"tensor "a""#, "an object", "null")
    },
    .refused("a string for a tensor", crafted(#"{"a":"U8"}"#)) {
      unexpected($0, #"tensor "a""#, "an object", #"the string "U8""#)
    },
    .refused("no type", crafted(#"{"a":{"shape":[1],"data_offsets":[0,1]}}"#, data: 1)) {
      .missingField(path: $0, tensor: "a", field: "dtype")
    },
    .refused("no shape", crafted(#"{"a":{"dtype":"U8","data_offsets":[0,1]}}"#, data: 1)) {
      .missingField(path: $0, tensor: "a", field: "shape")
    },
    .refused("no offsets", crafted(#"{"a":{"dtype":"U8","shape":[1]}}"#, data: 1)) {
      .missingField(path: $0, tensor: "a", field: "data_offsets")
    },
    .refused("an unknown type", crafted(#"{"a":\#(info("F128", "[1]", "[0,16]"))}"#, data: 16)) {
      .unknownElementType(path: $0, tensor: "a", found: "F128")
    },
    .refused("a type in small letters", crafted(#"{"a":\#(info("u8", "[1]", "[0,1]"))}"#, data: 1))
    {
      .unknownElementType(path: $0, tensor: "a", found: "u8")
    },
    .refused("null for a shape", crafted(#"{"a":\#(info("U8", "null", "[0,1]"))}"#, data: 1)) {
      unexpected($0, #"tensor "a", shape"#, "an array", "null")
    },
    .refused("one offset", crafted(#"{"a":\#(info("U8", "[1]", "[0]"))}"#, data: 1)) {
      unexpected($0, #"tensor "a", data_offsets"#, "2 offsets", "1")
    },
    .refused("three offsets", crafted(#"{"a":\#(info("U8", "[1]", "[0,1,1]"))}"#, data: 1)) {
      unexpected($0, #"tensor "a", data_offsets"#, "2 offsets", "3")
    },
    .refused(
      "an integer with a leading zero", crafted(#"{"a":\#(info("U8", "[01]", "[0,1]"))}"#, data: 1)
    ) {
      json($0, .invalidNumber, at: 36)
    },
    .refused(
      "an offset of 2^63",
      crafted(#"{"a":\#(info("U8", "[1]", "[0,9223372036854775808]"))}"#, data: 1)
    ) {
      unexpected($0, #"tensor "a", data_offsets"#, integers, "9223372036854775808")
    },
  ]
  + ["1.0", "1e0", "-1", "-0", "18446744073709551616", "\"1\"", "null", "true", "[1]"].map { text in
    .refused(
      "\(text) for an extent", crafted(#"{"a":\#(info("U8", "[\(text)]", "[0,1]"))}"#, data: 1)
    ) {
      let found =
        ["\"1\"": #"the string "1""#, "true": "a boolean", "[1]": "an array"][text] ?? text
      return unexpected($0, #"tensor "a", shape"#, integers, found)
    }
  }

/// Tensors that match neither each other nor the file.
let filesWithWrongSizes: [CraftedFile] = [
  .refused("bytes missing at the end", crafted("{\"a\":\(info("U8", "[4]", "[0,4]"))}", data: 2)) {
    .truncated(path: $0, expected: 4, found: 2)
  },
  .refused("a polyglot with another file behind the data", crafted("{\"a\":\(oneByte)}", data: 100))
  {
    .trailingBytes(path: $0, expected: 1, found: 100)
  },
  .refused("data without tensors", crafted("{}", data: 1)) {
    .trailingBytes(path: $0, expected: 0, found: 1)
  },
  .refused(
    "a tensor outside the file", crafted(#"{"a":\#(info("U8", "[1]", "[1000,1001]"))}"#, data: 1)
  ) {
    .hole(path: $0, tensor: "a", expected: 0, found: 1000)
  },
  .refused(
    "a tensor that reaches out of the file",
    crafted(#"{"a":\#(info("U8", "[9223372036854775807]", "[0,9223372036854775807]"))}"#, data: 1),
  ) { .truncated(path: $0, expected: Int.max, found: 1) },
  .refused(
    "a hole before the first tensor", crafted(#"{"a":\#(info("U8", "[1]", "[1,2]"))}"#, data: 2)
  ) {
    .hole(path: $0, tensor: "a", expected: 0, found: 1)
  },
  .refused(
    "a hole between tensors",
    crafted(#"{"a":\#(oneByte),"b":\#(info("U8", "[1]", "[2,3]"))}"#, data: 3)
  ) {
    .hole(path: $0, tensor: "b", expected: 1, found: 2)
  },
  .refused(
    "tensors that overlap in part",
    crafted(#"{"a":\#(info("U8", "[2]", "[0,2]")),"b":\#(info("U8", "[2]", "[1,3]"))}"#, data: 3)
  ) {
    .overlap(path: $0, tensor: "b", expected: 2, found: 1)
  },
  .refused(
    "a tensor inside another",
    crafted(#"{"a":\#(info("U8", "[4]", "[0,4]")),"b":\#(info("U8", "[1]", "[1,2]"))}"#, data: 4)
  ) {
    .overlap(path: $0, tensor: "b", expected: 4, found: 1)
  },
  .refused(
    "ten thousand tensors over the same bytes",
    crafted(
      "{"
        + (0..<10_000).map { "\"\($0)\":\(info("F32", "[2,2]", "[0,16]"))" }.joined(separator: ",")
        + "}", data: 16)
  ) { .overlap(path: $0, tensor: "1", expected: 16, found: 0) },
  .refused(
    "a tensor without elements inside another",
    crafted(#"{"a":\#(info("U8", "[2]", "[0,2]")),"b":\#(info("U8", "[0]", "[1,1]"))}"#, data: 2)
  ) {
    .overlap(path: $0, tensor: "b", expected: 2, found: 1)
  },
  .refused(
    "a tensor without elements behind the data",
    crafted(#"{"a":\#(info("U8", "[0]", "[5,5]"))}"#)
  ) {
    .hole(path: $0, tensor: "a", expected: 0, found: 5)
  },
  .refused(
    "a tensor that ends before it begins",
    crafted(#"{"a":\#(info("U8", "[1]", "[1,0]"))}"#, data: 1)
  ) {
    .reversedOffsets(path: $0, tensor: "a", begin: 1, end: 0)
  },
  .refused(
    "fewer bytes than elements", crafted(#"{"a":\#(info("F32", "[2,2]", "[0,4]"))}"#, data: 4)
  ) {
    .wrongSize(path: $0, tensor: "a", expected: 16, found: 4)
  },
  .refused("a scalar without bytes", crafted(#"{"a":\#(info("U8", "[]", "[0,0]"))}"#)) {
    .wrongSize(path: $0, tensor: "a", expected: 1, found: 0)
  },
  .refused("bytes without elements", crafted(#"{"a":\#(info("U8", "[0]", "[0,1]"))}"#, data: 1)) {
    .wrongSize(path: $0, tensor: "a", expected: 0, found: 1)
  },
  .refused("an odd number of F4", crafted(#"{"a":\#(info("F4", "[3]", "[0,1]"))}"#, data: 1)) {
    .partialByte(path: $0, tensor: "a", type: .f4, elements: 3)
  },
  .refused(
    "three elements of F6_E2M3", crafted(#"{"a":\#(info("F6_E2M3", "[3]", "[0,2]"))}"#, data: 2)
  ) {
    .partialByte(path: $0, tensor: "a", type: .f6E2M3, elements: 3)
  },
  .refused(
    "an extent of 2^64 - 2",
    crafted(#"{"a":\#(info("U8", "[2,18446744073709551614]", "[0,16]"))}"#, data: 16)
  ) {
    unexpected($0, #"tensor "a", shape"#, integers, "18446744073709551614")
  },
  .refused(
    "a product of extents that overflows",
    crafted(#"{"a":\#(info("U8", "[4611686018427387904,4]", "[0,0]"))}"#)
  ) {
    .sizeOverflow(path: $0, tensor: "a", shape: [1 << 62, 4])
  },
  .refused(
    "a product of extents that overflows before a zero",
    crafted(#"{"a":\#(info("U8", "[4611686018427387904,4,0]", "[0,0]"))}"#)
  ) {
    .sizeOverflow(path: $0, tensor: "a", shape: [1 << 62, 4, 0])
  },
  .refused(
    "a number of bits that overflows",
    crafted(#"{"a":\#(info("F32", "[2,9223372036854775807]", "[0,16]"))}"#, data: 16)
  ) {
    .sizeOverflow(path: $0, tensor: "a", shape: [2, Int.max])
  },
  .refused(
    "a number of bytes that overflows",
    crafted(#"{"a":\#(info("F64", "[2305843009213693952]", "[0,0]"))}"#)
  ) {
    .sizeOverflow(path: $0, tensor: "a", shape: [1 << 61])
  },
]
