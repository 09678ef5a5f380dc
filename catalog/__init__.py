"""The system of record: fields, pôles, requests, and what is owed to whom."""
