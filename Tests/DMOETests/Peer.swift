import Foundation
import TestSupport

/// The independent reader, `formats/reference/read_dmoe.py`.
enum Peer {
  private static let reader =
    packageRoot.appending(path: "formats/reference/read_dmoe.py").path

  /// One verdict per file, "accept" or "reject: REASON", from a single process.
  static func judge(_ paths: [String]) throws -> [String] {
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "peer.py")
    let input = paths.joined(separator: "\n")
    let output = try python([script.path, reader], input: Array(input.utf8))
    return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// Output of the reader for a file, run as a user runs it.
  static func describe(_ path: String) throws -> String {
    String(decoding: try python([reader, path]), as: UTF8.self)
  }
}
