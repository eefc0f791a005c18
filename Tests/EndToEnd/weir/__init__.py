"""Helpers of the end-to-end suite: the server under test, foreign clients, and judgement of media.

Nothing here knows the server's insides. It starts the release binaries, talks to them with curl,
ffmpeg and hand-made HTTP/2 frames, and looks at processes through /proc.
"""
