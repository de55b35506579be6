import JSON
import Reports
import TestSupport
import Testing

@Suite struct HostileReportTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `text of strangers is shown, and does nothing`() throws {
    let name =
      "</title><script>alert(1)</script>\"'><b onload=x>&amp;\u{202E}\u{7}\u{1B}[2J\u{2028}"
    let report = try SampleReport("--name", name, "--token", "\n" + name)
    let bytes = try ReportPage(document: report.document).bytes
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(
      text.unicodeScalars.allSatisfy {
        $0 == "\n" || ![.control, .format, .lineSeparator].contains($0.properties.generalCategory)
      })
    let page = try Browser.open(folder.write(bytes, to: "page.html"), width: 390)
    #expect(page.active == [] && page.handlers == [] && page.requests == 0)
    let shown =
      "</title><script>alert(1)</script>\"'><b onload=x>&amp;\\u{202e}\\u{7}\\u{1b}[2J\\u{2028}"
    #expect(page.title == "\(shown): calibration report")
    #expect(page.text.contains(shown))
    #expect(page.tokens.allSatisfy { $0 == "↵" + shown })
    #expect(page.overflow <= 390 && page.opened <= 390)
  }

  @Test(arguments: [
    "1e308", "-1e308", "5e-324", "0", "-1", "123456789012345678901234567890",
  ])
  func `figures that cannot be are no harm`(number: String) throws {
    // Replaces every fractional number.
    let text = String(decoding: try SampleReport().bytes, as: UTF8.self)
    let hostile = text.replacing(#/: \d+\.\d+/#) { _ in ": " + number }
    let bytes = try ReportPage(document: JSONScanner.scan(Array(hostile.utf8))).bytes
    let page = try Browser.open(folder.write(bytes, to: "page.html"), width: 390)
    #expect(page.overflow <= 390)
    #expect(!String(decoding: bytes, as: UTF8.self).contains(#/(nan|inf)[ "L]/#))
  }

  @Test(arguments: [
    ("", "invalid JSON"), ("[]", "expected an object"), ("{}", "schema: expected a value"),
    (#"{"schema": "other"}"#, "schema: expected \"dynamoe.report\""),
    (#"{"schema": "dynamoe.report", "schema_version": 2}"#, "schema_version"),
    (#"{"schema": "dynamoe.report", "schema_version": 1}"#, "generator: expected a value"),
  ])
  func `what is not a report is refused in one line`(text: String, mention: String) throws {
    let file = try folder.write(Array(text.utf8), to: "x.json")
    let run = try dynamoe(["report", file, "-o", folder.path("x.html")])
    #expect(run.status == 65 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("dynamoe: \(file): ") && run.errors.contains(mention))
    #expect(run.errors.filter { $0 == "\n" }.count == 1)
    #expect(try folder.names() == ["x.json"])
  }

  @Test func `a field of another kind is refused by its name`() throws {
    let report = try SampleReport()
    for name in ["source", "plan", "output", "routing", "held_out", "passages", "warnings"] {
      var object = try #require(report.document.object)
      object[name] = 1
      #expect { try ReportPage(document: .object(object)) } throws: { error in
        (error as? JSONFieldError)?.field.hasPrefix(name) == true
      }
    }
  }
}
