"""The only room that knows xlsxwriter, openpyxl and calamine: plain values go in and out."""
