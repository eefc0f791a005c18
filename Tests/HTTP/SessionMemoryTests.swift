// The buffer that all HTTP/2 sessions of a server make their frames in.

import CNghttp2
import Testing

@testable import HTTP

struct SessionMemoryTests {
    /// What nghttp2 asks for its frames: the largest payload, the header, and a byte.
    private static let frameBytes = 16_384 + 9 + 1

    private let buffers = SharedBuffers(stageBytes: 65_536)

    private func functions(of memory: SessionMemory) -> nghttp2_mem {
        var functions = nghttp2_mem()
        memory.withFunctions { functions = $0 }
        return functions
    }

    @Test(
        "each session that is made gets the shared buffer once, and what else it wants for itself")
    func sharing() {
        let memory = SessionMemory(buffers)
        for _ in 0..<2 {
            memory.withFunctions { functions in
                let small = functions.malloc(100, functions.mem_user_data)
                let frame = functions.realloc(nil, Self.frameBytes, functions.mem_user_data)
                let second = functions.malloc(Self.frameBytes, functions.mem_user_data)
                #expect(frame == buffers.frame)
                #expect(small != nil && second != nil)
                #expect(small != frame && second != frame)
                for pointer in [small, frame, second] {
                    functions.free(pointer, functions.mem_user_data)
                }
            }
        }
    }

    @Test("a session that is made already gets nothing that others have")
    func later() {
        let memory = SessionMemory(buffers)
        let functions = functions(of: memory)
        let pointer = functions.malloc(Self.frameBytes, functions.mem_user_data)
        #expect(pointer != nil && pointer != buffers.frame)
        functions.free(pointer, functions.mem_user_data)
    }

    @Test("a session that wants a larger one takes what is in it along")
    func growing() throws {
        let memory = SessionMemory(buffers)
        memory.withFunctions { functions in
            let owner = functions.mem_user_data
            let frame = functions.malloc(Self.frameBytes, owner)
            frame?.storeBytes(of: 7, as: UInt8.self)
            let larger = functions.realloc(frame, 40_000, owner)
            #expect(larger != nil && larger != buffers.frame)
            #expect(larger?.load(as: UInt8.self) == 7)
            functions.free(larger, owner)
        }
        functions(of: memory).free(nil, functions(of: memory).mem_user_data)
    }
}
