// Reads a JSON-stat dataset as other clients do. Arguments: dataset, JSON Schema. Prints the cells as rows of { <dimension>: code, value, status }.
import { readFileSync } from 'node:fs';
import JSONstat from 'jsonstat-toolkit';
import Ajv2020 from 'ajv/dist/2020.js';

const [dataset, schema] = process.argv.slice(2).map(file => JSON.parse(readFileSync(file, 'utf8')));
const validate = new Ajv2020({ allErrors: true, strict: false }).compile(schema);
if (!validate(dataset)) {
  console.error(JSON.stringify(validate.errors, null, 1));
  process.exit(1);
}

const stat = JSONstat(dataset);
if (stat.class !== 'dataset') {
  console.error(`jsonstat-toolkit reads a ${stat.class}`);
  process.exit(1);
}

process.stdout.write(JSON.stringify({ label: stat.label, source: stat.source, time: stat.role?.time, geo: stat.role?.geo, rows: stat.toTable({ type: 'arrobj', content: 'id', status: true }) }));
