import ByteIO
package import JSON

/// Calibration report as one self-contained HTML page.
///
/// The same document gives the same bytes.
package struct ReportPage: Sendable {
  private let report: PageReport

  /// - Throws: ``JSONFieldError`` if a field that the page shows is not as in `formats/report.md`.
  package init(document: JSONValue) throws(JSONFieldError) {
    report = try PageReport(JSONField(document))
  }

  /// Reads the report from a file.
  package init(path: String) throws {
    // The largest reports seen so far have a few megabytes.
    let bytes = try InputFile(path: path).readAll(limit: 1 << 28)
    do {
      try self.init(document: JSONScanner.scan(bytes))
    } catch let error as JSONError {
      throw ReportPageError.invalidJSON(path: path, error)
    } catch let error as JSONFieldError {
      throw ReportPageError.notReport(path: path, error)
    }
  }

  /// Page in UTF-8.
  package var bytes: [UInt8] {
    var html = HTML()
    html.documentType()
    html.element("html", ["lang": "en"]) { html in
      html.element("head") { html in
        html.void("meta", ["charset": "utf-8"])
        html.void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        html.void("meta", ["name": "color-scheme", "content": "light dark"])
        html.void("meta", ["name": "generator", "content": report.generator])
        html.element("title", "\(report.source.name): calibration report")
        html.style(Stylesheet.rules(experts: report.plan.experts))
      }
      html.newline()
      html.element("body") { html in
        OverviewSection(report: report).write(to: &html)
        html.element("main") { html in
          for section in sections { write(section, to: &html) }
        }
        html.element("footer") { html in
          html.element(
            "p",
            "Made by \(report.generator) from the JSON report; its keys are documented in "
              + "formats/report.md. The checkpoint's fingerprint is \(report.source.fingerprint).")
        }
      }
    }
    html.newline()
    return html.bytes
  }

  /// Sections for which the report has data.
  private var sections: [any PageSection] {
    let all: [(any PageSection)?] = [
      TradeOffSection(report), RecommendationsSection(report), PassagesSection(report),
      TokenKindsSection(report), DifficultySection(report), CoverageSection(report),
      StabilitySection(report), SizesSection(report), ScoresSection(report),
      RouterSection(report), TimingSection(report),
    ]
    return all.compactMap { $0 }
  }

  private func write(_ section: any PageSection, to html: inout HTML) {
    html.element(
      "section",
      [
        "id": section.id, "class": section.isNarrow ? "narrow" : "broad",
        "aria-labelledby": "\(section.id)-h",
      ]
    ) { html in
      html.element("h2", ["id": "\(section.id)-h"], section.title)
      section.write(to: &html)
    }
    html.newline()
  }
}
