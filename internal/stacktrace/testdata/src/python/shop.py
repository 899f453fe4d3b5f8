"""Prints one failure of Python, chosen by name. See ../generate.sh."""
import asyncio
import json
import logging
import sys
import threading


class Declined(Exception):
    pass


class Cart:
    def __init__(self, items):
        self.items = items

    def total(self):
        return sum(item["price"] for item in self.items)


def pay(card):
    try:
        charge(card)
    except ConnectionError as err:
        raise Declined("payment failed") from err


def charge(card):
    raise ConnectionError(f"no answer for card {card}")


def uncaught():
    Cart([{}]).total()


def cause():
    pay("4111")


def context():
    try:
        pay("4111")
    except Declined:
        [][0]


def multiline_cause():
    try:
        raise ValueError("2 errors in order\nitems\n  are missing\naddress\n  is missing")
    except ValueError as err:
        raise Declined("order refused") from err


def logged():
    logging.basicConfig(format="%(asctime)s %(levelname)s [%(threadName)s] %(name)s: %(message)s")
    try:
        pay("4111")
    except Declined:
        logging.getLogger("shop.checkout").exception("checkout failed")


def group():
    errors = []
    for card in ("1", "2"):
        try:
            charge(card)
        except ConnectionError as err:
            errors.append(err)
    raise ExceptionGroup("some payments failed", errors)


def syntax():
    import broken  # noqa: F401


def library():
    json.loads('{"price": }')


def recursion(n=0):
    return recursion(n + 1)


def thread():
    worker = threading.Thread(target=charge, args=("4111",))
    worker.start()
    worker.join()


def task():
    async def main():
        asyncio.create_task(fail())
        await asyncio.sleep(0.01)

    async def fail():
        charge("4111")

    logging.basicConfig()
    asyncio.run(main())


def no_message():
    raise Declined


def key():
    {}["price"]


def note():
    try:
        charge("4111")
    except ConnectionError as err:
        err.add_note("while paying order 7")
        raise


globals()[sys.argv[1]]()
