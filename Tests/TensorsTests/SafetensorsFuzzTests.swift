import Foundation
import Tensors
import TestSupport
import Testing

/// Random faults: each file is refused, or everything in it can be read within its bounds.
@Suite struct SafetensorsFuzzTests {
  @Test(arguments: 0..<4) func refusesOrReadsWithinBounds(seed: UInt64) throws {
    let folder = try ScratchFolder()
    var random = SeededGenerator(seed: seed)
    let header =
      #"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"#
      + #""b.c":{"dtype":"F16","shape":[3],"data_offsets":[16,22]},"é\u00e9":{"dtype":"I64","shape":[],"data_offsets":[22,30]},"#
      + #""n":{"dtype":"BOOL","shape":[0,7],"data_offsets":[30,30]}}"#
    let data = (0..<30).map { UInt8($0) }
    var read = 0
    for _ in 0..<2000 {
      let mutated = Array(header.utf8).mutated(in: 0..<header.utf8.count, using: &random)
      // Mostly with the right length, so that the fault is met and not the length's.
      let length =
        Int.random(in: 0..<8, using: &random) == 0 ? random.next() >> UInt64.random(in: 0..<64, using: &random) : nil
      let bytes = safetensors(header: mutated, length: length, data: data)
      do {
        let file = try SafetensorsFile(contentsOf: folder.write(bytes, to: "w.safetensors"))
        var total = 0
        for name in file.names {
          let entry = try #require(file[name])
          #expect(entry.range.lowerBound >= 8 && entry.range.upperBound <= bytes.count)
          #expect(entry.range.count == entry.shape.reduce(1, *) * entry.type.size)
          total += entry.range.count
          if let array = try? file.ndarray(name) { #expect(array.shape == entry.shape) }
        }
        #expect(total <= data.count)
        read += 1
      } catch let error as SafetensorsError {
        let message = error.description
        #expect(message.utf8.count < 2000 && !message.contains("\n"))
      }
    }
    // Some faults change names only; were all files refused, the test would test nothing behind the header.
    #expect(read > 0)
  }
}
