"""Sheets of paper as a PDF: A4, black on white, readable from a printer without colour."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from fpdf import FPDF
from fpdf.fonts import FontFace

from assistant.sheet_parts import Bars, Flow, Grid, Title, Words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from assistant.sheet_parts import Part

FONT = "dejavu"
FONTS = Path(__file__).parent / "fonts"
"""Latin, Greek and Cyrillic letters: a PDF's own fonts know Western ones only, and names are no place for guesses."""
LACKING = "?"
LACKED = f"{LACKING} stands for a letter that this PDF cannot draw. Print the page itself, which shows it."
SIZES = {1: 18, 2: 14, 3: 11}
"""Points, by the level of a title."""
TEXT, SMALL = 9, 7
LINE_MM = 4.2
BOX_MM = 43.5
"""The width of a box in a flow."""
ARROW_MM = 5.0
SHADES = {"ask": 245, "hold": 232, "red_flag": 215}
"""How grey a box is, 255 being white: kinds stay apart without colour."""
GAP_MM = 2.0
"""Above a title."""
BARS_MM = 16.0
"""The height of the largest bar."""


def write_pdf(parts: Iterable[Part], path: Path, made: datetime) -> None:
    """Draw the sheet.

    Args:
        parts: what stands on it.
        path: where it is written.
        made: stands in the foot of each page.
    """
    foot = f"Lines of the bedside assistant, {made:%Y-%m-%d}. Not a medical device."
    path.write_bytes(pdf_of(parts, title="Lines", foot=foot))


def pdf_of(parts: Iterable[Part], *, title: str, foot: str) -> bytes:
    """Draw a sheet.

    Args:
        parts: what stands on it.
        title: of the document.
        foot: stands below each page, before its number.
    """
    page = _Page(title, foot)
    for part in parts:
        page.draw(part)
    if page.lacked:
        page.draw(Words(LACKED))
    return bytes(page.output())


class _Page(FPDF):
    def __init__(self, title: str, foot: str) -> None:
        super().__init__()
        self.lacked = False
        """Whether a letter was met that the font has not."""
        self.add_font(FONT, "", FONTS / "DejaVuSans.ttf")
        self.add_font(FONT, "B", FONTS / "DejaVuSans-Bold.ttf")
        self._letters = self.fonts[FONT].cmap.keys()  # type: ignore[union-attr] # our own font, never a PDF's
        self._foot = self._drawn(foot)
        self.set_title(title)
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
                self.ln(GAP_MM if level > 1 else 0)
                self.set_font(FONT, "B", SIZES[level])
                self.multi_cell(0, SIZES[level] / 2, self._drawn(text), new_x="LMARGIN", new_y="NEXT")
            case Words(text):
                self.set_font(FONT, size=TEXT)
                self.multi_cell(0, LINE_MM, self._drawn(text), align="L", new_x="LMARGIN", new_y="NEXT")
            case Flow(boxes):
                self._flow(boxes)
            case Grid():
                self._grid(part)
            case Bars(bars, told):
                self._bars(bars, told)

    def _drawn(self, text: str) -> str:
        """The text with a mark for each letter that the font lacks: it must not vanish without a word."""
        shown = unicodedata.normalize("NFC", text)
        lacking = {ord(each): LACKING for each in shown if ord(each) not in self._letters and each != "\n"}
        self.lacked = self.lacked or bool(lacking)
        return shown.translate(lacking)

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
        lines = self.multi_cell(BOX_MM, LINE_MM, self._drawn(text), align="L", dry_run=True, output="LINES")
        return LINE_MM * len(lines) + 2 if isinstance(lines, list) else LINE_MM

    def _box(self, left: float, top: float, height: float, kind: str, text: str) -> None:
        self.set_fill_color(SHADES.get(kind, 255))
        self.rect(left, top, BOX_MM, height, style="FD")
        self.set_xy(left, top + 1)
        self.multi_cell(BOX_MM, LINE_MM, self._drawn(text), align="L")

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
                table.row([self._drawn(cell) for cell in row])

    def _bars(self, bars: tuple[tuple[str, int], ...], told: str) -> None:
        """Black on white, each with its number, so that no colour and no scale is needed."""
        self._room(BARS_MM + 4 * LINE_MM)
        self.set_font(FONT, size=SMALL)
        width, most = self.epw / max(len(bars), 1), max((value for _, value in bars), default=0)
        top = self.get_y() + LINE_MM
        self.set_fill_color(90)
        for number, (name, value) in enumerate(bars):
            left = self.l_margin + number * width
            height = BARS_MM * value / most if most else 0
            if value:
                self.rect(left + width * 0.15, top + BARS_MM - height, width * 0.7, height, style="F")
                self.set_xy(left, top + BARS_MM - height - LINE_MM)
                self.cell(width, LINE_MM, str(value), align="C")
            self.set_xy(left, top + BARS_MM)
            self.cell(width, LINE_MM, name, align="C")
        self.line(self.l_margin, top + BARS_MM, self.l_margin + self.epw, top + BARS_MM)
        self.set_xy(self.l_margin, top + BARS_MM + LINE_MM)
        self.multi_cell(0, LINE_MM, told, align="L", new_x="LMARGIN", new_y="NEXT")
