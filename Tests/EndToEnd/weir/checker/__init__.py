"""A strict validator of live HLS and DASH: what a client can see of the rules, each under its number.

`lists` reads playlists, `multivariant`, `rules`, `changes` and `renditions` judge them, `manifests` and
`low_latency` those of DASH, `boxes`, `codecs` and `media` what they name, `delivery` how it is sent, and
`follower` walks a live stream through time. The numbers are those of docs/hls-rules.md. Nothing here knows
how Weir works, only what it promises.
"""
