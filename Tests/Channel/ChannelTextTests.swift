import Settings
import Testing
import Text

@testable import Channel

@Suite struct ChannelTextTests {
    private func words(_ json: String) -> Result<BroadcastWords, ChannelFault> {
        Result { () throws(ChannelFault) in
            try BroadcastWords(JSONValue(parsing: Array(json.utf8)) ?? .null)
        }
    }

    private func profile(_ json: String) -> Result<Profile, ChannelFault> {
        Result { () throws(ChannelFault) in
            try Profile(JSONValue(parsing: Array(json.utf8)) ?? .null)
        }
    }

    @Test("words are taken, without white space around them, with any line break as one")
    func taken() throws {
        let said = try words(
            #"{"title":"  Bread \n","description":"a\r\nb\rc","tags":[" x ","",  "y"],"more":1}"#
        ).get()
        #expect(said.title == "Bread")
        #expect(said.description == "a\nb\nc")
        #expect(said.tags == ["x", "y"])
        #expect(said.language == nil && !said.isUnlisted)
        #expect(try words("{}").get() == .none)
        #expect(try words(#"{"title":null,"tags":null,"unlisted":null}"#).get() == .none)
    }

    @Test("words go through JSON as they are")
    func json() throws {
        let said = try words(
            #"{"title":"\"<b>\\","description":"1\n2","language":"de","tags":["é"],"unlisted":true}"#
        ).get()
        #expect(BroadcastWords(stored: said.json) == said)
        let about = About(words: said, displayName: "Ö")
        #expect(About(decoding: about.encoded) == about)
        #expect(about.encoded.count < Limits.aboutFileBytes)
        for spoilt in ["", "{", "{}", "[]", #"{"words":{}}"#] {
            #expect(About(decoding: Array(spoilt.utf8)) == nil)
        }
        #expect(BroadcastWords(stored: .string("?")) == .none)
        let spoilt = JSONValue(parsing: Array(#"{"title":1,"unlisted":true}"#.utf8)) ?? .null
        #expect(BroadcastWords(stored: spoilt) == .unlisted)
    }

    @Test(
        "what is too long, cannot be shown, or is of another kind is not taken",
        arguments: [
            (#"{"title":1}"#, "title", ChannelFault.Reason.wrongKind(expected: "a text")),
            (#"{"title":"a\nb"}"#, "title", .text(.unprintable)),
            (#"{"title":"a\u0000b"}"#, "title", .text(.unprintable)),
            (#"{"title":"a\u202eb"}"#, "title", .text(.unprintable)),
            (#"{"title":"a\u2066b"}"#, "title", .text(.unprintable)),
            (#"{"title":"a\ufeffb"}"#, "title", .text(.unprintable)),
            (#"{"title":"a\u2028b"}"#, "title", .text(.unprintable)),
            (#"{"description":"a\tb"}"#, "description", .text(.unprintable)),
            (#"{"tags":"x"}"#, "tags", .wrongKind(expected: "a list")),
            (#"{"tags":[1]}"#, "tags", .wrongKind(expected: "a text")),
            (#"{"tags":["A","a"]}"#, "tags", .twice),
            (#"{"tags":["1","2","3","4","5","6","7","8","9"]}"#, "tags", .tooMany(most: 8)),
            (#"{"unlisted":"yes"}"#, "unlisted", .wrongKind(expected: "true or false")),
            (#"{"language":"german language"}"#, "language", .notALanguage),
            (#"{"language":"x"}"#, "language", .notALanguage),
            (#"{"language":"de-"}"#, "language", .notALanguage),
            ("[]", "body", .wrongKind(expected: "an object")),
        ])
    func refused(json: String, field: String, reason: ChannelFault.Reason) {
        #expect(words(json) == .failure(ChannelFault(field, reason)))
    }

    @Test("texts are bounded by letters as people count them, and by bytes")
    func bounds() throws {
        let family = "👨‍👩‍👧‍👦"
        let longest = String(repeating: "ü", count: Limits.titleCharacters)
        #expect(try words("{\"title\":\"\(longest)\"}").get().title == longest)
        let tooLong = ChannelFault("title", .text(.tooLong(characters: Limits.titleCharacters)))
        #expect(words("{\"title\":\"\(longest)ü\"}") == .failure(tooLong))
        #expect(try words("{\"title\":\"\(family)\"}").get().title == family)
        let marks = "e" + String(repeating: "\u{301}", count: 1_000)
        #expect(words("{\"title\":\"\(marks)\"}") == .failure(tooLong))
        #expect(tooLong.words == "title has at most 120 characters.")
    }

    @Test(
        "links lead to servers by https",
        arguments: [
            ("https://example.org", true), ("https://example.org:8443/a/b?c=d#e", true),
            ("http://example.org", false), ("javascript:alert(1)", false),
            ("https://", false), ("https://localhost", false), ("https://user@example.org", false),
            ("https://example.org/ö", false), ("https://example.org/a b", false),
            ("https://example.org/\"x", false), ("https://.example", false),
            ("//example.org", false), ("https:/example.org", false),
            ("https://a-b.c_d.example:1?e", true), ("https://a.example:65535/%7E", true),
            ("https://1.2.3.999/", false), ("https://a.0x7f/", false), ("https://a.9b/", false),
            ("https://a.example:99999/", false), ("https://a.example:0", false),
            ("https://a.example:x/", false), ("https://a.example:", false),
            ("https://a.example:1:2", false), ("https://a.example:+1", false),
            ("https://a.b%zz/", false), ("https://a.b%41/", false),
            ("https://[::1].example/", false),
            ("https://a..example", false), ("https://a.example.", false),
            ("https://example.org/" + String(repeating: "a", count: 256), false),
        ])
    func links(address: String, isTaken: Bool) {
        let json = JSONValue.object([JSONMember("address", .string(address))])
        let found = profile("{\"links\":[\(json.text)]}")
        #expect((try? found.get().links.map(\.address)) == (isTaken ? [address] : nil))
        if !isTaken { #expect(found == .failure(ChannelFault("links", .notALink))) }
    }

    @Test("a profile goes through JSON as it is")
    func profileJSON() throws {
        let said = try profile(
            #"{"displayName":" Anna ","line":"Bakes","links":[{"address":"https://a.example"}]}"#
        ).get()
        #expect(said.displayName == "Anna" && said.links[0].label == "")
        #expect(Profile(stored: said.json) == said)
        let twice = #"{"links":[{"address":"https://a.example"},{"address":"https://a.example"}]}"#
        #expect(profile(twice) == .failure(ChannelFault("links", .twice)))
    }
}
