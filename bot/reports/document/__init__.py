"""通报 and the summing-up as Word documents, laid out by GB/T 9704-2012 党政机关公文格式."""
