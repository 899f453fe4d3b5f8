import ctypes


def charge(card):
    ctypes.string_at(card)


charge(0)
