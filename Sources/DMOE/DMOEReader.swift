package import Architectures
package import ByteIO
import JSON
package import Tensors

/// Reader of a `.dmoe` file with a checked directory, complete or cut at the end of a section.
///
/// Every read verifies the checksums of its blocks, so that damaged data is never returned.
package final class DMOEReader: Sendable {
  package let directory: DMOEDirectory
  package let file: any ByteSource
  /// Number of experts in the file, counted from the smallest.
  package let expertsHeld: Int
  private let places: [StorageKey: StoredTensor]
  private let sources: [TensorName: Int]

  private struct StorageKey: Hashable {
    let section: Int
    let kind: StoredTensor.Kind
  }

  package var path: String { file.path }
  /// Whether the file has all sections of the directory.
  package var isComplete: Bool { expertsHeld == directory.experts }
  /// Whether no neuron of the dense model is missing: the file is complete and not a part.
  package var holdsDense: Bool { isComplete && !directory.isPart }

  package convenience init(path: String) throws(DMOEError) { try self.init(LocalPlace(path)) }

  /// Opens the file that the place names.
  package init(_ place: any Place) throws(DMOEError) {
    do {
      file = try place.open()
    } catch {
      throw .file(error)
    }
    directory = try Self.directory(of: file)
    expertsHeld = try Self.expertsHeld(file, directory)
    var places: [StorageKey: StoredTensor] = [:]
    for (section, entry) in directory.sections.enumerated() {
      for tensor in entry.tensors {
        places[StorageKey(section: section, kind: tensor.kind)] = tensor
      }
    }
    self.places = places
    sources = Dictionary(
      directory.sourceTensors.enumerated().map { ($1.description.name, $0) },
      uniquingKeysWith: { first, _ in first })
  }

  /// A tensor of the dense model; nil if none has this name.
  package func sourceTensor(_ name: TensorName) -> DMOEDirectory.SourceTensor? {
    sources[name].map { directory.sourceTensors[$0] }
  }

  private static func directory(of file: any ByteSource) throws(DMOEError) -> DMOEDirectory {
    let preamble = try DMOEPreamble(of: file)
    let bytes: [UInt8]
    do {
      bytes = try file.read(at: DMOEPreamble.length, count: preamble.directoryLength)
    } catch {
      throw .file(error)
    }
    let found = CRC32.checksum(bytes)
    guard found == preamble.directoryChecksum else {
      throw .checksum(
        path: file.path, part: "directory", expected: preamble.directoryChecksum, found: found)
    }
    let document: JSONValue
    do {
      document = try JSONScanner.scan(bytes)
    } catch {
      throw .directoryText(path: file.path, error)
    }
    let features: [String]
    do {
      features = try DMOEDirectory.requirements(of: document)
    } catch {
      throw .directory(path: file.path, error)
    }
    if let feature = features.first(where: { DMOEDirectory.Feature(rawValue: $0) == nil }) {
      throw .unknownFeature(path: file.path, feature: feature)
    }
    do {
      return try DMOEDirectory(
        document, start: DMOEPreamble.length + preamble.directoryLength, end: preamble.fileLength)
    } catch {
      throw .directory(path: file.path, error)
    }
  }

  private static func expertsHeld(
    _ file: any ByteSource, _ directory: DMOEDirectory
  ) throws(DMOEError) -> Int {
    let ends = directory.sections.map(\.end)
    if let last = ends.last, file.length > last {
      throw .trailingBytes(path: file.path, expected: last, found: file.length)
    }
    // Without its first ring a file holds no model; empty rings end at the same offset.
    if let section = ends.lastIndex(of: file.length), section > 0 { return section }
    let section = ends.firstIndex { $0 > file.length } ?? ends.count - 1
    throw .cutInside(
      path: file.path, section: DMOEDirectory.sectionTitle(section), length: file.length,
      wholeLength: section > 1 ? ends[section - 1] : 0)
  }

  /// Tensor of the shared section; nil if it has none of this kind.
  package func shared(_ kind: StoredTensor.Kind) -> StoredTensor? {
    places[StorageKey(section: 0, kind: kind)]
  }

  /// Part of a layer's neurons that a ring adds; nil if the model has no such part.
  package func part(_ part: FeedForwardPart, layer: Int, ring: Int) -> StoredTensor? {
    places[StorageKey(section: ring + 1, kind: .part(part, layer: layer))]
  }

  /// Tensor of a ring's section; nil if it has none of this kind.
  package func ring(_ kind: StoredTensor.Kind, ring: Int) -> StoredTensor? {
    places[StorageKey(section: ring + 1, kind: kind)]
  }

  /// Sections that are in the file.
  package var sectionsHeld: ArraySlice<DMOEDirectory.Section> {
    directory.sections[...expertsHeld]
  }

  /// Length in bytes of the shortest prefix that holds an expert.
  package func prefixLength(expert: Int) -> Int { directory.sections[expert + 1].end }

  /// Dense indices of a layer's neurons by rank, including neurons of missing rings.
  package func permutation(layer: Int) throws(DMOEError) -> [Int] {
    guard let tensor = shared(.permutation(layer: layer)) else {
      throw .tensor(.missing(name: "permutation of layer \(layer)"))
    }
    let bytes: [UInt8]
    do {
      bytes = try read(tensor)
    } catch {
      throw .tensor(error)
    }
    let size = directory.model.neurons[layer]
    var seen: Set<Int> = []
    var permutation: [Int] = []
    for rank in 0..<bytes.count / 4 {
      let index = Int(LittleEndian.load(UInt32.self, from: bytes, at: 4 * rank))
      guard index < size, seen.insert(index).inserted else {
        throw .permutation(path: path, layer: layer, rank: rank, index: index)
      }
      permutation.append(index)
    }
    return permutation
  }

  /// Throws if the permutation of a layer has a duplicate index, or one out of range.
  package func checkPermutations() throws(DMOEError) {
    for layer in 0..<directory.model.layers { _ = try permutation(layer: layer) }
  }

  /// Throws if padding bytes between tensors are not zero.
  package func checkPadding() throws(DMOEError) {
    for section in sectionsHeld {
      for (index, tensor) in section.tensors.enumerated() {
        let start = tensor.offset + tensor.storedLength
        let end =
          index + 1 < section.tensors.count ? section.tensors[index + 1].offset : section.end
        let bytes: [UInt8]
        do {
          bytes = try file.read(at: start, count: end - start)
        } catch {
          throw .file(error)
        }
        if let place = bytes.firstIndex(where: { $0 != 0 }) {
          throw .padding(path: path, offset: start + place)
        }
      }
    }
  }
}
