"""CSV that a spreadsheet opens as it is meant: accents right, and no cell run as a formula."""

from typing import Any

from starlette_admin.export import CsvExporter
from starlette_admin.fields import BaseField

from catalog.export import harmless

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class SpreadsheetExporter(CsvExporter):
    async def generate(self, fields: list[BaseField], rows: list[dict[str, Any]]) -> bytes:
        # The library looks at how a cell starts in its own tongue alone.
        kept = [
            {
                name: harmless(value) if isinstance(value, str) else value
                for name, value in row.items()
            }
            for row in rows
        ]
        return BYTE_ORDER_MARK + await super().generate(fields, kept)
