"""The reviewer's sheet as a PDF: A4, black on white, readable from a printer without colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fpdf import FPDF
from fpdf.fonts import FontFace

from assistant.sheet_parts import Flow, Grid, Title, Words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from assistant.sheet_parts import Part

FONT = "helvetica"
SIZES = {1: 18, 2: 14, 3: 11}
"""Points, by the level of a title."""
TEXT, SMALL = 9, 7
LINE_MM = 4.2
BOX_MM = 43.5
"""The width of a box in a flow."""
ARROW_MM = 5.0
SHADES = {"ask": 245, "hold": 232, "red_flag": 215}
"""How grey a box is, 255 being white: kinds stay apart without colour."""
PAPER = {0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2013: "-", 0x2014: "-", 0x2026: "..."}
"""The standard fonts of a PDF know Latin letters only; what they lack is written plainly."""


def write_pdf(parts: Iterable[Part], path: Path, made: datetime) -> None:
    """Draw the sheet.

    Args:
        parts: what stands on it.
        path: where it is written.
        made: stands in the foot of each page.
    """
    page = _Page(f"Lines of the bedside assistant, {made:%Y-%m-%d}. Not a medical device.")
    for part in parts:
        page.draw(part)
    page.output(path)


class _Page(FPDF):
    def __init__(self, foot: str) -> None:
        super().__init__()
        self._foot = foot
        self.set_title("Lines")
        self.set_auto_page_break(auto=True, margin=15)
        self.add_page()

    def footer(self) -> None:
        self.set_y(-10)
        self.set_font(FONT, size=SMALL)
        self.cell(0, LINE_MM, f"{self._foot}   {self.page_no()}", align="C")

    def draw(self, part: Part) -> None:
        match part:
            case Title(level, text):
                self._room(25)
                self.set_font(FONT, "B", SIZES[level])
                self.multi_cell(0, SIZES[level] / 2, _plain(text), new_x="LMARGIN", new_y="NEXT")
            case Words(text):
                self.set_font(FONT, size=TEXT)
                self.multi_cell(0, LINE_MM, _plain(text), align="L", new_x="LMARGIN", new_y="NEXT")
            case Flow(boxes):
                self._flow(boxes)
            case Grid():
                self._grid(part)

    def _room(self, height_mm: float) -> None:
        """A new page where less than this is left."""
        if self.get_y() + height_mm > self.page_break_trigger:
            self.add_page()

    def _flow(self, boxes: tuple[tuple[str, str], ...]) -> None:
        """Boxes in rows, an arrow between two of them."""
        self.set_font(FONT, size=SMALL + 1)
        a_row = int((self.epw + ARROW_MM) // (BOX_MM + ARROW_MM))
        for begin in range(0, len(boxes), a_row):
            row = boxes[begin : begin + a_row]
            height = max(self._height(text) for _, text in row)
            self._room(height + 2)
            top = self.get_y()
            for column, (kind, text) in enumerate(row):
                self._box(self.l_margin + column * (BOX_MM + ARROW_MM), top, height, kind, text)
                if begin + column + 1 < len(boxes):
                    self._arrow(self.l_margin + column * (BOX_MM + ARROW_MM) + BOX_MM, top + height / 2)
            self.set_xy(self.l_margin, top + height + 2)

    def _height(self, text: str) -> float:
        lines = self.multi_cell(BOX_MM, LINE_MM, _plain(text), align="L", dry_run=True, output="LINES")
        return LINE_MM * len(lines) + 2 if isinstance(lines, list) else LINE_MM

    def _box(self, left: float, top: float, height: float, kind: str, text: str) -> None:
        self.set_fill_color(SHADES.get(kind, 255))
        self.rect(left, top, BOX_MM, height, style="FD")
        self.set_xy(left, top + 1)
        self.multi_cell(BOX_MM, LINE_MM, _plain(text), align="L")

    def _arrow(self, left: float, middle: float) -> None:
        right = left + ARROW_MM - 1
        self.line(left + 1, middle, right, middle)
        self.line(right - 1, middle - 1, right, middle)
        self.line(right - 1, middle + 1, right, middle)

    def _grid(self, grid: Grid) -> None:
        self.set_font(FONT, size=SMALL)
        bold = FontFace(emphasis="BOLD")
        with self.table(
            col_widths=grid.widths,
            text_align="LEFT",
            line_height=LINE_MM - 0.8,
            borders_layout="HORIZONTAL_LINES",
            headings_style=bold,
        ) as table:
            for row in (grid.titles, *grid.rows):
                table.row([_plain(cell) for cell in row])


def _plain(text: str) -> str:
    return text.translate(PAPER).encode("latin-1", "replace").decode("latin-1")
