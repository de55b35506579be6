/// Name of a file that accompanied the weights (`formats/dmoe.md`, section 5).
package enum CompanionName {
  /// Folder of further chat templates, the only one whose files accompany weights.
  package static let templateFolder = "additional_chat_templates"

  /// Whether a name is a plain file name, or one in the folder of chat templates.
  package static func isValid(_ name: String) -> Bool {
    let prefix = templateFolder + "/"
    return isPlain(
      name.utf8.starts(with: prefix.utf8) ? String(name.dropFirst(prefix.count)) : name)
  }

  private static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".."
      && name.utf8.allSatisfy { byte in
        byte != UInt8(ascii: "/") && byte != UInt8(ascii: "\\") && byte != 0
      }
  }
}
