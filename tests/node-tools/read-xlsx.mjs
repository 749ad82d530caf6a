// Reads a workbook as other programs do. Argument: the file.
// Prints per program its sheets as { name, rows }, an empty cell as null.
import { readFileSync } from 'node:fs';
import ExcelJS from 'exceljs';
import readExcelFile from 'read-excel-file/node';
import * as SheetJS from 'xlsx';

const file = process.argv[2];
// A formula would be an object here, and a difference to what was written.
const plain = value => value === undefined || value === '' ? null : value;

const book = new ExcelJS.Workbook();
await book.xlsx.readFile(file);
const exceljs = book.worksheets.map(sheet => {
  const rows = [];
  const columns = Array.from({ length: sheet.columnCount }, (_, i) => i + 1);
  sheet.eachRow({ includeEmpty: true }, row => rows.push(columns.map(i => plain(row.getCell(i).value))));
  return { name: sheet.name, rows };
});

const sheetjs = SheetJS.read(readFileSync(file), { cellFormula: true });
const cells = sheetjs.SheetNames.flatMap(name => Object.values(sheetjs.Sheets[name]));
const formulas = cells.filter(cell => cell?.f).map(cell => cell.f);
if (formulas.length > 0) throw new Error(`formulas: ${formulas}`);

const sheetOf = (name, rows) => ({ name, rows: rows.map(row => row.map(plain)) });
const rowsOf = sheet => SheetJS.utils.sheet_to_json(sheet, { header: 1, defval: null, raw: true });

process.stdout.write(JSON.stringify({
  exceljs,
  'read-excel-file': (await readExcelFile(file)).map(({ sheet, data }) => sheetOf(sheet, data)),
  xlsx: sheetjs.SheetNames.map(name => sheetOf(name, rowsOf(sheetjs.Sheets[name]))),
}));
