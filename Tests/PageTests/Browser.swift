import Foundation
import TestSupport
import Testing

/// Properties of a page, measured in Chromium.
struct Browser: Decodable {
  struct Point: Decodable {
    let chart: String
    let name: String
    let x: Double
    let y: Double
    /// Bounding box of its mark, in units of the drawing.
    let box: [Double]
  }

  struct Curve: Decodable {
    let chart: String
    let layer: Int
    let y: [Double]
  }

  struct Shares: Decodable {
    let layer: Int
    let name: String
    let values: [Double]
  }

  struct Bar: Decodable {
    let chart: String
    let name: String
    let value: Double
    let width: Double
  }

  struct Drawing: Decodable {
    let role: String?
    let title: String?
    let description: String?
    let named: Bool
  }

  /// Horizontal overflow of the page, with its details closed and opened.
  let overflow: Int
  let opened: Int
  /// Whether initially closed tables are visible, on screen and in print.
  let shown: [Bool]
  let printed: [Bool]
  let text: String
  let title: String
  let headings: [String]
  let sections: [String]
  let points: [Point]
  let curves: [Curve]
  let shares: [Shares]
  let bars: [Bar]
  let boxes: [[Double]]
  let confusion: [[[Int]]]
  let tokens: [String]
  let drawings: [Drawing]
  /// Overlapping labels of drawings.
  let touching: [String]
  /// Elements that would run code or load resources.
  let active: [String]
  let handlers: [String]
  let identifiers: [String]
  /// Smallest contrast between text and background, and the text that has it.
  let smallest: Double
  let palest: String
  let paper: String
  let requests: Int

  /// Opens a page in a window of this width in pixels.
  static func open(_ page: String, width: Int = 1280, isDark: Bool = false) throws -> Browser {
    let folder = try TemporaryFolder()
    let chosen = ProcessInfo.processInfo.environment["DYNAMOE_CHROMIUM"] ?? "/usr/bin/chromium"
    var probe = URLComponents(
      url: packageRoot.appending(path: "Tests/PageTests/probe.html"), resolvingAgainstBaseURL: false
    )
    probe?.fragment = "\(width)|\(URL(filePath: page).absoluteString)"
    let run = try run(
      chosen,
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
        "--user-data-dir=\(folder.path)", "--blink-settings=preferredColorScheme=\(isDark ? 0 : 1)",
        "--dump-dom", try #require(probe?.string),
      ])
    let result = try #require(
      run.output.firstRange(of: "<pre id=\"result\">"), "\(run.status) \(run.errors)")
    let text = run.output[result.upperBound...].prefix { $0 != "<" }
    let json = try #require(Data(base64Encoded: String(text)))
    return try JSONDecoder().decode(Browser.self, from: json)
  }
}
