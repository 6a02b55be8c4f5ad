#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""Make the tickets that come with the ticket desk.

    make_tickets.py > tickets.jsonl

Always the same ones: the generator is seeded, and uses nothing of Python's
random module that may change between versions. Titles have 1 to 50 bytes of
UTF-8 and descriptions 1 to 500, a few of exactly that; ids have gaps, as in any
tracker that has been in use.
"""

import json
import random
import sys

COUNT = 4000
SEED = 20260401
TITLE_MAX = 50
DESCRIPTION_MAX = 500

THINGS = [
    "Printer", "VPN client", "Outlook", "Badge reader", "Build server",
    "Invoice export", "Nightly backup", "Video call", "Time sheet", "Wiki",
    "File share", "Password reset", "Phone system", "Projector", "Scanner",
    "Payroll run", "Webshop checkout", "Search index", "Mail gateway",
    "Docking station", "Monitor", "Laptop", "Guest Wi-Fi", "Calendar sync",
    "CRM import", "Order form", "Newsletter", "Label printer", "Chat bot",
    "Single sign-on", "Data warehouse", "Test database", "Elevator display",
    "Coffee machine", "Parking gate", "Heating control", "Stock list",
]

TROUBLES = [
    ("is very slow", [
        "Every click takes {n} seconds or more.",
        "It was fine until last {day}, since then it crawls.",
        "Around {hour} o'clock it is worst."]),
    ("does not start", [
        "After the update to {version} it closes right away.",
        "The log ends with error {code}.",
        "Restarting the machine {n} times did not help."]),
    ("shows old data", [
        "The figures are from last {day}.",
        "A colleague sees the new values with the same filter.",
        "Clearing the cache helps for {n} minutes."]),
    ("loses settings", [
        "Each morning language and time zone are back to the default.",
        "It happens on {n} of our machines, all with version {version}."]),
    ("times out", [
        "\"Request timed out ({code})\" after {n} seconds.",
        "From the office in {city} it works, from home it does not."]),
    ("prints error {code}", [
        "The full text is: \"error {code}: unexpected end of file\".",
        "We saw it {n} times since {day}."]),
    ("asks for login again", [
        "The session ends after {n} minutes although the limit is 8 hours.",
        "Only with two tabs open."]),
    ("ignores umlauts", [
        "\u201e{word}\u201c becomes \"???\" in the {column} column.",
        "The export is UTF-8, so something in between converts it."]),
    ("needs new toner", ["Room {room}. The spare on the shelf is empty too."]),
    ("makes noise", ["Room {room}, a high tone, loudest near {hour} o'clock."]),
    ("shows wrong total", [
        "The sum of {n} positions is off by 0,01 \u20ac.",
        "Rounding per line or per invoice? The contract says per invoice."]),
    ("sends mail twice", [
        "{name} and {n} others got everything two times.",
        "Message ids are equal, so it is not the sender's doing."]),
    ("cannot be reached", [
        "ping from {city} loses {n} packets of 100.",
        "The certificate ran out on {day}?"]),
    ("drops the line", [
        "After exactly {n} minutes the line is dead.",
        "Both ends see the other as offline."]),
]

REQUESTS = [
    ("Access to {share} for {name}", [
        "{name} starts on {day} in {city} and needs to read and write.",
        "Approved by {other}."]),
    ("New laptop for {name}", [
        "The old one is {n} years old and the battery lasts {n} minutes.",
        "Keyboard layout: {layout}."]),
    ("Move {name} to room {room}", [
        "Phone and docking station, too. {day} before {hour} o'clock, please."]),
    ("Install {tool} {version}", [
        "For {n} people in {city}. A licence is there, {other} has the key."]),
    ("Restore {share} from {day}", [
        "A folder with {n} files was deleted, probably by {other}.",
        "Nothing newer than {hour} o'clock is needed."]),
    ("Report: tickets per {unit}", [
        "{other} wants it every {day}, as CSV, with the columns {column}, id "
        "and age."]),
    ("Rename {share} to {word}", [
        "All links in the wiki need to follow. About {n} pages."]),
    ("Dark mode for {tool}", ["At night shift the white screens hurt. +{n}"]),
    ("Update {tool} to {version}", [
        "The old one has a hole ({code}).",
        "Please not before {day}, the quarter is being closed."]),
]

FOREIGN = [
    ("Drucker im Flur druckt nur Rosa",
     "Seit {day} druckt das Ger\u00e4t im Flur (Raum {room}) alles in Rosa. "
     "Toner ist neu. Gr\u00fc\u00dfe, {name}"),
    ("T\u00fcr\u00f6ffner Raum {room} klemmt",
     "Der \u00d6ffner summt, aber die T\u00fcr bleibt zu. Etwa {n}-mal am Tag."),
    ("L'\u00e9cran reste noir",
     "Apr\u00e8s la mise \u00e0 jour {version}, l'\u00e9cran reste noir pendant "
     "{n} minutes. Bureau {room}, \u00e0 c\u00f4t\u00e9 de {other}."),
    ("Contrase\u00f1a caducada",
     "La contrase\u00f1a de {name} caduc\u00f3 el {day} y el enlace del correo "
     "no funciona (error {code})."),
    ("\u30d7\u30ea\u30f3\u30bf\u30fc\u304c\u52d5\u304b\u306a\u3044",
     "{room}\u53f7\u5ba4\u306e\u30d7\u30ea\u30f3\u30bf\u30fc\u304c\u52d5\u304d"
     "\u307e\u305b\u3093\u3002\u30a8\u30e9\u30fc{code}\u3067\u3059\u3002"),
    ("\u041d\u0435\u0442 \u0434\u043e\u0441\u0442\u0443\u043f\u0430 \u043a "
     "\u043f\u043e\u0447\u0442\u0435",
     "\u041e\u0448\u0438\u0431\u043a\u0430 {code} \u043f\u0440\u0438 "
     "\u0432\u0445\u043e\u0434\u0435, {name}, {n} \u0440\u0430\u0437."),
    ("B\u0142\u0105d {code} przy logowaniu",
     "{name}: od {day} nie mo\u017cna si\u0119 zalogowa\u0107, pr\u00f3bowano "
     "{n} razy. Za\u017c\u00f3\u0142\u0107 g\u0119\u015bl\u0105 ja\u017a\u0144."),
    ("Emoji \U0001f389 in subject breaks rule",
     "A subject with \U0001f389 or \U0001f469\u200d\U0001f4bb is cut after "
     "{n} characters and lands in {share}."),
]

NAMES = [
    "Ada Nwosu", "J\u00f6rg Weber", "Chlo\u00e9 Martin", "Li Wei",
    "Zo\u00eb Jansen", "Ivan Petrov", "Mar\u00eda L\u00f3pez", "Tom Baker",
    "Aiko Sato", "S\u00f8ren Holm", "Fatma Y\u0131lmaz", "Peter Novak",
    "Grace Kim", "Ren\u00e9 Dubois", "Anna Kowalska", "Sam O'Neil",
    "Priya Shah", "Lars \u00c5berg", "Noor Haddad", "Ben Carter",
]
CITIES = ["Berlin", "Lyon", "Porto", "\u0141\u00f3d\u017a", "Oslo", "Cork",
          "Z\u00fcrich", "Malm\u00f6", "Osaka", "Leeds"]
SHARES = ["/projects", "/finance", "/scans", "team drive", "HR inbox",
          "archive 2019", "/media", "sales wiki"]
TOOLS = ["Firefox", "Inkscape", "GIMP", "LibreOffice", "Wireshark", "Blender",
         "KiCad", "PuTTY", "draw.io", "Thunderbird"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
WORDS = ["M\u00fcller", "Stra\u00dfe", "na\u00efve", "G\u00f6teborg",
         "caf\u00e9", "\u00dcbersicht"]
COLUMNS = ["name", "city", "owner", "comment", "status"]
UNITS = ["week", "team", "building", "customer", "month"]
LAYOUTS = ["German", "US", "French", "Nordic"]

ENDINGS = [
    "Not urgent.", "Urgent: {n} people cannot work.", "Screenshot follows.",
    "Same as ticket {ticket}?", "Please call {name}, extension {room}.",
    "Happens on {day}s only, as far as we know.",
    "Tried another cable, another user and another room ({room}).",
    "Steps: 1. open, 2. wait {n} seconds, 3. see error {code}.",
    "Expected: no error. Seen: error {code}.",
    "Workaround: use {tool} instead.", "Thanks! {name}",
    "There was a power cut on {day} at {hour} o'clock.",
    "It is written down in the wiki, but that page is from version {version}.",
]


class Source:
    """A seeded source of choices, from random() alone."""

    def __init__(self, seed):
        self.random = random.Random(seed).random

    def below(self, n):
        return int(self.random() * n)

    def pick(self, things):
        return things[self.below(len(things))]

    def fill(self, text, ticket):
        return text.format(
            n=2 + self.below(58), day=self.pick(DAYS), hour=7 + self.below(12),
            version="%d.%d" % (1 + self.below(12), self.below(30)),
            code="%04X" % self.below(65536), city=self.pick(CITIES),
            name=self.pick(NAMES), other=self.pick(NAMES),
            share=self.pick(SHARES), tool=self.pick(TOOLS),
            room=100 + self.below(400), word=self.pick(WORDS),
            column=self.pick(COLUMNS), unit=self.pick(UNITS),
            layout=self.pick(LAYOUTS), ticket=1 + self.below(ticket + 1))


def size(text):
    return len(text.encode())


def grow(source, parts, ticket):
    """Sentences until it is long enough, and never more than fit."""
    text = parts[0]
    for part in parts[1:]:
        if size(text) + 1 + size(part) <= DESCRIPTION_MAX:
            text += " " + part
    for _ in range(source.below(5)):
        part = source.fill(source.pick(ENDINGS), ticket)
        if size(text) + 1 + size(part) <= DESCRIPTION_MAX:
            text += " " + part
    return text


def texts(source, ticket):
    kind = source.below(100)
    if kind < 60:
        trouble, details = source.pick(TROUBLES)
        title = source.pick(THINGS) + " " + source.fill(trouble, ticket)
        if source.below(3) == 0:
            title += " in " + source.pick(CITIES)
    elif kind < 92:
        title, details = source.pick(REQUESTS)
        title = source.fill(title, ticket)
    else:
        title, detail = source.pick(FOREIGN)
        title, details = source.fill(title, ticket), [detail]
    parts = [source.fill(part, ticket) for part in details]
    return title, grow(source, parts, ticket)


def stretch(text, limit):
    """The text, filled up to the limit: the edge has to be in the data too."""
    return text + "." * (limit - size(text))


def main():
    source = Source(SEED)
    # the files are bytes, whatever the user's locale is
    out = sys.stdout.buffer
    ticket = 0
    made = 0
    while made < COUNT:
        ticket += 1 if source.below(20) else 1 + source.below(9)
        title, description = texts(source, ticket)
        if source.below(400) == 0:
            title = stretch(title, TITLE_MAX)
        if source.below(400) == 0:
            description = stretch(description, DESCRIPTION_MAX)
        if size(title) > TITLE_MAX or size(description) > DESCRIPTION_MAX:
            continue
        # the older, the more probably done
        age = 1 - made / COUNT
        roll = source.random()
        status = ("done" if roll < 0.15 + 0.75 * age else
                  "in-progress" if roll < 0.4 + 0.55 * age else "to-do")
        record = {"id": ticket, "title": title, "description": description,
                  "status": status}
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        out.write(line.encode() + b"\n")
        made += 1


if __name__ == "__main__":
    main()
