import ByteIO

/// Repository in a cache of the Hub: a folder `models--ORGANISATION--NAME` with the folders `refs`,
/// `snapshots` and `blobs`.
struct HubRepository {
  private let place: LocalPlace
  private let snapshots: [String]

  /// Place of the checkpoint at a path, and a remark if it is a snapshot of a repository.
  ///
  /// - Throws: ``ModelError`` if it does not follow which snapshot is meant.
  static func place(
    of path: String
  ) throws(ModelError) -> (place: LocalPlace, note: String?) {
    let place = LocalPlace(path)
    guard place.file == nil else { return (place, nil) }
    if let repository = try HubRepository(place) { return try repository.snapshot() }
    let names: [String]
    do {
      names = try place.names()
    } catch {
      throw .file(error)
    }
    let repositories = names.filter { $0.hasPrefix("models--") && place.isFolder($0) }
    guard repositories.isEmpty || names.contains(where: Self.isWeights) else {
      throw .unsupported(
        path: path, what: "a cache of the Hub, not a model in it",
        advice: "give one of \(Self.list(repositories))")
    }
    return (place, nil)
  }

  /// Nil if the folder is none, or holds weights itself.
  private init?(_ place: LocalPlace) throws(ModelError) {
    let isNamed = Folder.name(of: Folder.absolute(place.path)).hasPrefix("models--")
    guard place.isFolder("snapshots"), isNamed || place.isFolder("refs") || place.isFolder("blobs")
    else { return nil }
    do {
      guard try !place.names().contains(where: Self.isWeights) else { return nil }
      let folder = LocalPlace(place.path(of: "snapshots"))
      snapshots = try folder.names().filter { folder.isFolder($0) }
    } catch {
      throw .file(error)
    }
    self.place = place
  }

  /// The snapshot that `refs/main` names, or the only one.
  private func snapshot() throws(ModelError) -> (place: LocalPlace, note: String?) {
    let main = mainRevision
    let named = main.flatMap { main in snapshots.first { $0 == main } }
    guard let chosen = named ?? (snapshots.count == 1 ? snapshots[0] : nil) else {
      throw .unsupported(
        path: place.path,
        what: "a repository of the Hub's cache with \(snapshots.count) snapshots"
          + (snapshots.isEmpty ? "" : ", of which refs/main names none"),
        advice: snapshots.isEmpty
          ? "fetch the model again"
          : "give one of \(Self.list(snapshots.map { "snapshots/\($0)" }))")
    }
    let path = Folder.path(of: chosen, in: place.path(of: "snapshots"))
    return (
      LocalPlace(path),
      "a repository of the Hub's cache; its snapshot \(chosen) was read"
        + (named == nil ? ", the only one" : ", which refs/main names")
    )
  }

  /// Content of `refs/main`; nil if there is none.
  private var mainRevision: String? {
    let refs = LocalPlace(place.path(of: "refs"))
    guard refs.contains("main"), let bytes = try? refs.open("main").readAll(limit: 1 << 10)
    else { return nil }
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    return String(decoding: line, as: UTF8.self)
  }

  private static func isWeights(_ name: String) -> Bool {
    [".safetensors", ".gguf", ".safetensors.index.json"].contains { name.hasSuffix($0) }
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(4).joined(separator: ", ") + (names.count > 4 ? ", …" : "")
  }
}
