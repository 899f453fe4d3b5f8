import json
import sqlite3


class BookingError(Exception):
    pass


def parse_body(event):
    return json.loads(event["body"])["id"]


def book(event):
    with sqlite3.connect(":memory:") as database:
        try:
            insert(database, event["ledger"], event["invoice"])
        except sqlite3.Error as error:
            raise BookingError(f"invoice {event['invoice']} not booked") from error


def insert(database, table, invoice):
    database.execute(f"INSERT INTO {table} VALUES (?)", (invoice,))


def last_line(event):
    return event["lines"][-1]


def reference(event):
    return decode(event["raw"]).strip()


def decode(raw):
    return raw.decode("utf-8")
