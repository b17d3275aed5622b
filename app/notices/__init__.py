"""Who is told what: notices follow from what is stored, are kept as records, and end when the thing is done."""
