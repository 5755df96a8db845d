"""The record in the forms that people ask for."""
