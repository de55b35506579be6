import Foundation
import JSON
import TestSupport
import Testing

@Suite struct BadCheckpointTests {
  private static let byte = #"{"dtype":"U8","shape":[1],"data_offsets":[0,1]}"#

  static let all: [BadCheckpoint] = [
    BadCheckpoint("missing", status: 66, mentions: ["none: no such file or folder"]) {
      $0.path("none")
    },
    .file("empty", "expected at least 8 bytes, found 0", []),
    .file("not a checkpoint", "not a safetensors file", Array("Once upon a time there".utf8)),
    .file(
      "truncated", "truncated: expected 9 bytes of data, found 4",
      crafted(
        #"{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}"#, 4)),
    .file(
      "header longer than the file", "expected a header of 1000 bytes, found",
      claiming(
        1000, Array("{}".utf8))),
    .file(
      "header longer than memory", "found the length 18446744073709551615",
      claiming(
        .max, Array("{}".utf8))),
    .file("header shorter than its text", "JSON", claiming(5, Array(#"{"a":\#(byte)}"#.utf8))),
    .file(
      "tensor outside the file", "truncated",
      crafted(
        #"{"a":{"dtype":"U8","shape":[1099511627776],"data_offsets":[0,1099511627776]}}"#, 1)),
    .file(
      "overlapping tensors", "overlaps",
      crafted(
        """
        {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},\
        "b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}
        """, 6)),
    .file(
      "size that overflows", "overflows",
      crafted(
        #"{"a":{"dtype":"F64","shape":[4611686018427387904,4],"data_offsets":[0,1]}}"#, 1)),
    .file("duplicate keys", "duplicate key", crafted(#"{"a":\#(byte),"a":\#(byte)}"#, 1)),
    .file("a GGUF file that ends", "version at byte 4: truncated", Array("GGUF\u{3}".utf8)),
    .file("a pickle", "pickle", [0x80, 2, 0x8A, 10, 0, 0, 0, 0, 0, 0, 0, 0]),
    .index(
      "missing shard", #""c.safetensors" is missing"#, #"{"a":"a.safetensors","c":"c.safetensors"}"#
    ),
    .index("shard name that climbs", "../a.safetensors", #"{"a":"../a.safetensors"}"#),
    .index("absolute shard name", "/etc/passwd", #"{"a":"/etc/passwd"}"#),
    .folder(
      "only a pickle", "pytorch_model.bin", "pickle", "safe_serialization=True",
      files: [
        "pytorch_model.bin", "config.json",
      ]),
    .folder("empty folder", "folder: expected model.safetensors", files: []),
    BadCheckpoint("a pipe", mentions: ["pipe: expected a file, found a pipe"]) { folder in
      #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
      return folder.path("pipe")
    },
  ]

  @Test(arguments: all)
  func `what is no checkpoint is refused by every command`(bad: BadCheckpoint) throws {
    let folder = try TemporaryFolder()
    let path = try bad.make(folder)
    let output = ["-o", folder.path("output")]
    let commands: [[String]] = [
      ["inspect", path], ["inspect", path, "--statistics", "--json"], ["validate", path],
      ["partition", path, "--importance", "weights"] + output,
      ["partition", path, "--importance", "weights", "--dry-run"] + output,
      ["calibrate", path] + Fixture.text + output, ["evaluate", path] + Fixture.text,
      ["merge", path] + output,
    ]
    for command in commands {
      // Statistics are a single file: for folders and other formats, any error of merge will do.
      let mentions = command[0] == "merge" ? [folder.path] : bad.mentions
      try expectRefused(command, bad.status, mentions, in: folder)
    }
    try expectRefused(
      ["validate", try Fixture.converted().path, "--against", path], bad.status, bad.mentions,
      in: folder)
  }

  @Test(arguments: all)
  func `validate --json says so in a document where the file is malformed`(
    bad: BadCheckpoint
  ) throws {
    let folder = try TemporaryFolder()
    let path = try bad.make(folder)
    try expectRefused(
      ["validate", path, "--json"], bad.status, bad.mentions, in: folder,
      hasDocument: bad.status == 65)
    guard bad.status == 65 else { return }
    let document = try JSONScanner.scan(
      Array(try dynamoe(["validate", path, "--json"]).output.utf8))
    #expect(document.object?["valid"]?.bool == false)
    #expect(document.object?["checks"]?.array?.count == 1)
  }
}
