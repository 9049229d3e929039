import Foundation
import Pixels
import TestSupport
import Testing

struct PendingFileTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test func nothingStaysWithoutCommit() throws {
    do {
      let file = try PendingFile(at: folder["film.mp4"])
      try Data("half".utf8).write(to: URL(fileURLWithPath: file.temporary))
      #expect(try folder.names.count == 1)
    }
    #expect(try folder.names == [])
  }

  @Test func anOlderFileStandsUntilCommit() throws {
    try PendingFile.write(Array("old".utf8), to: folder["a"])
    let file = try PendingFile(at: folder["a"])
    try Data("new".utf8).write(to: URL(fileURLWithPath: file.temporary))
    #expect(try String(contentsOf: folder["a"], encoding: .utf8) == "old")
    try file.commit()
    #expect(try String(contentsOf: folder["a"], encoding: .utf8) == "new")
    #expect(try folder.names == ["a"])
  }

  @Test func aLinkIsFollowed() throws {
    try PendingFile.write([1], to: folder["real"])
    try FileManager.default.createSymbolicLink(at: folder["link"], withDestinationURL: folder["real"])
    try PendingFile.write([2], to: folder["link"])
    #expect(try [UInt8](Data(contentsOf: folder["real"])) == [2])
    #expect(try folder.names == ["link", "real"])
  }

  @Test func missingFolderIsNamed() {
    let error = #expect(throws: PictureError.self) { try PendingFile.write([1], to: folder["no/such/a.png"]) }
    #expect(error?.description.contains("the folder \(folder["no/such"].path) does not exist") == true)
  }

  @Test func aFolderIsNoFile() throws {
    #expect(throws: PictureError.cannotCreate(path: folder.url.path, reason: "it is a folder")) {
      try PendingFile.write([1], to: folder.url)
    }
  }

  @Test func aFullDeviceIsAnError() {
    #expect(throws: PictureError.cannotWrite(path: "/dev/full", reason: "No space left on device")) {
      try PendingFile.write([1, 2, 3], to: URL(fileURLWithPath: "/dev/full"))
    }
  }

  @Test func aDeviceIsNotReplaced() {
    #expect(throws: PictureError.cannotCreate(path: "/dev/null", reason: "it is no regular file")) {
      _ = try PendingFile(at: URL(fileURLWithPath: "/dev/null"))
    }
  }
}
