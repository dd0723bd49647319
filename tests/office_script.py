"""Runs on the system's Python (module ``uno``): one LibreOffice, requests as JSON lines on standard input, answers on standard output."""

# mypy: ignore-errors
import json
import pathlib
import subprocess
import sys
import time

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

FILTERS = {".xlsx": "Calc MS Excel 2007 XML", ".ods": "calc8", ".xls": "MS Excel 97", ".pdf": "calc_pdf_Export"}


def prop(name, value):
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def started(home):
    pipe = "dimmxl" + str(abs(hash(home)))
    process = subprocess.Popen(
        ["soffice", "--headless", "--norestore", "--nologo", f"-env:UserInstallation=file://{home}", f"--accept=pipe,name={pipe};urp;"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(240):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return process, context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except NoConnectException:
            time.sleep(0.25)
    raise SystemExit("LibreOffice did not start")


def opened(desktop, path):
    url = uno.systemPathToFileUrl(str(pathlib.Path(path).resolve()))
    book = desktop.loadComponentFromURL(url, "_blank", 0, (prop("Hidden", True), prop("MacroExecutionMode", 0), prop("UpdateDocMode", 0)))
    if book is None:
        raise ValueError(f"LibreOffice cannot open {path}")
    return book


def value_of(cell):
    if cell.getError():
        return f"#ERR{cell.getError()}"
    kind = cell.FormulaResultType2 if cell.Type.value == "FORMULA" else None
    return cell.Value if cell.Type.value == "VALUE" or kind == 1 else cell.String


def grid_of(sheet):
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    last = cursor.RangeAddress
    return [list(row) for row in sheet.getCellRangeByPosition(0, 0, last.EndColumn, last.EndRow).getDataArray()]


def type_in(cell, value):
    if isinstance(value, bool):
        cell.Formula = "=TRUE()" if value else "=FALSE()"
    elif isinstance(value, (int, float)):
        cell.Value = value
    else:
        cell.String = value


def fill(book, out, cells):
    refused = []
    for name, row, column, value in cells:
        sheet = book.Sheets.getByName(name)
        cell = sheet.getCellByPosition(column, row)
        if sheet.isProtected() and cell.CellProtection.IsLocked:
            refused.append([name, row, column])
        else:
            type_in(cell, value)
    book.calculateAll()
    out = pathlib.Path(out).resolve()
    book.storeToURL(uno.systemPathToFileUrl(str(out)), (prop("FilterName", FILTERS[out.suffix]), prop("Overwrite", True)))
    return refused


def heights_of(sheet):
    """Return for each used row that shows its height and the height that its text needs, in points."""
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    sheet.unprotect("")
    for n in range(cursor.RangeAddress.EndColumn + 1):
        column = sheet.Columns.getByIndex(n)
        if not column.IsVisible:
            column.clearContents(31)  # values, dates, texts, notes, formulas: nobody sees them
    found = []
    for n in range(cursor.RangeAddress.EndRow + 1):
        row = sheet.Rows.getByIndex(n)
        height = row.Height
        row.OptimalHeight = True
        found.append([height * 72 / 2540, row.Height * 72 / 2540])
    return found


def answer(desktop, asked):
    if asked["do"] == "hello":
        return "ready"
    book = opened(desktop, asked["file"])
    try:
        if asked["do"] == "fill":
            return fill(book, asked["out"], asked["cells"])
        if asked["do"] == "heights":
            return {name: heights_of(book.Sheets.getByName(name)) for name in book.Sheets.ElementNames}
        book.calculateAll()
        if asked["do"] == "grids":
            return {name: grid_of(book.Sheets.getByName(name)) for name in book.Sheets.ElementNames}
        return [value_of(book.Sheets.getByName(name).getCellByPosition(column, row)) for name, row, column in asked["cells"]]
    finally:
        book.close(True)


def main(home):
    process, desktop = started(home)
    for line in sys.stdin:
        try:
            told = {"result": answer(desktop, json.loads(line))}
        except Exception as problem:
            told = {"error": f"{type(problem).__name__}: {problem}"}
        print(json.dumps(told), flush=True)
    try:
        desktop.terminate()
    except Exception:
        process.kill()
    process.wait(20)


if __name__ == "__main__":
    main(sys.argv[1])
