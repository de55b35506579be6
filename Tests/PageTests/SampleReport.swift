import Foundation
import JSON
import Reports
import TestSupport
import Testing

/// A report with every key that the page shows, made by a Python script.
struct SampleReport {
  let bytes: [UInt8]
  let document: JSONValue

  init(_ options: String...) throws {
    let script = packageRoot.appending(path: "Tests/PageTests/make_report.py").path
    bytes = try python([script] + options)
    document = try JSONScanner.scan(bytes)
  }

  /// Value at a path of names and indices.
  subscript(path: String...) -> JSONValue {
    path.reduce(document) { value, key in
      Int(key).flatMap { value.array?[$0] } ?? value.object?[key] ?? .null
    }
  }

  func doubles(_ value: JSONValue) -> [Double] { value.array?.compactMap(\.double) ?? [] }

  /// Writes the page; returns its path.
  func page(in folder: TemporaryFolder) throws -> String {
    try folder.write(ReportPage(document: document).bytes, to: "page.html")
  }
}
