import Tensors

/// Unusual but valid headers.
let acceptedFiles: [CraftedFile] =
  [
    .accepted("no tensors and no data", crafted("{}")),
    .accepted("no tensors, padded", crafted("{}      ")),
    .accepted("white space before the header", crafted(" \t\r\n{}")),
    .accepted("white space behind the header", crafted("{\"a\":\(oneByte)}\n\t\r ", data: 1)),
    .accepted("metadata", crafted(#"{"__metadata__":{"format":"pt"},"a":\#(oneByte)}"#, data: 1)),
    .accepted("empty metadata", crafted(#"{"__metadata__":{}}"#)),
    .accepted("null for metadata", crafted(#"{"__metadata__":null}"#)),
    .accepted(
      "metadata behind the tensors", crafted(#"{"a":\#(oneByte),"__metadata__":{}}"#, data: 1)),
    .accepted("metadata under an escaped key", crafted(#"{"\u005f_metadata__":{"a":"b"}}"#)),
    .accepted(
      "escapes in fields and types",
      crafted(
        #"{"a":{"\u0064type":"\u00558","shape":[1],"data_offsets":[0,1]}}"#, data: 1)),
    .accepted(
      "an unknown field",
      crafted(
        #"{"a":{"x":[{"y":null}],"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, data: 1)),
    .accepted(
      "127 levels of nesting in an unknown field",
      crafted(
        #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":\#(nested(125))}}"#, data: 1)),
    .accepted(
      "an unknown field with a number beyond a double",
      crafted(
        #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1e400}}"#, data: 1),
      library: .differs("it reads what it passes over")),
    .accepted("an empty name", crafted("{\"\":\(oneByte)}", data: 1)),
    .accepted("a name with an escaped NUL", crafted(#"{"a\u0000b":\#(oneByte)}"#, data: 1)),
    .accepted("a name with DEL", crafted("{\"\u{7F}\":\(oneByte)}", data: 1)),
    .accepted("a name with a surrogate pair", crafted(#"{"\ud83e\uddee":\#(oneByte)}"#, data: 1)),
    .accepted(
      "names that differ in composition only",
      crafted(
        "{\"é\":\(oneByte),\"e\u{301}\":\(info("U8", "[1]", "[1,2]"))}", data: 2)),
    .accepted(
      "tensors in another order than their bytes",
      crafted(
        #"{"a":\#(info("U8", "[2]", "[1,3]")),"b":\#(oneByte)}"#, data: 3)),
    .accepted(
      "an F32 that is not aligned",
      crafted(
        #"{"a":\#(oneByte),"b":\#(info("F32", "[1]", "[1,5]"))}"#, data: 5)),
    .accepted("a scalar", crafted(#"{"a":\#(info("F64", "[]", "[0,8]"))}"#, data: 8)),
    .accepted("a tensor without elements", crafted(#"{"a":\#(info("F32", "[2,0]", "[0,0]"))}"#)),
    .accepted(
      "tensors without elements at every boundary",
      crafted(
        """
        {"a":\(oneByte),"z":\(info("F32", "[0]", "[0,0]")),"y":\(info("I8", "[0,3]", "[1,1]")),\
        "x":\(info("U8", "[1]", "[1,2]")),"w":\(info("F4", "[0]", "[2,2]"))}
        """, data: 2)),
    .accepted(
      "a zero before a huge extent",
      crafted(
        #"{"a":\#(info("U8", "[0,4611686018427387904,8]", "[0,0]"))}"#)),
    .accepted(
      "a product of 63 bits before a zero",
      crafted(
        #"{"a":\#(info("U8", "[2305843009213693952,4,0]", "[0,0]"))}"#)),
    .accepted(
      "two elements of F4 in a byte", crafted(#"{"a":\#(info("F4", "[1,2]", "[0,1]"))}"#, data: 1)),
    .accepted(
      "four elements of F6_E3M2 in three bytes",
      crafted(
        #"{"a":\#(info("F6_E3M2", "[4]", "[0,3]"))}"#, data: 3)),
  ]
  + ElementType.ofSafetensors.map { type in
    let size = Int(type.bitsPerElement)
    return .accepted(
      "type \(type.rawValue)",
      crafted(#"{"a":\#(info(type.rawValue, "[8]", "[0,\(size)]"))}"#, data: size))
  }

/// Nested empty arrays.
func nested(_ levels: Int) -> String {
  String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
}
