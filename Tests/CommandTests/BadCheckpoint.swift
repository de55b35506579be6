import Foundation
import TestSupport
import Testing

/// A path without a valid checkpoint, and the words expected in the error.
struct BadCheckpoint: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let status: Int32
  let mentions: [String]
  let make: @Sendable (TemporaryFolder) throws -> String

  init(
    _ name: String, status: Int32 = 65, mentions: [String],
    make: @escaping @Sendable (TemporaryFolder) throws -> String
  ) {
    testDescription = name
    self.status = status
    self.mentions = mentions
    self.make = make
  }

  /// A file with these bytes, whose name errors must mention.
  static func file(_ name: String, _ mentions: String, _ bytes: [UInt8]) -> BadCheckpoint {
    BadCheckpoint(name, mentions: ["bad.safetensors: ", mentions]) {
      try $0.write(bytes, to: "bad.safetensors")
    }
  }

  /// A folder of two shards, with an index that has this map.
  static func index(
    _ name: String, _ mentions: String, _ map: String,
    files: [String] = ["a.safetensors", "b.safetensors"]
  ) -> BadCheckpoint {
    BadCheckpoint(name, mentions: ["model.safetensors.index.json: ", mentions]) { folder in
      for file in files {
        try folder.write(
          crafted(#"{"\#(file.prefix(1))":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, 1),
          to: "sharded/" + file)
      }
      try folder.write(
        Array(#"{"weight_map":\#(map)}"#.utf8), to: "sharded/model.safetensors.index.json")
      return folder.path("sharded")
    }
  }

  /// A folder of empty or short files with these names.
  static func folder(_ name: String, _ mentions: String..., files: [String]) -> BadCheckpoint {
    BadCheckpoint(name, mentions: mentions) { folder in
      try FileManager.default.createDirectory(
        atPath: folder.path("folder"), withIntermediateDirectories: true)
      for file in files { try folder.write([0x80, 2], to: "folder/" + file) }
      return folder.path("folder")
    }
  }
}

/// Bytes of a safetensors file with this header, unchecked.
func crafted(_ header: String, _ data: Int) -> [UInt8] {
  claiming(UInt64(header.utf8.count), Array(header.utf8) + [UInt8](repeating: 7, count: data))
}

/// A header length followed by bytes, which may be fewer or more.
func claiming(_ length: UInt64, _ bytes: [UInt8]) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + bytes
}
