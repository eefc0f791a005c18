// The buffer that all HTTP/2 sessions of a server make their frames in.

import CNghttp2
import Glibc
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

    @Test("small memory comes again, and keeps its content when it grows", arguments: [20, 700])
    func small(bytes: Int) throws {
        let memory = SessionMemory(buffers)
        let functions = functions(of: memory)
        let owner = functions.mem_user_data
        let first = try #require(functions.malloc(100, owner))
        functions.free(first, owner)
        let again = try #require(functions.malloc(100, owner))
        #expect(again == first)
        memset(again, 7, 100)
        let resized = try #require(functions.realloc(again, bytes, owner))
        let kept = UnsafeRawBufferPointer(start: resized, count: min(bytes, 100))
        #expect(kept.allSatisfy { $0 == 7 })
        functions.free(resized, owner)
        #expect(functions.calloc(3, 40, owner).map { functions.free($0, owner) } != nil)
    }
}
