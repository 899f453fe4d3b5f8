"""Invokes the Lambda handler with made-up events and prints what Lambda prints in its text log format.

The seed decides which failures happen; seed and start decide how often, in which order, and with which ids. The lines
are laid out as the managed Python runtime and the platform do it: a traceback of an uncaught exception follows its
own head line and is indented with no-break spaces.
"""

import argparse
import json
import logging
import random
import signal
import sys
import traceback
from datetime import datetime, timedelta, timezone

import lambda_function
from lambda_function import EVENTS


class TimedOut(BaseException):
    """Ends an invocation from outside; a handler's `except Exception` cannot catch it."""


class Context:
    def __init__(self, request_id):
        self.aws_request_id = request_id


class Lambda:
    def __init__(self, rnd, start):
        self.rnd, self.now, self.printed, self.request_id = rnd, start, 0, ""
        signal.signal(signal.SIGALRM, self.time_out)
        handler = logging.StreamHandler(self)
        handler.setFormatter(logging.Formatter("[%(levelname)s]\t%(lambda_time)s\t%(aws_request_id)s\t%(message)s"))
        handler.addFilter(self.stamp)
        logging.basicConfig(level=logging.INFO, handlers=[handler])

    def write(self, text):
        self.printed += text.count("\n")
        sys.__stdout__.write(text)

    def flush(self):
        sys.__stdout__.flush()

    def time_out(self, *_):
        raise TimedOut

    def timestamp(self):
        return self.now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.now.microsecond // 1000:03d}Z"

    def tick(self, low, high):
        self.now += timedelta(milliseconds=self.rnd.randint(low, high))

    def stamp(self, record):
        self.tick(1, 15)
        record.lambda_time, record.aws_request_id = self.timestamp(), self.request_id
        return True

    def invoke(self, event):
        self.tick(100, 4000)
        self.request_id = uuid(self.rnd)
        self.write(f"START RequestId: {self.request_id} Version: $LATEST\n")
        millis = self.rnd.uniform(2, 900)
        status = ""
        try:
            lambda_function.handler(event, Context(self.request_id))
        except TimedOut:
            millis, status = 3000, "\tStatus: timeout"
            self.tick(3000, 3000)
            self.write(f"{self.timestamp()} {self.request_id} Task timed out after 3.0{self.rnd.randint(0, 2)} seconds\n\n")
        except Exception as error:
            self.write(uncaught(error))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        self.write(f"END RequestId: {self.request_id}\n")
        self.write(
            f"REPORT RequestId: {self.request_id}\tDuration: {millis:.2f} ms\tBilled Duration: {-(-millis // 1):.0f} ms\t"
            f"Memory Size: 256 MB\tMax Memory Used: {self.rnd.randint(61, 98)} MB\t{status}\n"
        )


def uuid(rnd):
    digits = f"{rnd.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], "4" + digits[13:16], "a" + digits[17:20], digits[20:]))


def uncaught(error):
    frames = traceback.extract_tb(error.__traceback__)
    while frames[0].filename.endswith("bootstrap.py"):
        frames.pop(0)
    lines = [f"[ERROR] {type(error).__name__}: {error}", "Traceback (most recent call last):"]
    # Rebuilt from four fields, as the runtime does, a frame has no line of carets.
    frames = [traceback.FrameSummary(f.filename, f.lineno, f.name, line=f.line) for f in frames]
    for line in "".join(traceback.StackSummary.from_list(frames).format()).splitlines():
        code = line.lstrip(" ")
        lines.append("\u00a0" * (len(line) - len(code)) + code)
    return "\n".join(lines) + "\n"


def schedule(rnd, args):
    """Returns the events that fail, in random order, and the truth about them."""
    draw = random.Random(args.seed)
    names = draw.sample(sorted(EVENTS), draw.randint(5, 8))
    counts = {name: 1 if rnd.random() < 0.33 else rnd.randint(2, max(2, args.lines // 40)) for name in names}
    todo = [name for name, count in counts.items() for _ in range(count)]
    rnd.shuffle(todo)
    return todo, [{"failure": f"python/{name}", "count": count} for name, count in counts.items()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", default="1")
    parser.add_argument("--lines", type=int, default=150)
    parser.add_argument("--start", default="2026-11-22T10:00:00Z")
    parser.add_argument("--truth")
    args = parser.parse_args()

    rnd = random.Random(f"{args.seed} {args.start}")
    platform = Lambda(rnd, datetime.fromisoformat(args.start.replace("Z", "+00:00")).astimezone(timezone.utc))
    sys.stdout = platform  # so that a plain print of the function is counted too
    todo, truth = schedule(rnd, args)

    platform.write("INIT_START Runtime Version: python:3.11.v62\tRuntime Version ARN: arn:aws:lambda:eu-central-1::runtime:"
                   f"{rnd.getrandbits(256):064x}\n")
    for i, name in enumerate(todo):
        while platform.printed < args.lines * i / len(todo):
            platform.invoke(lambda_function.healthy(rnd))
        platform.invoke(EVENTS[name](rnd))
    while platform.printed < args.lines:
        platform.invoke(lambda_function.healthy(rnd))
    platform.flush()

    if args.truth:
        with open(args.truth, "w", encoding="utf-8") as out:
            out.writelines(json.dumps(row, separators=(",", ":")) + "\n" for row in truth)


main()
