import signal
import socket
import urllib.request


class DeliveryError(Exception):
    pass


def send(event):
    try:
        post(f"http://{event['relay']}:8025/messages", b"{}")
    except OSError:
        raise DeliveryError(f"relay {event['relay']} does not take invoice {event['invoice']}")


def post(url, body):
    with urllib.request.urlopen(url, body, timeout=2) as answer:
        return answer.status


def archive(event):
    with open(event["path"], "rb") as file:
        return file.read()


def attach(event):
    return "attachment; " + event["attachment"]


def wait_for_receipt(event):
    # The platform ends an invocation after three seconds; here it loses patience sooner, so that recording is quick.
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    waiting, _never_written = socket.socketpair()
    return waiting.recv(1)
