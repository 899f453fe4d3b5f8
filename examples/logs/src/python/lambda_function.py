"""A Lambda that prices, books and sends invoices, and the events that it cannot take."""

import logging

from invoices import booking, pricing, sending

logger = logging.getLogger("invoices")

ACTIONS = {
    "address": pricing.address_line,
    "average": pricing.average_price,
    "discount": pricing.discount_of,
    "nested": pricing.flatten,
    "rate": pricing.convert,
    "total": pricing.total,
    "body": booking.parse_body,
    "book": booking.book,
    "last line": booking.last_line,
    "reference": booking.reference,
    "archive": sending.archive,
    "attach": sending.attach,
    "send": sending.send,
    "wait": sending.wait_for_receipt,
}

# What is caught and logged by the function itself; everything else reaches the runtime.
CAUGHT = (booking.BookingError, sending.DeliveryError, RecursionError, UnicodeDecodeError)


def handler(event, context):
    if event["action"] == "log":
        logger.log(event["level"], *event["message"])
        return
    if event["action"] == "print":
        print(event["text"])
        return
    logger.info("%s of invoice %s for user %s", event["action"], event["invoice"], event["user"])
    try:
        ACTIONS[event["action"]](event)
    except CAUGHT:
        logger.exception("%s of invoice %s failed", event["action"], event["invoice"])


def event(action, make):
    def build(rnd):
        return {"action": action, "invoice": rnd.randint(10000, 99999), "user": f"u_{rnd.getrandbits(40):010x}"} | make(rnd)

    return build


def log(level, text, *args):
    return event("log", lambda rnd: {"level": level, "message": [text, *(arg(rnd) for arg in args)]})


def host(rnd):
    return f"127.{rnd.randint(16, 31)}.{rnd.randint(1, 250)}.{rnd.randint(1, 250)}"


def number(low, high):
    return lambda rnd: rnd.randint(low, high)


NOISE = (
    event("log", lambda rnd: {"level": logging.INFO, "message": ["nightly check done: 0 errors, 0 failed"]}),
    event("log", lambda rnd: {"level": logging.INFO, "message": ["error=None status=200 rows=%d", rnd.randint(1, 90)]}),
    event("print", lambda rnd: {"text": f"cache warm, {rnd.randint(10, 99)} templates, last_error: none"}),
    log(logging.WARNING, "exchange rates are %d minutes old", number(61, 90)),
)

EVENTS = {
    "country missing in address": event("address", lambda rnd: {"address": {"city": "Basel"}}),
    "no exchange rate": event("rate", lambda rnd: {"amount": 100, "currency": rnd.choice(["XAU", "XPT", "XAG"])}),
    "amount with a comma": event("total", lambda rnd: {"amounts": ["12", f"{rnd.randint(10, 99)},{rnd.randint(10, 99)}"]}),
    "average of no invoices": event("average", lambda rnd: {"prices": []}),
    "customer without contract": event("discount", lambda rnd: {"customer": {"id": rnd.randint(1, 999), "contract": None}}),
    "bundle that holds itself": event("nested", lambda rnd: {"bundle": None}),
    "body is not JSON": event("body", lambda rnd: {"body": f"id={rnd.randint(1, 999)}&total=12"}),
    "ledger table missing": event("book", lambda rnd: {"ledger": f"ledger_{rnd.randint(2020, 2026)}"}),
    "invoice without lines": event("last line", lambda rnd: {"lines": []}),
    "reference in Latin-1": event("reference", lambda rnd: {"raw": f"Z\xfcrich {rnd.randint(1, 999)}".encode("latin-1")}),
    "archive not mounted": event("archive", lambda rnd: {"path": f"/mnt/archive/{rnd.randint(10000, 99999)}.pdf"}),
    "attachment without a type": event("attach", lambda rnd: {"attachment": rnd.getrandbits(16)}),
    "mail relay down": event("send", lambda rnd: {"relay": host(rnd)}),
    "receipt never came": event("wait", lambda rnd: {}),
    "provider answered 502": log(
        logging.ERROR, "payment provider answered 502 for invoice %d after %d ms", number(10000, 99999), number(200, 2900)
    ),
    "dead letters piling up": log(logging.ERROR, "dead letter queue holds %d messages, oldest is %d s old", number(100, 900), number(60, 9000)),
}


def healthy(rnd):
    if rnd.random() < 0.3:
        return rnd.choice(NOISE)(rnd)
    return event("total", lambda rnd: {"amounts": ["12", "30"]})(rnd)
