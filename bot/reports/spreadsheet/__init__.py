"""The record as an Excel workbook."""
