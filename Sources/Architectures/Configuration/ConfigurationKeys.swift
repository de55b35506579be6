package import GGUF

/// Keys of a GGUF file that describe its model, prefixed by the architecture.
package struct ConfigurationKeys {
  package let architecture: String
  private let metadata: GGUFMetadata
  let path: String

  package init(_ metadata: GGUFMetadata, path: String) throws(ArchitectureError) {
    self.metadata = metadata
    self.path = path
    do {
      architecture = try metadata.string("general.architecture")
    } catch {
      throw .gguf(error)
    }
  }

  /// Names of all keys of the architecture, without its prefix.
  var names: [String] {
    metadata.entries.compactMap { entry in
      entry.key.hasPrefix("\(architecture).")
        ? String(entry.key.dropFirst(architecture.count + 1)) : nil
    }
  }

  /// Value of a key; nil if the key is missing.
  func value(_ name: String) throws(ArchitectureError) -> GGUFValue? {
    do {
      return try metadata.valueIfPresent("\(architecture).\(name)")
    } catch {
      throw .gguf(error)
    }
  }

  /// Integer in a range; nil if the key is missing.
  func optional(_ name: String, in range: ClosedRange<Int>) throws(ArchitectureError) -> Int? {
    let key = "\(architecture).\(name)"
    let found: Int?
    do {
      // Architectures with layers of different sizes have an array; all its numbers must be equal.
      if metadata.entry(key)?.type == .array {
        let numbers = try metadata.ints(key)
        guard let first = numbers.first, numbers.allSatisfy({ $0 == first }) else {
          throw ArchitectureError.unsupported(
            path: path,
            what: "\(key) differs between layers: \(Set(numbers).sorted().prefix(8))",
            advice: "only models with one number for all layers are supported")
        }
        found = first
      } else {
        found = try metadata.intIfPresent(key)
      }
    } catch {
      switch error {
      case let error as GGUFError: throw .gguf(error)
      case let error as ArchitectureError: throw error
      default: preconditionFailure("unexpected error: \(error)")
      }
    }
    guard let found, !range.contains(found) else { return found }
    throw .metadata(
      path: path, key: key, expected: "\(range.lowerBound) to \(range.upperBound)",
      found: "\(found)")
  }

  func required(_ name: String, in range: ClosedRange<Int>) throws(ArchitectureError) -> Int {
    guard let number = try optional(name, in: range) else {
      throw .gguf(.missingKey(path: path, key: "\(architecture).\(name)"))
    }
    return number
  }

  func double(_ name: String) throws(ArchitectureError) -> Double? {
    do {
      return try metadata.doubleIfPresent("\(architecture).\(name)")
    } catch {
      throw .gguf(error)
    }
  }

  func string(_ name: String) throws(ArchitectureError) -> String? {
    do {
      return try metadata.stringIfPresent("\(architecture).\(name)")
    } catch {
      throw .gguf(error)
    }
  }

  /// Number above 0; nil if the key is missing.
  func positive(_ name: String) throws(ArchitectureError) -> Double? {
    guard let number = try double(name) else { return nil }
    guard number > 0, number.isFinite else {
      throw .metadata(
        path: path, key: "\(architecture).\(name)", expected: "a number above 0",
        found: "\(number)")
    }
    return number
  }

  /// Number above 0 of a key that only some architectures read, and that 0 turns off; llama.cpp's if
  /// it is missing.
  func own(_ key: GGUFModelKey, _ gguf: Family.GGUF) throws(ArchitectureError) -> Double? {
    guard let usual = gguf.optional[key] else { return nil }
    guard let stated = try double(key.rawValue) else { return usual }
    return stated == 0 ? nil : try positive(key.rawValue)
  }

  /// Array of numbers; nil if the key is missing or no array.
  func numbers(_ name: String) throws(ArchitectureError) -> [Int]? {
    let key = "\(architecture).\(name)"
    guard metadata.entry(key)?.type == .array else { return nil }
    do {
      return try metadata.ints(key)
    } catch {
      throw .gguf(error)
    }
  }

  /// Number or numbers of a key without the architecture's prefix.
  func floats(_ key: String) throws(ArchitectureError) -> [Float] {
    let value: GGUFValue?
    do {
      value = try metadata.valueIfPresent(key)
    } catch {
      throw .gguf(error)
    }
    guard let value else { throw .gguf(.missingKey(path: path, key: key)) }
    if case .array(let array) = value, let numbers = array.floats { return numbers }
    if let number = value.double { return [Float(number)] }
    throw .metadata(path: path, key: key, expected: "numbers", found: "a value of another kind")
  }

  /// Array of flags, as booleans or as integers; nil if the key is missing or no array.
  func flags(_ name: String) throws(ArchitectureError) -> [Bool]? {
    let key = "\(architecture).\(name)"
    guard metadata.entry(key)?.type == .array else { return nil }
    do {
      return try metadata.flagsIfPresent(key)
    } catch {
      throw .gguf(error)
    }
  }

  func bool(_ name: String) throws(ArchitectureError) -> Bool? {
    do {
      return try metadata.boolIfPresent("\(architecture).\(name)")
    } catch {
      throw .gguf(error)
    }
  }
}
