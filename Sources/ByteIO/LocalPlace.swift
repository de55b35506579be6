/// A folder of the file system, or a file and the folder around it; links are followed.
package struct LocalPlace: Place {
  package let path: String
  package let file: String?
  private let folder: String

  package init(_ path: String) {
    self.path = path
    let isFolder = Folder.isFolder(path)
    file = isFolder ? nil : Folder.name(of: path)
    folder = isFolder ? path : Folder.parent(of: path)
  }

  package func names() throws(FileError) -> [String] { try Folder.names(in: folder) }

  package func names(in folder: String) throws(FileError) -> [String] {
    try Folder.names(in: path(of: folder))
  }

  package func contains(_ name: String) -> Bool { Folder.exists(path(of: name)) }

  package func isFolder(_ name: String) -> Bool { Folder.isFolder(path(of: name)) }

  package func open(_ name: String) throws(FileError) -> any ByteSource {
    try InputFile(path: path(of: name))
  }

  package func path(of name: String) -> String {
    // The given file keeps its path as given.
    name == file ? path : Folder.path(of: name, in: folder)
  }
}
