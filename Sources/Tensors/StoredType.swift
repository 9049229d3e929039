internal import CKernels

/// How a tensor's numbers lie in a safetensors file; the raw value is the name there.
package enum StoredType: String, Sendable, CaseIterable {
  case f64 = "F64"
  case f32 = "F32"
  case f16 = "F16"
  case bf16 = "BF16"
  case i64 = "I64"
  case i32 = "I32"
  case i16 = "I16"
  case i8 = "I8"
  case u64 = "U64"
  case u32 = "U32"
  case u16 = "U16"
  case u8 = "U8"
  case bool = "BOOL"
  case f8e4m3 = "F8_E4M3"
  case f8e5m2 = "F8_E5M2"
  case f8e8m0 = "F8_E8M0"

  /// Bytes of one number.
  package var size: Int {
    switch self {
    case .f64, .i64, .u64: 8
    case .f32, .i32, .u32: 4
    case .f16, .bf16, .i16, .u16: 2
    case .i8, .u8, .bool, .f8e4m3, .f8e5m2, .f8e8m0: 1
    }
  }

  /// The numbers in `bytes` (little-endian, at any alignment), or nil where the type has none that we read.
  package func doubles(_ bytes: UnsafeRawBufferPointer) -> [Double]? {
    switch self {
    case .f64: Self.map(bytes) { Double(bitPattern: $0) }
    case .f32: Self.map(bytes) { Double(Float(bitPattern: $0)) }
    case .f16: Self.map(bytes) { Double(Float(half: $0)) }
    case .bf16: Self.map(bytes) { Double(Float(bfloat: $0)) }
    case .i64: Self.map(bytes) { (n: Int64) in Double(n) }
    case .i32: Self.map(bytes) { (n: Int32) in Double(n) }
    case .i16: Self.map(bytes) { (n: Int16) in Double(n) }
    case .i8: Self.map(bytes) { (n: Int8) in Double(n) }
    case .u64: Self.map(bytes) { (n: UInt64) in Double(n) }
    case .u32: Self.map(bytes) { (n: UInt32) in Double(n) }
    case .u16: Self.map(bytes) { (n: UInt16) in Double(n) }
    case .u8: Self.map(bytes) { (n: UInt8) in Double(n) }
    case .bool: Self.map(bytes) { (n: UInt8) in n == 0 ? 0 : 1 }
    case .f8e4m3, .f8e5m2, .f8e8m0: nil
    }
  }

  /// The same, rounded to Float.
  package func floats(_ bytes: UnsafeRawBufferPointer) -> [Float]? {
    switch self {
    case .f32: Self.map(bytes) { Float(bitPattern: $0) }
    case .f16: Self.map(bytes) { Float(half: $0) }
    case .bf16: Self.map(bytes) { Float(bfloat: $0) }
    case .i64: Self.map(bytes) { (n: Int64) in Float(n) }
    case .u64: Self.map(bytes) { (n: UInt64) in Float(n) }
    default: doubles(bytes).map { $0.map { Float($0) } }
    }
  }

  /// The same into memory that has room for them; the type is one that we read.
  package func read(_ bytes: UnsafeRawBufferPointer, into floats: UnsafeMutablePointer<Float>) {
    let count = bytes.count / size
    switch self {
    case .f16 where isAligned(bytes):
      ck_f16_to_f32(bytes.assumingMemoryBound(to: UInt16.self).baseAddress, floats, Int64(count))
    case .bf16 where isAligned(bytes):
      ck_bf16_to_f32(bytes.assumingMemoryBound(to: UInt16.self).baseAddress, floats, Int64(count))
    default:
      guard let read = self.floats(bytes) else { preconditionFailure("no numbers of type \(self)") }
      floats.update(from: read, count: count)
    }
  }

  private func isAligned(_ bytes: UnsafeRawBufferPointer) -> Bool {
    Int(bitPattern: bytes.baseAddress) % size == 0
  }

  private static func map<Bits: FixedWidthInteger & BitwiseCopyable, Number>(
    _ bytes: UnsafeRawBufferPointer, _ number: (Bits) -> Number
  ) -> [Number] {
    let size = MemoryLayout<Bits>.size
    let count = bytes.count / size
    return [Number](unsafeUninitializedCapacity: count) { numbers, initialized in
      for i in 0..<count {
        let bits = Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: i * size, as: Bits.self))
        numbers.initializeElement(at: i, to: number(bits))
      }
      initialized = count
    }
  }
}
