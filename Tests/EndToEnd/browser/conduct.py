"""How a page behaves: what its policy forbids, what it asks of others, what it throws.

Attached to a Chromium page before it goes anywhere, so that nothing is missed.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from .chromium import ChromiumPage

# Reported through the console, because that outlives the document in which it happened.
_MARK = "policy violated: "
_WATCH_POLICY = """
document.addEventListener('securitypolicyviolation', (event) => {
  console.error('%s' + [event.violatedDirective, event.blockedURI, event.sourceFile,
    event.lineNumber].join(' '));
});
""" % _MARK

# These name no host, or are the browser's own.
_LOCAL_SCHEMES = ("blob", "data", "about", "chrome-error")


class Conduct:
    """What one page did that it should not."""

    def __init__(self, page: ChromiumPage) -> None:
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        page.playwright.add_init_script(_WATCH_POLICY)
        page.playwright.on("console", lambda message: self._heard(message.text))
        page.playwright.on("pageerror", lambda error: self.complaints.append(f"threw: {error}"))
        page.playwright.on("request", lambda request: self._asked(request.url))

    def _heard(self, text: str) -> None:
        is_about_policy = _MARK in text or "Content Security Policy" in text
        if is_about_policy or "TrustedHTML" in text or "Permissions policy violation" in text:
            self.complaints.append(text)

    def _asked(self, url: str) -> None:
        address = urlsplit(url)
        if address.scheme not in _LOCAL_SCHEMES:
            self.hosts.add(address.netloc)

    def assert_good(self) -> None:
        """Nothing was thrown, no policy violated, nobody asked but the server."""
        assert not self.complaints, "\n".join(self.complaints)
        assert len(self.hosts) <= 1, f"the page asked others than its server: {self.hosts}"
