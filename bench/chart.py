#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""The table as a picture: bars of nanoseconds a message, 8 bytes, on a
logarithmic axis, a panel for each cell. drive.py draws it beside the page;
`python3 bench/chart.py threads.jsonl threads.svg` draws a table that is there."""

import html
import json
import math
import sys

COLUMNS, PANEL_W, LABEL_W, BAR_H, HEAD_H = 3, 330, 118, 14, 30
SCENARIOS = ("seq", "1:1", "4:1", "4:4", "batch")
LEAT, PEER = "#b3261e", "#7a8896"


def text(x, y, what, more=""):
    return f'<text x="{x:.0f}" y="{y:.0f}" {more}>{html.escape(what)}</text>'


def panel(x, y, title, rows, low, high):
    """One cell, the fastest on top."""
    lines = [text(x, y + 16, title, 'font-weight="bold"')]
    room = PANEL_W - LABEL_W - 70
    for at, row in enumerate(sorted(rows, key=lambda r: r["ns_per_msg"])):
        ns = row["ns_per_msg"]
        top = y + HEAD_H - 6 + at * BAR_H
        width = room * math.log(ns / low) / math.log(high / low)
        color = LEAT if row["who"].startswith("leat") else PEER
        lines += [
            text(x + LABEL_W - 4, top + 10, row["who"], 'text-anchor="end"'),
            f'<rect x="{x + LABEL_W}" y="{top}" width="{max(width, 1):.1f}" '
            f'height="{BAR_H - 3}" fill="{color}"/>',
            text(x + LABEL_W + width + 4, top + 10,
                 f"{ns:.1f}" if ns < 100 else f"{ns:.0f}")]
    return lines


def svg(rows):
    """The picture, or None if there is nothing to draw."""
    found = {}
    for row in rows:
        if row["bytes"] == 8 and row["scenario"] in SCENARIOS:
            found.setdefault((row["scenario"], row["capacity"]),
                             []).append(row)
    if not found:
        return None
    values = [r["ns_per_msg"] for cell in found.values() for r in cell]
    low, high = min(values) / 2, max(values) * 1.01
    lines, y = [], 40
    cells = list(found.items())
    for first in range(0, len(cells), COLUMNS):
        line = cells[first:first + COLUMNS]
        for at, ((scenario, capacity), of_cell) in enumerate(line):
            lines += panel(10 + at * PANEL_W, y, f"{scenario}, {capacity}",
                           of_cell, low, high)
        y += HEAD_H + 10 + BAR_H * max(len(of_cell) for _, of_cell in line)
    width = 10 + COLUMNS * PANEL_W
    title = ("Nanoseconds a message of 8 bytes: senders:receivers, capacity. "
             "Logarithmic; shorter is faster.")
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y}" '
        f'viewBox="0 0 {width} {y}" font-family="sans-serif" font-size="11">',
        f"<title>{title}</title>",
        f'<rect width="{width}" height="{y}" fill="#ffffff"/>',
        text(10, 22, title, 'font-size="13"'), *lines, "</svg>"]) + "\n"


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: chart.py threads.jsonl threads.svg")
    with open(sys.argv[1], encoding="utf-8") as table:
        picture = svg([json.loads(line) for line in table])
    if not picture:
        sys.exit("chart.py: no cell to draw")
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        out.write(picture)


if __name__ == "__main__":
    main()
