/// Front matter of a model card: YAML that the Hub reads.
///
/// Every value is a literal or matches a pattern that leaves nothing to escape.
struct FrontMatter {
  /// Name of the base model; nil if it is not a valid name on the Hub.
  let baseModel: String?
  let license: CardLicense?
  /// Library that loads the model; nil if the Hub has no name for it.
  let library: String?
  /// Task of the model; nil if it is not known.
  let task: String?
  /// Tags besides `dynamoe`.
  let tags: [String]

  init(
    baseModel: String?, license: CardLicense?, library: String?, task: String?, tags: [String]
  ) {
    self.task = task
    self.baseModel = baseModel.flatMap { Self.isHubName($0) ? $0 : nil }
    self.license = license
    self.library = library
    self.tags = tags
  }

  var lines: [String] {
    var lines = ["---"]
    if let baseModel {
      lines.append("base_model: \"\(baseModel)\"")
      if !baseModel.contains("/") {
        lines.append("# ^ the name of its folder; on the Hub write organisation/name")
      }
      lines.append(
        "# No base_model_relation: this is not a finetune, adapter, merge or quantized model, and"
          + " the Hub has no term for a part of one.")
    }
    if let license {
      lines.append("license: \"\(license.identifier)\"")
      if let name = license.name { lines.append("license_name: \"\(name)\"") }
      if let link = license.link { lines.append("license_link: \"\(link)\"") }
    }
    if let library { lines.append("library_name: \(library)") }
    if let task { lines.append("pipeline_tag: \(task)") }
    lines += ["tags:", "- dynamoe"]
    return lines + tags.map { "- \($0)" } + ["---"]
  }

  /// Whether a text is `name` or `organisation/name`, as the Hub allows them.
  private static func isHubName(_ text: String) -> Bool {
    text.utf8.count <= 96 && !text.contains("--") && !text.contains("..")
      && text.wholeMatch(of: /([A-Za-z0-9][A-Za-z0-9._-]*\/)?[A-Za-z0-9][A-Za-z0-9._-]*/) != nil
  }
}
