/// The bytes of a safetensors file with any header, right or wrong.
package func safetensors(header: some Sequence<UInt8>, length: UInt64? = nil, data: [UInt8] = []) -> [UInt8] {
  let header = Array(header)
  let length = length ?? UInt64(header.count)
  return withUnsafeBytes(of: length.littleEndian) { Array($0) } + header + data
}

package func safetensors(header: String, length: UInt64? = nil, data: [UInt8] = []) -> [UInt8] {
  safetensors(header: header.utf8, length: length, data: data)
}

/// The bytes of a safetensors file of F32 tensors.
package func safetensors(_ tensors: [(name: String, shape: [Int], values: [Float])]) -> [UInt8] {
  var entries: [String] = []
  var data: [UInt8] = []
  for (name, shape, values) in tensors {
    let begin = data.count
    for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) } }
    entries.append(#""\#(name)":{"dtype":"F32","shape":\#(shape),"data_offsets":[\#(begin),\#(data.count)]}"#)
  }
  return safetensors(header: "{\(entries.joined(separator: ","))}", data: data)
}
