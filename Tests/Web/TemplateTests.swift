import Testing

@testable import Web

@Suite struct TemplateTests {
    @Test("gaps are filled, everything else stays as it is")
    func filled() {
        let template = Template("<p>{{a}} { b } {{a}}{{c}}</p>", words: .english)
        #expect(template.filled(with: ["a": "1", "c": "<2>"]) == "<p>1 { b } 1<2></p>")
    }

    @Test(
        "words are those of the language, with their gaps filled by the template or left to be filled"
    )
    func words() {
        let text = """
            <a title="{{word:watch.video-of}}">{{word:entry.sign-in.new-here|link=<b>|/link=</b>}}</a>\
            {{word:count.viewers|count=1}} {{number:1.2}}
            """
        #expect(
            Template(text, words: .german).filled(with: ["name": "bob"])
                == "<a title=\"Live-Video von bob\">Neu hier? <b>Registrieren</b></a>1 Zuschauer 1,2"
        )
        #expect(
            Template("{{word:key.new.title}}", words: .english).filled(with: [:])
                == "Your new stream key")
    }

    @Test("a gap that nothing fills is our own bug")
    func missing() async {
        await #expect(processExitsWith: .failure) {
            _ = Template("{{a}}", words: .english).filled(with: [:])
        }
    }

    @Test("text from outside cannot become markup")
    func escaped() {
        #expect("<a href='x'>\"&".htmlEscaped == "&lt;a href=&#39;x&#39;&gt;&quot;&amp;")
    }
}
