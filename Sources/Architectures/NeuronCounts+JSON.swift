package import JSON

/// Members of JSON documents of this program: `intermediate_size`, or, where widths differ, null and
/// `intermediate_sizes` with one of each layer.
extension NeuronCounts {
  package func put(into document: inout JSONObject) {
    document["intermediate_size"] = JSONValue(uniform)
    guard uniform == nil else { return }
    document["intermediate_sizes"] = .array(layers.map(JSONValue.int))
  }

  /// Reads the members of a report.
  ///
  /// - Parameters:
  ///   - report: the object that has them.
  ///   - layers: number of layers, at least one.
  /// - Throws: ``JSONFieldError`` for another number of widths, or one below 1.
  package init(report: JSONField, layers: Int) throws(JSONFieldError) {
    let range = 1...1 << 40
    guard let field = try report.optional("intermediate_size") else {
      let sizes = try report.member("intermediate_sizes")
      var widths: [Int] = []
      for element in try sizes.elements() { widths.append(try element.int(in: range)) }
      guard widths.count == layers else {
        throw sizes.mismatch(expected: "\(layers) widths")
      }
      self.init(widths)
      return
    }
    self.init(try field.int(in: range), layers: layers)
  }
}
