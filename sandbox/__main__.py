"""`python -m sandbox`: serves until SIGTERM or SIGINT. Prints one line when it is ready: `READY
http://host:port`.
"""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from sandbox import server
from sandbox.records import Invalid


def main(arguments: Sequence[str] | None = None) -> int:
	parser = argparse.ArgumentParser(prog="sandbox", description="A SmartBill imitation over HTTP.")
	parser.add_argument("--port", type=int, default=8899, help="0 takes a free one (default: 8899)")
	parser.add_argument("--bind", metavar="ADDRESS", help="an address other than 127.0.0.1 to listen on")
	parser.add_argument(
		"--seed", type=Path, metavar="FILE", help="JSON that replaces parts of the default seed"
	)
	parser.add_argument("--state", type=Path, metavar="FILE", help="JSON file to keep everything in")
	parser.add_argument("--control-key", metavar="KEY", help="what X-Control-Key must say on /__control")
	options = parser.parse_args(arguments)

	try:
		seed = json.loads(options.seed.read_text(encoding="utf-8")) if options.seed else None
		running = server.start(
			options.port,
			seed,
			host=options.bind or "127.0.0.1",
			allow_remote=options.bind is not None,
			state_file=options.state,
			control_key=options.control_key,
		)
	except (OSError, json.JSONDecodeError, Invalid) as error:
		print(f"sandbox: {error}", file=sys.stderr)
		return 2
	finished = threading.Event()
	with running:
		for number in (signal.SIGTERM, signal.SIGINT):
			signal.signal(number, lambda *_: finished.set())
		print(f"READY {running.url}", flush=True)
		finished.wait()
	return 0


if __name__ == "__main__":
	sys.exit(main())
