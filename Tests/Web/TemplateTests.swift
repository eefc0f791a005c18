import Testing

@testable import Web

@Suite struct TemplateTests {
    @Test("gaps are filled, everything else stays as it is")
    func filled() {
        let template = Template("<p>{{a}} { b } {{a}}{{c}}</p>")
        #expect(template.filled(with: ["a": "1", "c": "<2>"]) == "<p>1 { b } 1<2></p>")
    }

    @Test("a gap that nothing fills is our own bug")
    func missing() async {
        await #expect(processExitsWith: .failure) {
            _ = Template("{{a}}").filled(with: [:])
        }
    }

    @Test("text from outside cannot become markup")
    func escaped() {
        #expect("<a href='x'>\"&".htmlEscaped == "&lt;a href=&#39;x&#39;&gt;&quot;&amp;")
    }
}
