#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
"""The tables as pictures, on logarithmic axes. `svg`: bars of nanoseconds a message of
8 bytes, a panel for each cell; drive.py draws it beside the page, and
`python3 bench/chart.py threads.jsonl threads.svg` draws a table that is there.
`curves`: nanoseconds by what grows, for growth.py."""

import html
import json
import math
import sys

COLUMNS, PANEL_W, LABEL_W, BAR_H, HEAD_H = 3, 330, 118, 14, 30
SCENARIOS = ("seq", "1:1", "4:1", "4:4", "batch")
LEAT, PEER = "#b3261e", "#7a8896"
CURVES_W, CURVES_H, MARGIN_L, MARGIN_R = 620, 300, 64, 140
# Of leat's curves and of the peers'; the floor is dashed.
LEATS = ("#b3261e", "#e8710a", "#a142f4")
PEERS = ("#1a73e8", "#188038", "#7a8896", "#00838f", "#5f6368")
FLOOR = "#202124"


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


def picture(width, height, title, lines):
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11">',
        f"<title>{html.escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        text(10, 22, title, 'font-size="13"'), *lines, "</svg>"]) + "\n"


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
    return picture(width, y, title, lines)


# ---- curves --------------------------------------------------------------------------

def short(number):
    """1000000 as 1M."""
    for unit, name in ((1000000, "M"), (1000, "k")):
        if number >= unit:
            return f"{number / unit:g}{name}" if number % unit == 0 else (
                f"{number / unit:.0f}{name}")
    return f"{number:g}"


class Axes:
    """Where a point of a panel is. A single value has an axis, too."""

    def __init__(self, top, points):
        self.top = top
        xs, ys = zip(*points)
        self.x_low, self.x_high = min(xs), max(max(xs), 2 * min(xs))
        self.y_low = 10 ** math.floor(math.log10(min(ys)))
        self.y_high = 10 ** math.ceil(math.log10(max(ys) * 1.01))

    def x(self, value):
        room = CURVES_W - MARGIN_L - MARGIN_R
        return MARGIN_L + room * (math.log(value / self.x_low)
                                  / math.log(self.x_high / self.x_low))

    def y(self, value):
        room = CURVES_H - 2 * HEAD_H
        return self.top + HEAD_H + room * (1 - math.log(value / self.y_low)
                                           / math.log(self.y_high / self.y_low))

    def grid(self, xs):
        lines = []
        value = self.y_low
        while value <= self.y_high:
            y = self.y(value)
            lines += [f'<line x1="{MARGIN_L}" x2="{CURVES_W - MARGIN_R}" y1="{y:.1f}" '
                      f'y2="{y:.1f}" stroke="#dadce0"/>',
                      text(MARGIN_L - 6, y + 4, short(value), 'text-anchor="end"')]
            value *= 10
        for x in xs if len(xs) <= 12 else xs[::2]:
            lines.append(text(self.x(x), self.y(self.y_low) + 16, short(x),
                              'text-anchor="middle"'))
        return lines


def colors_of(whos):
    """{who: (color, dashes)}"""
    leats, peers = iter(LEATS), iter(PEERS)
    return {who: (FLOOR, "5 3") if who == "floor" else
            (next(leats if who.startswith("leat") else peers), "none") for who in whos}


def labels(axes, panel, colors):
    """Names at the right ends of the curves, moved apart where they would touch."""
    lines, last = [], None
    for y, who in sorted((axes.y(max(points)[1]), who) for who, points in panel.items()):
        y = y if last is None else max(y, last + 12)
        last = y
        lines.append(text(CURVES_W - MARGIN_R + 8, y + 4, who,
                          f'fill="{colors[who][0]}"'))
    return lines


def curves_panel(top, title, panel):
    axes = Axes(top, [point for points in panel.values() for point in points])
    colors = colors_of(panel)
    lines = [text(MARGIN_L, top + 16, title, 'font-weight="bold"'),
             *axes.grid(sorted({x for points in panel.values() for x, _ in points}))]
    for who, points in panel.items():
        color, dashes = colors[who]
        at = [(axes.x(x), axes.y(y)) for x, y in sorted(points)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
        width = 2 if who.startswith("leat") else 1
        lines.append(f'<polyline points="{path}" fill="none" stroke="{color}" '
                     f'stroke-width="{width}" stroke-dasharray="{dashes}"/>')
        if who != "floor":
            lines += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{color}"/>'
                      for x, y in at]
    return lines + labels(axes, panel, colors)


def curves(title, panels):
    """{panel's title: {who: [(number, ns), ...]}}, one below the other."""
    lines, top = [], 34
    for name, panel in panels.items():
        lines += curves_panel(top, name, panel)
        top += CURVES_H
    return picture(CURVES_W, top, title, lines)


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
