"""A soak: everybody comes and goes, workers and supervisors are replaced and killed, and at the end
everything has to be where it was. `make soak MINUTES=15` runs it; `make test` does so for two minutes.

`crowd` has those who come and go, `rough` those who do so badly, `operator` who reloads, upgrades and
kills, `ledger` what the server holds, `watcher` what must be so all the time, `plan` the whole of it.
"""
