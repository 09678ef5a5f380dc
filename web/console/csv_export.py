"""CSV that a spreadsheet opens as it is meant: accents right, and no cell run as a formula."""

from typing import Any

from starlette_admin.export import CsvExporter
from starlette_admin.fields import BaseField

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class SpreadsheetExporter(CsvExporter):
    def __init__(self) -> None:
        super().__init__(escape_formulas=True)

    async def generate(self, fields: list[BaseField], rows: list[dict[str, Any]]) -> bytes:
        return BYTE_ORDER_MARK + await super().generate(fields, rows)
