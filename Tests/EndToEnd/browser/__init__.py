"""Real browsers for the end-to-end tests: drivers, pages to load in them, observations.

Each module holds one thing: `page` what every driver offers, `chromium` and `firefox` the two
drivers. The recordings of Tests/Media are made with the same drivers, so a parser test and an
end-to-end test see the same MediaRecorder.
"""
