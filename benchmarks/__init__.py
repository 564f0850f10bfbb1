"""What `make bench` runs: a real server, a load generator in a process of its own, and the same two cores for both.

    python -m benchmarks --quick

    world.py     the data that a server starts with
    server.py    a server process, the processor time it takes and the memory it holds
    wire.py      HTTP as lean as a client can speak it
    load.py      many requests at once, every answer checked
    pace.py      requests at a pace of their own: bursts, and reads beside posts
    streams.py   many open streams, and how long a post takes to the last of them
    measures.py  what is measured, and what was asked for
    report.py    the table, the JSON file, docs/benchmarks.md and its plots

Never a test: figures depend on the machine and on whatever else it does. What is compared is
compared within one run, round by round in turn, and the median of the rounds is reported.
"""
